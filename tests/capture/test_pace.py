"""A stream's own times on this machine's clock: late packets, drift, leaps."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.capture.pace import Offset, Pace


def test_late_packets_do_not_move_the_time_of_their_frames() -> None:
    pace, rng = Pace(), Random(1)
    errors: list[float] = []
    for i in range(500):
        taken_s = 1000 + i * 0.04
        pace.note(arrived_s=taken_s + 0.02 + (rng.expovariate(10) if i % 3 else 0.0), media_s=i * 0.04)
        errors.append(pace.at(i * 0.04) - taken_s)
    assert max(abs(error) for error in errors[10:]) < 0.03


@pytest.mark.parametrize("drift", [-100e-6, 100e-6])
def test_a_drifting_camera_is_followed_all_day(drift: float) -> None:
    pace = Pace()
    for i in range(24 * 3600):
        media_s = i * (1 + drift)
        pace.note(arrived_s=5000.0 + i + 0.05, media_s=media_s)
        assert abs(pace.at(media_s) - (5000.0 + i)) < 0.06


@pytest.mark.parametrize("leap_s", [-3600.0, -3.0, 3.0, 3600.0])
def test_a_stream_that_counts_anew_is_put_right_at_once(leap_s: float) -> None:
    pace = Pace()
    for i in range(200):
        media_s = i * 0.04 + (leap_s if i >= 100 else 0.0)
        pace.note(arrived_s=1000 + i * 0.04, media_s=media_s)
        assert pace.at(media_s) == pytest.approx(1000 + i * 0.04, abs=0.05)


def test_a_stream_held_up_at_its_source_is_not_dated_back() -> None:
    pace = Pace()
    pace.note(arrived_s=1000, media_s=0)
    pace.note(arrived_s=1060, media_s=0.04)
    assert pace.at(0.04) == pytest.approx(1060)


@given(
    st.lists(st.tuples(st.floats(0, 1e6, allow_nan=False), st.floats(-1e6, 1e6, allow_nan=False)), min_size=1)
)
def test_time_never_goes_back_whatever_a_stream_claims(stamps: list[tuple[float, float]]) -> None:
    pace, offset = Pace(), Offset()
    last_clock_s, last_offset_s = float("-inf"), 0.0
    for arrived_s, media_s in stamps:
        pace.note(arrived_s=arrived_s, media_s=media_s)
        clock_s = pace.at(media_s)
        offset_s = offset.at(clock_s=clock_s, media_s=media_s)
        assert clock_s >= last_clock_s
        assert offset_s >= last_offset_s
        last_clock_s, last_offset_s = clock_s, offset_s


def test_a_time_asked_before_any_packet_is_refused() -> None:
    with pytest.raises(ValueError, match="noted first"):
        Pace().at(0.0)


def test_offsets_follow_the_stream_and_bridge_a_loss_by_the_clock() -> None:
    offset = Offset()
    assert offset.at(clock_s=1000.0, media_s=7.0) == 0.0
    assert offset.at(clock_s=1000.09, media_s=7.04) == pytest.approx(0.04)
    offset.break_off()
    assert offset.at(clock_s=1005.09, media_s=7.08) == pytest.approx(5.04)
    assert offset.at(clock_s=1005.2, media_s=7.12) == pytest.approx(5.08)
    assert offset.at(clock_s=1006.2, media_s=0.0) == pytest.approx(6.08)
