"""The text of a PDF as whoever opens it may copy it out: every string, read by every font's table."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_CHAR = re.compile(rb"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>")
_RANGE = re.compile(rb"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]{4})>")


def streams(pdf: bytes) -> list[bytes]:
    """Return what the PDF holds packed, laid open; first the file itself, with its metadata."""
    found = [pdf]
    for one in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(one[1]))
        except zlib.error:
            found.append(one[1])
    return found


def texts(pdf: bytes) -> str:
    """Return all that may be read in it: metadata as it is, strings by each font's table."""
    every = streams(pdf)
    tables = [table for table in map(_table, every) if table]
    shown = [part for one in every for part in _shown(one)]
    read = ["".join(table.get(glyph, "") for glyph in glyphs) for table in tables for glyphs in shown]
    return "\n".join([*(one.decode("latin-1") for one in every), *read])


def _table(stream: bytes) -> dict[int, str]:
    if b"beginbfchar" not in stream and b"beginbfrange" not in stream:
        return {}
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", stream, re.DOTALL):
        for glyph, told in _CHAR.findall(block):
            found[int(glyph, 16)] = bytes.fromhex(told.decode()).decode("utf-16-be", "replace")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", stream, re.DOTALL):
        for first, last, told in _RANGE.findall(block):
            for n in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + n] = chr(int(told, 16) + n)
    return found


def _shown(stream: bytes) -> Iterator[list[int]]:
    """The glyphs of each piece of text, two bytes a glyph; kerning between them left out."""
    for block in re.findall(rb"\bBT\b(.*?)\bET\b", stream, re.DOTALL):
        data = b"".join(_plain(one) for one in re.findall(rb"\(((?:[^()\\]|\\.)*)\)", block, re.DOTALL))
        data += b"".join(
            bytes.fromhex(one.decode()) for one in re.findall(rb"<((?:[0-9a-fA-F]{4})+)>", block)
        )
        yield [int.from_bytes(data[n : n + 2], "big") for n in range(0, len(data) - 1, 2)]


_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _plain(text: bytes) -> bytes:
    def one(found: re.Match[bytes]) -> bytes:
        said = found[1]
        return bytes([int(said, 8) & 255]) if said[0] in b"01234567" else _ESCAPES.get(said, said)

    return re.sub(rb"\\([0-7]{1,3}|.)", one, text, flags=re.DOTALL)
