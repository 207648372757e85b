"""The self assessment over the local socket: evidence, drafts, sign-off, publication, and copies of it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final

from msgspec import Meta, Struct
from starlette.routing import Route

from openanpr.core.role import Role
from openanpr.policy.ask import Act
from openanpr.publish.assessment import desk as acts
from openanpr.publish.assessment.answer import AnswerKind
from openanpr.publish.assessment.desk import AssessmentDesk, Plan
from openanpr.publish.assessment.page import page
from openanpr.publish.assessment.paper import paper
from openanpr.publish.assessment.shown import Shown, compared, shown
from openanpr.publish.assessment.telling import Audience, Telling, evidence_told
from openanpr.publish.assessment.version import Version
from openanpr.publish.words import ENGLISH, Catalogue, catalogue
from openanpr.web.judging import NotAllowedError
from openanpr.web.local.asking import Asked, ByForm, Said, answered
from openanpr.web.local.gate import Proved

_MOST = 2_000
_Words = Annotated[str, Meta(min_length=1, max_length=_MOST)]


@dataclass(frozen=True, slots=True)
class AssessmentRoutes:
    """What the self assessment over the socket needs."""

    desk: AssessmentDesk
    clock: Callable[[], datetime]


class AnswerForm(Struct, frozen=True, forbid_unknown_fields=True):
    """An answer to a question, in words that are published."""

    by: Said
    question: Said
    answer: AnswerKind
    words: _Words


class ActionForm(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be done about a question, by which post and by when; `action`: in the place of which."""

    by: Said
    question: Said
    what: _Words
    owner: Said
    due: date
    action: str = ""


class DoneForm(Struct, frozen=True, forbid_unknown_fields=True):
    """What was done, and on which day (none: today)."""

    by: Said
    words: _Words
    on: date | None = None


class SignForm(Struct, frozen=True, forbid_unknown_fields=True):
    """The code of what was looked at before signing."""

    by: Said
    seen: Said


def assessment_routes(of: AssessmentRoutes) -> list[Route]:
    """Return the routes of the self assessment."""
    one, see, write = "/assessments/{number:int}", Act.SEE_ASSESSMENT, Act.WRITE_ASSESSMENT
    return [
        answered("/assessments", lambda _: [_head(version) for version in of.desk.store.every()], guard=see),
        answered("/assessments/evidence", lambda asked: _evidence(of, asked), guard=see),
        answered(one, lambda asked: _whole(of, asked), guard=see),
        answered(f"{one}/compare", lambda asked: _compare(of, asked), guard=see),
        answered(f"{one}/export", lambda asked: _export(of, asked), guard=see),
        answered("/assessments", lambda asked: _begin(of, asked.form(ByForm)), "POST", guard=write),
        answered(f"{one}/answers", lambda asked: _answer(of, asked), "POST", guard=write),
        answered(f"{one}/actions", lambda asked: _plan(of, asked), "POST", guard=write),
        answered("/assessments/actions/{action}/done", lambda asked: _done(of, asked), "POST", guard=write),
        answered(f"{one}/sign", lambda asked: _sign(of, asked), "POST", guard=Act.SIGN_ASSESSMENT),
        answered(f"{one}/publish", lambda asked: _publish(of, asked), "POST", guard=Act.PUBLISH_ASSESSMENT),
    ]


def _head(version: Version) -> dict[str, object]:
    signed = version.signed
    return {
        "number": version.number,
        "state": version.state,
        "begun_at": version.begun_at,
        "answers": len(version.answers),
        "actions": len(version.actions),
        "actions_open": sum(one.is_open for one in version.actions),
        "signed_at": None if signed is None else signed.at,
        "signed_by": None if signed is None else signed.by,
        "digest": None if signed is None else signed.digest,
        "published_at": version.published_at,
        "superseded_at": version.superseded_at,
    }


def _evidence(of: AssessmentRoutes, asked: Asked) -> object:
    telling = Telling(_words(asked), Audience.INTERNAL, of.desk.numbers)
    found = acts.measure(of.desk, now=of.clock())
    return [evidence_told(one, telling) for one in found.values()]


def _whole(of: AssessmentRoutes, asked: Asked) -> object:
    return _told(_shown(of, asked, Audience.INTERNAL))


def _told(found: Shown) -> dict[str, object]:
    return {
        **_head(found.version),
        "code": found.code,
        "document": found.document,
        "drift": found.drift,
        "looked_at": found.looked_at,
        "plan": list(found.actions.values()),
    }


def _compare(of: AssessmentRoutes, asked: Asked) -> object:
    before = asked.number("with", -1)
    return compared(of.desk, before, _number(asked), _words(asked), Audience.INTERNAL, now=of.clock())


def _export(of: AssessmentRoutes, asked: Asked) -> object:
    form, audience = asked.query.get("form", "json"), asked.query.get("audience", Audience.PUBLIC)
    if form not in _FORMS or audience not in set(Audience):
        raise ValueError(f"form is one of {', '.join(_FORMS)}, and audience one of {', '.join(Audience)}")
    found = _shown(of, asked, Audience(audience))
    media_type, make = _FORMS[form]
    return {
        "name": f"self-assessment-{found.version.number}-{audience}.{form}",
        "media_type": media_type,
        "digest": found.document.digest,
        "body": base64.b64encode(make(found)).decode("ascii"),
    }


_FORMS: Final[dict[str, tuple[str, Callable[[Shown], bytes]]]] = {
    "json": ("application/json", lambda found: found.document.to_bytes()),
    "html": ("text/html; charset=utf-8", lambda found: page(found).encode()),
    "pdf": ("application/pdf", paper),
}


def _begin(of: AssessmentRoutes, form: ByForm) -> object:
    return _head(acts.begin(of.desk, by=form.by, now=of.clock()))


def _answer(of: AssessmentRoutes, asked: Asked) -> object:
    form = asked.form(AnswerForm)
    said = acts.Said(form.question, form.answer, form.words)
    return _head(acts.give_answer(of.desk, _number(asked), said, by=form.by, now=of.clock()))


def _plan(of: AssessmentRoutes, asked: Asked) -> object:
    form = asked.form(ActionForm)
    planned = Plan(form.question, form.what, form.owner, form.due, form.action)
    version = acts.plan(of.desk, _number(asked), planned, by=form.by, now=of.clock())
    action = version.action(form.action) if form.action else version.actions[-1]
    return {**_head(version), "action": action.id}


def _done(of: AssessmentRoutes, asked: Asked) -> object:
    form, now = asked.form(DoneForm), of.clock()
    on = now.date() if form.on is None else form.on
    changed = acts.finish(of.desk, asked.path["action"], form.words, on=on, by=form.by, now=now)
    return [_head(version) for version in changed]


def _sign(of: AssessmentRoutes, asked: Asked) -> object:
    form, number = asked.form(SignForm), _number(asked)
    who = _proved(asked)
    who.verify_signs(of.desk.store.find(number).assessors)
    signed = acts.sign(
        of.desk, number, form.seen, by=who.login, role=Role.SENIOR_RESPONSIBLE_OFFICER, now=of.clock()
    )
    return _head(signed)


def _publish(of: AssessmentRoutes, asked: Asked) -> object:
    asked.form(ByForm)
    who = _proved(asked)
    return _head(acts.publish(of.desk, _number(asked), by=who.login, now=of.clock()))


def _proved(asked: Asked) -> Proved:
    """Return who asks; raises NotAllowedError where names are claims: nobody signs as whoever they like."""
    if asked.proved is None:
        raise NotAllowedError(
            "an assessment is signed and published by people who have proved who they are: let two "
            "administrators sign in first"
        )
    return asked.proved


def _shown(of: AssessmentRoutes, asked: Asked, audience: Audience) -> Shown:
    return shown(of.desk, _number(asked), _words(asked), audience, now=of.clock())


def _number(asked: Asked) -> int:
    return int(asked.path["number"])


def _words(asked: Asked) -> Catalogue:
    return catalogue(asked.query.get("language", "") or ENGLISH)
