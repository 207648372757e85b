"""Cases: what an investigation keeps of what it found, and what it wrote down. Each is its owner's alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from openanpr.audit.acts import Alteration
from openanpr.core.purpose import Category, Stance
from openanpr.policy.ask import Act, Material, Purpose
from openanpr.search.ask import MOST_REFERENCE, Asker, AskError, says_something, verify_text, verify_words
from openanpr.search.entries import Step, log_altered, log_held
from openanpr.search.faults import NotFoundError, NotNowError
from openanpr.search.guard import judge_again, refuse_by
from openanpr.search.judging import (
    judge,
    material_of,
    material_request,
    purpose_of,
    reference_state,
    today_of,
)
from openanpr.search.opening import Chosen, choose, oldest_at
from openanpr.search.parts import Parts
from openanpr.search.ports import HoldOrder
from openanpr.search.record import Case, CaseHold, Note
from openanpr.search.redact import opened_read, shown_camera
from openanpr.search.shown import OpenedRead, Row, RowsOf
from openanpr.search.sight import sight_of

MOST_LISTED = 200
MOST_NOTE = 4_000


def open_case(parts: Parts, reference: str, until: date, by: Asker) -> Case:
    """Return a new case of one's own for an open reference. Raises AskError for another last day."""
    now = parts.clock()
    verify_words(reference, most=MOST_REFERENCE, what="the reference of a case")
    _verify_until(parts, until, today_of(now))
    state = reference_state(parts, reference)
    purpose = Purpose(Category.VOLUME, Stance.REACTIVE, state, reason_given=True)
    own = Material(0, by.id, by.id, case_owner=by.id, end_named=True)
    ruling = judge(parts, material_request(Act.HOLD, purpose, own, by.person, now=now))
    if not ruling.allowed:
        refuse_by(parts, None, ruling, Step(by.id, "open-case", now))
    case = Case(parts.fresh_id(), reference, by.id, now, until)
    why = f"to keep reads for its reference until {until}"
    log_altered(parts, _event(by, "case-open", case, why, now))
    parts.cases.open(case)
    return case


def case_of(parts: Parts, case_id: str, by: Asker) -> Case:
    """Return a case of one's own. Raises NotFoundError, in the same words for another's and for none."""
    case = parts.cases.case(case_id)
    if case is None or case.owner != by.id:
        raise NotFoundError("there is no such case of yours")
    return case


def whole_case(parts: Parts, case_id: str, by: Asker) -> tuple[Case, tuple[CaseHold, ...], tuple[Note, ...]]:
    """Return a case of one's own with its holds and notes."""
    case = case_of(parts, case_id, by)
    return case, parts.cases.holds(case_id), parts.cases.notes(case_id)


def hold(parts: Parts, case_id: str, rows: RowsOf, by: Asker, *, reason: str) -> CaseHold:
    """Return what a case keeps from now on, whatever retention does; `reason` says why these reads.

    The reads and their pictures are copied before this returns. Raises NotHeldError, with nothing noted.
    """
    now = parts.clock()
    case = _open(parts, case_id, by, now)
    verify_text(reason, "the reason of a hold")
    chosen = choose(parts, rows.search_id, rows.rows, by, now=now)
    if chosen.record.ask.reference != case.reference:
        raise AskError("the case is of another reference than the search: open a case for this one")
    if len(chosen.reads) != len(chosen.rows):
        raise NotFoundError("a case keeps reads: a row of marks has none")
    _allow(parts, chosen, by, reason, now)
    order = HoldOrder(parts.fresh_id(), case.reference, case.owner, case.until, now)
    log_altered(parts, _event(by, "hold", case, reason, now), chosen.marks)
    kept = parts.world.holds.hold(order, [read.key for read in chosen.reads])
    oldest = today_of(oldest_at(chosen.record, chosen.rows))
    made = CaseHold(order.hold_id, case_id, rows.search_id, by.id, now, case.until, kept, oldest, reason)
    if not parts.cases.keep(made):
        raise NotNowError("the case was closed at the same moment: what was kept goes at its last day")
    return made


def note(parts: Parts, case_id: str, text: str, by: Asker) -> Note:
    """Return a note as it is kept on a case."""
    now = parts.clock()
    case = _open(parts, case_id, by, now)
    verify_words(text, most=MOST_NOTE, what="a note")
    log_altered(parts, _event(by, "case-note", case, "a note of its owner", now))
    made = Note(parts.fresh_id(), case_id, by.id, now, text)
    if not parts.cases.write(made):
        raise NotNowError("the case was closed at the same moment")
    return made


def close_case(parts: Parts, case_id: str, by: Asker, *, reason: str) -> Case:
    """Return a case as closed; what it keeps goes at its last day."""
    now = parts.clock()
    case = _open(parts, case_id, by, now)
    verify_text(reason, "the reason to close a case")
    log_altered(parts, _event(by, "case-close", case, reason, now))
    if not parts.cases.close(case_id, now):
        raise NotNowError("the case was closed at the same moment")
    return replace(case, closed_at=now)


def open_held(parts: Parts, case_id: str, hold_id: str, by: Asker) -> tuple[OpenedRead, ...]:
    """Return the reads that a hold of a case keeps, whole; these are there beyond retention."""
    now = parts.clock()
    case = case_of(parts, case_id, by)
    if all(one.hold_id != hold_id for one in parts.cases.holds(case_id)):
        raise NotFoundError("there is no such hold of this case")
    found = parts.world.holds.held(hold_id)
    marks = tuple(sorted({one.record.vrm for one in found}))
    own = bool(marks) and bool(parts.world.own_marks.concerning(by.id, marks))
    state = reference_state(parts, case.reference)
    purpose = Purpose(Category.VOLUME, Stance.REACTIVE, state, reason_given=True, own_interest=own)
    material = Material(0, by.id, by.id, case_owner=case.owner)
    ruling = judge(parts, material_request(Act.OPEN_HELD, purpose, material, by.person, now=now))
    if not ruling.allowed:
        refuse_by(parts, None, ruling, Step(by.id, Act.OPEN_HELD, now))
    entry = log_held(parts, case, Step(by.id, Act.OPEN_HELD, now, rows=len(found), marks=marks))
    sight = sight_of(parts, by.person, today=today_of(now))
    return tuple(
        opened_read(Row(0, number), one, shown_camera(one.record.camera, "", sight), sight, entry=entry)
        for number, one in enumerate(found, 1)
        if one.record.camera not in sight.hidden
    )


def _open(parts: Parts, case_id: str, by: Asker, now: datetime) -> Case:
    """One's own case, while it is open."""
    case = case_of(parts, case_id, by)
    if case.closed_at is not None or today_of(now) > case.until:
        raise NotNowError("the case is closed, or its last day is past: open another")
    return case


def _allow(parts: Parts, chosen: Chosen, by: Asker, reason: str, now: datetime) -> None:
    record = chosen.record
    judge_again(parts, record, by, Act.HOLD, now=now)
    own = purpose_of(parts, record.ask, by.id, chosen.marks)
    material = material_of(record, oldest=oldest_at(record, chosen.rows), now=now)
    request = material_request(
        Act.HOLD,
        replace(own, reason_given=says_something(reason)),
        replace(material, end_named=True),
        by.person,
        now=now,
    )
    ruling = judge(parts, request)
    if not ruling.allowed:
        refuse_by(parts, record, ruling, Step(by.id, Act.HOLD, now))


def _verify_until(parts: Parts, until: date, today: date) -> None:
    if not today <= until <= today + timedelta(days=parts.limits.case_days):
        raise AskError(
            f"the last day of a case is today or later, and at most {parts.limits.case_days} days on"
        )


def _event(by: Asker, what: str, case: Case, reason: str, now: datetime) -> Alteration:
    return Alteration(at=now, person=by.id, what=what, subject=f"case {case.case_id}", reason=reason)
