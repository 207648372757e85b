"""A slanted plate comes out upright on the recogniser's canvas."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from openanpr.read.rectify import line_counts, plate_aspect, rectify


def quad(w: float, h: float) -> np.ndarray:
    return np.array([(20, 20), (20 + w, 20), (20 + w, 20 + h), (20, 20 + h)], np.float32)


def slanted(flat: np.ndarray, corners: np.ndarray) -> np.ndarray:
    h, w = flat.shape[:2]
    source = np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32)
    return cv2.warpPerspective(
        flat, cv2.getPerspectiveTransform(source, corners.astype(np.float32)), (400, 200)
    )


def test_left_stays_left_and_top_stays_top_through_a_slant() -> None:
    flat = np.zeros((50, 230, 3), np.uint8)
    flat[:25, :115] = (0, 0, 255)
    flat[:25, 115:] = (0, 255, 0)
    flat[25:] = (255, 0, 0)
    corners = np.array([(60, 40), (300, 80), (290, 140), (50, 95)], np.float32)
    canvas = rectify(slanted(flat, corners), corners, lines=1)
    assert canvas.shape == (32, 160, 3)
    assert [int(canvas[y, x].argmax()) for y, x in ((8, 30), (8, 130), (24, 30), (24, 130))] == [2, 1, 0, 0]


def test_a_two_line_plate_is_laid_out_with_its_upper_line_on_the_left() -> None:
    flat = np.zeros((200, 280, 3), np.uint8)
    flat[:100] = (0, 0, 255)
    flat[100:] = (0, 255, 0)
    canvas = rectify(slanted(flat, quad(200, 140)), quad(200, 140), lines=2)
    assert canvas.shape == (32, 160, 3)
    assert canvas[12, 40].argmax() == 2
    assert canvas[20, 120].argmax() == 1


def test_a_large_plate_is_averaged_down_and_does_not_alias() -> None:
    flat = np.zeros((1100, 5200, 3), np.uint8)
    flat[:, ::2] = 255
    corners = np.array([(0, 0), (5200, 0), (5200, 1100), (0, 1100)], np.float32)
    middle = rectify(flat, corners, lines=1)[8:24, 20:140].astype(float)
    assert abs(middle.mean() - 127) < 25
    assert middle.std() < 45


@pytest.mark.parametrize(
    ("w", "h", "wanted"), [(520, 111, (1,)), (285, 203, (2,)), (229, 178, (2,)), (260, 111, (1, 2))]
)
def test_the_number_of_lines_follows_from_the_statutory_sizes_and_slant_leaves_both(
    w: float, h: float, wanted: tuple[int, ...]
) -> None:
    assert line_counts(quad(w, h)) == wanted


def test_a_quad_without_height_has_a_finite_aspect() -> None:
    assert np.isfinite(plate_aspect(quad(100, 0)))
