"""What is kept and forgotten: what would go now, what went, with its certificate, and what cases hold."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import msgspec
from msgspec import Struct

from openanpr.policy.ask import Act
from openanpr.store.retention import Certificate, DayToGo, EndedHold
from openanpr.web.api.route import File
from openanpr.web.pages.administration.act_form import ActForm, ActPage, NoFields, act_routes, asks
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent

RETENTION: Final = "/administration/retention"
CERTIFICATES: Final = f"{RETENTION}/certificates"
ALONE_DAYS: Final = 7
"""So many days at once a node deletes by itself; see `run.node.forgetting`."""
_WAITS: Final = "It runs now. Each day is searched for after it went: stay on this page."


class Preview(Struct, frozen=True):
    """What retention would do now, and by which rule."""

    profile: str
    days: int
    source: str
    kept_from: date
    to_go: list[DayToGo]


class HoldTold(Struct, frozen=True):
    """Reads that are kept for a case."""

    hold_id: str
    case_ref: str
    owner: str
    until: date
    reads: int


class Returned(Struct, frozen=True):
    """The certified days of which something can be found again."""

    returned_days: list[date]


class RunTold(Struct, frozen=True):
    """What one run did."""

    certificates: list[Certificate]
    ended_holds: list[EndedHold]


@dataclass(frozen=True, slots=True)
class RetentionPages:
    """What the pages need."""

    inside: Inside


def retention_pages(of: RetentionPages) -> list[PageRoute]:
    """Return the pages of retention."""
    may = Act.RUN_RETENTION
    return [
        page(RETENTION, may, lambda visit: _preview(of, visit), asks=("days", "holds")),
        *act_routes(of.inside, _run(of)),
        page(CERTIFICATES, may, lambda visit: _certificates(of, visit), asks=("year",)),
        sent(f"{CERTIFICATES}/check", may, lambda visit: _check(of, visit)),
        page(f"{CERTIFICATES}/{{day}}", may, lambda visit: _certificate(of, visit)),
        page(f"{CERTIFICATES}/{{day}}/file", may, lambda visit: _file(of, visit)),
        page("/administration/holds", may, lambda visit: _holds(of, visit)),
    ]


def _shown(template: str, **values: object) -> Shown:
    return Shown(f"administration/{template}.html", {**values, "section": "/administration"})


def _preview(of: RetentionPages, visit: Visit) -> Answer:
    told = of.inside.ask(visit, Question("GET", "/retention"), Preview)
    holds = of.inside.ask(visit, Question("GET", "/holds"), list[HoldTold])
    alone = len(told.to_go) <= ALONE_DAYS
    return _shown("retention", told=told, holds=holds, ran=_ran(visit), alone=alone, alone_days=ALONE_DAYS)


def _ran(visit: Visit) -> str:
    """Return what a run just did, "" where none was."""
    days, holds = (visit.asked.query.get(name, "") for name in ("days", "holds"))
    if not days.isascii() or not days.isdigit():
        return ""
    gone = {"0": "Nothing was past its time.", "1": "1 day was deleted and certified."}
    said = gone.get(days, f"{days} days were deleted and certified.")
    return (
        f"{said} Holds that were over ended: {holds}."
        if holds.isascii() and holds.isdigit() and holds != "0"
        else said
    )


def _run(of: RetentionPages) -> ActForm:
    def says(visit: Visit) -> ActPage:
        told = of.inside.ask(visit, Question("GET", "/retention"), Preview)
        if not told.to_go:
            return ActPage(
                "Run retention now", _nothing_to_go(told), "Run it all the same", RETENTION, waits=_WAITS
            )
        lead = (
            _what_goes(told),
            "Each is certified, and written to the log before.",
            "Look at the date and time of this machine first: only a backup brings back what is deleted.",
        )
        return ActPage("Run retention now", lead, "Delete and certify", RETENTION, stops=True, waits=_WAITS)

    def done(_: Visit, told: bytes) -> Answer:
        ran = msgspec.json.decode(told, type=RunTold)
        return SeeOther(f"{RETENTION}?days={len(ran.certificates)}&holds={len(ran.ended_holds)}")

    return ActForm(f"{RETENTION}/run", Act.RUN_RETENTION, says, NoFields, asks("/retention/run"), done)


def _what_goes(told: Preview) -> str:
    days, reads = len(told.to_go), sum(one.reads for one in told.to_go)
    day, go = ("1 day", "goes") if days == 1 else (f"{days} days", "go")
    many = "1 read" if reads == 1 else f"{reads:,} reads"
    return f"{day} from before {told.kept_from:%-d %B %Y} {go}, with {many}."


def _nothing_to_go(told: Preview) -> tuple[str, ...]:
    return (
        f"No stored day is from before {told.kept_from:%-d %B %Y}: no day is deleted.",
        "It can be run all the same: holds that are over, and alerts past their time, go with each run.",
    )


def _every(of: RetentionPages, visit: Visit) -> list[Certificate]:
    """Return all certificates, the newest day first."""
    found = of.inside.ask(visit, Question("GET", "/retention/certificates"), list[Certificate])
    return sorted(found, key=lambda one: (one.day, one.at), reverse=True)


def _certificates(of: RetentionPages, visit: Visit, returned: list[date] | None = None) -> Answer:
    found = _every(of, visit)
    years = sorted({one.day.year for one in found}, reverse=True)
    said = visit.asked.query.get("year", "")
    year = int(said) if said.isascii() and said.isdigit() and len(said) == 4 else (years[0] if years else 0)
    shown = [one for one in found if one.day.year == year]
    return _shown("certificates", found=shown, years=years, year=year, all=len(found), returned=returned)


def _check(of: RetentionPages, visit: Visit) -> Answer:
    told = of.inside.ask(visit, Question("GET", "/retention/check"), Returned)
    return _certificates(of, visit, told.returned_days)


def _certificate(of: RetentionPages, visit: Visit) -> Answer:
    of_day = [one for one in _every(of, visit) if one.day == _day(visit)]
    if not of_day:
        raise LookupError("no certificate is of this day")
    raw = _raw(of, visit)
    files = [(one, hashlib.sha256(bytes(raw[one.at])).hexdigest()) for one in of_day]
    may_log = Act.READ_LOG in visit.may
    return _shown("certificate", day=_day(visit), certificates=files, may_log=may_log)


def _file(of: RetentionPages, visit: Visit) -> Answer:
    raw = _raw(of, visit)
    if not raw:
        raise LookupError("no certificate is of this day")
    lines = b"".join(bytes(raw[at]) + b"\n" for at in sorted(raw))
    return File(lines, "application/x-ndjson", f"certificate-{_day(visit)}.jsonl")


def _raw(of: RetentionPages, visit: Visit) -> dict[datetime, msgspec.Raw]:
    """Return the certificates of the day as they are stored, by when they were made."""
    day = _day(visit)
    question = Question("GET", "/retention/certificates", query={"since": day.isoformat()})
    lines = of.inside.ask(visit, question, list[msgspec.Raw])
    told = [(msgspec.json.decode(bytes(line), type=Certificate), line) for line in lines]
    return {one.at: line for one, line in told if one.day == day}


def _day(visit: Visit) -> date:
    try:
        return date.fromisoformat(visit.place("day"))
    except ValueError:
        raise LookupError("no certificate is of this day") from None


def _holds(of: RetentionPages, visit: Visit) -> Answer:
    holds = of.inside.ask(visit, Question("GET", "/holds"), list[HoldTold])
    shown = sorted(holds, key=lambda one: (one.until, one.hold_id))
    return _shown("holds", holds=shown, today=visit.asked.now.date())
