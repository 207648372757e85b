"""A SQLite file at one moment, held for copying while others go on writing it."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from openanpr.store.backup_files import BackupError
from openanpr.store.backup_manifest import Schema

_PAGES = 4096


@dataclass(frozen=True, slots=True)
class Pinned:
    """The state of a file when it was pinned."""

    path: Path
    _db: sqlite3.Connection = field(repr=False)

    def copy(self, target: Path) -> None:
        """Write that state into an empty file and let go of it; raises sqlite3.Error, BackupError for damage.

        While it is held, the journal cannot empty its write-ahead log, for which deliveries would wait.
        """
        copy = sqlite3.connect(target, isolation_level=None)
        try:
            # In steps, so that other threads run; the pinned state stays one whatever they write.
            self._db.backup(copy, pages=_PAGES, sleep=0)
            self._db.close()
            if copy.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
                raise BackupError(
                    f"{self.path.name} is damaged: stop the node, restore the last backup, look at the disk"
                )
        finally:
            copy.close()

    def schema(self, place: str) -> Schema:
        """Return the revision of its tables, Alembic's or the file's own number, for the manifest."""
        has = "SELECT count(*) FROM sqlite_schema WHERE name = 'alembic_version'"
        if self._db.execute(has).fetchone() == (1,):
            revision = self._db.execute("SELECT max(version_num) FROM alembic_version").fetchone()[0]
            return Schema(place, "alembic", str(revision))
        number = self._db.execute("PRAGMA user_version").fetchone()[0]
        return Schema(place, "user_version", str(number))


@contextmanager
def pinned(path: Path) -> Generator[Pinned]:
    """Hold the state of a file; raises sqlite3.Error, also when there is no such file."""
    # Not mode=ro: the first reader of a write-ahead log must be able to make its index.
    db = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
    )
    try:
        db.execute("PRAGMA query_only = ON")
        db.execute("BEGIN")
        db.execute(
            "SELECT count(*) FROM sqlite_schema"
        ).fetchone()  # a transaction begins with its first read
        yield Pinned(path, db)
    finally:
        db.close()
