"""Figures in a browser: months published and waiting, one with its notes and proof, the public site."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

import msgspec
from msgspec import Struct

from openanpr.policy.ask import Act
from openanpr.publish.period import Month
from openanpr.publish.publication import MOST_NOTE
from openanpr.publish.site.told import Group, month_said
from openanpr.publish.words import catalogue
from openanpr.web.api.route import File, LongText
from openanpr.web.local.publishing import SiteStanding
from openanpr.web.pages.administration.act_form import WHY, ActForm, ActPage, Field, WhyFields, act_routes
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page

SECTION: Final = "/publishing"
_ONE: Final = "/publishing/{period}"
AGREEMENTS: Final = {
    "agrees": ("Agrees", "green"),
    "differs": ("Differs", "red"),
    "no-longer-kept": ("No longer kept", "grey"),
    "not-counted-here": ("Not counted here", "grey"),
}


class PublishedTold(Struct, frozen=True):
    """A month that is published."""

    period: str
    counted_at: datetime
    notes: int
    digest: str
    entry: int
    checkpoint: int

    @property
    def said(self) -> str:
        """The month as people write it."""
        return said_of(self.period)


class WaitingTold(Struct, frozen=True):
    """A month that waits."""

    period: str
    settled: datetime
    late: bool

    @property
    def said(self) -> str:
        """The month as people write it."""
        return said_of(self.period)


class PublishingTold(Struct, frozen=True):
    """What is published, what waits, and the public site."""

    published: list[PublishedTold]
    waiting: list[WaitingTold]
    site: SiteStanding | None


class PopulationTold(Struct, frozen=True):
    """A population: how many of its cells are withheld, how it was counted, or why it was not."""

    id: str
    name: str
    cells: int
    withheld: int
    how: str
    not_counted: str


class FactTold(Struct, frozen=True):
    """What is told beside the figures."""

    id: str
    name: str
    about: str
    value: str


class NoteTold(Struct, frozen=True):
    """A note on a month, with its proof."""

    number: int
    said_at: datetime
    note: str
    entry: int
    digest: str
    file: str


class MonthTold(Struct, frozen=True):
    """A month as it is published, with its proof."""

    period: str
    counted_at: datetime
    settled: datetime
    least_shown: int
    groups: list[Group]
    facts: list[FactTold]
    populations: list[PopulationTold]
    notes: list[NoteTold]
    under: int
    digest: str
    entry: int
    checkpoint: int
    signed_by: list[str]
    file: str

    @property
    def said(self) -> str:
        """The month as people write it."""
        return said_of(self.period)

    @property
    def path(self) -> str:
        """Its page."""
        return f"{SECTION}/{self.period}"


class ComparedTold(Struct, frozen=True):
    """A population counted anew."""

    population: str
    agreement: str
    differing: list[object]


class RecountTold(Struct, frozen=True):
    """A month counted anew."""

    period: str
    populations: list[ComparedTold]


class NoteFields(Struct, frozen=True):
    """A note."""

    note: LongText


@dataclass(frozen=True, slots=True)
class MonthPages:
    """What the pages need."""

    inside: Inside


def said_of(period: str) -> str:
    """Return a month as people write it."""
    return month_said(Month.parse(period), catalogue())


def month_pages(pages: MonthPages) -> list[PageRoute]:
    """Return the pages of figures."""
    see = Act.SEE_PUBLISHING
    note = ActForm(f"{_ONE}/note", Act.NOTE_FIGURES, partial(_noting, pages), NoteFields, _notes, _noted)
    again = ActForm(
        f"{_ONE}/recount",
        Act.READ_LOG,
        partial(_recounting, pages),
        WhyFields,
        _recounts,
        partial(_recounted, pages),
    )
    return [
        page(SECTION, see, partial(_all, pages)),
        page(_ONE, see, partial(_month, pages)),
        page(f"{_ONE}/file", see, partial(_file, pages), asks=("note",)),
        *act_routes(pages.inside, note, again),
    ]


def _all(pages: MonthPages, visit: Visit) -> Answer:
    told = pages.inside.ask(visit, Question("GET", "/publishing"), PublishingTold)
    values = {
        "section": SECTION,
        "told": told,
        "late": sum(one.late for one in told.waiting),
        "assesses": Act.SEE_ASSESSMENT in visit.may,
    }
    return Shown("publishing/all.html", values)


def _told(pages: MonthPages, visit: Visit) -> MonthTold:
    return pages.inside.ask(visit, Question("GET", "/publishing/{period}", _place(visit)), MonthTold)


def _place(visit: Visit) -> dict[str, str]:
    try:
        return {"period": str(Month.parse(visit.place("period")))}
    except ValueError:
        raise LookupError("a month is written as 2026-09: nothing is published under this address") from None


def _month(pages: MonthPages, visit: Visit) -> Answer:
    told = _told(pages, visit)
    values = {
        "section": SECTION,
        "told": told,
        "withheld": sum(one.withheld for one in told.populations),
        "notes": Act.NOTE_FIGURES in visit.may,
        "recounts": Act.READ_LOG in visit.may,
    }
    return Shown("publishing/month.html", values)


def _file(pages: MonthPages, visit: Visit) -> Answer:
    """Hand out the document of a month, or of a note on it, with its proof: what anybody can verify."""
    told, number = _told(pages, visit), visit.asked.query.get("note", "")
    if not number:
        return File(told.file.encode(), "application/json", f"figures-{told.period}.json")
    one = next((one for one in told.notes if str(one.number) == number), None)
    if one is None:
        raise LookupError("there is no such note on this month")
    return File(one.file.encode(), "application/json", f"figures-{told.period}-note-{one.number}.json")


def _noting(pages: MonthPages, visit: Visit) -> ActPage:
    told = _told(pages, visit)
    return ActPage(
        "Publish a note",
        (
            "A figure is never changed. A note says what was wrong with it.",
            "It is logged, proved, and shown beside the figures for good.",
        ),
        "Publish the note",
        told.path,
        SECTION,
        about=told.said,
        stops=True,
        fields=(
            Field(
                "note",
                "Note",
                f"Write some text of at most {MOST_NOTE:,} characters",
                "long",
                "The public reads it. Nothing in it that a figure would withhold, no names, no places.",
                rows=5,
            ),
        ),
    )


def _notes(visit: Visit, form: NoteFields) -> Question:
    return Question("POST", "/figures/{period}/notes", _place(visit), form={"note": form.note})


def _noted(visit: Visit, _: bytes) -> Answer:
    return SeeOther(f"{SECTION}/{visit.place('period')}#notes")


def _recounting(pages: MonthPages, visit: Visit) -> ActPage:
    told = _told(pages, visit)
    return ActPage(
        "Count it anew",
        ("Every population is counted again from log and stores, and compared with what was published.",),
        "Count it anew",
        told.path,
        SECTION,
        about=told.said,
        waits="Counting",
        fields=(WHY,),
    )


def _recounts(visit: Visit, form: WhyFields) -> Question:
    return Question("POST", "/figures/{period}/recount", _place(visit), form={"why": form.why})


def _recounted(pages: MonthPages, visit: Visit, answer: bytes) -> Answer:
    found = msgspec.json.decode(answer, type=RecountTold)
    told = _told(pages, visit)
    values = {
        "section": SECTION,
        "told": told,
        "found": found.populations,
        "counts": Counter(one.agreement for one in found.populations),
        "names": {one.id: one.name for one in told.populations},
        "agreements": AGREEMENTS,
    }
    return Shown("publishing/recount.html", values)
