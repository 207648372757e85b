"""A proposal made live: former versions end, new ones begin, tombstones stand. The caller commits."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa

from openanpr.core.voi_list import ChangeKind, GoneBy
from openanpr.core.voi_staged import RowOrder
from openanpr.store.control.job import Condition, Job, alive, asked, same_key
from openanpr.store.control.list_tables import (
    KEY,
    PARTICULARS,
    voi_change,
    voi_entry,
    voi_staged,
    voi_tombstone,
)
from openanpr.store.control.numbering import before_covert_entries

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


def swap(connection: sa.Connection, job: Job, proposal: sa.Row[Any], revision: int, *, at: datetime) -> None:
    """Write `revision` of the list: what was found that the proposal would do, and nothing else."""
    if not job.fills:
        of_job = voi_change.c.proposal_id == job.number
        ending = sa.select(voi_change.c.before).where(of_job, voi_change.c.before.is_not(None))
        connection.execute(
            sa.update(voi_entry).where(voi_entry.c.entry_id.in_(ending)).values(until=revision)
        )
    columns = ["shape", *PARTICULARS]
    rows, which, order = _beginning(job)
    cells: list[sa.ColumnElement[Any]] = [rows.c[name] for name in columns]
    if job.covert:
        columns.append("entry_id")
        cells.append(sa.func.row_number().over(order_by=rows.c.vrm) + before_covert_entries(at))
    # In one order, whatever way the planner goes: that hangs on how many rows stand beside these, covert ones
    # among them, and the numbers that open entries get must tell nobody of those.
    beginning = sa.select(sa.literal(job.list_id), sa.literal(revision), *cells).where(which).order_by(*order)
    connection.execute(sa.insert(voi_entry).from_select(["list_id", "since", *columns], beginning))
    _bury(connection, job, proposal, revision)
    _lift(connection, job, revision)


def _beginning(job: Job) -> tuple[sa.FromClause, Condition, tuple[sa.ColumnElement[Any], ...]]:
    """Return the rows that become entries, which of them do, and in what order."""
    if job.fills:
        return voi_staged, asked(job, RowOrder.PUT_ON), tuple(voi_staged.c[name] for name in KEY)
    rows: sa.FromClause = voi_staged
    at = voi_staged.c.staged_id
    if job.kind is ChangeKind.ROLLBACK:
        rows = voi_entry.alias("rows")
        at = rows.c.entry_id
    which = sa.and_(voi_change.c.proposal_id == job.number, at == voi_change.c.after)
    return rows, which, (voi_change.c.change, voi_change.c.at)


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
        sa.literal(job.covert),
    ).where(
        voi_entry.c.list_id == job.list_id,
        voi_entry.c.until == revision,
        ~sa.exists().where(alive(job, live), same_key(live, voi_entry)),
    )
    columns = ["list_id", *KEY, "gone_by", "revision", "at_ms", "by", "why", "weed_on", "covert"]
    connection.execute(sa.insert(voi_tombstone).from_select(columns, gone))


def _lift(connection: sa.Connection, job: Job, revision: int) -> None:
    """Note on the tombstones of entries that came back by which revision they did."""
    back = sa.exists().where(alive(job), voi_entry.c.since == revision, same_key(voi_entry, voi_tombstone))
    connection.execute(
        sa.update(voi_tombstone)
        .where(voi_tombstone.c.list_id == job.list_id, voi_tombstone.c.lifted.is_(None), back)
        .values(lifted=revision)
    )
