"""One picture that stands alone."""

from __future__ import annotations

import numpy as np
import pytest

from openanpr.read.detect import Detection


def seen(left: float, top: float, *, width: float = 100, height: float = 22) -> Detection:
    low, high = np.array([left, top]), np.array([left + width, top + height])
    return Detection(np.array([low, (high[0], low[1]), high, (low[0], high[1])], np.float32), 0.9)


@pytest.mark.parametrize(
    ("left", "top", "cut"),
    [
        (300, 200, False),
        (-1, 200, False),  # a border's width
        (541, 200, False),
        (-20, 200, True),  # a character is gone
        (560, 200, True),
        (300, -8, True),
        (300, 466, True),
    ],
)
def test_a_plate_at_the_edge_is_cut_off_once_characters_may_be_gone(
    left: float, top: float, *, cut: bool
) -> None:
    assert seen(left, top).is_cut_off(np.zeros((480, 640, 3), np.uint8)) is cut
