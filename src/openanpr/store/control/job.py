"""A proposal as the statements that settle and apply it see it, and the conditions that they share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import sqlalchemy as sa

from openanpr.core.voi_entry import Origin
from openanpr.core.voi_list import BARRING, ChangeKind
from openanpr.core.voi_staged import RowOrder
from openanpr.store.control.list_tables import COMPARED, KEY, voi_entry, voi_staged, voi_tombstone

Has: TypeAlias = sa.FromClause
Condition: TypeAlias = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Job:
    """One proposal: its number, its list, what kind it is, and the day it is settled for.

    It `fills` a list that was empty when every row that was not refused adds an entry, and that is all.
    `covert`: the list is a covert one.
    """

    number: int
    list_id: int
    kind: ChangeKind
    revive: bool
    back_to: int | None
    on: date
    fills: bool
    covert: bool


def same_key(a: Has, b: Has) -> Condition:
    """Whether two rows are of one entry; the shape comes first, because the indexes begin with it."""
    return sa.and_(*(a.c[name] == b.c[name] for name in KEY))


def differs(a: Has, b: Has) -> Condition:
    """Whether two rows of one entry say different things of it."""
    return sa.or_(*(a.c[name].is_distinct_from(b.c[name]) for name in COMPARED))


def alive(job: Job, entries: Has = voi_entry) -> Condition:
    """Whether a row is on the list now."""
    return sa.and_(entries.c.list_id == job.list_id, entries.c.until.is_(None))


def asked(job: Job, order: RowOrder, staged: Has = voi_staged) -> Condition:
    """Whether a staged row asks for this and was not refused."""
    wanted = [staged.c.proposal_id == job.number, staged.c.ask == order.value, staged.c.fault.is_(None)]
    if order is not RowOrder.PUT_ON:
        # Few rows ask for anything else, and an index has them alone.
        wanted.append(staged.c.ask != sa.literal_column("1"))
    return sa.and_(*wanted)


def named_by(job: Job, order: RowOrder) -> sa.Select[tuple[int]]:
    """The ids of the entries on the list that rows of this order name."""
    rows, listed = voi_staged.alias(), voi_entry.alias()
    return sa.select(listed.c.entry_id).where(
        asked(job, order, rows), alive(job, listed), same_key(rows, listed)
    )


def of_feed(entries: Has = voi_entry) -> Condition:
    """Whether a feed put the entry in."""
    return entries.c.origin == Origin.FEED.value


def barred(job: Job, rows: Has, *, after: int = 0) -> Condition:
    """Whether an entry was weeded or taken off by a person (after that revision), and not brought back."""
    stones = voi_tombstone.alias()
    return sa.exists().where(_barring(job, stones), same_key(stones, rows), stones.c.revision > after)


def barred_shapes(job: Job) -> sa.Select[tuple[str]]:
    """The shapes of the entries that are barred."""
    stones = voi_tombstone.alias()
    return sa.select(stones.c.shape).where(_barring(job, stones))


def _barring(job: Job, stones: Has) -> Condition:
    return sa.and_(
        stones.c.list_id == job.list_id,
        stones.c.gone_by.in_([gone.value for gone in BARRING]),
        stones.c.lifted.is_(None),
    )


def count(connection: sa.Connection, found: sa.Select[*tuple[Any, ...]]) -> int:
    """Return how many rows a SELECT finds."""
    return connection.execute(sa.select(sa.func.count()).select_from(found.subquery())).scalar_one()
