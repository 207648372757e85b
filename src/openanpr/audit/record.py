"""How an entry lies in the log's own file, so that a torn end is told from damage. Pure.

Before each entry stand its number, the size of the log when its group began (all below it were on the disk
then), its length, and a CRC-32 over all of that and the entry. A group that a crash tore leaves bytes at the
end that nobody was told of. A record further on that says "all below me were on the disk" shows that a bad
one before it was damaged, not torn.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from openanpr.audit.tiles import WIDTH

_HEAD = struct.Struct(">QQHI")


@dataclass(frozen=True, slots=True)
class Records:
    """What a file of records holds: whole entries from its beginning, and the bytes that they take.

    `settled`: the entries below this number were on the disk, by what a later record says; 0 if none says so.
    """

    entries: Sequence[bytes]
    whole_bytes: int
    settled: int


def record(entry: bytes, *, index: int, settled: int) -> bytes:
    """Return the entry as it is written."""
    return _HEAD.pack(index, settled, len(entry), _sum(entry, index, settled)) + entry


def read_records(data: bytes, *, first: int) -> Records:
    """Return what a file holds whose first entry is number `first`; never raises."""
    entries: list[bytes] = []
    at = 0
    while (
        len(entries) < WIDTH and (found := _read(data, at)) is not None and found[0] == first + len(entries)
    ):
        entries.append(found[2])
        at += _HEAD.size + len(found[2])
    settled = 0
    if at < len(data):
        settled = _later_word(data, at + 1, first, first + len(entries))
    return Records(tuple(entries), at, settled)


def _read(data: bytes, at: int) -> tuple[int, int, bytes] | None:
    if at + _HEAD.size > len(data):
        return None
    index, settled, length, summed = _HEAD.unpack_from(data, at)
    start = at + _HEAD.size
    entry = data[start : start + length]
    if len(entry) != length or _sum(entry, index, settled) != summed:
        return None
    return index, settled, entry


def _later_word(data: bytes, start: int, first: int, missing: int) -> int:
    """The highest size that a whole record behind a bad one gives; looked for at every byte."""
    highest = 0
    for at in range(start, len(data) - _HEAD.size + 1):
        index, settled = struct.unpack_from(">QQ", data, at)
        if missing <= index < first + WIDTH and settled <= index and _read(data, at) is not None:
            highest = max(highest, settled)
    return highest


def _sum(entry: bytes, index: int, settled: int) -> int:
    return zlib.crc32(entry, zlib.crc32(struct.pack(">QQH", index, settled, len(entry))))
