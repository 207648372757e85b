"""One search on pages: how it stands, its run, its answer, and what is opened and handed on of it."""

from __future__ import annotations

import base64
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from openanpr.policy.ask import Act
from openanpr.search.ask import Asker, AskError, Recipient
from openanpr.search.faults import NotFoundError, RefusedError, ResultsGoneError
from openanpr.search.ports import ReadsUnreachableError
from openanpr.search.question import QuestionError, marks_of
from openanpr.search.record import RUNNABLE, SearchRecord, State
from openanpr.search.shown import Form, Picture, Row, RowsOf
from openanpr.web.api.cases import case_told
from openanpr.web.api.refusals import Refused
from openanpr.web.api.route import File
from openanpr.web.api.search_told import camera_told, opened_told, results_told, search_told
from openanpr.web.pages.faults import page_refusal
from openanpr.web.pages.form import FormFaultsError
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent
from openanpr.web.pages.search.ask import SearchPages
from openanpr.web.pages.search.kinds import (
    ANSWERS_AS,
    BETWEEN,
    CATEGORIES,
    DID,
    KIND_OF,
    ON_WHICH,
    SPELLINGS,
    STANCES,
    STATES,
)
from openanpr.web.pages.search.told import GAP, Found, decision_of, found_of, place_of

_SECTION: Final = "/search"
Number = Annotated[int, Meta(ge=1, le=1_000_000)]
Line = Annotated[str, Meta(min_length=1, max_length=200)]
Lines = Annotated[str, Meta(min_length=1, max_length=4000)]
Numbers = Annotated[list[Number], Meta(min_length=1, max_length=2_000)]
_ROW: Final = {"run": "Open the search again", "number": "Choose a row"}
_ROWS: Final = {
    "numbers": "Choose the rows, in the first column of the table",
    "recipient": "Enter to whom it goes",
    "case": "Choose the case that is to keep them",
    "reason": "Enter why they are kept",
}


class RowFields(Struct, frozen=True):
    """A row of an answer."""

    run: Number
    number: Number
    picture: Picture = Picture.PATCH


class PrintFields(Struct, frozen=True):
    """Rows to be printed."""

    run: Number
    numbers: Numbers


class ExportFields(Struct, frozen=True):
    """Rows that go to somebody."""

    run: Number
    numbers: Numbers
    recipient: Line
    format: Literal["csv", "json"] = "csv"
    consulted: str = ""


class KeepFields(Struct, frozen=True):
    """Rows that a case is to keep, and why."""

    run: Number
    numbers: Numbers
    case: Line
    reason: Lines


def search_found_pages(pages: SearchPages) -> list[PageRoute]:
    """Return the pages of one search."""
    act = Act.SEARCH
    return [
        page("/search/{search}", act, lambda visit: _one(pages, visit)),
        sent("/search/{search}/run", act, lambda visit: _run(pages, visit)),
        sent("/search/{search}/cancel", act, lambda visit: _cancel(pages, visit)),
        sent("/search/{search}/withdraw", act, lambda visit: _withdraw(pages, visit)),
        sent("/search/{search}/open", Act.OPEN_READ, lambda visit: _open(pages, visit)),
        sent("/search/{search}/picture", Act.OPEN_PICTURE, lambda visit: _picture(pages, visit)),
        sent("/search/{search}/place", Act.SEE_PLACE, lambda visit: _place(pages, visit)),
        sent("/search/{search}/print", Act.PRINT, lambda visit: _print(pages, visit)),
        sent("/search/{search}/export", Act.EXPORT, lambda visit: _export(pages, visit)),
        sent("/search/{search}/keep", Act.HOLD, lambda visit: _keep(pages, visit)),
    ]


def search_values(pages: SearchPages, record: SearchRecord) -> dict[str, object]:
    """Return what a page tells of a search, whoever looks at it."""
    told = search_told(record)
    people = pages.of.people.store
    names = {one: people.find(one) for one in {told.asked_by, told.asked_for}}
    by = None if told.authority is None else people.find(told.authority.by)
    return {
        "search": told,
        "kind": KIND_OF[told.kind.value],
        "tag": STATES[told.state],
        "decision": decision_of(told.decision),
        "asker": record.name,
        "whom": "" if told.asked_for == told.asked_by else _named(names.get(told.asked_for), told.asked_for),
        "authority_by": "" if by is None else by.name,
        "categories": CATEGORIES,
        "stances": STANCES,
        "spellings": SPELLINGS,
        "answers_as": ANSWERS_AS,
        "section": _SECTION,
    }


def _named(account: object, whose: str) -> str:
    name: object = getattr(account, "name", None)
    return str(name) if name else whose.removeprefix("without account: ")


def _one(pages: SearchPages, visit: Visit, faults: dict[str, str] | None = None) -> Answer:
    desk, by = pages.of.desk, pages.of.asker(visit.call)
    record = desk.find(visit.place("search"), by)
    going = pages.runs.going(record.search_id)
    fault = pages.runs.fault(record.search_id)
    why = None if fault is None else page_refusal(fault)
    found: Found | None = None
    if record.state is State.ANSWERED and not going:
        found, gone = _found(pages, record, by)
        why = why or gone
    values = {
        **search_values(pages, record),
        "found": found,
        "why": why,
        "running": going or record.state is State.RUNNING,
        "runnable": record.state in RUNNABLE and record.asked_by == by.id,
        "ran_s": int((visit.asked.now - record.standing.at).total_seconds()),
        "most_s": desk.parts.limits.seconds,
        "cases": _open_cases(pages, by) if found is not None else (),
        "lawful": _lawful(pages, record, by),
        "between": BETWEEN,
        "on_which": ON_WHICH,
        "did": DID,
        "gap": int(GAP.total_seconds() // 60),
        "place_of": place_of,
        "faults": faults or {},
        "filled": visit.form,
    }
    template = "search/standing.html" if visit.part else "search/one.html"
    return Shown(template, values, 422 if faults else 200)


def _found(pages: SearchPages, record: SearchRecord, by: Asker) -> tuple[Found | None, Refused | None]:
    """Return the answer of the last run, shown once more and logged so; or why it is not."""
    try:
        results = results_told(pages.of.desk.results(record.search_id, by))
    except ResultsGoneError:
        return None, None
    except RefusedError as fault:
        return None, page_refusal(fault)
    named = bool(marks_of(record.ask.question))
    return found_of(results, named=named, zone=pages.zone), None


def _open_cases(pages: SearchPages, by: Asker) -> list[object]:
    return [case_told(one) for one in pages.of.desk.cases(by) if one.closed_at is None]


def _lawful(pages: SearchPages, record: SearchRecord, by: Asker) -> tuple[object, ...]:
    """Return what narrower asks would be allowed in place of one that was refused, or that waits."""
    if record.state not in {State.REFUSED, State.WAITING, State.DECLINED} or record.asked_by != by.id:
        return ()
    try:
        return pages.of.desk.lawful(record.ask, by)
    except (RefusedError, QuestionError, ReadsUnreachableError):
        return ()


def _run(pages: SearchPages, visit: Visit) -> Answer:
    desk, by = pages.of.desk, pages.of.asker(visit.call)
    search = desk.find(visit.place("search"), by).search_id
    pages.runs.begin(search, lambda: desk.run(search, by))
    return SeeOther(f"/search/{search}")


def _cancel(pages: SearchPages, visit: Visit) -> Answer:
    pages.of.desk.cancel(visit.place("search"), pages.of.asker(visit.call))
    return SeeOther(f"/search/{visit.place('search')}")


def _withdraw(pages: SearchPages, visit: Visit) -> Answer:
    pages.of.desk.withdraw(visit.place("search"), pages.of.asker(visit.call))
    return SeeOther(f"/search/{visit.place('search')}")


def _open(pages: SearchPages, visit: Visit) -> Answer:
    form = visit.form.read(RowFields, _ROW)
    row = Row(form.run, form.number)
    opened = pages.of.desk.open_read(visit.place("search"), row, pages.of.asker(visit.call))
    values = {"read": opened_told(opened), "search_id": visit.place("search"), "section": _SECTION}
    return Shown("search/read_part.html" if visit.part else "search/read.html", values)


def _picture(pages: SearchPages, visit: Visit) -> Answer:
    form = visit.form.read(RowFields, _ROW)
    by = pages.of.asker(visit.call)
    jpeg = pages.of.desk.open_picture(visit.place("search"), Row(form.run, form.number), form.picture, by)
    if jpeg is None:
        raise NotFoundError("this picture is not here, or not yet")
    values = {
        "jpeg": base64.b64encode(jpeg).decode("ascii"),
        "picture": form.picture.value,
        "number": form.number,
        "search_id": visit.place("search"),
        "section": _SECTION,
    }
    return Shown("search/picture_part.html" if visit.part else "search/picture.html", values)


def _place(pages: SearchPages, visit: Visit) -> Answer:
    form = visit.form.read(RowFields, _ROW)
    by = pages.of.asker(visit.call)
    camera = pages.of.desk.open_place(visit.place("search"), Row(form.run, form.number), by)
    values = {
        "camera": camera_told(camera),
        "number": form.number,
        "search_id": visit.place("search"),
        "section": _SECTION,
    }
    return Shown("search/place_part.html" if visit.part else "search/place.html", values)


def _print(pages: SearchPages, visit: Visit) -> Answer:
    try:
        form = visit.form.read(PrintFields, _ROWS)
    except FormFaultsError as fault:
        return _one(pages, visit, fault.faults)
    rows = _rows(visit, form.run, form.numbers)
    sheet = pages.of.desk.print_rows(rows, pages.of.asker(visit.call))
    text = sheet.body.decode("utf-8")
    return Shown("search/printed.html", {"text": text, "search_id": rows.search_id, "section": _SECTION})


def _export(pages: SearchPages, visit: Visit) -> Answer:
    try:
        form = visit.form.read(ExportFields, _ROWS)
        to = Recipient(form.recipient, form.consulted)
    except FormFaultsError as fault:
        return _one(pages, visit, fault.faults)
    except AskError as fault:
        return _one(pages, visit, {"recipient": str(fault)})
    rows = _rows(visit, form.run, form.numbers)
    sheet = pages.of.desk.export(rows, Form(form.format), to, pages.of.asker(visit.call))
    return File(sheet.body, sheet.media_type, sheet.file_name)


def _keep(pages: SearchPages, visit: Visit) -> Answer:
    by = pages.of.asker(visit.call)
    try:
        form = visit.form.read(KeepFields, _ROWS)
        pages.of.desk.hold(form.case, _rows(visit, form.run, form.numbers), by, reason=form.reason)
    except FormFaultsError as fault:
        return _one(pages, visit, fault.faults)
    except AskError as fault:
        said = str(fault)
        return _one(pages, visit, {"reason": said[:1].upper() + said[1:]})
    return SeeOther(f"/cases/{form.case}")


def _rows(visit: Visit, run: int, numbers: list[int]) -> RowsOf:
    return RowsOf(visit.place("search"), tuple(Row(run, number) for number in numbers))
