"""Whether bytes are a whole JPEG, and how large its picture is, told without decoding it."""

from __future__ import annotations

from dataclasses import dataclass

_START, _END = b"\xff\xd8", b"\xff\xd9"
_SCAN = 0xDA
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the others are tables


class JpegError(ValueError):
    """These bytes are no whole JPEG; the sentence says why."""


@dataclass(frozen=True, slots=True)
class JpegSize:
    """Width and height in pixels, as stored."""

    width: int
    height: int


def jpeg_size(jpeg: bytes) -> JpegSize:
    """Return the size that a JPEG announces; raises JpegError (ITU-T T.81, annex B)."""
    if not (jpeg.startswith(_START) and jpeg.rstrip(b"\x00").endswith(_END)):
        raise JpegError("a picture must be a JPEG, whole from its start to its end marker")
    size: JpegSize | None = None
    at = 2
    while True:
        marker, at = _marker(jpeg, at)
        if marker in _ALONE:
            continue
        if marker == _SCAN:
            break
        length = int.from_bytes(jpeg[at : at + 2], "big")
        segment = jpeg[at + 2 : at + length]
        if length < 2 or at + length > len(jpeg):
            raise JpegError("a segment of the JPEG is cut short")
        if marker in _FRAMES:
            size = _frame(segment)
        at += length
    if size is None:
        raise JpegError("the JPEG says nothing of its size before its first scan")
    return size


def _marker(jpeg: bytes, at: int) -> tuple[int, int]:
    """Return the marker at `at`, and where what belongs to it begins; fill bytes are passed over."""
    if jpeg[at : at + 1] != b"\xff":
        raise JpegError("the JPEG has something else where a marker must be")
    while jpeg[at : at + 1] == b"\xff":
        at += 1
    if at >= len(jpeg) or jpeg[at] in {0x00, 0xD8, 0xD9}:
        raise JpegError("the JPEG ends before its first scan")
    return jpeg[at], at + 1


def _frame(segment: bytes) -> JpegSize:
    """Return the size in a frame header: precision, lines, samples a line (T.81, B.2.2)."""
    height, width = int.from_bytes(segment[1:3], "big"), int.from_bytes(segment[3:5], "big")
    if len(segment) < 6 or not (width and height):
        raise JpegError("the JPEG announces a picture without a size")
    return JpegSize(width, height)
