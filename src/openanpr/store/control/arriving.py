"""Rows of a proposal written as they arrive: millions of them, by the quickest way of each database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Final, cast

import psycopg
import sqlalchemy as sa
from psycopg import sql

from openanpr.core.voi_entry import Origin, mark_shape
from openanpr.core.voi_staged import RowOrder, StagedRow
from openanpr.store.control.list_tables import PARTICULARS, SAID, voi_arriving
from openanpr.store.control.rows import Cells, iso, ms, particulars, written
from openanpr.voi.staged_columns import StagedColumns

_FOLD: Final = str.maketrans("IO", "10")
_OWN: Final = ("line", "shape", "vrm", "pnc_id", "covert", "review_on", "weed_on", "said")
_SHARED: Final = ("proposal_id", "ask", "origin", "source_at_ms")
_ONE_BY_ONE: Final = ("proposal_id", "line", "ask", "shape", *PARTICULARS)
_AS_IT_IS: Final = bytes(byte for byte in range(32, 256) if byte not in b'"\\')  # what JSON does not escape
_AT_ONCE: Final = 2000  # rows of one statement: for so long at a time the interpreter's lock is free


def write_rows(connection: sa.Connection, number: int, rows: Iterable[StagedRow]) -> None:
    """Write rows of a proposal, one by one."""
    cells = [
        (number, line, order.value, mark_shape(entry.vrm), *particulars(entry)) for line, order, entry in rows
    ]
    if not cells:
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, _ONE_BY_ONE, cells)
    else:
        connection.exec_driver_sql(_statement(_ONE_BY_ONE, (), 1), cells)


def write_columns(connection: sa.Connection, number: int, found: StagedColumns) -> None:
    """Write rows of a proposal that each put an entry of a feed on."""
    shared = (number, RowOrder.PUT_ON.value, Origin.FEED.value, ms(found.source_at))
    cells = list(
        zip(
            found.line,
            _shapes(found.vrm),
            found.vrm,
            found.pnc_id,
            found.covert,
            map(iso, found.review_on),
            map(iso, found.weed_on),
            _said(found),
            strict=True,
        )
    )
    if connection.dialect.name == "postgresql":
        _copy(connection, (*_SHARED, *_OWN), (shared + own for own in cells))
        return
    for begin in range(0, len(cells), _AT_ONCE):
        some = cells[begin : begin + _AT_ONCE]
        if len(some) == _AT_ONCE:
            values = (*shared, *chain.from_iterable(some))
            connection.exec_driver_sql(_statement(_OWN, _SHARED, _AT_ONCE), values)
        else:
            connection.exec_driver_sql(_statement(_OWN, _SHARED, 1), [shared + own for own in some])


def _shapes(vrms: Sequence[str]) -> list[str]:
    # As `mark_shape` of each: a mark is A-Z0-9, ? and *, so a line break parts them.
    return "\n".join(vrms).translate(_FOLD).split("\n")


def _said(found: StagedColumns) -> list[str]:
    """Return for each row what `rows.particulars` writes of it; no name may see it alone."""
    columns = [_texts(found, name) for name in SAID]
    joined = ["\",\"".join(texts) for texts in zip(*columns, strict=True)]
    marks = "\n".join(joined).encode().translate(None, _AS_IT_IS)
    quotes, breaks = 2 * (len(SAID) - 1) * len(joined), len(joined) - 1
    if len(marks) == quotes + breaks and marks.count(b'"') == quotes and marks.count(b"\n") == breaks:
        return [f'["{one}"]' for one in joined]  # nothing in it has to be escaped
    return list(map(written, zip(*columns, strict=True)))


def _texts(found: StagedColumns, name: str) -> Sequence[str]:
    if name == "source":
        return [found.source] * len(found)
    if name in {"entered_on", "confirmed_on"}:
        days = found.entered_on if name == "entered_on" else found.confirmed_on
        return [iso(day) or "" for day in days]
    return cast("Sequence[str]", getattr(found, name))


@lru_cache(maxsize=8)
def _statement(own: tuple[str, ...], shared: tuple[str, ...], rows: int) -> str:
    """Return the INSERT of some rows whose `shared` columns are given once, in SQLite's numbered parameters."""
    common = [f"?{i}" for i in range(1, len(shared) + 1)]
    each = len(own)
    values = (
        ", ".join([*common, *(f"?{len(shared) + row * each + i}" for i in range(1, each + 1))])
        for row in range(rows)
    )
    names = ", ".join((*shared, *own))
    return f"INSERT INTO {voi_arriving.name} ({names}) VALUES ({'), ('.join(values)})"  # noqa: S608 - names of our own


def _copy(connection: sa.Connection, columns: Sequence[str], rows: Iterable[Cells]) -> None:
    """Write rows with COPY, inside the transaction that `connection` is in."""
    driver = cast("psycopg.Connection[Cells]", connection.connection.driver_connection)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(voi_arriving.name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
