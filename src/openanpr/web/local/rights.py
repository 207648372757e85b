"""Cases of the public over the local socket: written down, seen and worked on by those whose duty they are.

A case that somebody may not see is answered as one that is not there: a refusal would tell whoever it is
about that there is a complaint.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

from msgspec import Struct
from starlette.routing import Route

from openanpr.core.role import Role
from openanpr.policy.ask import Act
from openanpr.rights.case import CaseKind, CaseStepKind, Outcome, RightsCase, Via, Words
from openanpr.rights.desk import Came, RightsDesk, Took
from openanpr.web.local.asking import Asked, Said, answered
from openanpr.web.local.told_rights import told_case, told_case_line, told_received


@dataclass(frozen=True, slots=True)
class RightsRoutes:
    """What cases over the socket need.

    `post` gives the roles that somebody holds now, and their team, by the sign-in name; None for nobody.
    """

    desk: RightsDesk
    clock: Callable[[], datetime]
    post: Callable[[str], tuple[Collection[Role], str] | None]


class OpenForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A case that came by letter, e-mail, telephone or in person; `on` is the day on which it came."""

    kind: CaseKind
    via: Via
    text: Said
    by: Said
    name: str = ""
    contact: str = ""
    vrm: str = ""
    on: date | None = None


class CaseStepForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A step with what is said in it; `on` is the day on which a proof or information came."""

    by: Said
    text: str = ""
    on: date | None = None


class AssignForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is to do it, by the sign-in name."""

    to: Said
    by: Said


class ExcludeForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom a case is about: sign-in names of people, and teams."""

    by: Said
    people: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


class MoveForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Of what kind a case is after all, and why."""

    kind: CaseKind
    text: Said
    by: Said


class CloseForm(Struct, frozen=True, forbid_unknown_fields=True):
    """What came of a case."""

    outcome: Outcome
    by: Said
    text: str = ""


STEPS = {
    "acknowledge": CaseStepKind.ACKNOWLEDGED,
    "ask-identity": CaseStepKind.IDENTITY_ASKED,
    "identity-proved": CaseStepKind.IDENTITY_PROVED,
    "ask-information": CaseStepKind.INFORMATION_ASKED,
    "information-given": CaseStepKind.INFORMATION_GIVEN,
    "note": CaseStepKind.NOTED,
    "tell": CaseStepKind.TOLD,
    "extend": CaseStepKind.EXTENDED,
    "reply": CaseStepKind.REPLIED,
}
"""The steps that need no more than words, by the last part of their path."""


def rights_routes(of: RightsRoutes) -> list[Route]:
    """Return the routes of cases."""
    return [
        answered("/rights", lambda asked: _queue(of, asked), guard=Act.SEE_RIGHTS),
        answered("/rights", lambda asked: _open(of, asked), "POST", guard=Act.OPEN_RIGHTS),
        answered("/rights/{reference}", lambda asked: _whole(of, seen(of.desk, asked)), guard=Act.SEE_RIGHTS),
        *(_step(of, name, _taking(kind)) for name, kind in STEPS.items()),
        _step(of, "assign", _assign),
        _step(of, "exclude", _exclude),
        _step(of, "move", _move),
        _step(of, "close", _close),
    ]


Takes = Callable[[RightsRoutes, Asked, RightsCase], RightsCase]


def _step(of: RightsRoutes, name: str, takes: Takes) -> Route:
    def answers(asked: Asked) -> object:
        after = takes(of, asked, worked_on(of.desk, asked))
        # Whoever named themselves, or moved it to another duty, sees nothing of it any more.
        return _whole(of, after) if _may_see(asked, after) else {"reference": after.reference}

    return answered(f"/rights/{{reference}}/{name}", answers, "POST", guard=Act.WORK_RIGHTS)


def seen(desk: RightsDesk, asked: Asked) -> RightsCase:
    """Return the case that is meant; raises LookupError for one that whoever asks may not see."""
    case = desk.find(asked.path["reference"])
    if not _may_see(asked, case):
        raise LookupError("there is no such case")
    return case


def worked_on(desk: RightsDesk, asked: Asked) -> RightsCase:
    """Return the case that is meant, to work on; raises LookupError, NotAllowedError."""
    case = seen(desk, asked)
    if asked.proved is not None:
        asked.proved.verify_works_on(case.owner, *case.excluded)
    return case


def _may_see(asked: Asked, case: RightsCase) -> bool:
    return asked.proved is None or asked.proved.may_see_case(case.owner, *case.excluded)


def _queue(of: RightsRoutes, asked: Asked) -> object:
    on = of.clock().date()
    closed = asked.query.get("closed", "") == "yes"
    cases = of.desk.cases.every(closed=True) if closed else of.desk.queue(on=on)
    warn = of.desk.numbers.warn_days
    return [
        told_case_line(one, of.desk.due(one), on=on, warn_days=warn) for one in cases if _may_see(asked, one)
    ]


def _whole(of: RightsRoutes, case: RightsCase) -> object:
    on, warn = of.clock().date(), of.desk.numbers.warn_days
    return told_case(case, of.desk.due(case), on=on, warn_days=warn)


def _open(of: RightsRoutes, asked: Asked) -> object:
    form = asked.form(OpenForm)
    if form.via is Via.WEB:
        raise ValueError("what comes by the web opens its case itself: say how this came")
    words = Words(text=form.text, name=form.name, contact=form.contact, vrm=form.vrm)
    came = Came(via=form.via, on=form.on)
    return told_received(of.desk.open(form.kind, words, came, Took(form.by, of.clock())))


def _taking(kind: CaseStepKind) -> Takes:
    def takes(of: RightsRoutes, asked: Asked, case: RightsCase) -> RightsCase:
        form = asked.form(CaseStepForm)
        words = Words(text=form.text) if form.text else None
        return of.desk.take(case.reference, kind, words, Took(form.by, of.clock()), on=form.on)

    return takes


def _assign(of: RightsRoutes, asked: Asked, case: RightsCase) -> RightsCase:
    form = asked.form(AssignForm)
    # Where names are claims nobody has a role; and whoever takes it for themselves was judged already, by a
    # role that the force's own sign-in may have given them.
    if asked.proved is not None and form.to.strip() != asked.proved.login:
        _verify_owns(of, form.to, case)
    return of.desk.assign(case.reference, form.to, Took(form.by, of.clock()))


def _verify_owns(of: RightsRoutes, login: str, case: RightsCase) -> None:
    """Raise ValueError unless somebody could see a case, were it theirs to do."""
    post = of.post(login.strip())
    if post is None or case.owner not in post[0] or post[1] in case.excluded[1]:
        raise ValueError("this is nobody whose duty such a case is, or it is about their team")


def _exclude(of: RightsRoutes, asked: Asked, case: RightsCase) -> RightsCase:
    form = asked.form(ExcludeForm)
    words = Words(people=form.people, teams=form.teams)
    return of.desk.take(case.reference, CaseStepKind.EXCLUDED, words, Took(form.by, of.clock()))


def _move(of: RightsRoutes, asked: Asked, case: RightsCase) -> RightsCase:
    form = asked.form(MoveForm)
    return of.desk.move(case.reference, form.kind, Words(text=form.text), Took(form.by, of.clock()))


def _close(of: RightsRoutes, asked: Asked, case: RightsCase) -> RightsCase:
    form = asked.form(CloseForm)
    words = Words(text=form.text) if form.text else None
    return of.desk.close(case.reference, form.outcome, words, Took(form.by, of.clock()))
