"""Rows of a proposal written as they arrive: millions of them, by the quickest way of each database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Final, cast

import psycopg
import sqlalchemy as sa
from psycopg import sql

from openanpr.core.voi_entry import Origin, mark_shape
from openanpr.core.voi_staged import RowOrder, StagedRow
from openanpr.store.control.list_tables import ARRIVING, SAID
from openanpr.store.control.rows import Cells, iso, ms, particulars, written
from openanpr.voi.staged_columns import StagedColumns

_FOLD: Final = str.maketrans("IO", "10")
_AS_IT_IS: Final = bytes(byte for byte in range(32, 256) if byte not in b'"\\')  # what JSON does not escape
_AT_ONCE: Final = 1000  # rows of one statement: for so long at a time the interpreter's lock is free


def write_rows(connection: sa.Connection, number: int, rows: Iterable[StagedRow]) -> None:
    """Write rows of a proposal, one by one."""
    cells = [
        (number, line, order.value, mark_shape(entry.vrm), *particulars(entry)) for line, order, entry in rows
    ]
    if not cells:
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, cells)
    else:
        connection.exec_driver_sql(_statement(1), cells)


def write_columns(connection: sa.Connection, number: int, found: StagedColumns) -> None:
    """Write rows of a proposal that each put an entry of a feed on."""
    some: dict[str, Sequence[object]] = {
        "line": found.line,
        "shape": _shapes(found.vrm),
        "vrm": found.vrm,
        "pnc_id": found.pnc_id,
        "review_on": list(map(iso, found.review_on)),
        "weed_on": list(map(iso, found.weed_on)),
        "said": _said(found),
    }
    shared = {
        "proposal_id": number,
        "ask": RowOrder.PUT_ON.value,
        "covert": False,
        "origin": Origin.FEED.value,
        "source_at_ms": ms(found.source_at),
    }
    columns = [some.get(name) or [shared[name]] * len(found) for name in ARRIVING]
    if connection.dialect.name == "postgresql":
        _copy(connection, zip(*columns, strict=True))
    else:
        _insert(connection, columns)


def _insert(connection: sa.Connection, columns: Sequence[Sequence[object]]) -> None:
    """Write columns to SQLite, many rows a statement and no tuple for each row."""
    width, count = len(columns), len(columns[0])
    whole = count - count % _AT_ONCE
    flat: list[object] = [None] * (width * whole)
    for i, column in enumerate(columns):
        flat[i::width] = column[:whole]
    for begin in range(0, len(flat), width * _AT_ONCE):
        connection.exec_driver_sql(_statement(_AT_ONCE), tuple(flat[begin : begin + width * _AT_ONCE]))
    rest = list(zip(*(column[whole:] for column in columns), strict=True))
    if rest:
        connection.exec_driver_sql(_statement(1), rest)


def _shapes(vrms: Sequence[str]) -> list[str]:
    # As `mark_shape` of each: a mark is A-Z0-9, ? and *, so a line break parts them.
    return "\n".join(vrms).translate(_FOLD).split("\n")


def _said(found: StagedColumns) -> list[str]:
    """Return for each row what `rows.particulars` writes of it; no name may see it alone."""
    columns = [_texts(found, name) for name in SAID]
    joined = ['","'.join(texts) for texts in zip(*columns, strict=True)]
    marks = "\n".join(joined).encode().translate(None, _AS_IT_IS)
    quotes, breaks = 2 * (len(SAID) - 1) * len(joined), len(joined) - 1
    if len(marks) == quotes + breaks and marks.count(b'"') == quotes and marks.count(b"\n") == breaks:
        return [f'["{one}"]' for one in joined]  # nothing in it has to be escaped
    return list(map(written, zip(*columns, strict=True)))


def _texts(found: StagedColumns, name: str) -> Sequence[str]:
    if name == "source":
        return [found.source] * len(found)
    if name == "entered_on":
        return list(map(_iso_text, found.entered_on))
    if name == "confirmed_on":
        return list(map(_iso_text, found.confirmed_on))
    return cast("Sequence[str]", getattr(found, name))


def _iso_text(day: date | None) -> str:
    return iso(day) or ""


@lru_cache(maxsize=2)
def _statement(rows: int) -> str:
    """Return the INSERT of some rows, for SQLite."""
    one = f"({', '.join('?' * len(ARRIVING))})"
    return f"INSERT INTO voi_arriving ({', '.join(ARRIVING)}) VALUES {', '.join([one] * rows)}"  # noqa: S608 - our own names


def _copy(connection: sa.Connection, rows: Iterable[Cells]) -> None:
    """Write rows with COPY, inside the transaction that `connection` is in."""
    driver = cast("psycopg.Connection[Cells]", connection.connection.driver_connection)
    statement = sql.SQL("COPY voi_arriving ({}) FROM STDIN").format(
        sql.SQL(", ").join(map(sql.Identifier, ARRIVING))
    )
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
