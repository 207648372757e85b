"""Whoever watches a reader at work: told of each frame that it looked at, and of the plates found on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from openanpr.core.frame import Frame
from openanpr.read.detect import Detection

Image = NDArray[np.uint8]
Parts: TypeAlias = tuple[float, float, float, float]
"""Left, top, width and height in parts of a picture, each 0 to 1."""

Watch: TypeAlias = Callable[[Frame[Image], Sequence[Detection]], None]
"""Called in the thread that reads, between two frames: it must return at once, and change nothing."""


def boxes_of(image: Image, plates: Sequence[Detection]) -> list[Parts]:
    """Return where plates are in a picture (h, w, ...): upright, cut off at its edges, best score first."""
    size = np.array([image.shape[1], image.shape[0]], np.float32)
    found: list[Parts] = []
    for plate in plates:
        low = np.clip(plate.corners.min(axis=0) / size, 0, 1)
        high = np.clip(plate.corners.max(axis=0) / size, 0, 1)
        left, top, width, height = (float(part) for part in (*low, *(high - low)))
        found.append((left, top, width, height))
    return found
