"""How much traffic two cameras share, as the store counts it: against a count by hand, and no mark in it."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openanpr.core.camera import CameraId
from openanpr.core.shape import shape_key
from openanpr.sites.duplication import Shared
from openanpr.store.shared_traffic import SharedTraffic
from tests.store.reads import arrived

ONE, OTHER, SILENT = CameraId(53, 1, 1), CameraId(53, 1, 2), CameraId(53, 1, 3)
NOON = datetime(2026, 10, 26, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WITHIN = 10 * MINUTE
_DAYS = count(10)


@pytest.fixture
def traffic(engine) -> SharedTraffic:
    return SharedTraffic(engine)


def shared(traffic, *, since=NOON - DAY, pair=(ONE, OTHER)) -> Shared | None:
    return traffic.shared([pair], since=since, within=WITHIN).get(pair)


def test_reads_that_the_other_had_within_the_time_are_counted_once_each(traffic, write) -> None:
    write(
        arrived("AB12CDE", at=NOON, camera=ONE),
        arrived("AB12CDE", at=NOON + WITHIN, camera=OTHER),
        arrived("AB12CDE", at=NOON - WITHIN, camera=OTHER),  # twice near the one read
        arrived("CD34EFG", at=NOON, camera=ONE),
        arrived("CD34EFG", at=NOON + WITHIN + MINUTE, camera=OTHER),  # too late
        arrived("O01AAA", at=NOON, camera=ONE),
        arrived("001AAA", at=NOON + MINUTE, camera=OTHER),  # one shape
        arrived("EF56GHJ", at=NOON - 2 * DAY, camera=ONE),  # too old
        arrived("EF56GHJ", at=NOON - 2 * DAY, camera=OTHER),
    )
    assert shared(traffic) == Shared(3, 2)
    assert shared(traffic, pair=(OTHER, ONE)) == Shared(4, 3)
    assert shared(traffic, since=NOON - 3 * DAY) == Shared(4, 3)


def test_a_camera_that_read_nothing_shares_nothing_and_is_left_out(traffic, write) -> None:
    write(arrived("AB12CDE", at=NOON, camera=ONE))
    assert shared(traffic, pair=(SILENT, ONE)) is None
    assert shared(traffic, pair=(ONE, SILENT)) == Shared(1, 0)
    assert shared(traffic, since=NOON + MINUTE) is None


def test_a_vehicle_just_before_the_time_counts_as_seen_by_the_other(traffic, write) -> None:
    write(
        arrived("AB12CDE", at=NOON, camera=ONE),
        arrived("AB12CDE", at=NOON - 5 * MINUTE, camera=OTHER),
    )
    assert shared(traffic, since=NOON - MINUTE) == Shared(1, 1)


def test_only_counts_come_out() -> None:
    assert [one.type for one in fields(Shared)] == ["int", "int"]


PASSES = st.lists(
    st.tuples(st.sampled_from(["AB12CDE", "OO1AAA", "001AAA", "XY99ZZZ"]), st.integers(0, 90), st.booleans()),
    max_size=14,
    unique=True,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(passes=PASSES)
def test_the_count_is_that_of_whoever_counts_by_hand(traffic, write, passes) -> None:
    day = NOON + next(_DAYS) * DAY  # each example has days of its own
    reads = [(mark, day + minute * MINUTE, ONE if first else OTHER) for mark, minute, first in passes]
    if reads:
        write(*[arrived(mark, at=at, camera=camera) for mark, at, camera in reads])
    mine = [(mark, at) for mark, at, camera in reads if camera == ONE]
    theirs = [(mark, at) for mark, at, camera in reads if camera == OTHER]
    seen = sum(
        any(shape_key(mark) == shape_key(other) and abs(at - then) <= WITHIN for other, then in theirs)
        for mark, at in mine
    )
    assert shared(traffic, since=day) == (Shared(len(mine), seen) if mine else None)
