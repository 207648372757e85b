"""How a camera does, told from counts: what it read last and by the hour, and its clock. Pure.

No read is needed for it and no mark: counts by the hour, and what was measured of clocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from statistics import median, quantiles
from typing import Final
from zoneinfo import ZoneInfo

from openanpr.core.camera import CameraId

DAYS: Final = 14
"""So many days back the same hour is compared with."""
_LEAST_DAYS: Final = 3
_LEAST_READS: Final = 4
"""A camera that usually reads fewer in this hour may well read none in it."""
HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


class State(StrEnum):
    """How a camera does."""

    SILENT = "silent"  # it reads nothing, and usually does
    NEVER = "never"  # it has never read
    FEWER = "fewer"  # far fewer than it usually reads in this hour
    WELL = "well"
    NEW = "new"  # too few days to say
    RETIRED = "retired"


class ClockState(StrEnum):
    """How the clock of a camera does; the limits are those of the profile."""

    FAR_OFF = "far-off"
    OFF = "off"
    DOUBTFUL = "doubtful"
    WELL = "well"
    NOT_MEASURED = "not-measured"


@dataclass(frozen=True, slots=True)
class HourCount:
    """What a camera read in the hour from `hour` on (UTC): reads, late ones, unsure ones, and the last."""

    camera: CameraId
    hour: datetime
    reads: int
    late: int
    unsure: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ClockNote:
    """The newest offset that was measured of a clock (None: none), and how many reads were doubted."""

    offset_ms: int | None
    reads: int
    doubtful: int


@dataclass(frozen=True, slots=True)
class ClockLimits:
    """From which offset a clock is off, and from which it is so far off that its reads are held."""

    alarm_ms: int
    hold_ms: int


@dataclass(frozen=True, slots=True)
class Expected:
    """What a camera reads in an hour: the median of so many days, and the middle half of them."""

    median: float
    low: float
    high: float
    days: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one camera: its hours, its clock, the day of its last read."""

    hours: Mapping[datetime, HourCount]
    clock: ClockNote | None
    last_day: date | None


@dataclass(frozen=True, slots=True)
class Health:
    """How a camera does. `last_hour` is of the whole hour before this one, `so_far` of this one.

    `last_at` None with a `last_day`: it read last on that day. `reads` and the shares are of the last day.
    """

    state: State
    last_at: datetime | None
    last_day: date | None
    last_hour: int
    so_far: int
    expected: Expected | None
    reads: int
    unsure_share: float | None
    late_share: float | None
    clock: ClockState
    clock_offset_ms: int | None


@dataclass(frozen=True, slots=True)
class HourShown:
    """One hour of a camera, beside what it usually reads in it."""

    hour: datetime
    reads: int
    expected: Expected | None


def hour_of(at: datetime) -> datetime:
    """Return when the hour of a moment began."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def health(known: Known, limits: ClockLimits, *, now: datetime, zone: ZoneInfo, retired: bool) -> Health:
    """Return how a camera does at a moment."""
    this = hour_of(now)
    last = [one for hour, one in known.hours.items() if hour > this - _DAY]
    reads = sum(one.reads for one in last)
    expected = expected_in(known.hours, this - HOUR, zone=zone)
    counts = [known.hours.get(hour) for hour in (this - HOUR, this)]
    last_hour, so_far = (0 if one is None else one.reads for one in counts)
    last_at = max((one.last_at for one in known.hours.values()), default=None)
    return Health(
        state=State.RETIRED
        if retired
        else _state(known, expected, last_hour=last_hour, so_far=so_far, reads=reads),
        last_at=last_at,
        last_day=known.last_day,
        last_hour=last_hour,
        so_far=so_far,
        expected=expected,
        reads=reads,
        unsure_share=sum(one.unsure for one in last) / reads if reads else None,
        late_share=sum(one.late for one in last) / reads if reads else None,
        clock=_clock(known.clock, limits),
        clock_offset_ms=None if known.clock is None else known.clock.offset_ms,
    )


def expected_in(hours: Mapping[datetime, HourCount], hour: datetime, *, zone: ZoneInfo) -> Expected | None:
    """Return what is usual in an hour of the day (as clocks of the zone show it); None for too few days.

    A day without a read in that hour counts as none, from the first hour on of which anything is known.
    """
    first = min(hours, default=None)
    if first is None:
        return None
    counts = [
        0 if (one := hours.get(at)) is None else one.reads for at in same_hours(hour, zone) if at >= first
    ]
    if len(counts) < _LEAST_DAYS:
        return None
    low, _, high = quantiles(counts, n=4, method="inclusive")
    return Expected(median(counts), low, high, len(counts))


def state_in(hours: Mapping[datetime, HourCount], hour: datetime, *, now: datetime, zone: ZoneInfo) -> State:
    """Return how a camera did in one hour: silent, fewer, well, or new where nothing can be said.

    Of an hour that goes on nothing is said but that it has read as many as are usual.
    """
    expected = expected_in(hours, hour, zone=zone)
    reads = 0 if (one := hours.get(hour)) is None else one.reads
    if expected is None or (reads == 0 and expected.median < _LEAST_READS):
        return State.NEW
    if reads and not _few(reads, expected):
        return State.WELL
    if now < hour + HOUR:
        return State.NEW
    return State.FEWER if reads else State.SILENT


def last_hours(
    hours: Mapping[datetime, HourCount], *, now: datetime, zone: ZoneInfo, many: int = 24
) -> tuple[HourShown, ...]:
    """Return the last whole hours, the oldest first, each beside what is usual in it."""
    this = hour_of(now)
    shown = [this - HOUR * back for back in range(many, 0, -1)]
    return tuple(
        HourShown(
            hour, 0 if (one := hours.get(hour)) is None else one.reads, expected_in(hours, hour, zone=zone)
        )
        for hour in shown
    )


def by_camera(counts: Sequence[HourCount]) -> Mapping[CameraId, Mapping[datetime, HourCount]]:
    """Return counts by camera and hour."""
    found: dict[CameraId, dict[datetime, HourCount]] = {}
    for one in counts:
        found.setdefault(one.camera, {})[one.hour] = one
    return found


def same_hours(hour: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the same hour of each of the `DAYS` before, as clocks of the zone show it."""
    shown = hour.astimezone(zone).replace(tzinfo=None)
    for back in range(1, DAYS + 1):
        yield (shown - _DAY * back).replace(tzinfo=zone).astimezone(UTC)


def _state(known: Known, expected: Expected | None, *, last_hour: int, so_far: int, reads: int) -> State:
    if not known.hours and known.last_day is None:
        return State.NEVER
    if reads == 0:
        return State.SILENT
    if expected is None:
        return State.NEW
    if last_hour + so_far == 0 and expected.median >= _LEAST_READS:
        return State.SILENT
    return State.FEWER if _few(last_hour, expected) else State.WELL


def _few(reads: int, expected: Expected) -> bool:
    """Tell whether an hour has far fewer reads than are usual in it."""
    fence = expected.low - 1.5 * (expected.high - expected.low)
    return reads < min(fence, expected.median / 2)


def _clock(note: ClockNote | None, limits: ClockLimits) -> ClockState:
    if note is None or note.offset_ms is None:
        return ClockState.NOT_MEASURED
    if abs(note.offset_ms) > limits.hold_ms:
        return ClockState.FAR_OFF
    if abs(note.offset_ms) > limits.alarm_ms:
        return ClockState.OFF
    return ClockState.DOUBTFUL if note.doubtful else ClockState.WELL
