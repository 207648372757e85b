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
_BARE: Final = "openanpr_bare"
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
    another writer. Nothing is connected yet. No error tells the values that a statement was given: they may
    be plates and places.
    Raises DatabaseError for a URL that names neither.
    """
    try:
        parsed = sa.make_url(url)
    except ArgumentError as error:
        msg = "the control database needs a URL such as sqlite:////var/lib/openanpr/control.db"
        raise DatabaseError(msg) from error
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
        return sa.create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        msg = "the control database is a SQLite file or PostgreSQL: sqlite:///... or postgresql://..."
        raise DatabaseError(msg)
    engine = sa.create_engine(parsed, connect_args={"timeout": _BUSY_MS / 1000}, hide_parameters=True)
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


@contextmanager
def erasing(engine: sa.Engine) -> Generator[sa.Connection]:
    """Give a writing connection that overwrites what it deletes or replaces.

    In SQLite the write-ahead log still has it until `empty_log`, in PostgreSQL the pages until its vacuum.
    """
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            yield connection
            return
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
        try:
            yield connection
        finally:
            # The connection goes back to those who delete rows by the million.
            connection.exec_driver_sql("PRAGMA secure_delete=OFF")


def empty_log(*engines: sa.Engine) -> None:
    """Empty SQLite's write-ahead log, which may still hold what was erased; PostgreSQL sees to its own."""
    for engine in engines:
        if engine.dialect.name != "sqlite":
            continue
        with engine.connect() as connection:
            # Outside a transaction: inside one it is refused.
            connection.execution_options(**{_BARE: True})
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


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
    if connection.get_execution_options().get(_BARE, False):
        return
    # A writer takes its lock at once: a reader that turns writer half-way may be refused without a wait.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
