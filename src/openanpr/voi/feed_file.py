"""One row of a feed's file: where its cells stand, and the entry that it makes, or why it makes none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import TypeAlias, TypeVar, cast

from openanpr.core.normalise import normalise
from openanpr.core.voi_entry import Action, Origin, Priority, VoiEntry
from openanpr.core.voi_list import Quarantined
from openanpr.core.voi_staged import RowOrder, StagedRow
from openanpr.voi.cell import RowFault, clean, fitted, parse_vrm, parse_weed_date
from openanpr.voi.column_map import FIELDS, FeedProfile
from openanpr.voi.fault import ListError
from openanpr.voi.header import FIELDS as SIXTEEN
from openanpr.voi.header import header_fields
from openanpr.voi.rows import COLUMNS, Row
from openanpr.voi.stolen import StolenPolicy, stolen_review_on, stolen_weed_on

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
class Layout:
    """Where each field stands: at one of the `places`, or of the `constants`, which come after a row's cells.

    `pick` takes all fields out of a row that has the constants at its end.
    """

    width: int
    constants: list[str]
    places: tuple[int, ...]
    pick: _Pick
    has_headings: bool


def layout_of(first: Row, profile: FeedProfile, name: str) -> Layout:
    """Return where the fields stand in a file whose first row this is; raises ListError for lack of one."""
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


def _by_headings(cells: Sequence[str], profile: FeedProfile, name: str) -> Layout:
    headings = [normalise(cell) for cell in cells]
    missing = [field for field, heading in profile.columns.items() if heading not in headings]
    if "operation" in missing and len(missing) < len(profile.columns):
        missing.remove("operation")  # a full file has no need of it
    if missing:
        msg = f"{name} lacks the columns that its profile {profile.name} reads {', '.join(missing)} from"
        raise ListError(msg)
    order = {field: headings.index(str(h)) for field, h in profile.columns.items() if h in headings}
    return _placed(order, len(cells), profile, has_headings=True)


def _placed(order: Mapping[str, int], width: int, profile: FeedProfile, *, has_headings: bool) -> Layout:
    # A field that has no column is taken from a cell put after the row's own.
    constants = [profile.defaults.get(field, "") for field in FIELDS]
    places = tuple(order.get(field, width + i) for i, field in enumerate(FIELDS))
    return Layout(width, constants, places, cast("_Pick", itemgetter(*places)), has_headings)


def _field(sixteen: str) -> str:
    return "weed_on" if sixteen == "weed_date" else sixteen


def parsed(rows: Iterable[Row], layout: Layout, reading: Reading) -> Iterator[FeedRow]:
    """Yield what each row comes to.

    A row that cannot be used comes as `Quarantined`; if its mark can be read, a row that says KEEP
    follows, so that a slip of the keyboard never takes a vehicle off a list. A delta's rows say by their
    operation whether they put on or take off.
    """
    for line, found in rows:
        try:
            cells = clean(fitted(found, layout.width))
            picked = layout.pick(cells + layout.constants)
            vrm = parse_vrm(picked[_VRM])
        except RowFault as fault:
            yield Quarantined(line, str(fault), tuple(found or ()))
            continue
        try:
            yield StagedRow(line, reading.order(picked[_OPERATION]), reading.entry(vrm, picked))
        except _PastWeeding as fault:
            yield Quarantined(line, str(fault), tuple(cells))
        except RowFault as fault:
            yield Quarantined(line, str(fault), tuple(cells))
            kept = VoiEntry(vrm, Action.INTELLIGENCE, pnc_id=picked[_PNC_ID])
            yield StagedRow(line, RowOrder.KEEP, kept)


class _PastWeeding(RowFault):
    """A row past its weed date: it is not kept as it was."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The words and days that rows are read by."""

    rules: ReadingRules
    actions: Mapping[str, Action]
    priorities: Mapping[str, Priority]

    @classmethod
    def of(cls, rules: ReadingRules) -> Reading:
        """Return the words that the rules' profile knows; raises ListError when they lack a policy."""
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

    def order(self, word: str) -> RowOrder:
        """Return what a row of this operation asks for: none means put on. Raises RowFault for another."""
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
        entered_on = entered_day(picked[_ENTERED])
        confirmed_on = confirmed_day(picked[_CONFIRMED])
        covert = self.covert(picked[_COVERT])
        names = _names(picked[_SEEN_BY]) if picked[_SEEN_BY] else ()
        if names and not covert:
            reason = "it names who may see it and is not covert: all others would see it too"
            raise RowFault(reason)
        return VoiEntry._make(
            (
                vrm,
                self.action(picked[_ACTION]),
                self.priority(picked[_PRIORITY]),
                Origin.FEED,
                *picked[_MAKE : _SPARE_2 + 1],
                profile.source,
                self.rules.source_at,
                entered_on,
                confirmed_on,
                self.review_on(picked[_REVIEW], entered_on, confirmed_on),
                self.weed_on(picked[_WEED], entered_on, confirmed_on),
                covert,
                names,
            )
        )

    def action(self, word: str) -> Action:
        """Return the action that a word means; raises RowFault for one that means none."""
        action = self.actions.get(word) or self.actions.get(word.lower())
        if action is None:
            reason = "its action is none that is known (STOP, SILENT, ASSESS, INTELLIGENCE)"
            raise RowFault(reason)
        return action

    def priority(self, word: str) -> Priority:
        """Return the priority that a word means; raises RowFault for one that means none."""
        priority = self.priorities.get(word) or self.priorities.get(word.lower())
        if priority is None:
            reason = "its priority is none that is known (HIGH, MEDIUM, LOW)"
            raise RowFault(reason)
        return priority

    def covert(self, word: str) -> bool:
        """Return whether a word means covert; no word means that it is not. Raises RowFault for another."""
        if not word:
            return False
        meant = self.rules.profile.words["covert"].get(word.lower())
        if meant is None:
            reason = "whether it is covert is neither yes nor no"
            raise RowFault(reason)
        return bool(meant)

    def review_on(self, cell: str, entered_on: date | None, confirmed_on: date | None) -> date | None:
        """Return the day on which the owner must look again; raises RowFault when it cannot be told.

        A stolen report has one by its life: it is to be confirmed within days, and then year by year.
        """
        review_on = review_day(cell) if cell else None
        if not self.rules.profile.stolen_life or self.rules.stolen is None or entered_on is None:
            return review_on
        by_life = stolen_review_on(entered_on, confirmed_on, self.rules.stolen)
        return by_life if review_on is None else min(review_on, by_life)

    def weed_on(self, cell: str, entered_on: date | None, confirmed_on: date | None) -> date | None:
        """Return the last day of use; raises RowFault when it has passed or cannot be told."""
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


def entered_day(cell: str) -> date | None:
    """Return the day of entry that a cell says, None for an empty one; raises RowFault for another word."""
    return _day(cell, "day of entry")


def confirmed_day(cell: str) -> date | None:
    """Return the day of confirmation that a cell says, as `entered_day`."""
    return _day(cell, "day of confirmation")


def review_day(cell: str) -> date | None:
    """Return the review date that a cell says, as `entered_day`."""
    return _day(cell, "review date")


def _day(cell: str, name: str) -> date | None:
    try:
        return parse_weed_date(cell)
    except RowFault as fault:
        reason = f"the {name} is no date: write it as 31/12/2026 or 2026-12-31"
        raise RowFault(reason) from fault
