"""Cases on pages: what keeps chosen reads and notes for an investigation."""

from __future__ import annotations

from typing import Final

from openanpr.policy.ask import Act
from openanpr.search.ask import AskError
from openanpr.web.api.cases import case_told, opened_hold, whole_case
from openanpr.web.pages.form import Form
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent
from openanpr.web.pages.search.ask import SearchPages
from openanpr.web.pages.search.form import day_of

_SECTION: Final = "/search"


def case_pages(pages: SearchPages) -> list[PageRoute]:
    """Return the pages of cases."""
    act = Act.HOLD
    return [
        page("/cases", act, lambda visit: _mine(pages, visit)),
        sent("/cases", act, lambda visit: _open(pages, visit)),
        page("/cases/{case}", act, lambda visit: _one(pages, visit)),
        sent("/cases/{case}/notes", act, lambda visit: _note(pages, visit)),
        sent("/cases/{case}/close", act, lambda visit: _close(pages, visit)),
        sent("/cases/{case}/holds/{hold}/open", Act.OPEN_HELD, lambda visit: _held(pages, visit)),
    ]


def _mine(pages: SearchPages, visit: Visit, faults: dict[str, str] | None = None) -> Answer:
    cases = [case_told(one) for one in pages.of.desk.cases(pages.of.asker(visit.call))]
    values = {"cases": cases, "faults": faults or {}, "form": visit.form, "section": _SECTION}
    return Shown("cases/mine.html", values, 422 if faults else 200)


def _open(pages: SearchPages, visit: Visit) -> Answer:
    reference, until = visit.form.text("reference"), day_of(visit.form.text("until"))
    faults: dict[str, str] = {}
    if not reference:
        faults["reference"] = "Enter the reference of the investigation"
    if until is None:
        faults["until"] = "Enter the last day of the case, such as 30/06/2027"
    if faults or until is None:
        return _mine(pages, visit, faults)
    try:
        case = pages.of.desk.open_case(reference, until, pages.of.asker(visit.call))
    except (AskError, ValueError) as fault:
        said = str(fault)
        named = "until" if "day" in said else "reference"
        return _mine(pages, visit, {named: said[:1].upper() + said[1:]})
    return SeeOther(f"/cases/{case.case_id}")


def _one(pages: SearchPages, visit: Visit, faults: dict[str, str] | None = None) -> Answer:
    whole = whole_case(pages.of, visit.call)
    people = pages.of.people.store
    accounts = {one: people.find(one) for one in {*(note.by for note in whole.notes)}}
    values = {
        "whole": whole,
        "names": {who: one.name for who, one in accounts.items() if one is not None},
        "faults": faults or {},
        "form": visit.form if faults else Form(),
        "section": _SECTION,
    }
    return Shown("cases/one.html", values, 422 if faults else 200)


def _note(pages: SearchPages, visit: Visit) -> Answer:
    text = visit.form.text("text")
    if not text:
        return _one(pages, visit, {"text": "Enter the note"})
    try:
        pages.of.desk.note(visit.place("case"), text, pages.of.asker(visit.call))
    except AskError as fault:
        return _one(pages, visit, {"text": _said(fault)})
    return SeeOther(f"/cases/{visit.place('case')}")


def _close(pages: SearchPages, visit: Visit) -> Answer:
    reason = visit.form.text("reason")
    if not reason:
        return _one(pages, visit, {"reason": "Enter why the case is closed"})
    try:
        pages.of.desk.close_case(visit.place("case"), pages.of.asker(visit.call), reason=reason)
    except AskError as fault:
        return _one(pages, visit, {"reason": _said(fault)})
    return SeeOther(f"/cases/{visit.place('case')}")


def _held(pages: SearchPages, visit: Visit) -> Answer:
    """Show the reads that a hold keeps; logged by the desk, each time."""
    held = opened_hold(pages.of, visit.call)
    values = {"reads": held.reads, "case_id": visit.place("case"), "section": _SECTION}
    return Shown("cases/held.html", values)


def _said(fault: AskError) -> str:
    said = str(fault)
    return said[:1].upper() + said[1:]
