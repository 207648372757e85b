"""What the public asks and complains of, in a browser: the queue, one case, and each step by a form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Final

import msgspec
from msgspec import Struct

from openanpr.policy.ask import Act
from openanpr.rights.case import CaseKind, CaseState, CaseStepKind, Outcome, Via
from openanpr.web.api.route import LongText, Text
from openanpr.web.pages.administration.act_form import (
    ActForm,
    ActPage,
    Choice,
    Field,
    NoFields,
    act_routes,
    form_question,
)
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.look import words
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page

REQUESTS: Final = "/requests"
_ONE: Final = f"{REQUESTS}/{{reference}}"
KIND_WORDS: Final = {
    CaseKind.QUESTION: "Question",
    CaseKind.COMPLAINT: "Complaint",
    CaseKind.ACCESS: "What is held",
    CaseKind.CHALLENGE: "Stopped again",
    CaseKind.CORRECTION: "Correction or erasure",
}
_KINDS: Final = tuple(Choice(kind.value, text) for kind, text in KIND_WORDS.items())
_VIAS: Final = tuple(Choice(one.value, words(one.value)) for one in Via if one is not Via.WEB)
_OUTCOMES: Final = tuple(Choice(one.value, words(one.value)) for one in Outcome)
_TEXT: Final = Field("text", "What is said", "Say it", "long", "It is kept sealed, and is in no log.")
_ON: Final = Field("on", "On which day it came", "Enter the day on which it came", "day")


class CaseLine(Struct, frozen=True):
    """A case in the queue."""

    reference: str
    kind: CaseKind
    owner: str
    state: CaseState
    via: Via
    received: date
    acknowledge_by: date | None
    answer_by: date | None
    answered: date | None
    in_time: bool | None
    late: bool
    due_soon: bool
    assigned: str
    outcome: Outcome | None


class StepLine(Struct, frozen=True):
    """A step on a case."""

    step: CaseStepKind
    at: datetime
    by: str
    on: date | None
    kind: CaseKind | None
    to: str
    outcome: Outcome | None
    text: str
    people: list[str]
    teams: list[str]


class WholeCase(CaseLine, frozen=True, kw_only=True):
    """A case with what was written."""

    waits_for: CaseStepKind | None
    possible: list[CaseStepKind]
    people: list[str]
    teams: list[str]
    forgotten: bool
    text: str
    name: str
    contact: str
    vrm: str
    steps: list[StepLine]


class OpenedCase(Struct, frozen=True):
    """What whoever asked is given."""

    reference: str
    code: str
    answer_by: date | None


class OpenFields(Struct, frozen=True):
    """A case that came by letter, e-mail, telephone or in person."""

    kind: CaseKind
    via: Via
    on: date
    text: LongText
    name: str = ""
    contact: str = ""
    vrm: str = ""


class TextFields(Struct, frozen=True):
    """A step with words."""

    text: LongText


class DayFields(Struct, frozen=True):
    """A step with the day on which something came."""

    on: date


class ProofFields(Struct, frozen=True):
    """How somebody proved who they are."""

    text: LongText
    on: date


class ToFields(Struct, frozen=True):
    """Who is to do it."""

    to: Text


class AboutFields(Struct, frozen=True):
    """Whom a case is about, one a line."""

    people: str = ""
    teams: str = ""


class MoveFields(Struct, frozen=True):
    """Of what kind it is after all."""

    kind: CaseKind
    text: LongText


class CloseFields(Struct, frozen=True):
    """What came of it."""

    outcome: Outcome
    text: str = ""


@dataclass(frozen=True, slots=True)
class _StepPage:
    """The form of one step: the last part of its address, its button and what whoever takes it must know."""

    name: str
    kind: CaseStepKind
    button: str
    lead: str
    form: type[Struct] = NoFields
    fields: tuple[Field, ...] = ()


STEP_PAGES: Final = (
    _StepPage(
        "acknowledge",
        CaseStepKind.ACKNOWLEDGED,
        "Acknowledge",
        "Tell the person first that it has come: nothing is sent from here.",
    ),
    _StepPage(
        "assign",
        CaseStepKind.ASSIGNED,
        "Assign",
        "To somebody whose duty it is.",
        ToFields,
        (Field("to", "Their sign-in name", "Enter a sign-in name"),),
    ),
    _StepPage(
        "exclude",
        CaseStepKind.EXCLUDED,
        "Name whom it is about",
        "From then on the case is not there for them. Name yourself, and it is not there for you.",
        AboutFields,
        (
            Field("people", "Sign-in names", "Enter a name", "long", "One a line."),
            Field("teams", "Teams", "Enter a team", "long", "One a line."),
        ),
    ),
    _StepPage(
        "ask-identity",
        CaseStepKind.IDENTITY_ASKED,
        "Say that proof was asked for",
        "Ask the person first. Of access and correction no day is due until the proof comes.",
    ),
    _StepPage(
        "identity-proved",
        CaseStepKind.IDENTITY_PROVED,
        "Record the proof",
        "Say what was shown. Keep no copy of it.",
        ProofFields,
        (_TEXT, _ON),
    ),
    _StepPage(
        "ask-information",
        CaseStepKind.INFORMATION_ASKED,
        "Say what was asked for",
        "Ask the person first. The days until it comes do not count.",
        TextFields,
        (_TEXT,),
    ),
    _StepPage(
        "information-given",
        CaseStepKind.INFORMATION_GIVEN,
        "Say that it came",
        "The clock goes on.",
        DayFields,
        (_ON,),
    ),
    _StepPage(
        "note", CaseStepKind.NOTED, "Write a note", "For those whose duty this is.", TextFields, (_TEXT,)
    ),
    _StepPage(
        "tell",
        CaseStepKind.TOLD,
        "Record what was told",
        "How it goes, as the person was told.",
        TextFields,
        (_TEXT,),
    ),
    _StepPage(
        "move",
        CaseStepKind.MOVED,
        "Move it to another kind",
        "It goes to whoever owns that kind. Its days count from when it came.",
        MoveFields,
        (Field("kind", "What it is about", "Choose what it is about", "one-of", choices=_KINDS), _TEXT),
    ),
    _StepPage(
        "extend",
        CaseStepKind.EXTENDED,
        "Take more time",
        "Only for many requests or hard ones, and once. Tell the person the reasons first: write them here.",
        TextFields,
        (_TEXT,),
    ),
    _StepPage(
        "reply",
        CaseStepKind.REPLIED,
        "Record the reply",
        "Send it first, by the way that the person wished. Write here what it says, or where it is kept.",
        TextFields,
        (_TEXT,),
    ),
    _StepPage(
        "close",
        CaseStepKind.CLOSED,
        "Close",
        "What was written is erased some time after this.",
        CloseFields,
        (
            Field("outcome", "What came of it", "Choose what came of it", "one-of", choices=_OUTCOMES),
            Field("text", "A word on it", "", "long"),
        ),
    ),
)
"""The steps that somebody takes, in the order in which they are offered."""


@dataclass(frozen=True, slots=True)
class RightsPages:
    """What the pages need."""

    inside: Inside


def rights_pages(of: RightsPages) -> list[PageRoute]:
    """Return the pages of cases; fixed addresses come before those with a reference in them."""
    opens = ActForm(
        f"{REQUESTS}/new",
        Act.OPEN_RIGHTS,
        lambda _: _opening(),
        OpenFields,
        lambda _, form: form_question("/rights", form),
        _opened,
    )
    return [
        page(REQUESTS, Act.SEE_RIGHTS, partial(_queue, of), asks=("closed",)),
        *act_routes(of.inside, opens),
        page(_ONE, Act.SEE_RIGHTS, partial(_whole, of)),
        *act_routes(of.inside, *(_act(one) for one in STEP_PAGES)),
    ]


def _queue(of: RightsPages, visit: Visit) -> Answer:
    closed = visit.asked.query.get("closed", "") == "yes"
    asked = Question("GET", "/rights", query={"closed": "yes"} if closed else {})
    cases = of.inside.ask(visit, asked, list[CaseLine])
    values = {
        "cases": cases,
        "closed": closed,
        "late": sum(one.late for one in cases),
        "soon": sum(one.due_soon and not one.late for one in cases),
        "kinds": KIND_WORDS,
        "can_open": Act.OPEN_RIGHTS in visit.may,
        "section": REQUESTS,
    }
    return Shown("requests/queue.html", values)


def _whole(of: RightsPages, visit: Visit) -> Answer:
    asked = Question("GET", "/rights/{reference}", place={"reference": visit.place("reference")})
    case = of.inside.ask(visit, asked, WholeCase)
    values = {
        "case": case,
        "kinds": KIND_WORDS,
        "steps": [one for one in STEP_PAGES if one.kind in case.possible],
        "section": REQUESTS,
    }
    return Shown("requests/case.html", values)


def _opening() -> ActPage:
    return ActPage(
        "Write down a case",
        (
            "For what came by letter, e-mail, telephone or in person.",
            "Whoever asked is given a reference and a code.",
        ),
        "Open the case",
        REQUESTS,
        section=REQUESTS,
        fields=(
            Field("kind", "What it is about", "Choose what it is about", "one-of", choices=_KINDS),
            Field("via", "How it came", "Choose how it came", "one-of", choices=_VIAS),
            _ON,
            Field(
                "text",
                "What was asked",
                "Write what was asked",
                "long",
                "In their own words, as far as you can.",
            ),
            Field("name", "Who asked", ""),
            Field("contact", "How to reach them", ""),
            Field("vrm", "Number plate, where it is about one", "", width=10),
        ),
    )


def _opened(_: Visit, told: bytes) -> Answer:
    got = msgspec.json.decode(told, type=OpenedCase)
    return Shown("requests/opened.html", {"got": got, "section": REQUESTS})


def _act(one: _StepPage) -> ActForm:
    def says(visit: Visit) -> ActPage:
        reference = visit.place("reference")
        back = f"{REQUESTS}/{reference}"
        return ActPage(
            one.button, (one.lead,), one.button, back, REQUESTS, f"Case {reference}", fields=one.fields
        )

    def asks(visit: Visit, form: Struct) -> Question:
        path = f"/rights/{{reference}}/{one.name}"
        said: dict[str, Any] = msgspec.structs.asdict(form)
        if isinstance(form, AboutFields):
            said = {name: _lines(text) for name, text in said.items()}
        kept = {name: value for name, value in said.items() if value not in (None, "")}
        return Question("POST", path, place={"reference": visit.place("reference")}, form=kept)

    def done(visit: Visit, told: bytes) -> Answer:
        # A case that is no longer theirs to see leads back to the queue.
        still = "state" in msgspec.json.decode(told, type=dict[str, object])
        return SeeOther(f"{REQUESTS}/{visit.place('reference')}" if still else REQUESTS)

    return ActForm(f"{_ONE}/{one.name}", Act.WORK_RIGHTS, says, one.form, asks, done)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
