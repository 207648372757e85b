"""A proposal made live: former versions end, new ones begin, tombstones stand. The caller commits."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa

from openanpr.core.voi_list import ChangeKind, GoneBy
from openanpr.core.voi_staged import RowOrder
from openanpr.store.control.compare import returning, taken_off, undone
from openanpr.store.control.job import Job, alive, asked, differs, same_key
from openanpr.store.control.tables import KEY, PARTICULARS, voi_entry, voi_staged, voi_tombstone

_GONE_BY: Final = MappingProxyType(
    {
        ChangeKind.FULL: GoneBy.FEED,
        ChangeKind.DELTA: GoneBy.FEED,
        ChangeKind.HAND: GoneBy.PERSON,
        ChangeKind.CORRECTION: GoneBy.CORRECTED,
        ChangeKind.WEEDING: GoneBy.WEEDED,
        ChangeKind.ROLLBACK: GoneBy.ROLLED_BACK,
    }
)


def swap(connection: sa.Connection, job: Job, proposal: sa.Row[Any], revision: int) -> None:
    """Write `revision` of the list: what the proposal's rows ask for, and nothing else."""
    if job.kind is ChangeKind.ROLLBACK:
        _end(connection, undone(job), revision)
        then = voi_entry.alias("then")
        _begin(connection, job, revision, sa.select(then), returning(job, then), then)
    else:
        live = voi_entry.alias("live")
        changed = sa.select(live.c.entry_id).where(
            asked(job, RowOrder.PUT_ON),
            alive(job, live),
            same_key(voi_staged, live),
            differs(voi_staged, live),
        )
        _end(connection, voi_entry.c.entry_id.in_(changed), revision)
        _end(connection, taken_off(job), revision)
        # What is still alive under a key is word for word what the file says of it.
        there = sa.exists().where(alive(job), same_key(voi_entry, voi_staged))
        wanted = sa.and_(asked(job, RowOrder.PUT_ON), ~there)
        _begin(connection, job, revision, sa.select(voi_staged), wanted, voi_staged)
    _bury(connection, job, proposal, revision)
    _lift(connection, job, revision)


def _end(connection: sa.Connection, where: sa.ColumnElement[bool], revision: int) -> None:
    connection.execute(sa.update(voi_entry).where(where).values(until=revision))


def _begin(
    connection: sa.Connection,
    job: Job,
    revision: int,
    found: sa.Select[Any],
    where: sa.ColumnElement[bool],
    rows: sa.FromClause,
) -> None:
    columns = [rows.c[name] for name in ("shape", *PARTICULARS)]
    chosen = found.with_only_columns(sa.literal(job.list_id), sa.literal(revision), *columns).where(where)
    connection.execute(sa.insert(voi_entry).from_select(["list_id", "since", "shape", *PARTICULARS], chosen))


def _bury(connection: sa.Connection, job: Job, proposal: sa.Row[Any], revision: int) -> None:
    """Set a tombstone for each entry that ended and has no successor."""
    live = voi_entry.alias("live")
    gone = sa.select(
        voi_entry.c.list_id,
        *(voi_entry.c[name] for name in KEY),
        sa.literal(_GONE_BY[job.kind].value),
        sa.literal(revision),
        sa.literal(proposal.proposed_at_ms, sa.BigInteger),
        sa.literal(proposal.proposed_by),
        sa.literal(proposal.why),
        voi_entry.c.weed_on,
    ).where(
        voi_entry.c.list_id == job.list_id,
        voi_entry.c.until == revision,
        ~sa.exists().where(alive(job, live), same_key(live, voi_entry)),
    )
    columns = ["list_id", *KEY, "gone_by", "revision", "at_ms", "by", "why", "weed_on"]
    connection.execute(sa.insert(voi_tombstone).from_select(columns, gone))


def _lift(connection: sa.Connection, job: Job, revision: int) -> None:
    """Note on the tombstones of entries that came back by which revision they did."""
    stones = voi_tombstone.alias("stones")
    back = sa.select(stones.c.tombstone_id).where(
        stones.c.list_id == job.list_id,
        stones.c.lifted.is_(None),
        alive(job),
        voi_entry.c.since == revision,
        same_key(voi_entry, stones),
    )
    connection.execute(
        sa.update(voi_tombstone).where(voi_tombstone.c.tombstone_id.in_(back)).values(lifted=revision)
    )
