"""The read store in a folder: ClickHouse inside this process (chDB), nothing to install or to run."""

from __future__ import annotations

import os
import queue
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from clickhouse_connect.driver.binding import bind_query

from openanpr.store.engine import (
    DEDUPLICATED,
    RowT,
    Statement,
    StoreError,
    Value,
    checked_token,
    decoded,
    refused,
)
from openanpr.store.file_lock import HeldElsewhereError, hold_lock
from openanpr.store.insert_tokens import take_back_torn

if TYPE_CHECKING:
    from chdb.session import Session

_BAD_ARGUMENTS = 36
_LOCK = "openanpr.lock"
_CONFIG = "openanpr-engine.xml"
_MARKS_BYTES = 128 * 2**20
_MORE_THREADS = f"max_threads_min_free_memory_per_thread={128 * 2**20}"
"""What must be free for another processor to help with a question. By the engine's own number, 1 GiB, none
does under the memory that it is given here: a form that begins with a wildcard took twice as long.
"""
_SETTINGS = """<clickhouse>
<max_server_memory_usage>{memory}</max_server_memory_usage>
<mark_cache_size>{marks}</mark_cache_size>
</clickhouse>
"""


class FolderInUseError(StoreError):
    """Another process, or this one, has the folder open."""


class ChdbFolder:
    """A `ReadEngine` over one folder. One process at a time has it; its threads share it."""

    def __init__(self, folder: Path, lock: TextIO, address: str) -> None:
        self._folder = folder
        self._lock = lock
        self._address = address
        # The engine ends with its last connection: this one keeps it up.
        self._first = _connected(address)
        self._free: queue.LifoQueue[Session] = queue.LifoQueue()
        self._opened_by = os.getpid()
        self._closed = False

    @classmethod
    def open(cls, folder: Path, *, memory_bytes: int = 2 * 2**30) -> Self:
        """Open or make the store in `folder`; the engine will not use more than `memory_bytes`.

        Raises FolderInUseError when it is open already, here or in another process, and StoreError
        when it cannot be opened.
        """
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = _locked(folder)
        try:
            take_back_torn(folder)
            config = folder / _CONFIG
            config.write_text(_SETTINGS.format(memory=memory_bytes, marks=_MARKS_BYTES), encoding="utf-8")
            return cls(folder, lock, f"{folder}?config-file={config}&{_MORE_THREADS}")
        except BaseException:  # whatever stopped it, the folder is free again
            lock.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def rows(self, statement: Statement, values: Mapping[str, Value], row: type[RowT]) -> list[RowT]:
        """The rows that a SELECT answers, each decoded as `row`; raises StoreError."""
        return decoded(self._query(statement, values), row)

    def run(self, statement: Statement, values: Mapping[str, Value]) -> None:
        """Carry out a statement that answers nothing; raises StoreError."""
        self._query(statement, values)

    def insert(self, statement: Statement, block: bytes, *, token: str) -> None:
        """Insert a Native block; the same token inserts once. Raises StoreError."""
        settings = {**DEDUPLICATED, "insert_deduplication_token": f"'{checked_token(token)}'"}
        told = ", ".join(f"{name} = {value}" for name, value in settings.items())
        # Not by chDB's own inserter: that one keeps quiet when a part cannot be written (chDB 26.9).
        with _as_file(block) as path:
            text = f"{statement.text} FROM INFILE '{path}' SETTINGS {told} FORMAT Native"
            self._query(Statement(statement.name, text), {})

    def close(self) -> None:
        """Close the engine and free the folder for another process. Call it with no question under way."""
        if self._closed:
            return
        self._closed = True
        while not self._free.empty():
            self._free.get_nowait().close()
        self._first.close()
        self._lock.close()

    def _query(self, statement: Statement, values: Mapping[str, Value]) -> bytes:
        text, bound = bind_query(statement.text, dict(values))
        parameters = {name.removeprefix("param_"): value for name, value in bound.items()}
        with self._session() as session:
            try:
                return session.query(str(text), "JSONCompactEachRow", params=parameters).bytes()
            except RuntimeError as fault:
                raise refused(statement.name, str(fault)) from None

    @contextmanager
    def _session(self) -> Generator[Session]:
        """Lend a connection that no other thread has: chDB serves one question a connection."""
        if self._closed:
            raise StoreError(f"{self._folder} was closed; open it again before asking it")
        if os.getpid() != self._opened_by:
            # chDB's threads do not live on in a forked child: a question there would wait for ever.
            raise StoreError("the read store was opened before a fork: start processes by spawn, not by fork")
        try:
            session = self._free.get_nowait()
        except queue.Empty:
            session = _connected(self._address)
        try:
            yield session
        except BaseException:  # its connection is tainted, whatever went wrong
            # It would give rows of the failed question in answer to the next one (chDB 26.9).
            session.close()
            raise
        self._free.put(session)


@contextmanager
def _as_file(block: bytes) -> Generator[str]:
    """Lend a block as a file in memory; give its path for this process."""
    with os.fdopen(os.memfd_create("block", os.MFD_CLOEXEC), "wb") as file:
        file.write(block)
        file.flush()
        yield f"/proc/self/fd/{file.fileno()}"


def _connected(address: str) -> Session:
    # It begins a dozen threads and takes a third of a second: not for a node whose reads are on a server.
    from chdb.session import Session  # noqa: PLC0415

    try:
        return Session(address)
    except RuntimeError as fault:
        told = refused("to open its folder", str(fault))
        if told.code == _BAD_ARGUMENTS:
            raise FolderInUseError("this process has another folder open: chDB opens one a process") from None
        raise told from None


def _locked(folder: Path) -> TextIO:
    try:
        return hold_lock(folder / _LOCK)
    except HeldElsewhereError as fault:
        raise FolderInUseError(
            f"{folder} is open in process {fault.holder}: only one process may open it. "
            "Stop that one, or ask the running node instead"
        ) from None
