"""What runs found, kept in memory for an hour so that rows can be opened; nothing of it is on a disk.

A found read is a statement on a person. On a disk it would be a second store of reads that retention does not
know. Lost with the process or after the hour, it is found again by a new run, which is judged and logged.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from openanpr.search.found import CameraWorked, Chance, CommonMark, Companion, FoundMark, FoundRead, MissedLeg

FoundRow: TypeAlias = FoundRead | FoundMark | CommonMark | Companion


@dataclass(frozen=True, slots=True)
class Found:
    """Rows as they were found, and what the cameras did where that was asked. `more`: cut short by a limit.

    `withheld`: reads of a vehicle in which the person has an interest were among them, and were left out.
    `legs`: of vehicles named, what lies between one read and the next; for who may see places. `chance`: of
    who travels together.
    """

    rows: tuple[FoundRow, ...] = field(repr=False)
    more: bool
    worked: tuple[CameraWorked, ...] = ()
    withheld: bool = False
    legs: tuple[MissedLeg, ...] = field(default=(), repr=False)
    chance: Chance | None = None


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What one run of a search found, when, and its answer's entry in the audit log."""

    search_id: str
    run: int
    found: Found
    answered_at: datetime
    until: datetime
    entry: int


class KeptAnswers:
    """The answers of the last hour, the newest of each search. Threads share it."""

    def __init__(self, *, most_rows: int = 100_000, for_time: timedelta = timedelta(hours=1)) -> None:
        self.for_time = for_time
        self._most_rows = most_rows
        self._answers: OrderedDict[str, KeptAnswer] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, answer: KeptAnswer) -> None:
        """Keep an answer; the oldest go where there would be too many rows."""
        with self._lock:
            self._answers.pop(answer.search_id, None)
            self._answers[answer.search_id] = answer
            while len(self._answers) > 1 and self._rows() > self._most_rows:
                self._answers.popitem(last=False)

    def get(self, search_id: str, *, now: datetime) -> KeptAnswer | None:
        """Return the answer of a search if it is kept still; what is past its time goes."""
        with self._lock:
            for old in [one for one in self._answers.values() if not one.answered_at <= now < one.until]:
                del self._answers[old.search_id]
            return self._answers.get(search_id)

    def drop(self, search_id: str) -> None:
        """Forget the answer of a search."""
        with self._lock:
            self._answers.pop(search_id, None)

    def _rows(self) -> int:
        return sum(len(one.found.rows) for one in self._answers.values())
