"""A picture's size, completeness and EXIF, told from its bytes before anything is decoded.

A few kilobytes can announce a picture that needs gigabytes once unpacked, and decoders fill what is
missing from a torn file with grey without a word. Both are caught here, by reading the headers.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from openanpr.capture.exif import TiffError, read_directory

_CHUNK = 1 << 20


class PictureError(ValueError):
    """A picture that cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Header:
    """Width and height in pixels as stored (before EXIF turns it) and the EXIF blob (may be empty).

    `turned` is true when the decoder applies the orientation itself.
    """

    width: int
    height: int
    exif: bytes = b""
    turned: bool = False


def picture_kind(head: bytes) -> str | None:
    """Return jpeg, png, webp, bmp or tiff from the first 16 bytes of a file; None for any other."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)


def read_header(stream: BinaryIO) -> Header:
    """Return the header of the picture in a seekable stream, having checked that it is whole.

    Raises:
        PictureError: not a known kind, damaged, or torn off before its end.
    """
    stream.seek(0)
    head = stream.read(16)
    if not head:
        msg = "the file is empty"
        raise PictureError(msg)
    kind = picture_kind(head)
    if kind is None:
        msg = "it is not a JPEG, PNG, WebP, BMP or TIFF picture"
        raise PictureError(msg)
    stream.seek(0)
    try:
        return _READERS[kind](stream)
    except (struct.error, TiffError) as error:
        msg = "the picture is damaged or cut short in its header"
        raise PictureError(msg) from error


def _torn() -> PictureError:
    return PictureError("the picture is cut short: its end is missing")


def _read_jpeg(stream: BinaryIO) -> Header:
    # ITU-T T.81 annex B: markers with lengths up to the scan, then entropy-coded bytes to FFD9.
    width = height = 0
    exif = b""
    stream.seek(2)
    while True:
        marker = _next_marker(stream)
        if marker == 0xDA:
            break
        (length,) = struct.unpack(">H", stream.read(2))
        body = stream.read(length - 2) if length > 2 else b""
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack_from(">HH", body, 1)
        elif marker == 0xE1 and body.startswith(b"Exif\0\0") and not exif:
            exif = body[6:]
    if not (width and height):
        msg = "the picture is damaged: it does not say how large it is"
        raise PictureError(msg)
    if not _find(stream, b"\xff\xd9"):
        raise _torn()
    return Header(width, height, exif)


def _next_marker(stream: BinaryIO) -> int:
    first = stream.read(1)
    if first != b"\xff":
        raise (_torn() if not first else PictureError("the picture is damaged: a JPEG marker is missing"))
    while (code := stream.read(1)) == b"\xff":  # fill bytes
        pass
    if not code or code == b"\xd9":
        raise _torn()
    return code[0]


def _find(stream: BinaryIO, wanted: bytes) -> bool:
    tail = b""
    while chunk := stream.read(_CHUNK):
        if wanted in tail + chunk:
            return True
        tail = chunk[-(len(wanted) - 1) :]
    return False


def _read_png(stream: BinaryIO) -> Header:
    # W3C PNG: chunks of length, name, body, CRC-32, from IHDR to IEND.
    width = height = 0
    exif = b""
    stream.seek(8)
    for name, body in _png_chunks(stream):
        if name == b"IHDR":
            width, height = struct.unpack_from(">II", body)
        elif name == b"eXIf":
            exif = body
    if not (width and height):
        msg = "the picture is damaged: it does not say how large it is"
        raise PictureError(msg)
    return Header(width, height, exif)


def _png_chunks(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    name = b""
    while name != b"IEND":
        head = stream.read(8)
        if len(head) < 8:
            raise _torn()
        length, name = struct.unpack(">I4s", head)
        crc, kept, left = zlib.crc32(name), b"", length
        while left:
            part = stream.read(min(left, _CHUNK))
            if not part:
                raise _torn()
            crc, left = zlib.crc32(part, crc), left - len(part)
            kept = kept or part  # IHDR and eXIf fit into the first part
        written = stream.read(4)
        if len(written) < 4:
            raise _torn()
        if written != struct.pack(">I", crc):
            msg = "the picture is damaged: a checksum inside it is wrong"
            raise PictureError(msg)
        yield name, kept


def _read_webp(stream: BinaryIO) -> Header:
    # RFC 9649: RIFF chunks; the canvas in VP8X, or the frame header in VP8 or VP8L.
    size = _size(stream)
    stream.seek(4)
    (riff,) = struct.unpack("<I", stream.read(4))
    if riff + 8 > size:
        raise _torn()
    found: tuple[int, int] | None = None
    exif = b""
    stream.seek(12)
    while stream.tell() + 8 <= min(size, riff + 8):
        name, length = struct.unpack("<4sI", stream.read(8))
        start = stream.tell()
        if found is None and name in {b"VP8X", b"VP8 ", b"VP8L"}:
            found = _webp_size(name, stream.read(10))
        elif name == b"EXIF":
            exif = stream.read(length).removeprefix(b"Exif\0\0")
        stream.seek(start + length + (length & 1))
    if found is None:
        msg = "the picture is damaged: it does not say how large it is"
        raise PictureError(msg)
    return Header(*found, exif)


def _webp_size(name: bytes, body: bytes) -> tuple[int, int]:
    if name == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if name == b"VP8L":
        (bits,) = struct.unpack_from("<I", body, 1)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", body, 6)
    return width & 0x3FFF, height & 0x3FFF


def _read_bmp(stream: BinaryIO) -> Header:
    head = stream.read(34)
    (offset,) = struct.unpack_from("<I", head, 10)
    (dib,) = struct.unpack_from("<I", head, 14)
    if dib == 12:  # the old OS/2 form
        width, height = struct.unpack_from("<HH", head, 18)
        return Header(width, height)
    width, height, _, bits, packing = struct.unpack_from("<iiHHI", head, 18)
    rows = (abs(width) * bits + 31) // 32 * 4 * abs(height)
    if packing == 0 and offset + rows > _size(stream):
        raise _torn()
    return Header(abs(width), abs(height))


def _read_tiff(stream: BinaryIO) -> Header:
    blob = stream.read()
    tags = read_directory(blob)
    width, height = tags.get(0x0100), tags.get(0x0101)
    if not (isinstance(width, int) and isinstance(height, int)):
        msg = "the picture is damaged: it does not say how large it is"
        raise PictureError(msg)
    return Header(width, height, blob, turned=True)


def _size(stream: BinaryIO) -> int:
    here = stream.tell()
    size = stream.seek(0, os.SEEK_END)
    stream.seek(here)
    return size


_MAGIC = {
    b"\xff\xd8\xff": "jpeg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"BM": "bmp",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
}
_READERS: dict[str, Callable[[BinaryIO], Header]] = {
    "jpeg": _read_jpeg,
    "png": _read_png,
    "webp": _read_webp,
    "bmp": _read_bmp,
    "tiff": _read_tiff,
}
