"""Many plain lines of a list cut into columns at once; what is not plain is left to be read row by row."""

from __future__ import annotations

import csv
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

from openanpr.voi.cell import RowFault, fitted
from openanpr.voi.rows import LONGEST_LINE

_PRINTED = f"{string.digits}{string.ascii_letters}{string.punctuation} ".encode("ascii")


@dataclass(frozen=True, slots=True)
class Cut:
    """The columns of lines, one row a line; `loose` when space may stand around some cells.

    `misfits` are the cells of rows that have another width, by their place; empty ones stand for them
    in the columns.
    """

    columns: Sequence[Sequence[str]]
    loose: bool
    misfits: Mapping[int, list[str]]

    def __len__(self) -> int:
        return len(self.columns[0])

    def row(self, place: int) -> list[str]:
        """Return the cells of one row as they stand in the file."""
        return self.misfits.get(place) or [column[place] for column in self.columns]


def cut(lines: Sequence[str], separator: str | None, width: int) -> Cut | None:
    """Return the columns of whole lines, whose cells are just those that `rows` gives for each of them.

    None where it cannot be sure of that: a line is empty or far too long, holds what does not print, or
    its quotes do not close on it.
    """
    text = "".join(lines)
    quoted = '"' in text
    if not text or max(map(len, lines)) > LONGEST_LINE or not _prints(text, separator, quoted=quoted):
        return None
    whole = text.removesuffix("\n")
    loose = _loose(whole, separator, quoted=quoted)
    bare = whole.split("\n")
    if "" in bare or (loose and any(map(str.isspace, bare))):
        return None
    if quoted:
        return None if separator is None else _unquoted(bare, separator, width, loose=loose)
    return _split(bare, separator, width, loose=loose)


def _split(bare: list[str], separator: str | None, width: int, *, loose: bool) -> Cut:
    # One long list and no list for each row: millions of small lists keep the collector of garbage busy.
    if separator is None:
        separator, counts = "\n", [0] * len(bare)
    else:
        counts = list(map(str.count, bare, repeat(separator)))
    misfits: dict[int, list[str]] = {}
    if counts.count(width - 1) != len(counts):
        for place, count in enumerate(counts):
            if count != width - 1:
                bare[place] = separator.join(_row(place, bare[place].split(separator), width, misfits))
    flat = separator.join(bare).split(separator)
    return Cut([flat[i::width] for i in range(width)], loose, misfits)


def _unquoted(bare: list[str], separator: str, width: int, *, loose: bool) -> Cut | None:
    try:
        rows = list(csv.reader(bare, delimiter=separator, strict=True))
    except csv.Error:
        return None
    if len(rows) != len(bare):
        return None  # a quote ran on over the end of its line
    misfits: dict[int, list[str]] = {}
    flat = list(chain.from_iterable(_row(i, row, width, misfits) for i, row in enumerate(rows)))
    return Cut([flat[i::width] for i in range(width)], loose, misfits)


def _row(place: int, cells: list[str], width: int, misfits: dict[int, list[str]]) -> list[str]:
    """Return as many cells as belong to a row; empty ones for a misfit, which is noted."""
    try:
        return fitted(cells, width)
    except RowFault:
        misfits[place] = cells
        return [""] * width


def _prints(text: str, separator: str | None, *, quoted: bool) -> bool:
    flat = text.replace("\n", "")
    if separator == "\t" and not quoted:  # inside quotes a tab is a character that does not print
        flat = flat.replace("\t", "")
    return not flat.encode("ascii").translate(None, _PRINTED) if flat.isascii() else flat.isprintable()


def _loose(text: str, separator: str | None, *, quoted: bool) -> bool:
    """Return whether a cell may begin or end with space: of what prints, only the blank itself is one."""
    if text.startswith(" ") or text.endswith(" "):
        return True
    beside = ["\n"] if separator is None else ["\n", separator]
    if quoted:
        beside.append('"')
    return any(f" {mark}" in text or f"{mark} " in text for mark in beside)
