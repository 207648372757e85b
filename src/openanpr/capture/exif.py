"""What a camera writes into a picture: which way up it is and when it was taken."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_ORIENTATION = 0x0112
_EXIF_IFD = 0x8769
_DATE_TIME_ORIGINAL = 0x9003
_OFFSET_TIME_ORIGINAL = 0x9011
_SUBSEC_TIME_ORIGINAL = 0x9291
_MOST_ENTRIES = 1000  # a directory with more is damage, not a photograph
_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 7: 1, 9: 4}  # bytes of one value, by TIFF type

ZONE_DOUBT_MS = 14 * 3600 * 1000  # the furthest that a zone lies from UTC


@dataclass(frozen=True, slots=True)
class Exif:
    """`orientation` is 1 to 8 (EXIF 2.32, tag 274). `taken` is UTC or None when the camera wrote none.

    `doubt_ms` is the part of the error that the writing itself brings: the last digit and, where
    neither camera nor caller names a zone, the zone.
    """

    orientation: int = 1
    taken: datetime | None = None
    doubt_ms: int = 0


class TiffError(ValueError):
    """A TIFF structure that does not hold together."""


def read_directory(blob: bytes, *, at: int | None = None) -> dict[int, bytes | int]:
    """Return the tags of the directory at byte `at` of a TIFF blob (None: the first directory).

    Numbers come as int (the first, where there are several), text as bytes.

    Raises:
        TiffError: the blob is not TIFF or points outside itself.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(blob[:4])
    if order is None:
        msg = "no TIFF header"
        raise TiffError(msg)
    try:
        start = struct.unpack_from(order + "I", blob, 4)[0] if at is None else at
        (count,) = struct.unpack_from(order + "H", blob, start)
        if count > _MOST_ENTRIES:
            msg = "a directory of impossible length"
            raise TiffError(msg)
        tags: dict[int, bytes | int] = {}
        for entry in range(count):
            tag, kind, length = struct.unpack_from(order + "HHI", blob, start + 2 + 12 * entry)
            value = _read_value(blob, order, (kind, length), start + 10 + 12 * entry)
            if value is not None:
                tags[tag] = value
    except struct.error as error:
        msg = "a directory that points outside the file"
        raise TiffError(msg) from error
    return tags


def _read_value(blob: bytes, order: str, shape: tuple[int, int], where: int) -> bytes | int | None:
    kind, length = shape
    width = _WIDTHS.get(kind)
    if width is None or length == 0:
        return None
    if width * length > 4:
        (where,) = struct.unpack_from(order + "I", blob, where)
    if kind in {2, 7}:
        return blob[where : where + length]
    return int(struct.unpack_from(order + {1: "B", 3: "H", 4: "I", 9: "i"}[kind], blob, where)[0])


def parse_exif(blob: bytes, *, zone: tzinfo | None) -> Exif:
    """Return what an EXIF blob (a TIFF structure) tells; damage counts as nothing written."""
    try:
        tags = read_directory(blob)
        below = tags.get(_EXIF_IFD)
        inner = read_directory(blob, at=below) if isinstance(below, int) else {}
    except TiffError:
        return Exif()
    orientation = tags.get(_ORIENTATION, 1)
    if not (isinstance(orientation, int) and 1 <= orientation <= 8):
        orientation = 1
    taken, doubt_ms = _parse_taken(inner, zone)
    return Exif(orientation, taken, doubt_ms)


def _parse_taken(tags: dict[int, bytes | int], zone: tzinfo | None) -> tuple[datetime | None, int]:
    try:
        local = datetime.strptime(_text(tags, _DATE_TIME_ORIGINAL), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 zone below
    except ValueError:
        return None, 0
    doubt_ms = 1000
    fraction = _text(tags, _SUBSEC_TIME_ORIGINAL)
    if fraction.isascii() and fraction.isdigit():
        local += timedelta(seconds=float(f"0.{fraction}"))
        doubt_ms = max(1, 1000 // 10 ** min(len(fraction), 3))
    written = _parse_offset(_text(tags, _OFFSET_TIME_ORIGINAL)) or zone
    if written is None:
        doubt_ms += ZONE_DOUBT_MS
    try:
        return local.replace(tzinfo=written or UTC).astimezone(UTC), doubt_ms
    except OverflowError:  # year 1 or 9999 shifted out of the calendar: a clock never set
        return None, 0


def _parse_offset(text: str) -> tzinfo | None:
    try:
        return timezone(datetime.strptime(text, "%z").utcoffset() or timedelta())
    except ValueError:
        return None


def _text(tags: dict[int, bytes | int], tag: int) -> str:
    value = tags.get(tag, b"")
    return value.split(b"\0")[0].decode("ascii", "replace").strip() if isinstance(value, bytes) else ""
