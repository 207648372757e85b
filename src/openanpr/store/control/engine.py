"""The door to the control database: SQLite in one file by default, PostgreSQL by a URL."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

_WRITES: Final = "openanpr_writes"
_BUSY_MS: Final = 60_000  # the swap of a list of millions is one transaction; others wait for it
_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-65536",  # KiB; the index of a list of millions is looked up at random
    "PRAGMA temp_store=FILE",
    "PRAGMA analysis_limit=400",  # rows of an index that ANALYZE looks at: enough to see which are long
    "PRAGMA wal_autocheckpoint=8192",  # pages; at 1000 the same index pages are copied over and over
)


class DatabaseError(Exception):
    """The control database cannot be used; the text says why and what to do, never with a password."""


def open_database(url: str) -> sa.Engine:
    """Return the engine of the database at `url`: `sqlite:///path/control.db` or `postgresql+psycopg://...`.

    SQLite: write-ahead log, full sync at each commit, foreign keys held, at most a minute's wait for
    another writer. Nothing is connected yet.
    Raises DatabaseError for a URL that names neither.
    """
    try:
        parsed = sa.make_url(url)
    except ArgumentError as error:
        msg = "the control database needs a URL such as sqlite:////var/lib/openanpr/control.db"
        raise DatabaseError(msg) from error
    if parsed.get_backend_name() == "postgresql":
        return sa.create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        msg = "the control database is a SQLite file or PostgreSQL: sqlite:///... or postgresql://..."
        raise DatabaseError(msg)
    engine = sa.create_engine(parsed, connect_args={"timeout": _BUSY_MS / 1000})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def reading(engine: sa.Engine) -> Generator[sa.Connection]:
    """Give a connection that sees one state of the database and changes nothing."""
    with engine.connect() as opened:
        one_state = opened
        if engine.dialect.name == "postgresql":
            one_state = opened.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")
        with one_state.begin():
            yield one_state


@contextmanager
def writing(engine: sa.Engine) -> Generator[sa.Connection]:
    """Give a connection whose changes are on disk when this ends well, and undone when it does not."""
    with engine.connect() as connection:
        marked = connection.execution_options(**{_WRITES: True})
        with marked.begin():
            yield marked


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: it would begin them as readers.
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
    finally:
        cursor.close()


def _begin(connection: sa.Connection) -> None:
    # A writer takes its lock at once: a reader that turns writer half-way may be refused without a wait.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
