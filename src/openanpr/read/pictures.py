"""The two small pictures that go with a read: the plate's patch and the overview.

Bounds are those of the capture record: a patch of at most 120 x 60 pixels and 3 KB, an overview of at
most 25 KB. They are for a person's look; reading is done on the full picture.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

PATCH_WIDTH_PX: Final = 120
PATCH_HEIGHT_PX: Final = 60
PATCH_MOST_BYTES: Final = 3 * 1024
OVERVIEW_MOST_BYTES: Final = 25 * 1024
OVERVIEW_WIDTH_PX: Final = 640
SHOWN_MOST_PX: Final = 1280
SHOWN_MOST_BYTES: Final = 400 * 1024
PREVIEW_MOST_PX: Final = 640
PREVIEW_MOST_BYTES: Final = 64 * 1024
_PREVIEW_QUALITIES: Final = (70, 55, 40, 25)
_QUALITIES: Final = (88, 75, 62, 50, 38, 28, 18, 10)
_MARGIN: Final = 0.12

Image = NDArray[np.uint8]


def _fit(image: Image, width: int, height: int) -> Image:
    scale = min(1.0, width / image.shape[1], height / image.shape[0])
    if scale == 1.0:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _jpeg(image: Image, most_bytes: int, qualities: tuple[int, ...] = _QUALITIES) -> bytes:
    """JPEG of at most `most_bytes`: quality is given up first, then size."""
    while True:
        for quality in qualities:
            ok, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
            if ok and data.nbytes <= most_bytes:
                return data.tobytes()
        image = _fit(image, max(8, image.shape[1] * 3 // 4), max(8, image.shape[0] * 3 // 4))


def cut_patch(image: Image, corners: NDArray[np.float32]) -> Image:
    """The plate with a little around it, at most 120 x 60 pixels; a copy."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    room = float((high - low).max()) * _MARGIN / 2
    x0, y0 = (int(max(0, v)) for v in np.floor(low - room))
    x1, y1 = (int(v) for v in np.ceil(high + room))
    part = image[y0 : max(y0 + 1, y1), x0 : max(x0 + 1, x1)]
    if part.size == 0:
        part = image[:1, :1]
    return _fit(part, PATCH_WIDTH_PX, PATCH_HEIGHT_PX).copy()


def cut_overview(image: Image) -> Image:
    """The whole picture, at most 640 pixels wide; a copy."""
    return _fit(image, OVERVIEW_WIDTH_PX, OVERVIEW_WIDTH_PX).copy()


def shown_jpeg(image: Image) -> bytes:
    """The whole picture as JPEG for a page: at most 1280 pixels either way, and at most 400 KB."""
    return _jpeg(_fit(image, SHOWN_MOST_PX, SHOWN_MOST_PX), SHOWN_MOST_BYTES)


def preview_jpeg(image: Image) -> bytes:
    """The whole picture as JPEG for a live preview: at most 640 pixels either way, and at most 64 KiB."""
    return _jpeg(_fit(image, PREVIEW_MOST_PX, PREVIEW_MOST_PX), PREVIEW_MOST_BYTES, _PREVIEW_QUALITIES)


def patch_jpeg(patch: Image) -> bytes:
    """A patch as JPEG of at most 3 KB."""
    return _jpeg(patch, PATCH_MOST_BYTES)


def overview_jpeg(overview: Image) -> bytes:
    """An overview as JPEG of at most 25 KB."""
    return _jpeg(overview, OVERVIEW_MOST_BYTES)
