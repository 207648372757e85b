"""A list of vehicles of interest, read from a file row by row: good rows kept, bad rows named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from openanpr.core.entry import Entry
from openanpr.core.shape import shape_key
from openanpr.voi.cell import RowFault, clean, fitted, parse_vrm, parse_weed_date
from openanpr.voi.fault import BadRow, ListError
from openanpr.voi.header import FIELDS, header_fields
from openanpr.voi.rows import COLUMNS, Row, rows_of

__all__ = ["BadRow", "ListError", "ListFile", "read_list"]

_Order: TypeAlias = tuple[int | None, ...]
_AS_WRITTEN: _Order = tuple(range(COLUMNS))
_NO_SPARE = ("", "")
_MOST_COMPARED = 16  # rows of one shape; more would make a list of one VRM slow to read
_COMPARED = (*FIELDS[:14], "spare")


@dataclass(frozen=True, slots=True)
class ListFile:
    """What one list file holds.

    `name` is the file's own name. `bad_rows` are in the order of the file; those marked `used` are
    among the `entries` too. `weeded` counts the rows left out because their weed date has passed.
    """

    name: str
    entries: tuple[Entry, ...]
    bad_rows: tuple[BadRow, ...]
    weeded: int


def read_list(path: Path, *, on: date) -> ListFile:
    """Return the list at `path` as it stands on the day `on`.

    Takes the sixteen-column form (comma, semicolon, tab or bar; with a header row, then in any order
    and with columns left out, or without) and a plain list of one VRM a line. A VRM may hold `?` for
    one open character and `*` for any number. A row that cannot be used becomes a `BadRow`; a weed
    date is the last day on which its row is used.
    Raises ListError when the file cannot be read, is no text, or has no usable row at all.
    """
    rows = rows_of(path)
    first = next(rows, None)
    if first is None:
        msg = f"{path} is empty: if no vehicle is of interest, leave out --voi or keep its header row"
        raise ListError(msg)
    loading = _Loading(path.name, on)
    line, cells = first
    fields = None if cells is None else header_fields(cells)
    if fields is not None:
        loading.take(rows, loading.order_of(fields, line, path), len(fields))
    else:
        width = 1 if cells is not None and len(cells) == 1 else COLUMNS
        loading.take(chain((first,), rows), _AS_WRITTEN, width)
    if loading.bad_rows and not loading.entries and not loading.weeded and fields is None:
        msg = (
            f"{path} has no row that can be used: it needs {COLUMNS} columns, a header row, or one VRM "
            f"a line (line {loading.bad_rows[0].line}: {loading.bad_rows[0].reason})"
        )
        raise ListError(msg)
    return ListFile(path.name, tuple(loading.entries), tuple(loading.bad_rows), loading.weeded)


@dataclass(slots=True)
class _Loading:
    """A list being read: what has been kept and what was seen of each shape; changes row by row."""

    name: str
    on: date
    entries: list[Entry] = field(default_factory=list[Entry])
    bad_rows: list[BadRow] = field(default_factory=list[BadRow])
    weeded: int = 0
    _seen: dict[str, Entry | list[Entry]] = field(default_factory=dict[str, Entry | list[Entry]])
    _texts: dict[str, str] = field(default_factory=dict[str, str])

    def order_of(self, fields: Sequence[str | None], line: int, path: Path) -> _Order:
        """Return for each of the sixteen fields its column, None where the header has none."""
        if "vrm" not in fields:
            msg = f"{path} has a header row without a VRM column: name one column VRM"
            raise ListError(msg)
        columns = {name: fields.index(name) for name in FIELDS if name in fields}
        unused = [str(i + 1) for i in range(len(fields)) if i not in columns.values()]
        if unused:
            reason = (
                f"column {', '.join(unused)} has no name that is known, or one that came before; not used"
            )
            self.bad_rows.append(BadRow(line, reason, used=True))
        return tuple(columns.get(name) for name in FIELDS)

    def take(self, rows: Iterator[Row], order: _Order, width: int) -> None:
        """Take in all rows, whose cells stand in this order."""
        for line, found in rows:
            try:
                cells = clean(fitted(found, width))
                vrm = parse_vrm(cells[order[0] or 0])
                entry = Entry(vrm, self.name, line) if width == 1 else self._full(line, vrm, cells, order)
                self._note(entry)
            except RowFault as fault:
                self.bad_rows.append(BadRow(line, str(fault)))
            else:
                self.entries.append(entry)

    def _full(self, line: int, vrm: str, found: list[str], order: _Order) -> Entry:
        cells = found if order == _AS_WRITTEN else ["" if i is None else found[i] for i in order]
        weed_date = parse_weed_date(cells[10])
        if weed_date is not None and weed_date < self.on:
            self.weeded += 1
            reason = "weeded: its weed date has passed"
            raise RowFault(reason)
        # The same makes, reasons and markings a million times over: each is kept once.
        once = self._texts.setdefault
        return Entry(
            vrm,
            self.name,
            line,
            make=once(cells[1], cells[1]),
            model=once(cells[2], cells[2]),
            colour=once(cells[3], cells[3]),
            action=once(cells[4], cells[4]),
            warning_markers=once(cells[5], cells[5]),
            reason=once(cells[6], cells[6]),
            grading=once(cells[7], cells[7]),
            information=cells[8],
            force_area=once(cells[9], cells[9]),
            weed_date=weed_date,
            pnc_id=cells[11],
            protective_marking=once(cells[12], cells[12]),
            cad=cells[13],
            spare=(cells[14], cells[15]) if cells[14] or cells[15] else _NO_SPARE,
        )

    def _note(self, entry: Entry) -> None:
        """Compare with the rows before that look alike; raise RowFault for a true repetition."""
        vrm = entry.vrm
        shape = shape_key(vrm) if ("O" in vrm or "I" in vrm) and vrm.isalnum() else vrm
        before = self._seen.setdefault(shape, entry)
        if before is entry:
            return
        others = before if isinstance(before, list) else [before]
        for other in others:
            if _same_particulars(other, entry):
                reason = f"the same as line {other.row}; not used twice"
                raise RowFault(reason)
        same = next((other for other in others if other.vrm == vrm), None)
        if same is not None:
            reason = f"the same VRM as line {same.row} with other particulars; both are used"
        else:
            reason = f"the VRM of line {others[0].row} but for O and 0 or I and 1; both are used"
        self.bad_rows.append(BadRow(entry.row, reason, used=True))
        self._seen[shape] = [*others[:_MOST_COMPARED], entry]


def _same_particulars(a: Entry, b: Entry) -> bool:
    return all(getattr(a, name) == getattr(b, name) for name in _COMPARED)
