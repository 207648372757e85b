"""The rows of a proposal from when they have arrived until they are swept out: sorted, refused, told of."""

from __future__ import annotations

import json
from collections.abc import Sequence

import sqlalchemy as sa

from openanpr.core.voi_list import Quarantined
from openanpr.store.control.faults import REASONS
from openanpr.store.control.list_tables import (
    ARRIVING,
    KEY,
    voi_arriving,
    voi_change,
    voi_proposal,
    voi_quarantine,
    voi_staged,
)


def sort_arrived(connection: sa.Connection, number: int) -> None:
    """Move the rows that have arrived into `voi_staged`, sorted by their keys."""
    rows = voi_arriving.c
    if connection.execute(sa.select(1).where(rows.proposal_id == number).limit(1)).first() is None:
        return
    arrived = (
        sa.select(*(rows[name] for name in ARRIVING))
        .where(rows.proposal_id == number)
        .order_by(*(rows[name] for name in KEY), rows.line)
    )
    connection.execute(sa.insert(voi_staged).from_select(ARRIVING, arrived))
    _clear(connection, voi_arriving, number)


def refuse_rows(connection: sa.Connection, number: int, refused: Sequence[Quarantined]) -> None:
    """Put rows into the proposal's quarantine."""
    rows = [
        {"proposal_id": number, "line": q.line, "reason": q.reason, "cells": json.dumps(q.cells)}
        for q in refused
    ]
    if rows:
        connection.execute(sa.insert(voi_quarantine), rows)


def quarantine(connection: sa.Connection, number: int, after: int, limit: int) -> tuple[Quarantined, ...]:
    """Return refused rows in the order of their lines, those beyond line `after`."""
    unread = connection.execute(
        sa.select(voi_quarantine)
        .where(voi_quarantine.c.proposal_id == number, voi_quarantine.c.line > after)
        .order_by(voi_quarantine.c.line)
        .limit(limit)
    )
    found = [Quarantined(row.line, row.reason, tuple(json.loads(row.cells))) for row in unread]
    found += _faulty(connection, number, after=after, limit=limit)
    return tuple(sorted(found, key=lambda one: one.line)[:limit])


def sweep(connection: sa.Connection, number: int) -> None:
    """Keep the refused rows of a closed proposal in quarantine and clear the others away."""
    refuse_rows(connection, number, _faulty(connection, number, after=0, limit=None))
    for table in (voi_arriving, voi_staged, voi_change):
        _clear(connection, table, number)


def unswept(connection: sa.Connection, closed: sa.ColumnElement[bool]) -> set[int]:
    """Return the closed proposals whose rows were not swept out."""
    tables = (voi_arriving, voi_staged)
    left = [sa.exists().where(one.c.proposal_id == voi_proposal.c.proposal_id) for one in tables]
    found = sa.select(voi_proposal.c.proposal_id).where(closed, sa.or_(*left))
    return set(connection.execute(found).scalars())


def _clear(connection: sa.Connection, table: sa.Table, number: int) -> None:
    """Delete a proposal's rows: all of the table at once where it is the only one that has any."""
    others = sa.or_(table.c.proposal_id < number, table.c.proposal_id > number)
    alone = connection.execute(sa.select(1).where(others).limit(1)).first() is None
    every = sa.delete(table)
    if connection.dialect.name == "sqlite":
        # What stood here stands on the list or was refused; to overwrite it too would write it all once more.
        connection.exec_driver_sql("PRAGMA secure_delete=FAST")
    connection.execute(every if alone else every.where(table.c.proposal_id == number))


def _faulty(connection: sa.Connection, number: int, *, after: int, limit: int | None) -> list[Quarantined]:
    staged = voi_staged.c
    rows = connection.execute(
        sa.select(staged.line, staged.fault, staged.fault_line, staged.vrm, staged.pnc_id)
        .where(staged.proposal_id == number, staged.fault.is_not(None), staged.line > after)
        .order_by(staged.line)
        .limit(limit)
    )
    return [
        Quarantined(row.line, REASONS[row.fault].format(line=row.fault_line), (row.vrm, row.pnc_id))
        for row in rows
    ]
