"""Pictures made fit for a reply: all but one part blurred, and nothing kept beside the pixels."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

BLOCK_PX: Final = 32
"""Outside the part that is shown, nothing smaller than this is left: no plate and no face."""
MOST_PX: Final = 20_000_000
_QUALITY: Final = 85


class BlurError(ValueError):
    """The picture cannot be made fit: it is damaged, too large, or the part lies outside of it."""


def blur_all_but(jpeg: bytes, box: tuple[int, int, int, int]) -> bytes:
    """Return the JPEG with all but a part (x, y, width, height in pixels) blurred, without any metadata.

    The same bytes for the same picture, part and version of the library. Raises BlurError.
    """
    picture = _decoded(jpeg)
    height, width = picture.shape[:2]
    x, y, wide, high = box
    if min(x, y) < 0 or min(wide, high) < 1 or x + wide > width or y + high > height:
        raise BlurError(f"the part lies outside the picture, which is {width} x {height} pixels")
    small = (max(1, width // BLOCK_PX), max(1, height // BLOCK_PX))
    coarse = cv2.resize(picture, small, interpolation=cv2.INTER_AREA)
    hidden = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)
    hidden[y : y + high, x : x + wide] = picture[y : y + high, x : x + wide]
    return _encoded(hidden)


def without_metadata(jpeg: bytes) -> bytes:
    """Return the JPEG with its pixels alone: no place, no camera, no words. Raises BlurError."""
    return _encoded(_decoded(jpeg))


def _decoded(jpeg: bytes) -> NDArray[np.uint8]:
    try:
        found = cv2.imdecode(
            np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_BGR | cv2.IMREAD_IGNORE_ORIENTATION
        )
    except cv2.error:
        found = None
    # Typed as always there, but it is None for damaged data.
    if found is None or found.size == 0:  # pyright: ignore[reportUnnecessaryComparison]
        raise BlurError("the picture is damaged")
    if found.shape[0] * found.shape[1] > MOST_PX:
        raise BlurError("the picture is too large")
    return np.asarray(found, np.uint8)


def _encoded(picture: NDArray[np.uint8]) -> bytes:
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise BlurError("the picture could not be written")
    return data.tobytes()
