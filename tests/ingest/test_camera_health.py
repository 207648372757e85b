"""How a camera does: against the same hour of the days before, as clocks on the wall show it; its clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from openanpr.core.camera import CameraId
from openanpr.ingest.camera_health import (
    ClockLimits,
    ClockNote,
    ClockState,
    Health,
    HourCount,
    Known,
    State,
    expected_in,
    health,
    last_hours,
    state_in,
)

CAMERA = CameraId(53, 1, 7)
LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 22, 12, 20, tzinfo=UTC)
LAST = datetime(2026, 11, 22, 11, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIMITS = ClockLimits(alarm_ms=1_000, hold_ms=2_000)


def count(hour: datetime, reads: int, *, late: int = 0, unsure: int = 0) -> HourCount:
    return HourCount(CAMERA, hour, reads, late, unsure, hour + timedelta(minutes=30))


def usual(*reads: int, last: int | None = None, so_far: int = 0) -> dict[datetime, HourCount]:
    """The same hour of days before, the newest first; then the last hour and this one."""
    hours = {LAST - DAY * back: count(LAST - DAY * back, n) for back, n in enumerate(reads, 1)}
    if last:
        hours[LAST] = count(LAST, last)
    if so_far:
        hours[LAST + HOUR] = count(LAST + HOUR, so_far)
    return hours


def told(
    hours: dict[datetime, HourCount], clock: ClockNote | None = None, last_day: date | None = None
) -> Health:
    known = Known(hours, clock, last_day)
    return health(known, LIMITS, now=NOW, zone=LONDON, retired=False)


def test_usual_is_the_median_of_the_same_hour_with_the_middle_half_of_the_days() -> None:
    found = told(usual(10, 12, 14, 100, 8, last=11)).expected
    assert found is not None
    assert (found.median, found.low, found.high, found.days) == (12, 10, 14, 5)


def test_a_day_without_a_read_counts_as_none_but_only_since_the_camera_is_known() -> None:
    hours = usual(10, 10, 10, 10, last=10)
    del hours[LAST - DAY * 2]
    found = told(hours).expected
    assert found is not None
    assert (found.days, found.median) == (4, 10)
    assert found.low < 10


def test_of_two_days_nothing_is_said_to_be_usual() -> None:
    found = told(usual(10, 10, last=1))
    assert found.expected is None
    assert found.state is State.NEW


@pytest.mark.parametrize(
    ("hours", "state"),
    [
        ({}, State.NEVER),
        (usual(10, 12, 14, 10), State.SILENT),
        (usual(10, 12, 14, 10, last=1), State.FEWER),
        (usual(10, 12, 14, 10, last=9), State.WELL),
        (usual(10, 12, 14, 10, last=200), State.WELL),
        (usual(0, 1, 2, 1, last=1), State.WELL),
    ],
)
def test_a_state_says_what_shows(hours, state) -> None:
    assert told(hours).state is state


def test_a_quiet_camera_without_a_read_in_one_hour_is_not_called_silent() -> None:
    hours = usual(1, 0, 2, 1) | {LAST - HOUR * 5: count(LAST - HOUR * 5, 3)}
    assert told(hours).state is State.WELL


@pytest.mark.parametrize(
    ("hours", "now", "state"),
    [
        (usual(10, 12, 14, 10, last=9), NOW, State.WELL),
        (usual(10, 12, 14, 10, last=1), NOW, State.FEWER),
        (usual(10, 12, 14, 10), NOW, State.SILENT),
        (usual(10, 12, 14, 10, last=1), LAST + timedelta(minutes=59), State.NEW),
        (usual(10, 12, 14, 10), LAST + timedelta(minutes=59), State.NEW),
        (usual(10, 12, 14, 10, last=9), LAST + timedelta(minutes=59), State.WELL),
        (usual(1, 2, 3, 1), NOW, State.NEW),
        (usual(1, 2, 3, 1, last=1), NOW, State.WELL),
        (usual(10, 10, last=10), NOW, State.NEW),
        ({}, NOW, State.NEW),
    ],
)
def test_of_one_hour_it_is_told_whether_a_camera_worked_and_nothing_of_one_that_goes_on(
    hours, now, state
) -> None:
    assert state_in(hours, LAST, now=now, zone=LONDON) is state


def test_a_camera_that_read_long_ago_is_silent_and_says_on_which_day() -> None:
    found = told({}, last_day=date(2026, 3, 1))
    assert (found.state, found.last_at, found.last_day) == (State.SILENT, None, date(2026, 3, 1))


def test_reads_of_this_hour_keep_a_camera_from_being_called_silent() -> None:
    assert told(usual(10, 12, 14, 10, so_far=3)).state is State.FEWER


def test_shares_are_of_the_last_day_and_none_where_nothing_was_read() -> None:
    hours = {LAST: count(LAST, 10, late=1, unsure=4), LAST - DAY * 3: count(LAST - DAY * 3, 90, unsure=90)}
    found = told(hours)
    assert (found.reads, found.unsure_share, found.late_share) == (10, 0.4, 0.1)
    assert told({}).unsure_share is None


@pytest.mark.parametrize(
    ("note", "state"),
    [
        (None, ClockState.NOT_MEASURED),
        (ClockNote(None, 5, 5), ClockState.NOT_MEASURED),
        (ClockNote(0, 5, 0), ClockState.WELL),
        (ClockNote(-1_000, 5, 0), ClockState.WELL),
        (ClockNote(-1_000, 5, 1), ClockState.DOUBTFUL),
        (ClockNote(-1_001, 5, 1), ClockState.OFF),
        (ClockNote(2_000, 5, 0), ClockState.OFF),
        (ClockNote(2_001, 5, 0), ClockState.FAR_OFF),
    ],
)
def test_a_clock_is_told_by_the_limits_of_the_profile(note, state) -> None:
    assert told(usual(5, last=5), note).clock is state


def test_a_retired_camera_is_that_and_nothing_else() -> None:
    found = health(Known({}, None, None), LIMITS, now=NOW, zone=LONDON, retired=True)
    assert found.state is State.RETIRED


def test_hours_are_compared_as_clocks_on_the_wall_show_them_when_the_clocks_change() -> None:
    """On 25 October 2026 clocks go back: eight in the morning is 7:00 UTC before it and 8:00 after."""
    after = datetime(2026, 10, 26, 8, tzinfo=UTC)
    before = [datetime(2026, 10, day, 7, tzinfo=UTC) for day in (22, 23, 24)]
    hours = {at: count(at, 50) for at in before} | {after - DAY: count(after - DAY, 50)}
    found = expected_in(hours, after, zone=LONDON)
    assert found is not None
    assert (found.median, found.low, found.days) == (50, 50, 4)


def test_the_last_hours_are_whole_in_order_and_each_beside_its_own_usual() -> None:
    shown = last_hours(usual(10, 12, 14, last=7), now=NOW, zone=LONDON)
    assert len(shown) == 24
    assert [shown[0].hour, shown[-1].hour] == [LAST - HOUR * 23, LAST]
    assert shown[-1].reads == 7
    assert shown[-1].expected is not None
    assert shown[-1].expected.median == 12
    assert shown[-2].reads == 0
