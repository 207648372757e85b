"""Entries to table rows and back; many rows at a time, by the quickest way that each database has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, TypeAlias, cast

import psycopg
import sqlalchemy as sa
from psycopg import sql

from openanpr.core.voi_entry import Action, EntryKey, Origin, Priority, VoiEntry, mark_shape
from openanpr.core.voi_staged import StagedRow
from openanpr.store.control.list_tables import DAYS, PARTICULARS, TEXTS, voi_staged

Cells: TypeAlias = tuple[object, ...]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STAGED: Final = ("proposal_id", "line", "ask", "shape", *PARTICULARS)
_FIRST_DAY, _LAST_DAY = len(TEXTS) + 1, len(TEXTS) + 1 + len(DAYS)


def to_ms(at: datetime | None) -> int | None:
    """Return a time as UTC milliseconds since 1970, None for none."""
    return None if at is None else round((at - _EPOCH) / timedelta(milliseconds=1))


def from_ms(at_ms: int | None) -> datetime | None:
    """Return the UTC time of milliseconds since 1970, None for none."""
    return None if at_ms is None else _EPOCH + timedelta(milliseconds=at_ms)


def time_of(at_ms: int) -> datetime:
    """Return the UTC time of milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=at_ms)


def entry_of(row: Sequence[Any]) -> VoiEntry:
    """Return the entry whose columns, in the order of `PARTICULARS`, are `row`."""
    texts = row[: len(TEXTS)]
    return VoiEntry._make(
        (
            texts[0],
            Action(texts[1]),
            Priority(texts[2]),
            Origin(texts[3]),
            *texts[4:],
            from_ms(row[len(TEXTS)]),
            *row[_FIRST_DAY:_LAST_DAY],
            row[_LAST_DAY],
            tuple(json.loads(row[_LAST_DAY + 1])),
        )
    )


def key_of(row: sa.Row[Any]) -> EntryKey:
    """Return the key in a row that has its columns."""
    return EntryKey(row.vrm, row.pnc_id, Origin(row.origin))


def insert_staged(connection: sa.Connection, number: int, rows: Iterable[StagedRow]) -> None:
    """Write rows of a proposal: millions of them come by, so nothing is looked at twice."""
    cells = [
        (number, line, order.value, mark_shape(entry.vrm), *_particulars(entry))
        for line, order, entry in rows
    ]
    if connection.dialect.name == "postgresql":
        _copy(connection, voi_staged, _STAGED, cells)
    elif cells:
        connection.exec_driver_sql(_insert_text(connection.dialect), cells)


def _particulars(entry: VoiEntry) -> Cells:
    return (
        entry[0],
        str(entry[1]),
        str(entry[2]),
        str(entry[3]),
        *entry[4 : len(TEXTS)],
        _ms(entry[_FIRST_DAY - 1]),
        *map(_iso, entry[_FIRST_DAY:_LAST_DAY]),
        entry[_LAST_DAY],
        json.dumps(entry[_LAST_DAY + 1]) if entry[_LAST_DAY + 1] else "[]",
    )


_ms = lru_cache(maxsize=64)(to_ms)  # one time for all rows of a delivery


@lru_cache(maxsize=8192)
def _iso(day: date | None) -> str | None:
    # What SQLAlchemy keeps in SQLite, and what PostgreSQL reads, without its conversion for each cell.
    return None if day is None else day.isoformat()


@lru_cache(maxsize=1)
def _insert_text(dialect: sa.Dialect) -> str:
    return str(voi_staged.insert().compile(dialect=dialect, column_keys=list(_STAGED)))


def _copy(connection: sa.Connection, table: sa.Table, columns: Sequence[str], rows: Iterable[Cells]) -> None:
    """Write rows with COPY, inside the transaction that `connection` is in."""
    driver = cast("psycopg.Connection[Cells]", connection.connection.driver_connection)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
