"""Nonces of signatures, so that none is taken twice: a SQLite file of their own beside the journal.

WAL with synchronous=NORMAL: what `seen` has told is written to the file's log and survives the kill of the
process, but waits for no disk. A loss of power forgets the last seconds, and a signature of those seconds
would be taken once more. That is harmless: a batch sent again is known by its id and gets the answer of then,
a picture is kept once, a code and a change of keys find their code used and their old key gone.
"""

from __future__ import annotations

import hashlib
import math
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_VERSION: Final = 1
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS nonces (digest BLOB PRIMARY KEY, until_s INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS nonces_until ON nonces (until_s);
"""
_SETTINGS: Final = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "cache_size=-16384",  # KiB: all that is held in memory
)
_REMEMBER: Final = "INSERT OR IGNORE INTO nonces VALUES (?, ?)"
_LONGER: Final = "UPDATE nonces SET until_s = max(until_s, ?) WHERE digest = ?"
_SWEEP: Final = """
DELETE FROM nonces WHERE digest IN
(SELECT digest FROM nonces WHERE until_s < ? ORDER BY until_s LIMIT ?)
"""
_SWEEP_EVERY: Final = 128
_SWEEP_MOST: Final = 4 * _SWEEP_EVERY  # faster than they come, and never long at once
_DIGEST_BYTES: Final = 16


class NoncesError(Exception):
    """The file of nonces cannot be used: no signature can be taken until it can."""


def _now() -> datetime:
    return datetime.now(UTC)


class Nonces:
    """Remembers what was used, as `wire.signature.Nonces`, across restarts. Threads may share it.

    A few dozen bytes on disk for each signature of the last minutes; in memory a bounded part of them.
    """

    def __init__(self, connection: sqlite3.Connection, clock: Callable[[], datetime]) -> None:
        self._db = connection
        self._clock = clock
        self._lock = threading.Lock()
        self._asked = 0

    @classmethod
    def open(cls, path: Path, *, clock: Callable[[], datetime] = _now) -> Self:
        """Open or make the file; `clock` tells what may be forgotten. Raises NoncesError.

        Where the file is damaged it may be removed: only nonces of the last minutes are forgotten with it.
        """
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
            try:
                _prepare(connection)
                return cls(connection, clock)
            except BaseException:  # whatever stopped it, the file is let go
                connection.close()
                raise
        except sqlite3.Error as fault:
            raise NoncesError(f"{path} cannot be used for nonces: {fault}") from fault

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def seen(self, keyid: str, nonce: str, until: datetime) -> bool:
        """Return whether the nonce of this key was used before, and remember it until `until` (one step).

        Raises NoncesError when the disk is full or fails: the signature is then not to be taken.
        """
        # The lengths part the two: no other pair has the same digest.
        named = f"{len(keyid)}:{keyid}{nonce}".encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(named, digest_size=_DIGEST_BYTES).digest()
        until_s = math.ceil(until.timestamp())
        with self._lock:
            try:
                self._sweep_at_times()
                new = self._db.execute(_REMEMBER, (digest, until_s)).rowcount == 1
                if not new:
                    self._db.execute(_LONGER, (until_s, digest))
            except sqlite3.Error as fault:
                raise NoncesError(f"nonces cannot be kept: {fault}") from fault
        return not new

    def count(self) -> int:
        """Return how many are remembered; raises NoncesError."""
        with self._lock:
            try:
                return self._db.execute("SELECT count(*) FROM nonces").fetchone()[0]
            except sqlite3.Error as fault:
                raise NoncesError(f"nonces cannot be counted: {fault}") from fault

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _sweep_at_times(self) -> None:
        self._asked += 1
        if self._asked % _SWEEP_EVERY == 0:
            self._db.execute(_SWEEP, (int(self._clock().timestamp()), _SWEEP_MOST))


def _prepare(db: sqlite3.Connection) -> None:
    for setting in _SETTINGS:
        db.execute(f"PRAGMA {setting}")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > _VERSION:
        raise NoncesError(f"a newer program made this file of nonces (form {version}): install that version")
    db.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}PRAGMA user_version = {_VERSION};COMMIT;")
