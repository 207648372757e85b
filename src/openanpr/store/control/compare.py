"""What a proposal would do: the entries that it adds, changes and removes, each as one SELECT.

Each SELECT gives the change, `at` (to page by), `before` and `after` (ids of rows, null where there is none).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeAlias

import sqlalchemy as sa

from openanpr.core.voi_list import ChangeKind
from openanpr.core.voi_staged import RowOrder
from openanpr.store.control.job import (
    Condition,
    Job,
    alive,
    asked,
    barred,
    count,
    differs,
    named_by,
    of_feed,
    same_key,
)
from openanpr.store.control.list_tables import voi_change, voi_entry, voi_quarantine, voi_staged

Found: TypeAlias = sa.Select[*tuple[Any, ...]]


class Change(StrEnum):
    """What happens to an entry."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


def note_changes(connection: sa.Connection, job: Job) -> dict[str, int]:
    """Write down what the proposal would do, in place of what was found before; return the counts."""
    connection.execute(sa.delete(voi_change).where(voi_change.c.proposal_id == job.number))
    counts = dict.fromkeys((change.value for change in Change), 0)
    if job.fills:
        counts[Change.ADDED.value] = count_asked(connection, job)
        return counts
    for change in _changes(job):
        found = change.subquery()
        names = ["change", "at", "before", "after"]
        told = sa.select(sa.literal(job.number), *(found.c[name] for name in names))
        connection.execute(sa.insert(voi_change).from_select(["proposal_id", *names], told))
    counted = connection.execute(
        sa.select(voi_change.c.change, sa.func.count())
        .where(voi_change.c.proposal_id == job.number)
        .group_by(voi_change.c.change)
    )
    for change, number in counted:
        counts[change] = number
    return counts


def noted(job: Job, change: Change) -> Found:
    """What a settled proposal would do in this way: `at`, `before` and `after` of each entry."""
    if job.fills:
        which = asked(job, RowOrder.PUT_ON) if change is Change.ADDED else sa.false()
        return _found(Change.ADDED, voi_staged.c.staged_id, None, voi_staged.c.staged_id).where(which)
    columns = [voi_change.c[name] for name in ("change", "at", "before", "after")]
    return sa.select(*columns).where(
        voi_change.c.proposal_id == job.number, voi_change.c.change == change.value
    )


def count_asked(connection: sa.Connection, job: Job) -> int:
    """Return how many rows put an entry on: all but the few that are refused or ask for something else."""
    rows = voi_staged.c
    all_rows = sa.select(rows.staged_id).where(rows.proposal_id == job.number)
    others = all_rows.where(rows.ask != sa.literal_column("1"))
    refused = all_rows.where(rows.fault.is_not(None), rows.ask == RowOrder.PUT_ON.value)
    return count(connection, all_rows) - count(connection, others) - count(connection, refused)


def _changes(job: Job) -> tuple[Found, ...]:
    if job.kind is ChangeKind.ROLLBACK:
        return tuple(_rolled_back(job, change) for change in Change)
    return _put_on(job), _found(Change.REMOVED, voi_entry.c.entry_id, voi_entry.c.entry_id, None).where(
        _taken_off(job)
    )


def _put_on(job: Job) -> Found:
    """The entries that a row adds or changes, in one walk along the rows and the list beside them."""
    pair = sa.and_(alive(job), same_key(voi_entry, voi_staged))
    new = voi_entry.c.entry_id.is_(None)
    change = sa.case((new, Change.ADDED.value), else_=Change.CHANGED.value)
    staged_id = voi_staged.c.staged_id
    found = _found(change, staged_id, voi_entry.c.entry_id, staged_id)
    return found.select_from(voi_staged.outerjoin(voi_entry, pair)).where(
        asked(job, RowOrder.PUT_ON), sa.or_(new, differs(voi_entry, voi_staged))
    )


def _taken_off(job: Job) -> Condition:
    """Whether an entry on the list leaves it by this proposal's rows."""
    rows = voi_staged.alias()
    if job.kind is not ChangeKind.FULL:
        # From the few rows to the list and not the other way: one entry must not cost a look at millions.
        return voi_entry.c.entry_id.in_(named_by(job, RowOrder.TAKE_OFF))
    stays = rows.c.fault.is_(None) & (rows.c.ask != RowOrder.TAKE_OFF.value)
    named = sa.exists().where(rows.c.proposal_id == job.number, same_key(rows, voi_entry), stays)
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
        return _found(change, then.c.entry_id, None, then.c.entry_id).where(_returning(job, then), ~there)
    if change is Change.CHANGED:
        found = _found(change, then.c.entry_id, now.c.entry_id, then.c.entry_id)
        return found.where(_returning(job, then), _undone(job, now), same_key(now, then))
    back = sa.exists().where(_returning(job, then), same_key(now, then))
    return _found(change, now.c.entry_id, now.c.entry_id, None).where(_undone(job, now), ~back)


def _found(
    change: Change | sa.ColumnElement[str],
    at: sa.ColumnElement[int],
    before: sa.ColumnElement[int] | None,
    after: sa.ColumnElement[int] | None,
) -> Found:
    none = sa.cast(sa.null(), sa.BigInteger)
    named = sa.literal(change.value) if isinstance(change, Change) else change
    return sa.select(
        named.label("change"),
        at.label("at"),
        (none if before is None else before).label("before"),
        (none if after is None else after).label("after"),
    )
