"""A feed's file row by row: each row made an entry, or refused with its line. Never held whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import TypeAlias, TypeVar

from openanpr.core.normalise import normalise
from openanpr.core.voi_entry import Action, Origin, Priority, VoiEntry
from openanpr.core.voi_list import Quarantined
from openanpr.core.voi_staged import RowOrder, StagedRow
from openanpr.voi.cell import RowFault, clean, fitted, parse_vrm, parse_weed_date
from openanpr.voi.column_map import FIELDS, FeedProfile
from openanpr.voi.fault import ListError
from openanpr.voi.header import FIELDS as SIXTEEN
from openanpr.voi.header import header_fields
from openanpr.voi.rows import COLUMNS, Row, rows_of
from openanpr.voi.stolen import StolenPolicy, stolen_weed_on

__all__ = ["FeedRow", "ReadingRules", "feed_rows"]

FeedRow: TypeAlias = StagedRow | Quarantined
_Pick: TypeAlias = Callable[[Sequence[str]], tuple[str, ...]]

_Word = TypeVar("_Word", Action, Priority)

_AT = {name: i for i, name in enumerate(FIELDS)}
_VRM, _ACTION, _PRIORITY = _AT["vrm"], _AT["action"], _AT["priority"]
_MAKE, _SPARE_2 = _AT["make"], _AT["spare_2"]
_PNC_ID, _OPERATION = _AT["pnc_id"], _AT["operation"]
_ENTERED, _CONFIRMED = _AT["entered_on"], _AT["confirmed_on"]
_REVIEW, _WEED = _AT["review_on"], _AT["weed_on"]
_COVERT, _SEEN_BY = _AT["covert"], _AT["seen_by"]


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """What a row is read by: the feed's profile, the day, the time of its contents, and the stolen policy."""

    profile: FeedProfile
    on: date
    source_at: datetime | None = None
    stolen: StolenPolicy | None = None


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where each field stands: `pick` takes them out of the cells with `constants` put after them."""

    width: int
    constants: list[str]
    pick: _Pick
    has_headings: bool


def feed_rows(path: Path, rules: ReadingRules) -> Iterator[FeedRow]:
    """Return the rows of the feed file at `path`, in order, one held at a time.

    A row that cannot be used comes as `Quarantined`; if its mark can be read, a row that says KEEP
    follows, so that a slip of the keyboard never takes a vehicle off a list. A delta's rows say by their
    operation whether they put on or take off.
    Raises ListError when the file cannot be read, is no text, is empty or lacks a column.
    """
    rows = rows_of(path)
    first = next(rows, None)
    if first is None:
        msg = f"{path.name} is empty: a list of nobody still has its row of headings"
        raise ListError(msg)
    layout = _layout(first, rules.profile, path.name)
    return _parsed(rows if layout.has_headings else chain((first,), rows), layout, _Reading.of(rules))


def _layout(first: Row, profile: FeedProfile, name: str) -> _Layout:
    cells = first[1] or []
    numbers = {field: at - 1 for field, at in profile.columns.items() if isinstance(at, int)}
    if numbers:
        return _placed(numbers, max(len(cells), max(numbers.values()) + 1), profile, has_headings=False)
    if profile.columns:
        return _by_headings(cells, profile, name)
    known = header_fields(cells) if first[1] is not None else None
    if known is None:
        width = 1 if len(cells) == 1 else COLUMNS
        order = {_field(field): i for i, field in enumerate(SIXTEEN[:width])}
        return _placed(order, width, profile, has_headings=False)
    if "vrm" not in known:
        msg = f"{name} has a row of headings without a VRM column: name one column VRM"
        raise ListError(msg)
    order = {_field(field): known.index(field) for field in SIXTEEN if field in known}
    return _placed(order, len(cells), profile, has_headings=True)


def _by_headings(cells: Sequence[str], profile: FeedProfile, name: str) -> _Layout:
    headings = [normalise(cell) for cell in cells]
    missing = [field for field, heading in profile.columns.items() if heading not in headings]
    if "operation" in missing and len(missing) < len(profile.columns):
        missing.remove("operation")  # a full file has no need of it
    if missing:
        msg = f"{name} lacks the columns that its profile {profile.name} reads {', '.join(missing)} from"
        raise ListError(msg)
    order = {field: headings.index(str(h)) for field, h in profile.columns.items() if h in headings}
    return _placed(order, len(cells), profile, has_headings=True)


def _placed(order: Mapping[str, int], width: int, profile: FeedProfile, *, has_headings: bool) -> _Layout:
    # A field that has no column is taken from a cell put after the row's own.
    constants = [profile.defaults.get(field, "") for field in FIELDS]
    pick = itemgetter(*(order.get(field, width + i) for i, field in enumerate(FIELDS)))
    return _Layout(width, constants, pick, has_headings)


def _field(sixteen: str) -> str:
    return "weed_on" if sixteen == "weed_date" else sixteen


def _parsed(rows: Iterator[Row], layout: _Layout, reading: _Reading) -> Iterator[FeedRow]:
    for line, found in rows:
        try:
            cells = clean(fitted(found, layout.width))
            picked = layout.pick(cells + layout.constants)
            vrm = parse_vrm(picked[_VRM])
        except RowFault as fault:
            yield Quarantined(line, str(fault), tuple(found or ()))
            continue
        try:
            yield StagedRow(line, reading.order(picked), reading.entry(vrm, picked))
        except _PastWeeding as fault:
            yield Quarantined(line, str(fault), tuple(cells))
        except RowFault as fault:
            yield Quarantined(line, str(fault), tuple(cells))
            kept = VoiEntry(vrm, Action.INTELLIGENCE, pnc_id=picked[_PNC_ID])
            yield StagedRow(line, RowOrder.KEEP, kept)


class _PastWeeding(RowFault):
    """A row past its weed date: it is not kept as it was."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """The words and days that rows are read by."""

    rules: ReadingRules
    actions: Mapping[str, Action]
    priorities: Mapping[str, Priority]

    @classmethod
    def of(cls, rules: ReadingRules) -> _Reading:
        words, defaults = rules.profile.words, rules.profile.defaults
        if rules.profile.stolen_life and rules.stolen is None:
            msg = f"the feed profile {rules.profile.name} needs a stolen-report policy to weed by"
            raise ListError(msg)
        medium = defaults.get("priority", Priority.MEDIUM.value)
        return cls(
            rules,
            _spelt({word: Action(ours) for word, ours in words["action"].items()}, defaults.get("action")),
            _spelt({word: Priority(ours) for word, ours in words["priority"].items()}, medium),
        )

    def order(self, picked: tuple[str, ...]) -> RowOrder:
        """Return what the row asks for; no operation means put on."""
        word = picked[_OPERATION]
        if not word:
            return RowOrder.PUT_ON
        meant = self.rules.profile.words["operation"].get(word.lower())
        if meant is None:
            reason = "its operation is none that the feed's profile knows"
            raise RowFault(reason)
        return RowOrder.TAKE_OFF if meant == "take" else RowOrder.PUT_ON

    def entry(self, vrm: str, picked: tuple[str, ...]) -> VoiEntry:
        """Return the entry; raises RowFault for a word or day that means nothing."""
        profile = self.rules.profile
        entered_on = _day(picked[_ENTERED], "day of entry") if picked[_ENTERED] else None
        confirmed_on = _day(picked[_CONFIRMED], "day of confirmation") if picked[_CONFIRMED] else None
        covert = picked[_COVERT]
        return VoiEntry._make(
            (
                vrm,
                self._action(picked[_ACTION]),
                self._priority(picked[_PRIORITY]),
                Origin.FEED,
                *picked[_MAKE : _SPARE_2 + 1],
                profile.source,
                self.rules.source_at,
                entered_on,
                confirmed_on,
                _day(picked[_REVIEW], "review date") if picked[_REVIEW] else None,
                self._weed_on(picked[_WEED], entered_on, confirmed_on),
                bool(covert) and self._covert(covert),
                _names(picked[_SEEN_BY]) if picked[_SEEN_BY] else (),
            )
        )

    def _action(self, word: str) -> Action:
        action = self.actions.get(word) or self.actions.get(word.lower())
        if action is None:
            reason = "its action is none that is known (STOP, SILENT, ASSESS, INTELLIGENCE)"
            raise RowFault(reason)
        return action

    def _priority(self, word: str) -> Priority:
        priority = self.priorities.get(word) or self.priorities.get(word.lower())
        if priority is None:
            reason = "its priority is none that is known (HIGH, MEDIUM, LOW)"
            raise RowFault(reason)
        return priority

    def _covert(self, word: str) -> bool:
        meant = self.rules.profile.words["covert"].get(word.lower())
        if meant is None:
            reason = "whether it is covert is neither yes nor no"
            raise RowFault(reason)
        return bool(meant)

    def _weed_on(self, cell: str, entered_on: date | None, confirmed_on: date | None) -> date | None:
        weed_on = parse_weed_date(cell) if cell else None
        if self.rules.profile.stolen_life and self.rules.stolen is not None:
            if entered_on is None:
                reason = "a stolen report needs the day on which it was entered"
                raise RowFault(reason)
            by_life = stolen_weed_on(entered_on, confirmed_on, self.rules.stolen)
            weed_on = by_life if weed_on is None else min(weed_on, by_life)
        if weed_on is not None and weed_on < self.rules.on:
            reason = "weeded: its weed date has passed"
            raise _PastWeeding(reason)
        return weed_on


def _spelt(words: Mapping[str, _Word], default: str | None) -> Mapping[str, _Word]:
    """Return the words in capitals too, as most feeds write them, and the default for an empty cell."""
    spelt = dict(words) | {word.upper(): ours for word, ours in words.items()}
    meant = spelt.get((default or "").lower())
    return spelt if meant is None else spelt | {"": meant}


def _names(cell: str) -> tuple[str, ...]:
    return tuple(name for name in map(str.strip, cell.split(";")) if name)


def _day(cell: str, name: str) -> date | None:
    try:
        return parse_weed_date(cell)
    except RowFault as fault:
        reason = f"the {name} is no date: write it as 31/12/2026 or 2026-12-31"
        raise RowFault(reason) from fault
