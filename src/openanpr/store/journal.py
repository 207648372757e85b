"""The journal: what was acknowledged, on disk and in order, until every consumer has passed it.

SQLite in WAL mode with synchronous=FULL: a commit returns after fsync. Deleted batches are overwritten.
"""

from __future__ import annotations

import secrets
import shutil
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO, TypeVar

from openanpr.ingest.journal import Entry, Kept
from openanpr.store.file_lock import HeldElsewhereError, hold_lock
from openanpr.store.group_commit import CommitError, GroupCommit
from openanpr.store.read_columns import to_ms

# `ends` counts the bytes of all bodies up to this one's end, as a place in one long file would: what lies
# between two batches is one subtraction.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS batches (
    position INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, ends INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS known (
    position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL, digest BLOB NOT NULL,
    answer BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS consumers (
    name TEXT PRIMARY KEY, passed INTEGER NOT NULL, claimed INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS about (only INTEGER PRIMARY KEY CHECK (only = 1), name TEXT NOT NULL) STRICT;
"""
_VERSION = 1
_SETTINGS = ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON")
_FIND = "SELECT position, digest, answer FROM known WHERE key = ?"
_NEWEST = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'batches'), 0)"
_PLACE = "SELECT passed, claimed FROM consumers WHERE name = ?"
_GROUP_END = """
SELECT max(position) FROM batches
WHERE position > :passed AND position <= :passed + :most_batches AND (position = :passed + 1 OR ends <= (
    SELECT ends - length(body) FROM batches WHERE position = :passed + 1) + :most_bytes)
"""
_BETWEEN = "SELECT position, key, body FROM batches WHERE position > ? AND position <= ? ORDER BY position"
# Ids go from the oldest on, up to the first that came late enough. A read that was released is of the time
# when it first came, so an old one stands between new ones and stays with them; a time that is ahead of the
# newest batch is of a clock that was wrong, and keeps nothing.
_FORGET = """
DELETE FROM known WHERE position <= :passed AND position < (
    SELECT position FROM known
    WHERE at_ms BETWEEN :before_ms AND (SELECT at_ms FROM known ORDER BY position DESC LIMIT 1)
    ORDER BY position LIMIT 1)
"""
_SIZE = """
SELECT
    coalesce(last.position - first.position + 1, 0),
    coalesce(last.ends - first.ends + length(first.body), 0)
FROM (SELECT max(position) AS position, ends FROM batches) AS last
LEFT JOIN batches AS first ON first.position = (SELECT min(position) FROM batches)
"""
_BEGIN = """
INSERT OR IGNORE INTO consumers
SELECT :consumer, coalesce(
    (SELECT min(position) - 1 FROM batches),
    (SELECT seq FROM sqlite_sequence WHERE name = 'batches'), 0), NULL
"""
_APPEND = """
INSERT INTO batches (key, ends, body)
VALUES (:key, coalesce((SELECT ends FROM batches ORDER BY position DESC LIMIT 1), 0) + :size, :body)
"""
# A few at a time, so that nobody who appends waits long.
_TRIM = "DELETE FROM batches WHERE position <= ? AND position < (SELECT min(position) FROM batches) + 100"
LEAST_FREE_BYTES = 64 * 2**20

_AnswerT = TypeVar("_AnswerT")


class JournalError(Exception):
    """The journal could not do what was asked; nothing was acknowledged."""


@dataclass(frozen=True, slots=True)
class JournalledBatch:
    """A batch at its position: the key and body of its `Entry`. Positions count up from 1 without a gap."""

    position: int
    key: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Group:
    """Batches that a consumer takes together, and the position of the last.

    `name` is the same for the same batches, also after a crash, and for no others: it makes what the
    consumer does with them happen once.
    """

    name: str
    batches: tuple[JournalledBatch, ...]
    last: int


@dataclass(frozen=True, slots=True)
class JournalSize:
    """How many batches are still kept, and the bytes of their bodies."""

    batches: int
    bytes: int


class Journal:
    """One journal file, an `ingest.journal.Journal`. Threads share it; one process at a time has it."""

    def __init__(self, path: Path, lock: TextIO, consumers: Sequence[str], least_free_bytes: int) -> None:
        self._folder = path.parent
        self._least_free_bytes = least_free_bytes
        self._lock = lock
        self._writer = _connected(path)
        self._name = _prepared(self._writer, consumers)
        # Two more connections, so that what came before is looked up, and groups are taken, during a commit.
        self._finder = _Reader(_connected(path))
        self._taker = _Reader(_connected(path))
        self._commits = GroupCommit(self._writer, committed=self._tell)
        self._news = threading.Condition()
        self._newest: int = self._writer.execute(_NEWEST).fetchone()[0]
        self._closed = False

    @classmethod
    def open(cls, path: Path, consumers: Sequence[str], *, least_free_bytes: int = LEAST_FREE_BYTES) -> Self:
        """Open or make the journal; each consumer begins where it was, a new one at the oldest batch kept.

        A consumer of before that is not named keeps its place, and what it has not passed, until `retire`.
        With less than `least_free_bytes` free on its disk the journal takes no batch: consumers need that
        room to go on, and so to free more. Raises JournalError when the file cannot be used.
        """
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            lock = hold_lock(path.with_name(path.name + ".lock"))
        except HeldElsewhereError as fault:
            raise JournalError(f"{path} is open in process {fault.holder}: stop that one first") from None
        except OSError as fault:
            raise JournalError(f"{path} cannot be used as a journal: {fault.strerror}") from fault
        try:
            return cls(path, lock, consumers, least_free_bytes)
        except sqlite3.Error as fault:
            lock.close()
            raise JournalError(
                f"{path} cannot be used as a journal ({fault}): see that its disk has room and can be "
                "written, or restore a backup"
            ) from fault
        except BaseException:  # whatever stopped it, the file is let go
            lock.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def find(self, key: str) -> Kept | None:
        """Return what was kept under `key`, None for a batch that is not known; raises JournalError."""
        found = self._finder.rows(_FIND, (key,))
        return Kept(*found[0][1:]) if found else None

    def append(self, entry: Entry) -> Kept:
        """Keep the entry and return it, on disk (fsync) when this returns: once returned, acknowledge.

        Where its key is known nothing changes and what was kept then is returned. Threads that append at
        the same time share an fsync. Raises JournalError when the disk is full or fails: then it was not
        kept, and neither was what came with it from other threads, who are told the same.
        """
        if shutil.disk_usage(self._folder).free < self._least_free_bytes:
            raise JournalError("the disk of the journal is full: make room, or let its consumers catch up")
        at_ms = to_ms(entry.at)
        return self._do(lambda db: _appended(db, entry, at_ms))

    def newest(self) -> int:
        """The position of the last batch that was ever appended, 0 for none."""
        with self._news:
            return self._newest

    def wait_beyond(self, position: int, timeout_s: float) -> bool:
        """Sleep until there is a batch beyond `position`; False when none came, or the journal was closed."""
        with self._news:
            self._news.wait_for(lambda: self._newest > position or self._closed, timeout_s)
            return self._newest > position

    def claim(self, consumer: str, *, most_batches: int, most_bytes: int) -> Group | None:
        """The next batches for a consumer, None when it has passed all; at least one, whatever its size.

        What was claimed and not passed comes again as the same group. Raises JournalError.
        """
        passed, claimed = self._place(consumer)
        if claimed is None and passed >= self.newest():
            return None
        if claimed is None:
            passed, claimed = self._do(lambda db: _claimed(db, consumer, most_batches, most_bytes))
        if claimed is None:
            return None
        batches = tuple(JournalledBatch(*row) for row in self._taker.rows(_BETWEEN, (passed, claimed)))
        return Group(f"{self._name}:{consumer}:{passed + 1}-{claimed}", batches, claimed)

    def done(self, consumer: str, group: Group) -> None:
        """Note on disk that a consumer is done with the group it claimed; raises JournalError for another."""
        passing = "UPDATE consumers SET passed = claimed, claimed = NULL WHERE name = ? AND claimed = ?"
        if not self._do(lambda db: db.execute(passing, (consumer, group.last)).rowcount) and (
            self._place(consumer)[0] != group.last
        ):
            raise JournalError(f"{consumer} may pass only the group that it claimed")

    def positions(self) -> dict[str, int]:
        """The last position that each consumer has passed; raises JournalError."""
        return dict(self._taker.rows("SELECT name, passed FROM consumers ORDER BY name"))

    def waiting(self) -> dict[str, int]:
        """How many batches each consumer has yet to pass; raises JournalError."""
        newest = self.newest()
        return {name: max(0, newest - passed) for name, passed in self.positions().items()}

    def size(self) -> JournalSize:
        """What is still kept, of batches that some consumer has not passed or that wait to be trimmed."""
        batches, size = self._taker.rows(_SIZE)[0]
        return JournalSize(batches, size)

    def retire(self, consumer: str) -> None:
        """Forget a consumer, so that the journal no longer keeps batches for it; raises JournalError."""
        gone = self._do(lambda db: db.execute("DELETE FROM consumers WHERE name = ?", (consumer,)).rowcount)
        if not gone:
            raise _unknown(consumer)

    def trim(self, *, forget_before_ms: int) -> int:
        """Delete the batches that every consumer has passed and return how many; raises JournalError.

        Keys, digests and answers are remembered, so that a batch sent again is still known, until they and
        all before them came before `forget_before_ms`. Appending goes on meanwhile.
        """
        passed = min(self.positions().values(), default=0)
        gone = 0
        while part := self._do(lambda db: db.execute(_TRIM, (passed,)).rowcount):
            gone += part
        self._do(lambda db: db.execute(_FORGET, {"passed": passed, "before_ms": forget_before_ms}).rowcount)
        try:
            with self._commits.alone() as db:
                # The write-ahead log still holds the deleted pages: empty it.
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as fault:
            raise JournalError(f"the journal cannot be written: {fault}") from fault
        return gone

    def close(self) -> None:
        """Close the file, and wake who waits for news."""
        with self._news:
            self._closed = True
            self._news.notify_all()
        self._finder.close()
        self._taker.close()
        with self._commits.alone() as db:
            db.close()
        self._lock.close()

    def _do(self, deed: Callable[[sqlite3.Connection], _AnswerT]) -> _AnswerT:
        try:
            return self._commits.do(deed)
        except CommitError as fault:
            raise JournalError(f"the journal cannot be written: {fault}") from fault

    def _tell(self, db: sqlite3.Connection) -> None:
        """Wake who waits for what was just committed."""
        newest = db.execute(_NEWEST).fetchone()[0]
        with self._news:
            if newest > self._newest:
                self._newest = newest
                self._news.notify_all()

    def _place(self, consumer: str) -> tuple[int, int | None]:
        found = self._taker.rows(_PLACE, (consumer,))
        if not found:
            raise _unknown(consumer)
        return found[0][0], found[0][1]


class _Reader:
    """A connection for questions, which in WAL mode neither waits for the writer nor makes it wait."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._lock = threading.Lock()

    def rows(self, question: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            with self._lock:
                return self._db.execute(question, values).fetchall()
        except sqlite3.Error as fault:
            raise JournalError(f"the journal cannot be read: {fault}") from fault

    def close(self) -> None:
        with self._lock:
            self._db.close()


def _connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    try:
        for setting in _SETTINGS:
            db.execute(f"PRAGMA {setting}")
    except BaseException:  # whatever stopped it, the file is let go
        db.close()
        raise
    return db


def _prepared(db: sqlite3.Connection, consumers: Sequence[str]) -> str:
    """Make what is not there yet; return the journal's own name, which no other journal has."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > _VERSION:
        raise JournalError(f"a newer program made this journal (form {version}): install that version")
    db.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}PRAGMA user_version = {_VERSION};COMMIT;")
    db.execute("INSERT OR IGNORE INTO about VALUES (1, ?)", (secrets.token_hex(8),))
    for consumer in consumers:
        db.execute(_BEGIN, {"consumer": consumer})
    return db.execute("SELECT name FROM about").fetchone()[0]


def _appended(db: sqlite3.Connection, entry: Entry, at_ms: int) -> Kept:
    known = db.execute(_FIND, (entry.key,)).fetchone()
    if known is not None:
        return Kept(known[1], known[2])
    made = {"key": entry.key, "size": len(entry.body), "body": entry.body}
    position = db.execute(_APPEND, made).lastrowid
    db.execute(
        "INSERT INTO known VALUES (?, ?, ?, ?, ?)", (position, entry.key, at_ms, entry.digest, entry.answer)
    )
    return Kept(entry.digest, entry.answer)


def _claimed(
    db: sqlite3.Connection, consumer: str, most_batches: int, most_bytes: int
) -> tuple[int, int | None]:
    """Claim what comes next, where nothing is claimed; return the place of the consumer then."""
    place = db.execute(_PLACE, (consumer,)).fetchone()
    if place is None:  # retired meanwhile
        return 0, None
    passed, claimed = place
    if claimed is None:
        limits = {"passed": passed, "most_batches": max(1, most_batches), "most_bytes": most_bytes}
        claimed = db.execute(_GROUP_END, limits).fetchone()[0]
        db.execute("UPDATE consumers SET claimed = ? WHERE name = ?", (claimed, consumer))
    return passed, claimed


def _unknown(consumer: str) -> JournalError:
    return JournalError(f"{consumer} is no consumer of this journal: name it when opening")
