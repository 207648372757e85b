"""Patch and overview stay within the bounds of the capture record."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from openanpr.read.pictures import (
    OVERVIEW_MOST_BYTES,
    PATCH_MOST_BYTES,
    cut_overview,
    cut_patch,
    overview_jpeg,
    patch_jpeg,
)

NOISE = np.random.default_rng(1).integers(0, 255, (1080, 1920, 3)).astype(np.uint8)


@pytest.mark.parametrize("w", [3, 40, 200, 1800])
def test_a_patch_of_the_worst_picture_fits_its_bounds(w: float) -> None:
    corners = np.array([(10, 10), (10 + w, 12), (10 + w, 12 + w / 4), (10, 10 + w / 4)], np.float32)
    data = patch_jpeg(cut_patch(NOISE, corners))
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert len(data) <= PATCH_MOST_BYTES
    assert picture is not None
    assert picture.shape[0] <= 60
    assert picture.shape[1] <= 120


def test_an_overview_of_the_worst_picture_fits_its_bounds() -> None:
    assert len(overview_jpeg(cut_overview(NOISE))) <= OVERVIEW_MOST_BYTES


def test_a_patch_partly_or_wholly_outside_the_picture_is_still_a_picture() -> None:
    outside = np.array([(-50, -50), (-20, -50), (-20, -40), (-50, -40)], np.float32)
    assert cut_patch(NOISE, outside).size > 0


def test_cut_pictures_do_not_hold_the_frame_in_memory() -> None:
    small = np.zeros((40, 100, 3), np.uint8)
    assert cut_overview(small).base is None
    assert cut_patch(small, np.array([(1, 1), (50, 1), (50, 20), (1, 20)], np.float32)).base is None
