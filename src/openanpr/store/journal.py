"""The journal: what was acknowledged, on disk and in order, until every consumer has passed it.

SQLite in WAL mode with synchronous=FULL: a commit returns after fsync. Deleted batches are overwritten.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

_SCHEMA = """
CREATE TABLE IF NOT EXISTS batches (
    position INTEGER PRIMARY KEY, batch_id TEXT NOT NULL, at_ms INTEGER NOT NULL, size INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS known (
    batch_id TEXT PRIMARY KEY, position INTEGER NOT NULL, at_ms INTEGER NOT NULL, sha256 BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS known_at ON known (at_ms);
CREATE TABLE IF NOT EXISTS consumers (
    name TEXT PRIMARY KEY, passed INTEGER NOT NULL, claimed INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS about (
    only INTEGER PRIMARY KEY CHECK (only = 1), name TEXT NOT NULL, next INTEGER NOT NULL
) STRICT;
"""
_VERSION = 1


class JournalError(Exception):
    """The journal could not do what was asked; nothing was acknowledged."""


class BatchConflictError(JournalError):
    """A batch came under the id of another one with other bytes."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch to keep: its id, its bytes, and when it came (milliseconds of Unix time)."""

    batch_id: str
    body: bytes
    at_ms: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A batch at its position; positions count up from 1 and never come again."""

    position: int
    batch_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Group:
    """Batches that a consumer takes together.

    `name` is the same for the same batches, also after a crash, and for no others: it makes what the
    consumer does with them happen once.
    """

    name: str
    batches: tuple[Kept, ...]

    @property
    def last(self) -> int:
        """The position of the last batch."""
        return self.batches[-1].position


class Journal:
    """One journal file. Threads may share it; a second process may not write it."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._db = connection
        self._lock = threading.Lock()
        self._name = name

    @classmethod
    def open(cls, path: Path, consumers: Sequence[str]) -> Self:
        """Open or make the journal; each consumer begins where it was, a new one at the oldest batch kept.

        A consumer of before that is not named keeps its place, and what it has not passed, until `retire`.
        Raises JournalError when the file cannot be used.
        """
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
            try:
                return cls(connection, _prepared(connection, consumers))
            except BaseException:  # whatever stopped it, the file is let go
                connection.close()
                raise
        except sqlite3.Error as fault:
            raise JournalError(f"{path} cannot be used as a journal: {fault}") from fault

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(self, batches: Sequence[Batch]) -> tuple[int, ...]:
        """Keep the batches on disk, all or none, and return their positions; once returned, acknowledge.

        A batch whose id is known already has its position of before. Raises BatchConflictError when a known
        id comes with other bytes, JournalError when the disk is full or fails: then none was kept.
        """
        with self._transaction() as db:
            return tuple(self._kept(db, batch) for batch in batches)

    def read(self, after: int, *, most: int) -> tuple[Kept, ...]:
        """The batches behind the position `after`, in order, at most `most`; raises JournalError."""
        with self._transaction() as db:
            found = db.execute(
                "SELECT position, batch_id, body FROM batches WHERE position > ? ORDER BY position LIMIT ?",
                (after, most),
            )
            return tuple(Kept(*row) for row in found)

    def claim(self, consumer: str, *, most_batches: int, most_bytes: int) -> Group | None:
        """The next batches for a consumer, None when it has passed all; at least one, whatever its size.

        What was claimed and not passed comes again as the same group. Raises JournalError.
        """
        with self._transaction() as db:
            passed, claimed = self._place(db, consumer)
            if claimed is None:
                claimed = _group_end(db, passed, most_batches, most_bytes)
                if claimed is None:
                    return None
                db.execute("UPDATE consumers SET claimed = ? WHERE name = ?", (claimed, consumer))
            found = db.execute(
                "SELECT position, batch_id, body FROM batches WHERE position > ? AND position <= ? "
                "ORDER BY position",
                (passed, claimed),
            )
            batches = tuple(Kept(*row) for row in found)
        return Group(f"{self._name}:{consumer}:{batches[0].position}-{claimed}", batches)

    def done(self, consumer: str, group: Group) -> None:
        """Note on disk that a consumer is done with the group it claimed; raises JournalError for another."""
        with self._transaction() as db:
            passed, claimed = self._place(db, consumer)
            if passed == group.last:
                return
            if claimed != group.last:
                raise JournalError(f"{consumer} may pass only the group that it claimed")
            db.execute("UPDATE consumers SET passed = ?, claimed = NULL WHERE name = ?", (claimed, consumer))

    def positions(self) -> dict[str, int]:
        """The last position that each consumer has passed; raises JournalError."""
        with self._transaction() as db:
            return dict(db.execute("SELECT name, passed FROM consumers ORDER BY name"))

    def waiting(self) -> dict[str, int]:
        """How many batches each consumer has yet to pass; raises JournalError."""
        with self._transaction() as db:
            return dict(
                db.execute(
                    "SELECT name, (SELECT count(*) FROM batches WHERE position > passed) "
                    "FROM consumers ORDER BY name"
                )
            )

    def retire(self, consumer: str) -> None:
        """Forget a consumer, so that the journal no longer keeps batches for it; raises JournalError."""
        with self._transaction() as db:
            self._place(db, consumer)
            db.execute("DELETE FROM consumers WHERE name = ?", (consumer,))

    def trim(self, *, forget_before_ms: int) -> int:
        """Delete the batches that every consumer has passed and return how many; raises JournalError.

        Ids are remembered, so that a batch sent again is still known, until they came before
        `forget_before_ms`.
        """
        with self._transaction() as db:
            gone = db.execute(
                "DELETE FROM batches WHERE position <= (SELECT min(passed) FROM consumers)"
            ).rowcount
            db.execute(
                "DELETE FROM known WHERE at_ms < ? AND position <= (SELECT min(passed) FROM consumers)",
                (forget_before_ms,),
            )
        with self._lock:
            # The write-ahead log still holds the deleted pages: empty it.
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return gone

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _transaction(self) -> _Transaction:
        return _Transaction(self._db, self._lock)

    def _kept(self, db: sqlite3.Connection, batch: Batch) -> int:
        digest = hashlib.sha256(batch.body).digest()
        known = db.execute(
            "SELECT position, sha256 FROM known WHERE batch_id = ?", (batch.batch_id,)
        ).fetchone()
        if known is not None:
            if known[1] != digest:
                raise BatchConflictError(
                    "a batch of this id was kept before with other bytes: send it under a new id"
                )
            return known[0]
        position = db.execute("UPDATE about SET next = next + 1 RETURNING next - 1").fetchone()[0]
        db.execute(
            "INSERT INTO batches VALUES (?, ?, ?, ?, ?)",
            (position, batch.batch_id, batch.at_ms, len(batch.body), batch.body),
        )
        db.execute("INSERT INTO known VALUES (?, ?, ?, ?)", (batch.batch_id, position, batch.at_ms, digest))
        return position

    def _place(self, db: sqlite3.Connection, consumer: str) -> tuple[int, int | None]:
        row = db.execute("SELECT passed, claimed FROM consumers WHERE name = ?", (consumer,)).fetchone()
        if row is None:
            raise JournalError(f"{consumer} is no consumer of this journal: name it when opening")
        return row[0], row[1]


class _Transaction:
    """BEGIN IMMEDIATE to COMMIT under a lock; ROLLBACK on any error, faults of the disk as JournalError."""

    def __init__(self, db: sqlite3.Connection, lock: threading.Lock) -> None:
        self._db = db
        self._lock = lock

    def __enter__(self) -> sqlite3.Connection:
        self._lock.acquire()
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as fault:
            self._lock.release()
            raise JournalError(f"the journal cannot be written: {fault}") from fault
        return self._db

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._db.execute("COMMIT")
        except sqlite3.Error as fault:
            raise JournalError(f"the journal cannot be written: {fault}") from fault
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self._lock.release()
        if isinstance(error, sqlite3.Error):
            raise JournalError(f"the journal cannot be written: {error}") from error


def _prepared(db: sqlite3.Connection, consumers: Sequence[str]) -> str:
    """Make what is not there yet; return the journal's own name, which no other journal has."""
    for setting in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        db.execute(f"PRAGMA {setting}")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > _VERSION:
        raise JournalError(f"a newer program made this journal (form {version}): install that version")
    db.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}PRAGMA user_version = {_VERSION};COMMIT;")
    with _Transaction(db, threading.Lock()):
        db.execute("INSERT OR IGNORE INTO about VALUES (1, ?, 1)", (secrets.token_hex(8),))
        name, following = db.execute("SELECT name, next FROM about").fetchone()
        oldest = db.execute("SELECT coalesce(min(position), ?) - 1 FROM batches", (following,)).fetchone()[0]
        for consumer in consumers:
            db.execute("INSERT OR IGNORE INTO consumers VALUES (?, ?, NULL)", (consumer, oldest))
    return name


def _group_end(db: sqlite3.Connection, passed: int, most_batches: int, most_bytes: int) -> int | None:
    """The position up to which a group after `passed` reaches."""
    end, total = None, 0
    found = db.execute(
        "SELECT position, size FROM batches WHERE position > ? ORDER BY position LIMIT ?",
        (passed, most_batches),
    )
    for position, size in found:
        total += size
        if end is not None and total > most_bytes:
            break
        end = position
    return end
