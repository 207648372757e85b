"""Challenges of entries: what waits for whom, one with its lists and devices, and each thing that is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from openanpr.policy.ask import Act
from openanpr.web.pages.administration.act_form import (
    WHY,
    ActForm,
    ActPage,
    Choice,
    Field,
    NoFields,
    Why,
    act_routes,
    form_question,
)
from openanpr.web.pages.answers.told import ChallengeHead, ChallengeTold
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page

SECTION: Final = "/challenges"
_ONE: Final = "/challenges/{challenge}"
Line = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]

STATES: Final = {
    "to-look": ("To look into", "yellow"),
    "with-owners": ("With list owners", "blue"),
    "unconfirmed": ("Devices to confirm", "orange"),
    "to-close": ("To close", "yellow"),
    "closed": ("Closed", "grey"),
}
ANSWERS: Final = (
    Choice("stands", "The entry stands"),
    Choice("corrected", "Corrected", "Another entry stands in its place"),
    Choice("removed", "Taken off"),
    Choice("marker-changed", "Marker or action changed"),
)
OUTCOMES: Final = (
    Choice("fixed", "Put right", "Every device confirms it, or is explained"),
    Choice("stands", "The entry stands"),
    Choice("misreads", "Misreads of another plate"),
    Choice("nothing-found", "Nothing was found"),
)


class OpenFields(Struct, frozen=True):
    """A challenge that is begun."""

    case: Line
    vrm: Line
    since: Day
    until: Day


class AnswerFields(Struct, frozen=True):
    """An owner's answer."""

    answer: Line
    why: Why
    proposal: Annotated[str, Meta(pattern=r"^\d{0,18}$")] = ""


class CloseFields(Struct, frozen=True):
    """How it ends."""

    outcome: Line
    why: Why


@dataclass(frozen=True, slots=True)
class ChallengePages:
    """What the pages need."""

    inside: Inside


def challenge_pages(of: ChallengePages) -> list[PageRoute]:
    """Return the pages of challenges."""
    return [
        page(SECTION, Act.SEE_CHALLENGES, lambda visit: _all(of, visit)),
        *act_routes(of.inside, _open()),
        page(_ONE, Act.SEE_CHALLENGES, lambda visit: _shown(of, visit)),
        *act_routes(of.inside, _look(), _answer(of), _explain(of), _close()),
    ]


def _all(of: ChallengePages, visit: Visit) -> Answer:
    told = of.inside.ask(visit, Question("GET", "/challenges"), list[ChallengeHead])
    values = {
        "section": SECTION,
        "open": [one for one in told if one.state != "closed"],
        "closed": [one for one in reversed(told) if one.state == "closed"][:20],
        "states": STATES,
        "today": visit.asked.now.date(),
        "may_open": Act.HANDLE_CHALLENGE in visit.may,
        "owns": Act.ANSWER_CHALLENGE in visit.may,
    }
    return Shown("answers/challenges.html", values)


def _told(of: ChallengePages, visit: Visit) -> ChallengeTold:
    question = Question("GET", _ONE, {"challenge": visit.place("challenge")})
    return of.inside.ask(visit, question, ChallengeTold)


def _shown(of: ChallengePages, visit: Visit) -> Answer:
    values = {
        "section": SECTION,
        "told": _told(of, visit),
        "states": STATES,
        "answers": {one.value: one.text for one in ANSWERS},
        "handles": Act.HANDLE_CHALLENGE in visit.may,
        "owns": Act.ANSWER_CHALLENGE in visit.may,
        "sees_case": Act.SEE_RIGHTS in visit.may,
        "today": visit.asked.now.date(),
    }
    return Shown("answers/challenge.html", values)


def _back(visit: Visit) -> str:
    return f"{SECTION}/{visit.place('challenge')}"


def _on(visit: Visit, _: bytes) -> Answer:
    return SeeOther(_back(visit))


def _open() -> ActForm:
    def done(_: Visit, told: bytes) -> Answer:
        return SeeOther(f"{SECTION}/{msgspec.json.decode(told, type=ChallengeTold).challenge}")

    lead = ("It hangs on an open case of somebody who keeps being stopped.", "The vehicle goes into the log.")
    fields = (
        Field("case", "Case", "Enter the reference of the case", hint="Such as 7KM3-F9PX", width=10),
        Field("vrm", "Number plate", "Enter the number plate", width=10),
        Field("since", "First day asked about", "Enter the first day", "day"),
        Field("until", "Last day asked about", "Enter the last day", "day"),
    )
    says = ActPage("Open a challenge", lead, "Open", SECTION, SECTION, fields=fields)
    return ActForm(
        f"{SECTION}/new",
        Act.HANDLE_CHALLENGE,
        lambda _: says,
        OpenFields,
        lambda _, form: form_question("/challenges", form),
        done,
    )


def _look() -> ActForm:
    def says(visit: Visit) -> ActPage:
        lead = (
            "The open alerts of these days and the entries of open lists are looked through. It is logged.",
            "Each list that has to do with the vehicle is put before its owner, with a day.",
        )
        return ActPage("Look into it", lead, "Look", _back(visit), SECTION)

    def asked(visit: Visit, form: Struct) -> Question:
        return form_question(f"{_ONE}/look", form, challenge=visit.place("challenge"))

    return ActForm(f"{_ONE}/look", Act.HANDLE_CHALLENGE, says, NoFields, asked, _on)


def _answer(of: ChallengePages) -> ActForm:
    def says(visit: Visit) -> ActPage:
        seen = _list_of(of, visit)
        lead = (
            "Put the list right first, by a change that another person approves. Then name it here.",
            "It is held against the list: it must be in force, and do this to an entry of this vehicle.",
        )
        fields = (
            Field("answer", "What was done", "Say what was done", "one-of", choices=ANSWERS),
            Field(
                "proposal",
                "Number of the change",
                "Enter the number",
                "number",
                "Not if the entry stands",
                width=5,
            ),
            WHY,
        )
        return ActPage(f"Answer for {seen}", lead, "Answer", _back(visit), SECTION, fields=fields)

    def asked(visit: Visit, form: Any) -> Question:  # noqa: ANN401 - as ActForm has it
        said: dict[str, object] = {"list": _list_of(of, visit), "answer": form.answer, "why": form.why}
        if form.proposal:
            said["proposal"] = int(form.proposal)
        return Question("POST", f"{_ONE}/answer", {"challenge": visit.place("challenge")}, form=said)

    path = f"{_ONE}/lists/{{number}}"
    return ActForm(path, Act.ANSWER_CHALLENGE, says, AnswerFields, asked, _on)


def _list_of(of: ChallengePages, visit: Visit) -> str:
    """Return the name of the list at a place among those of the challenge; raises LookupError."""
    lists, number = _told(of, visit).lists, visit.place("number")
    if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= len(lists):
        raise LookupError("there is no such list in this challenge")
    return lists[int(number) - 1].list


def _explain(of: ChallengePages) -> ActForm:
    def says(visit: Visit) -> ActPage:
        told = _told(of, visit).confirmations
        silent = [Choice(f"{one.list}\t{device}", device, one.list) for one in told for device in one.silent]
        lead = ("Say why it is silent, and what becomes of what it holds: scrapped, in a workshop, stolen.",)
        fields = (Field("device", "Device", "Choose the device", "one-of", choices=tuple(silent)), WHY)
        return ActPage("Explain a silent device", lead, "Explain", _back(visit), SECTION, fields=fields)

    def asked(visit: Visit, form: Any) -> Question:  # noqa: ANN401 - as ActForm has it
        list_name, _, device = form.device.partition("\t")
        said = {"list": list_name, "device": device, "why": form.why}
        return Question("POST", f"{_ONE}/explain", {"challenge": visit.place("challenge")}, form=said)

    return ActForm(f"{_ONE}/explain", Act.HANDLE_CHALLENGE, says, _SpokenExplain, asked, _on)


class _SpokenExplain(Struct, frozen=True):
    device: Annotated[str, Meta(min_length=1, max_length=400)]
    why: Why


def _close() -> ActForm:
    def says(visit: Visit) -> ActPage:
        lead = (
            "What you write is recorded on the case as the reply. Tell the person by the way they wished.",
        )
        why = Field(
            "why", "Reply", "Write what came of it", "long", "Without marks of others, names and places."
        )
        fields = (Field("outcome", "How it ends", "Say how it ends", "one-of", choices=OUTCOMES), why)
        return ActPage("Close the challenge", lead, "Close", _back(visit), SECTION, fields=fields)

    def asked(visit: Visit, form: Struct) -> Question:
        return form_question(f"{_ONE}/close", form, challenge=visit.place("challenge"))

    return ActForm(f"{_ONE}/close", Act.HANDLE_CHALLENGE, says, CloseFields, asked, _on)
