"""Columns as one block of ClickHouse's Native format, which both engines take as it is.

Source: ClickHouse, "Native" in Formats for input and output data. Numbers are little-endian.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from uuid import UUID

_CODES = {
    "Bool": "B",
    "UInt8": "B",
    "UInt16": "H",
    "UInt32": "I",
    "UInt64": "Q",
    "Date": "H",
    "Int32": "i",
    "Int64": "q",
    "Float32": "f",
    "DateTime64(3, 'UTC')": "q",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column ready to send: its name, its ClickHouse type, its count of rows and their bytes."""

    name: str
    kind: str
    rows: int
    body: bytes


def numbers(name: str, kind: str, values: Sequence[float]) -> Column:
    """A column of numbers of a fixed width; raises OverflowError for one that does not fit."""
    return Column(name, kind, len(values), _packed(kind, values))


def maybe_numbers(name: str, kind: str, values: Sequence[float | None]) -> Column:
    """A column of numbers in which None stands for not known."""
    absent = bytes(value is None for value in values)
    packed = _packed(kind, [0 if value is None else value for value in values])
    return Column(name, f"Nullable({kind})", len(values), absent + packed)


def texts(name: str, values: Sequence[str]) -> Column:
    """A column of strings."""
    return Column(name, "String", len(values), _joined(values))


def blobs(name: str, values: Sequence[bytes]) -> Column:
    """A column of strings that are any bytes."""
    return Column(name, "String", len(values), b"".join([_count(len(value)) + value for value in values]))


def digests(name: str, values: Sequence[bytes]) -> Column:
    """A column of SHA-256 digests, 32 bytes each."""
    return Column(name, "FixedString(32)", len(values), b"".join(values))


def uuids(name: str, values: Sequence[UUID]) -> Column:
    """A column of UUIDs, each as two numbers of eight bytes, the higher one first."""
    halves = [half for value in values for half in divmod(value.int, 2**64)]
    return Column(name, "UUID", len(values), _packed("UInt64", halves))


def number_lists(name: str, kind: str, lists: Sequence[Sequence[float]]) -> Column:
    """A column of lists of numbers."""
    flat = _packed(kind, list(chain.from_iterable(lists)))
    return Column(name, f"Array({kind})", len(lists), _ends(lists) + flat)


def text_lists(name: str, lists: Sequence[Sequence[str]]) -> Column:
    """A column of lists of strings."""
    return Column(name, "Array(String)", len(lists), _ends(lists) + _joined(chain.from_iterable(lists)))


def block(columns: Sequence[Column]) -> bytes:
    """The columns as one block; raises ValueError when they differ in length."""
    rows = {column.rows for column in columns}
    if len(rows) != 1:
        raise ValueError(f"columns of one block have the same count of rows, these have {sorted(rows)}")
    parts = [_count(len(columns)), _count(rows.pop())]
    for column in columns:
        parts += (_text(column.name), _text(column.kind), column.body)
    return b"".join(parts)


def _packed(kind: str, values: Iterable[float]) -> bytes:
    packed = array(_CODES[kind], values)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def _ends(lists: Sequence[Sequence[object]]) -> bytes:
    """Where each list ends in the row of all their members."""
    return _packed("UInt64", list(accumulate(len(members) for members in lists)))


def _joined(values: Iterable[str]) -> bytes:
    return b"".join([_text(value) for value in values])


def _text(value: str) -> bytes:
    raw = value.encode()
    return _count(len(raw)) + raw


def _count(n: int) -> bytes:
    """An unsigned number in LEB128."""
    if n < 128:
        return _SMALL[n]
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


_SMALL = tuple(bytes((n,)) for n in range(128))
