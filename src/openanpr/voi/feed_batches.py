"""A feed's file in batches: plain rows column by column, the others one by one. Never held whole."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import TypeVar

from openanpr.core.plate import LONGEST_VRM
from openanpr.core.voi_entry import Action, Priority
from openanpr.core.voi_list import Quarantined
from openanpr.core.voi_staged import RowOrder, StagedRow
from openanpr.voi.cell import RowFault, parse_vrm
from openanpr.voi.column_map import FIELDS, TEXTS
from openanpr.voi.cut import Cut, cut
from openanpr.voi.fault import ListError
from openanpr.voi.feed_file import (
    Layout,
    Reading,
    ReadingRules,
    confirmed_day,
    entered_day,
    layout_of,
    parsed,
    review_day,
)
from openanpr.voi.rows import Row, RowReader, opened
from openanpr.voi.staged_columns import StagedColumns

BATCH = 2 << 20
"""Characters of a batch: some ten thousand rows, which a store keeps in some tenths of a second."""

_AT = {name: i for i, name in enumerate(FIELDS)}
_Word = TypeVar("_Word", bound=Hashable)
_Meaning = TypeVar("_Meaning")


@dataclass(frozen=True, slots=True)
class FeedBatch:
    """Some rows of a file: those that put an entry on, others, and those that cannot be used."""

    columns: StagedColumns | None
    rows: tuple[StagedRow, ...]
    refused: tuple[Quarantined, ...]


def feed_batches(path: Path, rules: ReadingRules) -> Iterator[FeedBatch]:
    """Return the rows of the feed file at `path`, batch by batch in the order of the file.

    What each row comes to is told by `feed_file.parsed`.
    Raises ListError when the file cannot be read, is no text, is empty or lacks a column.
    """
    reading = Reading.of(rules)
    with opened(path) as reader:
        first = next(reader.rows(), None)
        if first is None:
            msg = f"{path.name} is empty: a list of nobody still has its row of headings"
            raise ListError(msg)
        layout = layout_of(first, rules.profile, path.name)
        if not layout.has_headings:
            yield _one_by_one([first], layout, reading)
        yield from _batches(reader, layout, reading)


def _batches(reader: RowReader, layout: Layout, reading: Reading) -> Iterator[FeedBatch]:
    while True:
        first, lines = reader.lines(BATCH)
        if not lines:
            return
        found = cut(lines, reader.separator, layout.width)
        if found is None:
            yield _one_by_one(list(reader.rows_of_lines(first, lines)), layout, reading)
        else:
            yield _Columns(first, found, layout, reading).batch()


def _one_by_one(rows: Sequence[Row], layout: Layout, reading: Reading) -> FeedBatch:
    return _sorted_out(None, rows, layout, reading)


def _sorted_out(
    columns: StagedColumns | None, rows: Sequence[Row], layout: Layout, reading: Reading
) -> FeedBatch:
    found = list(parsed(rows, layout, reading))
    staged = tuple(row for row in found if isinstance(row, StagedRow))
    refused = tuple(row for row in found if isinstance(row, Quarantined))
    return FeedBatch(columns, staged, refused)


class _Columns:
    """A batch of plain lines, column by column; `odd` are the places of rows to be read one by one."""

    __slots__ = ("_columns", "_cut", "_first", "_layout", "_odd", "_reading")

    def __init__(self, first: int, found: Cut, layout: Layout, reading: Reading) -> None:
        self._first, self._cut, self._layout, self._reading = first, found, layout, reading
        self._odd = set(found.misfits)
        self._columns = found.columns
        if found.loose:
            self._columns = [list(map(str.strip, column)) for column in found.columns]

    def batch(self) -> FeedBatch:
        """Return the batch."""
        columns = self._staged()
        rows = [(self._first + i, self._cut.row(i)) for i in sorted(self._odd)]
        return _sorted_out(columns, rows, self._layout, self._reading)

    def _column(self, field: str) -> Sequence[str]:
        place = self._layout.places[_AT[field]]
        if place < self._layout.width:
            return self._columns[place]
        return [self._layout.constants[place - self._layout.width]] * len(self._cut)

    def _staged(self) -> StagedColumns | None:
        column, reading = self._column, self._reading
        vrms = self._vrms(column("vrm"))
        actions = self._meant(column("action"), reading.action, Action.ASSESS)
        priorities = self._meant(column("priority"), reading.priority, Priority.MEDIUM)
        entered = self._meant(column("entered_on"), entered_day, None)
        confirmed = self._meant(column("confirmed_on"), confirmed_day, None)
        if reading.rules.profile.stolen_life:
            days = list(zip(column("review_on"), entered, confirmed, strict=True))
            reviewed = self._meant(days, lambda said: reading.review_on(*said), None)
            days = list(zip(column("weed_on"), entered, confirmed, strict=True))
            weeded = self._meant(days, lambda said: reading.weed_on(*said), None)
        else:
            reviewed = self._meant(column("review_on"), review_day, None)
            weeded = self._meant(column("weed_on"), lambda cell: reading.weed_on(cell, None, None), None)
        self._meant(column("covert"), _open(reading), None)
        self._meant(column("operation"), _put_on(reading), None)
        self._meant(column("seen_by"), _nobody, None)
        if len(self._odd) == len(self._cut):
            return None
        kept = self._keeper()
        return StagedColumns(
            source=reading.rules.profile.source,
            source_at=reading.rules.source_at,
            line=kept(range(self._first, self._first + len(self._cut))),
            vrm=kept(vrms),
            action=kept(actions),
            priority=kept(priorities),
            entered_on=kept(entered),
            confirmed_on=kept(confirmed),
            review_on=kept(reviewed),
            weed_on=kept(weeded),
            **{field: kept(column(field)) for field in TEXTS},
        )

    def _keeper(self) -> Callable[[Sequence[_Meaning]], Sequence[_Meaning]]:
        """Return what takes the places of odd rows out of a column."""
        if not self._odd:
            return lambda column: column
        stays = bytearray(b"\1") * len(self._cut)
        for place in self._odd:
            stays[place] = 0
        return lambda column: list(compress(column, stays))

    def _vrms(self, cells: Sequence[str]) -> Sequence[str]:
        joined = "".join(cells)
        if (
            joined.isascii()
            and joined.isalnum()
            and joined.upper() == joined
            and min(map(len, cells)) > 0
            and max(map(len, cells)) <= LONGEST_VRM
        ):
            return cells  # as `parse_vrm` would give each of them
        found: list[str] = []
        for i, cell in enumerate(cells):
            try:
                found.append(parse_vrm(cell))
            except RowFault:
                self._odd.add(i)
                found.append("")
        return found

    def _meant(
        self, words: Sequence[_Word], meaning: Callable[[_Word], _Meaning], odd: _Meaning
    ) -> list[_Meaning]:
        """Return what each word means, asked once for each unlike word; `odd` where it means nothing."""
        if words.count(words[0]) == len(words):  # as many columns are, which the feed leaves out
            try:
                return [meaning(words[0])] * len(words)
            except RowFault:
                self._odd.update(range(len(words)))
                return [odd] * len(words)
        meant: dict[_Word, _Meaning] = {}
        none: set[_Word] = set()
        for word in set(words):
            try:
                meant[word] = meaning(word)
            except RowFault:
                meant[word] = odd
                none.add(word)
        if none:
            self._odd.update(i for i, word in enumerate(words) if word in none)
        return list(map(meant.__getitem__, words))


def _put_on(reading: Reading) -> Callable[[str], None]:
    def checked(word: str) -> None:
        if reading.order(word) is not RowOrder.PUT_ON:
            raise _OneByOne

    return checked


def _open(reading: Reading) -> Callable[[str], None]:
    def checked(word: str) -> None:
        if reading.covert(word):
            raise _OneByOne

    return checked


def _nobody(names: str) -> None:
    if names:
        raise _OneByOne


class _OneByOne(RowFault):
    """Nothing is wrong with the row, but columns have no place for what it says."""
