"""What a site contributed: counts of a time, held against what its case expected, told in bands. Pure.

The figures that are told are bands and not counts: a count of one outcome at one camera is somebody's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from openanpr.sites.case import Expectation, Measure

OUTCOMES = frozenset({"ticket", "seizure", "arrest"})
"""What came of an alert that the law has a name for, in the words of `alert.closure`."""

_NONE, _FEW = "none", "fewer than 5"
_LEAST_TOLD = 5


class Came(StrEnum):
    """What came, against what was expected."""

    REACHED = "reached"
    MISSED = "missed"
    CANNOT_SAY = "cannot-say"  # no day has passed, or a part of the time is stored no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Counts of some cameras in a time. Hits and outcomes leave covert ones out.

    `days` is how many days of the time asked about could be counted: what was erased is counted no more.
    """

    reads: int
    hits: int
    outcomes: int
    arrests: int
    seizures: int
    days: int

    def of(self, measure: Measure) -> int:
        """The count of one measure."""
        return {
            Measure.READS: self.reads,
            Measure.HITS: self.hits,
            Measure.OUTCOMES: self.outcomes,
            Measure.ARRESTS: self.arrests,
            Measure.SEIZURES: self.seizures,
        }[measure]


@dataclass(frozen=True, slots=True)
class Held:
    """One expectation held against what came, as a band."""

    measure: Measure
    at_least: int
    band: str
    came: Came


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a site contributed in `days` of `asked_days` days: bands by measure, and what was expected."""

    asked_days: int
    days: int
    bands: tuple[tuple[Measure, str], ...]
    held: tuple[Held, ...]


def band(count: int) -> str:
    """Return a count as a band: none, fewer than 5, then two bands to each power of ten."""
    if count <= 0:
        return _NONE
    if count < _LEAST_TOLD:
        return _FEW
    low, high, factor = _LEAST_TOLD, 10, 2
    while count >= high:
        low, factor = high, 7 - factor  # 5 to 9, 10 to 49, 50 to 99, 100 to 499: times five, times two
        high = low * factor
    return f"{low:,} to {high - 1:,}"


def contribution(counted: Counted, expected: Iterable[Expectation], *, asked_days: int) -> Contribution:
    """Return what came in `asked_days` days; what is expected is of a year, and is taken for their share."""
    bands = tuple((measure, band(counted.of(measure))) for measure in Measure)
    held = tuple(_held(one, counted, asked_days) for one in expected)
    return Contribution(asked_days, counted.days, bands, held)


def _held(one: Expectation, counted: Counted, asked_days: int) -> Held:
    count, wanted = counted.of(one.measure), one.at_least * min(asked_days, 365) / 365
    short = Came.MISSED if counted.days >= asked_days > 0 else Came.CANNOT_SAY
    came = Came.REACHED if count >= wanted > 0 else short
    return Held(one.measure, one.at_least, band(count), came)
