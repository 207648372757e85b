"""The file of an outbox: opened so that what is committed survives a kill and a cut of the power."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Generator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path

_SCHEMA = 2
_WAIT_S = 30.0


class OutboxKind(StrEnum):
    """What an outbox is for; one that was made for one kind is never used for the other."""

    READS = "reads"  # of a reader
    FORWARDED = "forwarded"  # batches of others, handed on as they came


class OutboxError(Exception):
    """The file is no outbox that this program can use; the sentence says why."""


class OutboxFullError(Exception):
    """There is no room: nothing of this put was kept, and the refusal was counted. This is an alarm."""


def connect(path: Path, kind: OutboxKind = OutboxKind.READS) -> sqlite3.Connection:
    """Open the outbox in `path`, made with mode 0600 if it is not there; raises OutboxError, OSError."""
    _own_file(path)
    try:
        connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection, kind)
        except (sqlite3.Error, OutboxError):
            connection.close()
            raise
    except sqlite3.Error as e:
        raise OutboxError(
            f"the outbox cannot be opened ({e}): look at the disk, and whether it is full. Only where the "
            "file is damaged, move it away to begin anew: what waits in it is not delivered then"
        ) from e
    return connection


@cache
def statement(name: str) -> str:
    """Return the SQL of one statement in `deliver/sql`."""
    return resources.files("openanpr.deliver").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


@contextmanager
def disk_full_named() -> Generator[None]:
    """Turn SQLite's word for a full disk into OutboxFullError."""
    try:
        yield
    except sqlite3.OperationalError as e:
        if e.sqlite_errorcode != sqlite3.SQLITE_FULL:
            raise
        raise OutboxFullError("the disk is full: make room, or mend the line to the node") from e


def _own_file(path: Path) -> None:
    """Make the file if it is not there, open to its owner only; refuse one that others can read."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        status = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if not stat.S_ISREG(status.st_mode) or stat.S_IMODE(status.st_mode) & 0o077:
        raise OutboxError("the outbox holds reads and must be a plain file of mode 0600: chmod it")
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _prepare(connection: sqlite3.Connection, kind: OutboxKind) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise OutboxError("the outbox needs a disk on which SQLite can keep its log, not a network share")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # What was acknowledged must not be found on a stolen disk: freed space is overwritten with zeros.
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA journal_size_limit = 8388608")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        connection.executescript(f"BEGIN IMMEDIATE; {statement('schema')} COMMIT;")
    elif version != _SCHEMA:
        raise OutboxError(
            "the outbox was made by another version of the program: empty it with that one first"
        )
    connection.execute(statement("about_put"), {"kind": kind.value})
    (found,) = connection.execute(statement("about")).fetchone()
    if found != kind:
        raise OutboxError("this outbox was made for another use: give each its own file")
