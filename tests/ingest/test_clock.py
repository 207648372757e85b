"""The offset of a device's clock is told from lags, however slow the line."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.ingest.clock import ClockSample, measure, remembered, sample_of
from tests.ingest.world import NOW


def samples(lags, *, step_s=1.0) -> tuple[ClockSample, ...]:
    """Return what is remembered after these lags."""
    kept = ()
    for n, lag in enumerate(lags):
        kept = remembered(kept, ClockSample(NOW + timedelta(seconds=n * step_s), lag))
    return kept


def test_a_lag_is_when_it_came_less_when_it_was_sent() -> None:
    assert sample_of(NOW, NOW + timedelta(milliseconds=250)) == ClockSample(
        NOW + timedelta(milliseconds=250), 250
    )
    assert sample_of(NOW + timedelta(seconds=3), NOW).lag_ms == -3000
    assert sample_of(NOW - timedelta(days=9999), NOW).lag_ms == 2**31 - 1


@given(
    offset_ms=st.integers(-5000, 5000),
    delays=st.lists(st.integers(0, 60_000), min_size=1, max_size=60),
    best=st.integers(0, 40),
)
def test_the_guess_is_never_farther_behind_than_the_quickest_way_allows(offset_ms, delays, best) -> None:
    lags = [offset_ms + delay for delay in [*delays, best]]
    found = measure(samples(lags))
    assert found.lag_ms == offset_ms + best
    assert found.offset_ms <= offset_ms + best or abs(found.offset_ms) <= abs(offset_ms + best)
    assert found.offset_ms >= min(offset_ms, 0)


@pytest.mark.parametrize("offset_ms", [-4000, -300, 0, 900, 4000])
def test_a_steady_clock_on_a_restless_line_is_known_within_the_least_delay(offset_ms) -> None:
    chance = random.Random(7)
    lags = [offset_ms + 20 + int(chance.expovariate(1 / 400)) for _ in range(200)]
    errors = [measure(samples(lags[: n + 1])).offset_ms - offset_ms for n in range(40, 200)]
    assert max(errors) < 300
    assert measure(samples(lags)).sure


def test_a_congested_line_does_not_look_like_a_clock_behind_for_an_hour() -> None:
    found = measure(samples([50] * 10 + [6000] * 1790, step_s=2))
    assert (found.lag_ms, found.offset_ms, found.newest_ms) == (6000, 50, 6000)
    assert not found.off(2000)
    assert found.doubtful(1000)
    assert measure(samples([50] * 10 + [6000] * 1810, step_s=2)).off(2000)


def test_few_lags_are_remembered_however_many_come() -> None:
    kept = samples(range(5000))
    assert len(kept) <= 70
    assert kept == tuple(sorted(kept, key=lambda s: s.at))
    assert [s.lag_ms for s in kept[-8:]] == list(range(4992, 5000))


def test_a_clock_ahead_is_sure_at_once_and_one_behind_after_four_batches() -> None:
    assert measure(samples([-3000])).sure
    assert [measure(samples([3000] * n)).sure for n in (1, 3, 4)] == [False, False, True]


def test_a_clock_set_right_is_believed_after_eight_batches() -> None:
    ahead = [-3000] * 20
    assert measure(samples(ahead + [50] * 7)).offset_ms == -3000
    assert measure(samples(ahead + [50] * 8)).offset_ms == 50
    assert measure(samples([3000] * 20 + [50])).offset_ms == 50


def test_a_clock_set_wrong_is_doubted_at_once_or_after_eight_batches_and_sure_within_the_hour() -> None:
    assert measure(samples([50] * 20 + [-3000])).off(2000)
    behind = measure(samples([50] * 20 + [5000] * 8))
    assert behind.doubtful(1000)
    assert not behind.off(2000)
    assert measure(samples([50] * 20 + [5000] * 61, step_s=60)).off(2000)


def test_what_is_more_than_an_hour_old_vouches_for_nothing() -> None:
    found = measure(samples([50] * 8 + [5000], step_s=3601))
    assert (found.offset_ms, found.sure) == (5000, False)
