"""Certainty becomes a probability: never above one, never raised by doubt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.read.calibrate import Calibration

P = st.floats(0, 1)


def test_without_a_fit_the_confidence_is_what_was_seen() -> None:
    assert Calibration().shapes_p(seen_p=0.8, plate_score=0.5, char_height_px=30) == pytest.approx(0.8)


@given(seen=P, plate=P, height=st.floats(1, 200))
def test_any_reading_gets_a_probability(seen: float, plate: float, height: float) -> None:
    c = Calibration(bias=-1, seen=0.7, plate=0.4, small=-1.0)
    assert 0 <= c.shapes_p(seen_p=seen, plate_score=plate, char_height_px=height) <= 1


@given(a=P, b=P)
def test_more_seen_is_never_less_sure(a: float, b: float) -> None:
    low, high = sorted((a, b))
    c = Calibration(bias=-0.5, seen=0.8, plate=0.3)
    sure = [c.shapes_p(seen_p=p, plate_score=0.9, char_height_px=20) for p in (low, high)]
    assert sure[0] <= sure[1] + 1e-12


def test_a_number_that_the_curve_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError):
        Calibration.from_card({"bias": 0.1, "magic": 3.0})
