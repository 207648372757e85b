"""One commit for all who wait: what many threads want kept in one SQLite file shares an fsync."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeAlias, TypeVar, cast

_AnswerT = TypeVar("_AnswerT")
_Deed: TypeAlias = Callable[[sqlite3.Connection], object]


class CommitError(Exception):
    """The file could not be written: nothing of this group was kept."""


class _Group:
    """Deeds that are committed together, and what came of them."""

    def __init__(self) -> None:
        self.deeds: list[_Deed] = []
        self.answers: list[object] = []
        self.fault: BaseException | None = None
        self.settled = threading.Event()


class GroupCommit:
    """Writes one SQLite file for many threads. The connection is its own: nobody else writes by it.

    The first who comes while a commit is under way leads the next group; all who come until that one begins
    join it. So the group grows with the load, and nobody waits for company when alone.
    """

    def __init__(self, db: sqlite3.Connection, *, committed: _Deed) -> None:
        """Write by `db`; `committed` is called after each commit, before anybody is told of it."""
        self._db = db
        self._committed = committed
        self._writing = threading.Lock()
        self._gate = threading.Lock()
        self._forming: _Group | None = None

    def do(self, deed: Callable[[sqlite3.Connection], _AnswerT]) -> _AnswerT:
        """Return what `deed` answers, on disk (fsync) when this returns.

        A deed that raises undoes its whole group: so a deed answers what it finds, and its caller judges.
        Raises CommitError, to everyone of the group, when any of it could not be kept.
        """
        with self._gate:
            group = self._forming
            leads = group is None
            if group is None:
                group = self._forming = _Group()
            place = len(group.deeds)
            group.deeds.append(deed)
        if leads:
            self._lead(group)
        else:
            group.settled.wait()
        if group.fault is not None:
            raise CommitError(_told(group.fault)) from group.fault
        return cast("_AnswerT", group.answers[place])

    @contextmanager
    def alone(self) -> Generator[sqlite3.Connection]:
        """Lend the connection outside of a transaction, while nobody writes."""
        with self._writing:
            yield self._db

    def _lead(self, group: _Group) -> None:
        try:
            with self._writing:
                self._close(group)
                self._commit(group)
        except BaseException as fault:  # whatever stopped it, the others of the group must hear of it
            group.fault = fault
            if not isinstance(fault, Exception):
                raise
        finally:
            self._close(group)
            group.settled.set()

    def _close(self, group: _Group) -> None:
        with self._gate:
            if self._forming is group:
                self._forming = None

    def _commit(self, group: _Group) -> None:
        if self._db.in_transaction:  # an undoing that failed before
            self._db.execute("ROLLBACK")
        try:
            self._db.execute("BEGIN IMMEDIATE")
            answers = [deed(self._db) for deed in group.deeds]
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        group.answers = answers
        self._committed(self._db)


def _told(fault: BaseException) -> str:
    """The fault in words: SQLite's own; of others the kind alone, for they might quote what was kept."""
    return str(fault) if isinstance(fault, sqlite3.Error) else type(fault).__name__
