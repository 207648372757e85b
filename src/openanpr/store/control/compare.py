"""What a proposal would do: the entries that it adds, changes and removes, each as one SELECT.

Each SELECT gives `at` (to page by), `before` and `after` (ids of rows, null where there is none).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeAlias

import sqlalchemy as sa

from openanpr.core.voi_list import ChangeKind
from openanpr.core.voi_staged import RowOrder
from openanpr.store.control.job import Condition, Job, alive, asked, barred, count, differs, of_feed, same_key
from openanpr.store.control.list_tables import voi_change, voi_entry, voi_quarantine, voi_staged

Found: TypeAlias = sa.Select[*tuple[Any, ...]]


class Change(StrEnum):
    """What happens to an entry."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


def note_changes(connection: sa.Connection, job: Job, *, empty: bool) -> dict[str, int]:
    """Write down what the proposal would do, in place of what was found before; return the counts.

    On an `empty` list nothing can change or go: two look-ups for each row are saved.
    """
    connection.execute(sa.delete(voi_change).where(voi_change.c.proposal_id == job.number))
    for change in (Change.ADDED,) if empty else Change:
        found = _changes(job, change).subquery()
        noted = sa.select(sa.literal(job.number), sa.literal(change.value), *found.c)
        columns = ["proposal_id", "change", "at", "before", "after"]
        connection.execute(sa.insert(voi_change).from_select(columns, noted))
    counts = dict.fromkeys((change.value for change in Change), 0)
    counted = connection.execute(
        sa.select(voi_change.c.change, sa.func.count())
        .where(voi_change.c.proposal_id == job.number)
        .group_by(voi_change.c.change)
    )
    for change, number in counted:
        counts[change] = number
    return counts


def _changes(job: Job, change: Change) -> Found:
    if job.kind is ChangeKind.ROLLBACK:
        return _rolled_back(job, change)
    if change is Change.ADDED:
        there = sa.exists().where(alive(job), same_key(voi_entry, voi_staged))
        return _found(voi_staged.c.line, None, voi_staged.c.line).where(asked(job, RowOrder.PUT_ON), ~there)
    if change is Change.CHANGED:
        pair = same_key(voi_entry, voi_staged), differs(voi_entry, voi_staged)
        found = _found(voi_staged.c.line, voi_entry.c.entry_id, voi_staged.c.line)
        return found.where(asked(job, RowOrder.PUT_ON), alive(job), *pair)
    return _found(voi_entry.c.entry_id, voi_entry.c.entry_id, None).where(_taken_off(job))


def _taken_off(job: Job) -> Condition:
    """Whether an entry on the list leaves it by this proposal's rows."""
    rows = voi_staged.alias()
    if job.kind is not ChangeKind.FULL:
        # From the few rows to the list and not the other way: one entry must not cost a look at millions.
        live = voi_entry.alias("live")
        named = sa.select(live.c.entry_id).where(
            asked(job, RowOrder.TAKE_OFF, rows), alive(job, live), same_key(rows, live)
        )
        return voi_entry.c.entry_id.in_(named)
    named = sa.exists().where(
        rows.c.proposal_id == job.number,
        same_key(rows, voi_entry),
        sa.or_(asked(job, RowOrder.PUT_ON, rows), rows.c.ask == RowOrder.KEEP.value),
    )
    return sa.and_(alive(job), of_feed(), ~named)


def _undone(job: Job, entries: sa.FromClause = voi_entry) -> Condition:
    """Whether an entry on the list came by a feed after the revision that a rollback goes back to."""
    return sa.and_(alive(job, entries), of_feed(entries), entries.c.since > (job.back_to or 0))


def _returning(job: Job, entries: sa.FromClause = voi_entry) -> Condition:
    """Whether a former row comes back by a rollback: a feed's, not weeded, and no person was against it."""
    live = voi_entry.alias()
    other_spelling = sa.exists().where(
        alive(job, live), ~of_feed(live), live.c.shape == entries.c.shape, live.c.vrm != entries.c.vrm
    )
    return sa.and_(
        _was_there(job, entries),
        ~barred(job, entries, after=job.back_to or 0),
        sa.or_(entries.c.weed_on.is_(None), entries.c.weed_on >= job.on),
        ~other_spelling,
    )


def kept_back(connection: sa.Connection, job: Job) -> int:
    """Return how many rows a rollback does not bring back, or how many rows of a file were refused."""
    if job.kind is ChangeKind.ROLLBACK:
        former = sa.select(voi_entry.c.entry_id).where(_was_there(job, voi_entry), ~_returning(job))
        return count(connection, former)
    refused = sa.select(voi_staged.c.line).where(
        voi_staged.c.proposal_id == job.number, voi_staged.c.fault.is_not(None)
    )
    unread = sa.select(voi_quarantine.c.line).where(voi_quarantine.c.proposal_id == job.number)
    return count(connection, refused) + count(connection, unread)


def _was_there(job: Job, entries: sa.FromClause) -> Condition:
    back_to = job.back_to or 0
    return sa.and_(
        entries.c.list_id == job.list_id,
        of_feed(entries),
        entries.c.since <= back_to,
        entries.c.until > back_to,
    )


def _rolled_back(job: Job, change: Change) -> Found:
    now, then = voi_entry.alias("now"), voi_entry.alias("then")
    if change is Change.ADDED:
        there = sa.exists().where(_undone(job, now), same_key(now, then))
        return _found(then.c.entry_id, None, then.c.entry_id).where(_returning(job, then), ~there)
    if change is Change.CHANGED:
        found = _found(then.c.entry_id, now.c.entry_id, then.c.entry_id)
        return found.where(_returning(job, then), _undone(job, now), same_key(now, then))
    back = sa.exists().where(_returning(job, then), same_key(now, then))
    return _found(now.c.entry_id, now.c.entry_id, None).where(_undone(job, now), ~back)


def _found(
    at: sa.ColumnElement[int], before: sa.ColumnElement[int] | None, after: sa.ColumnElement[int] | None
) -> Found:
    none = sa.cast(sa.null(), sa.BigInteger)
    return sa.select(
        at.label("at"),
        (none if before is None else before).label("before"),
        (none if after is None else after).label("after"),
    )
