"""The register of disclosures: its lines, one of them, what was handed over by hand, and all as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from openanpr.policy.ask import Act
from openanpr.web.api.route import File
from openanpr.web.pages.administration.act_form import WHY, ActForm, ActPage, Field, Why, act_routes
from openanpr.web.pages.answers.challenges import Line
from openanpr.web.pages.answers.told import CsvTold, LineTold
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page

SECTION: Final = "/disclosures"
KINDS: Final = {
    "evidence": "Evidence",
    "subject-access": "Subject access",
    "log-entry": "Entry of the log",
    "forwarded": "To another node",
    "webhook": "Alerts to a system",
    "by-hand": "By hand",
}
_Count = Annotated[str, Meta(pattern=r"^\d{0,9}$")]
_COUNTS: Final = ("reads", "entries", "pictures", "documents")


class ByHandFields(Struct, frozen=True):
    """What was handed over."""

    recipient: Line
    basis: Line
    purpose: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
    what: Line
    reference: Line
    decided_by: Line
    why: Why
    reads: _Count = ""
    entries: _Count = ""
    pictures: _Count = ""
    documents: _Count = ""


@dataclass(frozen=True, slots=True)
class DisclosurePages:
    """What the pages need."""

    inside: Inside


def disclosure_pages(of: DisclosurePages) -> list[PageRoute]:
    """Return the pages of the register."""
    see = Act.SEE_DISCLOSURES
    return [
        page(SECTION, see, lambda visit: _all(of, visit), asks=("since", "until")),
        *act_routes(of.inside, _add()),
        page(f"{SECTION}/file", see, lambda visit: _file(of, visit), asks=("since", "until")),
        page(f"{SECTION}/{{line}}", see, lambda visit: _one(of, visit)),
    ]


def _days(visit: Visit) -> dict[str, str]:
    """Return the days that were asked for, those that are none left out."""
    told: dict[str, str] = {}
    for name in ("since", "until"):
        text = visit.asked.query.get(name, "")
        try:
            told[name] = date.fromisoformat(text).isoformat()
        except ValueError:
            continue
    return told


def _all(of: DisclosurePages, visit: Visit) -> Answer:
    days = _days(visit)
    told = of.inside.ask(visit, Question("GET", SECTION, query=days), list[LineTold])
    values = {
        "section": SECTION,
        "told": told,
        "kinds": KINDS,
        "days": days,
        "may_write": Act.WRITE_DISCLOSURE in visit.may,
    }
    return Shown("answers/disclosures.html", values)


def _one(of: DisclosurePages, visit: Visit) -> Answer:
    question = Question("GET", f"{SECTION}/{{line}}", {"line": visit.place("line")})
    told = of.inside.ask(visit, question, LineTold)
    values = {"section": SECTION, "one": told, "kinds": KINDS, "may_log": Act.READ_LOG in visit.may}
    return Shown("answers/disclosure.html", values)


def _file(of: DisclosurePages, visit: Visit) -> Answer:
    told = of.inside.ask(visit, Question("GET", f"{SECTION}/export", query=_days(visit)), CsvTold)
    return File(told.csv.encode(), "text/csv; charset=utf-8", "disclosures.csv")


def _add() -> ActForm:
    def asked(_: Visit, form: Any) -> Question:  # noqa: ANN401 - as ActForm has it
        said = {name: value for name, value in msgspec.structs.asdict(form).items() if value != ""}
        return Question("POST", SECTION, form=said | {n: int(said[n]) for n in _COUNTS if n in said})

    def done(_: Visit, told: bytes) -> Answer:
        return SeeOther(f"{SECTION}/{msgspec.json.decode(told, type=LineTold).line}")

    counts = tuple(
        Field(name, f"How many {label}", "Enter a number", "number", width=5)
        for name, label in zip(
            _COUNTS, ("reads", "entries of lists", "pictures", "other documents"), strict=True
        )
    )
    fields = (
        Field("recipient", "To whom", "Say to whom", hint="Another force, a court, an insurer"),
        Field(
            "basis", "The law that allows it", "Say which law allows it", hint="DPA 2018, section 35(2)(b)"
        ),
        Field("purpose", "What for, as one word", "Enter one word of small letters", hint="insurance-claim"),
        Field("what", "What it was", "Say what it was", hint="Without number plates"),
        Field("reference", "Their reference", "Enter the reference"),
        Field("decided_by", "Who decided", "Say who decided"),
        *counts,
        WHY,
    )
    lead = ("For what was handed over outside this system. What the system hands out is here by itself.",)
    says = ActPage("Write down a disclosure", lead, "Write it down", SECTION, SECTION, fields=fields)
    return ActForm(f"{SECTION}/new", Act.WRITE_DISCLOSURE, lambda _: says, ByHandFields, asked, done)
