"""Turn a slanted plate upright: four corners in a picture to the recogniser's canvas."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

CANVAS_HEIGHT: Final = 32
CANVAS_WIDTH: Final = 160
_INSET_X: Final = 4.0  # room for corners that are a little off
_INSET_Y: Final = 2.0
_LINE_OVERLAP: Final = 3  # each half of a two-line plate sees this much of the other, in canvas pixels
_MOST_OVERSAMPLING: Final = 6
ONE_LINE_LEAST_ASPECT: Final = 1.5
TWO_LINES_MOST_ASPECT: Final = 2.9

Image = NDArray[np.uint8]
Quad = NDArray[np.float32]


def plate_aspect(corners: Quad) -> float:
    """Mean width over mean height of a quad (4, 2) tl, tr, br, bl, in pixels."""
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    return float((sides[0] + sides[2]) / max(1e-3, float(sides[1] + sides[3])))


def line_counts(corners: Quad) -> tuple[int, ...]:
    """How many lines the plate's proportions allow: (1,), (2,) or both where slant leaves doubt."""
    aspect = plate_aspect(corners)
    if aspect > TWO_LINES_MOST_ASPECT:
        return (1,)
    return (2,) if aspect < ONE_LINE_LEAST_ASPECT else (1, 2)


def _warp(image: Image, corners: Quad, width: int, height: int) -> Image:
    """Rectify to (height, width); oversampled and averaged where the plate is larger than the canvas."""
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    shrink = max(float(sides[[0, 2]].max()) / width, float(sides[[1, 3]].max()) / height)
    factor = int(min(_MOST_OVERSAMPLING, max(1, math.ceil(shrink - 0.25))))
    x0, y0 = _INSET_X * factor, _INSET_Y * factor
    x1, y1 = width * factor - x0, height * factor - y0
    target = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    flat = cv2.warpPerspective(
        image,
        matrix,
        (width * factor, height * factor),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if factor > 1:
        flat = cv2.resize(flat, (width, height), interpolation=cv2.INTER_AREA)
    return flat.astype(np.uint8, copy=False)


def rectify(image: Image, corners: Quad, *, lines: int) -> Image:
    """The plate on the recogniser's canvas: uint8 (32, 160, 3) in the channel order of `image`.

    A two-line plate is laid out as two halves side by side, the upper line to the left.
    """
    if lines == 1:
        return _warp(image, corners, CANVAS_WIDTH, CANVAS_HEIGHT)
    half = CANVAS_WIDTH // 2
    tall = _warp(image, corners, half, CANVAS_HEIGHT * 2)
    part = CANVAS_HEIGHT + _LINE_OVERLAP
    halves = (tall[:part], tall[-part:])
    return np.hstack(
        [cv2.resize(h, (half, CANVAS_HEIGHT), interpolation=cv2.INTER_LINEAR) for h in halves]
    ).astype(np.uint8, copy=False)
