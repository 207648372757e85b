"""The measures: shares, intervals, calibration and times."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.run.score_measures import (
    Outcome,
    Share,
    calibrated,
    group,
    groups,
    height_band,
    times,
)


def outcome(confidence: float | None = 0.9, *, right: bool = True, light: str = "bright") -> Outcome:
    found = confidence is not None
    return Outcome(confidence, found and right, found and right, "gb_current", "white", "16 to 24", light)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_wilsons(hits, of, low, high) -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    assert Share(hits, of).interval == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_between_none_and_all(counted) -> None:
    one = Share(*counted)
    low, high = one.interval
    assert 0.0 <= low <= one.value <= high <= 1.0
    assert low < high


def test_nothing_measured_has_no_share() -> None:
    assert Share(0, 0).value is None
    assert Share(0, 0).interval is None


def test_read_accuracy_is_of_the_captured_and_capture_of_all() -> None:
    found = group([outcome(), outcome(right=False), outcome(None), outcome(None)])
    assert (found.capture, found.exact) == (Share(2, 4), Share(1, 2))


def test_parts_cover_every_plate_once_for_each_question() -> None:
    parts = groups([outcome(light="dark"), outcome(), outcome(None)])
    assert {(one.kind, one.capture.of) for one in parts if one.kind != "light"} == {
        ("layout", 3), ("style", 3), ("character height, px", 3),
    }  # fmt: skip
    assert [(one.label, one.capture) for one in parts if one.kind == "light"] == [
        ("bright", Share(1, 2)), ("dark", Share(1, 1)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("height", "band"),
    [(7.9, "under 12"), (12.0, "12 to 16"), (15.99, "12 to 16"), (24.0, "24 and more"), (None, "unknown")],
)
def test_a_height_falls_into_one_band(height, band) -> None:
    assert height_band(height) == band


def test_a_reader_that_is_right_as_often_as_it_says_has_no_calibration_error() -> None:
    found = calibrated([(0.75, True)] * 3 + [(0.75, False)])
    assert found.error == pytest.approx(0.0)


def test_a_reader_that_is_always_sure_and_half_right_is_off_by_half() -> None:
    found = calibrated([(1.0, True), (1.0, False)])
    assert found.error == pytest.approx(0.5)
    assert (found.sure, found.sure_of_all) == (Share(1, 2), Share(1, 2))


def test_only_reads_over_the_mark_count_as_sure() -> None:
    found = calibrated([(0.95, False), (0.951, False), (0.2, False), (0.99, True)])
    assert (found.sure, found.sure_of_all) == (Share(1, 2), Share(1, 4))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_every_read_falls_into_one_bin_and_the_error_is_a_share(points) -> None:
    found = calibrated(points)
    assert sum(b.right.of for b in found.bins) == len(points)
    assert 0.0 <= found.error <= 1.0
    assert all(b.low <= b.confidence <= b.high + 1e-9 for b in found.bins)


def test_times_are_the_middle_and_the_nearest_rank() -> None:
    found = times([n / 1000 for n in range(1, 101)])
    assert found.median_ms == pytest.approx(50.5)
    assert found.p95_ms == pytest.approx(95.0)
    assert times([]).median_ms is None
