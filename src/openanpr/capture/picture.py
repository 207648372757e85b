"""One picture file: bounded, whole, the right way up, and dated."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np

from openanpr.capture.exif import Exif, parse_exif
from openanpr.capture.header import Header, PictureError, read_header
from openanpr.capture.item import Image, Items, SourceError, SourceFault, explain
from openanpr.capture.settings import CaptureSettings
from openanpr.core.frame import Frame
from openanpr.core.instant import ClockSource, Instant

_BYTES_A_PIXEL = 8  # sixteen bits a channel with alpha, unpacked: no honest file needs more
_BYTES_BESIDE = 64 << 20  # for what phones append: previews, depth, a short clip


def read_picture(path: Path, settings: CaptureSettings) -> Items:
    """Yield the one frame of a picture file, or the fault that stands in its place.

    The time is EXIF DateTimeOriginal, or else the file's own. A picture over the limit is refused, not
    shrunk: only JPEG can be decoded small, and boxes would no longer be pixels of the file.
    """
    try:
        yield _load(path, settings)
    except SourceError as error:
        yield error.fault


def picture_of(body: bytes, name: str, settings: CaptureSettings, *, at: datetime) -> Frame[Image]:
    """Return the frame of a picture that is held in memory; `at` is its time where it tells none itself.

    Raises PictureError, whose sentence holds nothing of the picture.
    """
    return _frame(io.BytesIO(body), len(body), name, settings, written=at.timestamp())


def _load(path: Path, settings: CaptureSettings) -> Frame[Image]:
    name = str(path)
    try:
        with path.open("rb") as stream:
            found = os.fstat(stream.fileno())
            return _frame(stream, found.st_size, name, settings, written=found.st_mtime)
    except OSError as error:
        raise SourceError(SourceFault(name, *explain(error))) from None
    except PictureError as error:
        remedy = "copy it again from the camera, or leave it out"
        raise SourceError(SourceFault(name, str(error), remedy)) from None


def _frame(
    stream: BinaryIO, size: int, name: str, settings: CaptureSettings, *, written: float
) -> Frame[Image]:
    header = _checked_header(stream, size, settings)
    stream.seek(0)
    pixels = _decode(stream.read())
    exif = parse_exif(header.exif, zone=settings.zone)
    if not header.turned:
        pixels = turn_upright(pixels, exif.orientation)
    at = _taken_at(exif, written, settings)
    return Frame(source=name, index=0, at=at, image=pixels, still=True, offset_s=0.0)


def _checked_header(stream: BinaryIO, size: int, settings: CaptureSettings) -> Header:
    most = settings.max_pixels
    if size > most * _BYTES_A_PIXEL + _BYTES_BESIDE:
        msg = f"the file is too large for a picture ({size / 1e6:.0f} MB)"
        raise PictureError(msg)
    header = read_header(stream)
    pixels = header.width * header.height
    if pixels > most:
        msg = (
            f"the picture is too large: {header.width} x {header.height} pixels, and at most "
            f"{settings.max_megapixels:g} megapixels are taken"
        )
        raise PictureError(msg)
    if size > pixels * _BYTES_A_PIXEL + _BYTES_BESIDE:
        msg = f"the file ({size / 1e6:.0f} MB) is far larger than its {header.width} x {header.height} pixels"
        raise PictureError(msg)
    return header


def _decode(data: bytes) -> Image:
    try:
        found = cv2.imdecode(
            np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_BGR | cv2.IMREAD_IGNORE_ORIENTATION
        )
    except cv2.error:
        found = None
    # Typed as always there, but it is None for damaged data.
    if found is None or found.size == 0:  # pyright: ignore[reportUnnecessaryComparison]
        msg = "the picture is damaged and cannot be decoded"
        raise PictureError(msg)
    return np.asarray(found, np.uint8)


def turn_upright(image: Image, orientation: int) -> Image:
    """Return `image` turned and mirrored as EXIF `orientation` (1 to 8) asks."""
    if orientation in {2, 4, 5, 7}:
        image = image[:, ::-1]
    quarters = {3: 2, 4: 2, 5: 1, 6: -1, 7: -1, 8: 1}.get(orientation, 0)
    return np.ascontiguousarray(np.rot90(image, quarters))


def _taken_at(exif: Exif, mtime: float, settings: CaptureSettings) -> Instant:
    if exif.taken is None:
        # Copying or restoring a file dates it anew, so nobody can vouch for this time.
        return Instant(datetime.fromtimestamp(mtime, UTC), ClockSource.FILE, None)
    vouched = settings.clock_error_ms
    return Instant(exif.taken, ClockSource.EXIF, None if vouched is None else vouched + exif.doubt_ms)
