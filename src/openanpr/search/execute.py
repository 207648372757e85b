"""A question put to the stored reads, within bounds. Called by `running` alone, after judging and logging."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias

from openanpr.core.camera import CameraId
from openanpr.search.found import Answer, CommonMark, Companion, FoundMark, FoundRead
from openanpr.search.kept import Found, FoundRow
from openanpr.search.metering import Scope
from openanpr.search.ports import Bounds, StoredReads, Together
from openanpr.search.question import (
    CommonPlates,
    Convoy,
    LastSeen,
    ListOfVehicles,
    OneVehicle,
    PartOfAMark,
    PlaceAndTime,
    Question,
    WasItThere,
)
from openanpr.search.resolve import moving

_Answer: TypeAlias = Answer[FoundRead] | Answer[FoundMark] | Answer[CommonMark]


def execute(question: Question, scope: Scope, reads: StoredReads, bounds: Bounds) -> Found:
    """Return what answers a question. Raises StoppedError, TooMuchError, ReadsUnreachableError.

    Whatever the store does, no read of a camera that the person may not know of is in it.
    """
    found = _asked(question, scope, reads, bounds)
    hidden = scope.sight.hidden
    rows = (_without_cameras(row, hidden) for row in found.rows)
    return replace(found, rows=tuple(row for row in rows if row is not None))


def _without_cameras(row: FoundRow, hidden: frozenset[CameraId]) -> FoundRow | None:
    """Return a row without what cameras say that are hidden, None where nothing is left of it."""
    if isinstance(row, FoundRead):
        return None if row.key.camera in hidden else row
    if isinstance(row, Companion):
        seen = tuple(one for one in row.seen if one.camera not in hidden)
        return replace(row, seen=seen) if seen else None
    return row


def without_marks(found: Found, marks: frozenset[str]) -> Found:
    """Return what was found without the rows of some marks, and whether there were any."""
    if not marks:
        return found
    rows = tuple(row for row in found.rows if mark_of(row) not in marks)
    return replace(found, rows=rows, withheld=len(rows) < len(found.rows))


def mark_of(row: FoundRow) -> str:
    """Return the mark of a row."""
    return row.key.vrm if isinstance(row, FoundRead) else row.mark


def _asked(question: Question, scope: Scope, reads: StoredReads, bounds: Bounds) -> Found:
    match question:
        case OneVehicle():
            return _found(reads.of_marks((question.mark,), question.spellings, question.span, bounds))
        case ListOfVehicles():
            return _found(reads.of_marks(question.marks, question.spellings, question.span, bounds))
        case LastSeen():
            last = reads.last_of(question.mark, question.spellings, question.span, bounds)
            return Found(() if last is None else (last,), more=False)
        case PartOfAMark():
            return _found(reads.like(question.pattern, question.span, bounds))
        case PlaceAndTime():
            (at,) = scope.scenes
            return _found(reads.passed(at, question.direction, question.styles, bounds))
        case CommonPlates():
            return _found(reads.common(scope.scenes, question.at_least, bounds))
        case Convoy():
            return _company(question, scope, reads, bounds)
        case WasItThere():
            return _was_it_there(question, scope, reads, bounds)


def _company(question: Convoy, scope: Scope, reads: StoredReads, bounds: Bounds) -> Found:
    """Who was read beside the vehicle by cameras that stand: of one that drives, nobody knows how near."""
    drive = moving(scope.sight, question.span)
    stand = replace(bounds, without=tuple(sorted({*bounds.without, *drive})))
    together = Together(timedelta(minutes=question.within_min), question.at_least)
    found = reads.company(question.mark, question.spellings, question.span, together, stand)
    return Found(found.rows, found.more, chance=found.chance)


def _was_it_there(question: WasItThere, scope: Scope, reads: StoredReads, bounds: Bounds) -> Found:
    (at,) = scope.scenes
    found = reads.there(question.mark, question.spellings, at, bounds)
    known = scope.sight.cameras
    worked = tuple(
        one
        for one in reads.worked(at.seen.cameras, at.span)
        # One that came into the register later and read nothing then was not there to see anything.
        if one.hours_with_reads or known[one.camera].added_at < at.span.until
    )
    return Found(found.rows, found.more, worked)


def _found(answer: _Answer) -> Found:
    rows: Sequence[FoundRead | FoundMark | CommonMark] = answer.rows
    return Found(tuple(rows), answer.more)
