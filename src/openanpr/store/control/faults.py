"""Staged rows that cannot stand beside each other or beside the list: refused, each with its reason."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa

from openanpr.core.voi_list import ChangeKind
from openanpr.core.voi_staged import RowOrder
from openanpr.store.control.job import (
    Condition,
    Job,
    alive,
    asked,
    barred,
    barred_shapes,
    named_by,
    of_feed,
    same_key,
)
from openanpr.store.control.list_tables import KEY, voi_entry, voi_staged

REASONS: Final = MappingProxyType(
    {
        "gone": "it was weeded or taken off by a person: it comes back only where that is said",
        "repeated": "the same mark and PNC ID as line {line}",
        "absent": "the list has no such entry to take off",
        "both_spellings": "the mark of line {line} but for O and 0 or I and 1: only one can be meant",
        "other_spelling": "the list has this mark in another spelling of O and 0 or I and 1",
    }
)
"""What a fault's code means; never with the plate."""


def mark_faults(connection: sa.Connection, job: Job) -> None:
    """Refuse the staged rows that cannot stand; those refused before are looked at afresh."""
    connection.execute(
        sa.update(voi_staged)
        .where(voi_staged.c.proposal_id == job.number, voi_staged.c.fault.is_not(None))
        .values(fault=None, fault_line=None)
    )
    _refuse_gone(connection, job)
    # One look spares a clean file of millions two sorts.
    crowded = connection.execute(_crowded(job).limit(1)).first() is not None
    if crowded:
        _refuse_repeated(connection, job)
    _refuse_absent(connection, job)
    _refuse_other_spelling(connection, job)
    if crowded:
        _refuse_both_spellings(connection, job)


def _refuse(connection: sa.Connection, job: Job, code: str, order: RowOrder, where: Condition) -> None:
    connection.execute(sa.update(voi_staged).where(asked(job, order), where).values(fault=code))


def _refuse_gone(connection: sa.Connection, job: Job) -> None:
    if not job.revive:
        # The shapes first: few entries were ever barred, and the rows may be millions.
        barring = voi_staged.c.shape.in_(barred_shapes(job))
        _refuse(connection, job, "gone", RowOrder.PUT_ON, sa.and_(barring, barred(job, voi_staged)))


def _refuse_repeated(connection: sa.Connection, job: Job) -> None:
    """The first row of an entry stands, whether it puts on or takes off."""
    rows = voi_staged.alias()
    first = sa.func.min(rows.c.line).over(partition_by=[rows.c[name] for name in KEY])
    ranked = (
        sa.select(rows.c.staged_id, rows.c.line, first.label("first_line"))
        .where(
            rows.c.proposal_id == job.number,
            rows.c.fault.is_(None),
            rows.c.ask != RowOrder.KEEP.value,
            rows.c.shape.in_(_crowded(job)),
        )
        .subquery()
    )
    connection.execute(
        sa.update(voi_staged)
        .where(voi_staged.c.staged_id == ranked.c.staged_id, ranked.c.first_line < ranked.c.line)
        .values(fault="repeated", fault_line=ranked.c.first_line)
    )


def _refuse_absent(connection: sa.Connection, job: Job) -> None:
    there = sa.exists().where(alive(job), same_key(voi_entry, voi_staged))
    _refuse(connection, job, "absent", RowOrder.TAKE_OFF, ~there)


def _refuse_other_spelling(connection: sa.Connection, job: Job) -> None:
    """What stays on the list stands against a new row of the same shape."""
    listed = voi_entry.alias()
    if job.kind is ChangeKind.FULL:
        # What persons put in, and what a row keeps that cannot be used; all else goes or is named anew.
        stays = sa.or_(~of_feed(listed), listed.c.entry_id.in_(named_by(job, RowOrder.KEEP)))
        shapes = sa.select(listed.c.shape).where(alive(job, listed), stays)
        crowd = voi_staged.c.shape.in_(shapes)
    else:
        stays = listed.c.entry_id.not_in(named_by(job, RowOrder.TAKE_OFF))
        crowd = sa.true()
    clash = sa.exists().where(
        alive(job, listed), listed.c.shape == voi_staged.c.shape, listed.c.vrm != voi_staged.c.vrm, stays
    )
    _refuse(connection, job, "other_spelling", RowOrder.PUT_ON, sa.and_(crowd, clash))


def _refuse_both_spellings(connection: sa.Connection, job: Job) -> None:
    """The spelling of the first row of a shape stands."""
    rows = voi_staged.alias()
    ranked = (
        sa.select(
            rows.c.staged_id,
            rows.c.vrm,
            _first_of_shape(rows, rows.c.line).label("first_line"),
            _first_of_shape(rows, rows.c.vrm).label("first_spelling"),
        )
        .where(asked(job, RowOrder.PUT_ON, rows), rows.c.shape.in_(_crowded(job)))
        .subquery()
    )
    connection.execute(
        sa.update(voi_staged)
        .where(voi_staged.c.staged_id == ranked.c.staged_id, ranked.c.first_spelling != ranked.c.vrm)
        .values(fault="both_spellings", fault_line=ranked.c.first_line)
    )


def _first_of_shape(rows: sa.FromClause, column: sa.ColumnElement[Any]) -> sa.Over[Any]:
    return sa.func.first_value(column).over(partition_by=rows.c.shape, order_by=rows.c.line)


def _crowded(job: Job) -> sa.Select[tuple[str]]:
    """The shapes that more than one row has: few, and only they can hold a repetition."""
    return (
        sa.select(voi_staged.c.shape)
        .where(voi_staged.c.proposal_id == job.number)
        .group_by(voi_staged.c.shape)
        .having(sa.func.count() > 1)
    )
