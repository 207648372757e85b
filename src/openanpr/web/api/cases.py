"""Cases over the API: what keeps chosen reads and notes for an investigation."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from openanpr.policy.ask import Act
from openanpr.search.record import Case, CaseHold, Note
from openanpr.search.shown import RowsOf
from openanpr.web.api.route import ApiRoute, Call, LongText, Nothing, Text, get, post
from openanpr.web.api.search_told import OpenedTold, opened_told
from openanpr.web.api.searches import ReasonForm, RowsForm, SearchRoutes


class CaseForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A case for an open reference, and the last day on which it keeps what it holds."""

    reference: Text
    until: date


class HoldForm(RowsForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Rows of a search that a case is to keep, and why."""

    search: Text
    reason: LongText


class NoteForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A note."""

    text: LongText


class CaseTold(Struct, frozen=True):
    """A case."""

    case: str
    reference: str
    opened_at: datetime
    until: date
    closed_at: datetime | None


class HoldTold(Struct, frozen=True):
    """Reads that a case keeps."""

    hold: str
    search: str
    by: str
    at: datetime
    until: date
    reads: int
    oldest_on: date
    reason: str


class NoteTold(Struct, frozen=True):
    """A note on a case."""

    note: str
    by: str
    at: datetime
    text: str


class WholeCase(Struct, frozen=True):
    """A case with what it holds and its notes."""

    case: CaseTold
    holds: list[HoldTold]
    notes: list[NoteTold]


class Cases(Struct, frozen=True):
    """One's cases, the newest first."""

    cases: list[CaseTold]


class HeldReads(Struct, frozen=True):
    """The reads that a hold keeps."""

    reads: list[OpenedTold]


def case_routes(of: SearchRoutes) -> list[ApiRoute]:
    """Return the routes of cases."""
    act, desk = Act.HOLD, of.desk
    return [
        get(
            "/cases",
            "My cases",
            act,
            Cases,
            lambda call: Cases([*map(case_told, desk.cases(of.asker(call)))]),
        ),
        post(
            "/cases",
            "Open a case",
            act,
            CaseForm,
            CaseTold,
            lambda call, form: case_told(desk.open_case(form.reference, form.until, of.asker(call))),
        ),
        get("/cases/{case}", "One case of mine", act, WholeCase, lambda call: whole_case(of, call)),
        post(
            "/cases/{case}/hold",
            "Have a case keep reads",
            act,
            HoldForm,
            HoldTold,
            lambda call, form: _hold(of, call, form),
        ),
        post(
            "/cases/{case}/holds/{hold}/open",
            "Open the reads that a case keeps",
            Act.OPEN_HELD,
            Nothing,
            HeldReads,
            lambda call, _: opened_hold(of, call),
        ),
        post(
            "/cases/{case}/notes",
            "Write a note on a case",
            act,
            NoteForm,
            NoteTold,
            lambda call, form: _note(desk.note(call.asked.path["case"], form.text, of.asker(call))),
        ),
        post(
            "/cases/{case}/close",
            "Close a case",
            act,
            ReasonForm,
            CaseTold,
            lambda call, form: case_told(
                desk.close_case(call.asked.path["case"], of.asker(call), reason=form.reason)
            ),
        ),
    ]


def whole_case(of: SearchRoutes, call: Call) -> WholeCase:
    """Return a case of whoever asks, with its holds and notes."""
    case, holds, notes = of.desk.case(call.asked.path["case"], of.asker(call))
    return WholeCase(case_told(case), [*map(_held, holds)], [*map(_note, notes)])


def _hold(of: SearchRoutes, call: Call, form: HoldForm) -> HoldTold:
    rows: RowsOf = form.rows(form.search)
    return _held(of.desk.hold(call.asked.path["case"], rows, of.asker(call), reason=form.reason))


def opened_hold(of: SearchRoutes, call: Call) -> HeldReads:
    """Open the reads that a hold keeps; return them."""
    path = call.asked.path
    return HeldReads([*map(opened_told, of.desk.open_held(path["case"], path["hold"], of.asker(call)))])


def case_told(one: Case) -> CaseTold:
    """Return a case as the API shows it."""
    return CaseTold(one.case_id, one.reference, one.opened_at, one.until, one.closed_at)


def _held(one: CaseHold) -> HoldTold:
    return HoldTold(
        one.hold_id, one.search_id, one.by, one.at, one.until, one.reads, one.oldest_on, one.reason
    )


def _note(one: Note) -> NoteTold:
    return NoteTold(one.note_id, one.by, one.at, one.text)
