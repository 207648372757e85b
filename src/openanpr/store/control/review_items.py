"""Items of review in the control database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa

from openanpr.core.span import Span
from openanpr.policy.ask import AskedSearch
from openanpr.review.figures import ReviewFigures, counted
from openanpr.review.item import (
    Concern,
    Finding,
    Item,
    Origin,
    Outcome,
    Raised,
    Referral,
    Remedy,
    Taken,
)
from openanpr.review.sampling import SampledFor
from openanpr.review.signal import SignalKind, Strength
from openanpr.store.control.engine import empty_log, erasing, reading, writing
from openanpr.store.control.review_tables import review_concern, review_item
from openanpr.store.control.times import from_us, to_us

_AT_ONCE: Final = 400
_ITEM = review_item.c
_CONCERN = review_concern.c


class ReviewItems:
    """As `review.ports.Items`. Safe to share between threads."""

    __slots__ = ("_engine", "_fresh_id")

    def __init__(self, engine: sa.Engine, fresh_id: Callable[[], str]) -> None:
        self._engine = engine
        self._fresh_id = fresh_id

    def raise_all(self, raised: Iterable[Raised], *, at: datetime) -> int:
        """Keep what is new, and return how many items that made."""
        new = 0
        rest = iter(raised)
        while some := tuple(islice(rest, _AT_ONCE)):
            with writing(self._engine) as connection:
                new += self._raise_some(connection, some, to_us(at))
        return new

    def undecided(self, *, most: int, after: Item | None = None) -> tuple[Item, ...]:
        """Return items without a finding, the oldest first; those after an item, if one is given."""
        wanted = sa.select(review_item).where(_ITEM.outcome.is_(None))
        if after is not None:
            at_us = to_us(after.at)
            same = sa.and_(_ITEM.raised_at_us == at_us, _ITEM.item_id > after.item_id)
            wanted = wanted.where(sa.or_(_ITEM.raised_at_us > at_us, same))
        with reading(self._engine) as connection:
            rows = connection.execute(
                wanted.order_by(_ITEM.raised_at_us, _ITEM.item_id).limit(most)
            ).fetchall()
            return _items(connection, rows)

    def item(self, item_id: str) -> Item | None:
        """Return one."""
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(review_item).where(_ITEM.item_id == item_id)).fetchall()
            return next(iter(_items(connection, rows)), None)

    def take(self, item_id: str, taken: Taken, *, stale_before: datetime) -> bool:
        """Give an item to a reviewer: one that nobody has, or was taken before; tell whether it was given."""
        free = sa.or_(
            _ITEM.taken_by.is_(None), _ITEM.taken_by == taken.by, _ITEM.taken_at_us < to_us(stale_before)
        )
        return self._changed(
            sa.update(review_item)
            .where(_ITEM.item_id == item_id, _ITEM.outcome.is_(None), free)
            .values(taken_by=taken.by, taken_at_us=to_us(taken.at))
        )

    def give_back(self, item_id: str, by: str) -> bool:
        """Take an item from who has it; tell whether they had it."""
        return self._changed(
            sa.update(review_item)
            .where(_ITEM.item_id == item_id, _ITEM.outcome.is_(None), _ITEM.taken_by == by)
            .values(taken_by=None, taken_at_us=None)
        )

    def find(self, item_id: str, finding: Finding) -> bool:
        """Keep a finding by who has the item, where there is none; of many at once one is kept."""
        return self._changed(
            sa.update(review_item)
            .where(_ITEM.item_id == item_id, _ITEM.outcome.is_(None), _ITEM.taken_by == finding.by)
            .values(
                outcome=finding.outcome.value,
                remedy=finding.remedy.value,
                found_text=finding.text,
                found_by=finding.by,
                found_at_us=to_us(finding.at),
            )
        )

    def refer(self, item_id: str, referral: Referral) -> bool:
        """Keep a referral where there is a finding and no referral."""
        return self._changed(
            sa.update(review_item)
            .where(
                _ITEM.item_id == item_id,
                _ITEM.outcome.in_([Outcome.IMPROPER.value, Outcome.UNCLEAR.value]),
                _ITEM.referred_by.is_(None),
            )
            .values(referred_by=referral.by, referred_why=referral.why, referred_at_us=to_us(referral.at))
        )

    def found_on(self, account_id: str) -> tuple[Item, ...]:
        """Return the items with a finding on searches that a person asked, or that were asked for them."""
        theirs = sa.or_(_CONCERN.asked_by == account_id, _CONCERN.asked_for == account_id)
        ids = sa.select(_CONCERN.item_id).where(theirs)
        wanted = sa.select(review_item).where(_ITEM.item_id.in_(ids), _ITEM.outcome.is_not(None))
        with reading(self._engine) as connection:
            rows = connection.execute(wanted.order_by(_ITEM.found_at_us, _ITEM.item_id)).fetchall()
            return _items(connection, rows)

    def figures(self, span: Span, *, overdue_before: datetime) -> ReviewFigures:
        """Return the counts of a stretch of time."""
        since, until = to_us(span.since), to_us(span.until)

        def within(column: sa.ColumnElement[int | None]) -> sa.ColumnElement[bool]:
            return sa.and_(column >= since, column < until)

        with reading(self._engine) as connection:

            def number_of(*conditions: sa.ColumnElement[bool]) -> int:
                wanted = sa.select(sa.func.count()).select_from(review_item).where(*conditions)
                return connection.execute(wanted).scalar_one()

            raised = _counts(connection, [_ITEM.origin, _ITEM.kinds], within(_ITEM.raised_at_us))
            drawn: Counter[str] = Counter()
            signals: Counter[str] = Counter()
            for (origin, kinds), count in raised.items():
                for kind in kinds.split():
                    (drawn if origin == Origin.SAMPLE else signals)[kind] += count
            found = within(_ITEM.found_at_us)
            undecided = _ITEM.outcome.is_(None)
            return ReviewFigures(
                samples=sum(count for (origin, _), count in raised.items() if origin == Origin.SAMPLE),
                sampled=counted(SampledFor, drawn),
                signals=counted(SignalKind, signals),
                findings=counted(Outcome, _by_word(connection, _ITEM.outcome, found)),
                remedies=counted(Remedy, _by_word(connection, _ITEM.remedy, found)),
                referred=number_of(within(_ITEM.referred_at_us)),
                open=number_of(undecided),
                overdue=number_of(undecided, _ITEM.raised_at_us < to_us(overdue_before)),
            )

    def found_before(self, before: datetime) -> int:
        """Return on how many items there was a finding before a time."""
        with reading(self._engine) as connection:
            old = sa.select(sa.func.count()).where(_ITEM.found_at_us < to_us(before))
            return int(connection.execute(old).scalar_one())

    def forget(self, before: datetime) -> int:
        """Erase the items on which there was a finding before a time; return how many."""
        old = _ITEM.found_at_us < to_us(before)
        with erasing(self._engine) as connection:
            ids = sa.select(_ITEM.item_id).where(old)
            connection.execute(sa.delete(review_concern).where(_CONCERN.item_id.in_(ids)))
            gone = connection.execute(sa.delete(review_item).where(old)).rowcount
        empty_log(self._engine)
        return gone

    def _changed(self, statement: sa.Update) -> bool:
        with writing(self._engine) as connection:
            return connection.execute(statement).rowcount == 1

    def _raise_some(self, connection: sa.Connection, some: Sequence[Raised], at_us: int) -> int:
        latest, known = _earlier(connection, [one.key for one in some])
        rows: list[dict[str, Any]] = []
        concerns: list[dict[str, Any]] = []
        for one in some:
            there = known.get(one.key, set())
            fresh = [concern for concern in one.concerns if concern.search_id not in there]
            before = latest.get(one.key)
            if not fresh:
                continue
            if before is not None and _grown(connection, before[0], one):
                concerns += _concern_rows(before[0], fresh, len(there))
                continue
            row = _new_row(self._fresh_id(), one, 0 if before is None else before[1] + 1, at_us)
            rows.append(row)
            concerns += _concern_rows(row["item_id"], one.concerns, 0)
        if rows:
            connection.execute(sa.insert(review_item), rows)
        if concerns:
            connection.execute(sa.insert(review_concern), concerns)
        return len(rows)


def _earlier(
    connection: sa.Connection, keys: Sequence[str]
) -> tuple[Mapping[str, tuple[str, int]], Mapping[str, set[str]]]:
    """Return item and part in which each story came up last, and the searches of all its parts."""
    wanted = sa.select(_ITEM.key, _ITEM.part, _ITEM.item_id).where(_ITEM.key.in_(keys))
    latest = {row.key: (row.item_id, row.part) for row in connection.execute(wanted.order_by(_ITEM.part))}
    joined = sa.select(_ITEM.key, _CONCERN.search_id).join_from(review_item, review_concern)
    known: dict[str, set[str]] = {}
    for key, search_id in connection.execute(joined.where(_ITEM.key.in_(list(latest)))):
        known.setdefault(key, set()).add(search_id)
    return latest, known


def _grown(connection: sa.Connection, item_id: str, one: Raised) -> bool:
    """Write a story that goes on into its item, unless somebody has it: what they look at must stay."""
    words = {"why": one.why, "strength": None if one.strength is None else one.strength.value}
    free = _ITEM.item_id == item_id, _ITEM.taken_by.is_(None), _ITEM.outcome.is_(None)
    return connection.execute(sa.update(review_item).where(*free).values(**words)).rowcount == 1


def _new_row(item_id: str, one: Raised, part: int, at_us: int) -> dict[str, Any]:
    return {
        "item_id": item_id,
        "key": one.key,
        "part": part,
        "origin": one.origin.value,
        "kinds": " ".join(one.kinds),
        "about": one.about,
        "why": one.why,
        "strength": None if one.strength is None else one.strength.value,
        "raised_at_us": at_us,
    }


def _concern_rows(item_id: str, concerns: Iterable[Concern], place: int) -> Iterator[dict[str, Any]]:
    for number, one in enumerate(concerns, place):
        asked = one.asked
        yield {
            "item_id": item_id,
            "search_id": one.search_id,
            "asked_by": asked.asked_by,
            "asked_for": asked.asked_for,
            "team": asked.team,
            "place": number,
        }


def _counts(
    connection: sa.Connection, columns: Sequence[sa.ColumnElement[str]], condition: sa.ColumnElement[bool]
) -> dict[tuple[str, ...], int]:
    wanted = sa.select(*columns, sa.func.count()).where(condition).group_by(*columns)
    return {tuple(row[:-1]): row[-1] for row in connection.execute(wanted)}


def _by_word(
    connection: sa.Connection, column: sa.ColumnElement[str], condition: sa.ColumnElement[bool]
) -> dict[str, int]:
    return {word: count for (word,), count in _counts(connection, [column], condition).items()}


def _items(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> tuple[Item, ...]:
    concerns: dict[str, list[Concern]] = {}
    ids = [row.item_id for row in rows]
    for at in range(0, len(ids), _AT_ONCE):
        of_items = _CONCERN.item_id.in_(ids[at : at + _AT_ONCE])
        wanted = sa.select(review_concern).where(of_items).order_by(_CONCERN.place)
        for row in connection.execute(wanted):
            asked = AskedSearch(row.asked_by, row.asked_for, row.team)
            concerns.setdefault(row.item_id, []).append(Concern(row.search_id, asked))
    return tuple(_item(row, tuple(concerns.get(row.item_id, ()))) for row in rows)


def _item(row: sa.Row[Any], concerns: tuple[Concern, ...]) -> Item:
    raised = Raised(
        row.key,
        Origin(row.origin),
        tuple(row.kinds.split()),
        row.about,
        row.why,
        None if row.strength is None else Strength(row.strength),
        concerns,
    )
    return Item(
        row.item_id,
        raised,
        from_us(row.raised_at_us),
        None if row.taken_by is None else Taken(row.taken_by, from_us(row.taken_at_us)),
        None if row.outcome is None else _finding(row),
        None
        if row.referred_by is None
        else Referral(row.referred_by, from_us(row.referred_at_us), row.referred_why),
    )


def _finding(row: sa.Row[Any]) -> Finding:
    at = from_us(row.found_at_us)
    return Finding(Outcome(row.outcome), row.found_text, Remedy(row.remedy), row.found_by, at)
