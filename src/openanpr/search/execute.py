"""A question put to the stored reads, within bounds. Called by `running` alone, after judging and logging."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from openanpr.search.found import Answer, CommonMark, FoundMark, FoundRead
from openanpr.search.kept import Found
from openanpr.search.metering import Scope
from openanpr.search.ports import Bounds, StoredReads
from openanpr.search.question import (
    CommonPlates,
    LastSeen,
    ListOfVehicles,
    OneVehicle,
    PartOfAMark,
    PlaceAndTime,
    Question,
    WasItThere,
)

_Answer: TypeAlias = Answer[FoundRead] | Answer[FoundMark] | Answer[CommonMark]


def execute(question: Question, scope: Scope, reads: StoredReads, bounds: Bounds) -> Found:
    """Return what answers a question. Raises StoppedError, TooMuchError, ReadsUnreachableError.

    Whatever the store does, no read of a camera that the person may not know of is in it.
    """
    found = _asked(question, scope, reads, bounds)
    hidden = scope.sight.hidden
    rows = tuple(row for row in found.rows if not (isinstance(row, FoundRead) and row.key.camera in hidden))
    return replace(found, rows=rows)


def without_marks(found: Found, marks: frozenset[str]) -> Found:
    """Return what was found without the rows of some marks, and whether there were any."""
    if not marks:
        return found
    rows = tuple(row for row in found.rows if mark_of(row) not in marks)
    return replace(found, rows=rows, withheld=len(rows) < len(found.rows))


def mark_of(row: FoundRead | FoundMark | CommonMark) -> str:
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
        case WasItThere():
            return _was_it_there(question, scope, reads, bounds)


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
