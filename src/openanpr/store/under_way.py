"""Questions under way: what each may take of the engine, and how it is stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Final, TypeVar

from openanpr.search.ports import Bounds, ReadsUnreachableError, StoppedError, TooMuchError
from openanpr.store.engine import ReadEngine, StoreError, Value, statement

_RowT = TypeVar("_RowT")
_TOO_MUCH: Final = {
    158,  # TOO_MANY_ROWS
    159,  # TIMEOUT_EXCEEDED
    160,  # TOO_SLOW
    191,  # SET_SIZE_LIMIT_EXCEEDED
    241,  # MEMORY_LIMIT_EXCEEDED
    307,  # TOO_MANY_BYTES
    396,  # TOO_MANY_ROWS_OR_BYTES
}
_CANCELLED: Final = 394
_KILL_AGAIN_S: Final = 0.02
_KILL_FOR_S: Final = 5.0


class Asking:
    """One search under way: asks the engine within what is left of its time, until it is stopped."""

    def __init__(self, engine: ReadEngine, bounds: Bounds, elapsed_s: Callable[[], float]) -> None:
        self._engine, self._bounds, self._elapsed_s = engine, bounds, elapsed_s
        self._ends_s = elapsed_s() + bounds.seconds
        self._stopped, self.over = threading.Event(), threading.Event()

    def rows(self, name: str, values: Mapping[str, Value], row: type[_RowT]) -> list[_RowT]:
        """Return all rows that the statement of this name answers, each decoded as `row`.

        Raises StoppedError, TooMuchError, ReadsUnreachableError.
        """
        self._check()
        limits: dict[str, Value] = {
            "search": _tag(self._bounds.search_id),
            "seconds": max(self._ends_s - self._elapsed_s(), 0.001),
            "memory": self._bounds.memory_bytes,
        }
        try:
            found = self._engine.rows(statement(name), {**values, **limits}, row)
        except StoreError as fault:
            raise self._meaning(fault) from fault
        self._check()
        return found

    def stop(self) -> None:
        """Let no further statement begin, and nothing that was found be answered."""
        self._stopped.set()

    def _check(self) -> None:
        if self._stopped.is_set():
            raise StoppedError("the search was stopped")
        if self._elapsed_s() >= self._ends_s:
            raise _too_much()

    def _meaning(self, fault: StoreError) -> Exception:
        if fault.code == _CANCELLED or self._stopped.is_set():
            return StoppedError("the search was stopped")
        if fault.code in _TOO_MUCH:
            return _too_much()
        return ReadsUnreachableError(f"the search was not answered: {fault}")


class UnderWay:
    """The searches that run on one engine now, by their ids."""

    def __init__(self, engine: ReadEngine, *, elapsed_s: Callable[[], float]) -> None:
        """`elapsed_s` tells seconds that only ever grow, from any start."""
        self._engine, self._elapsed_s = engine, elapsed_s
        self._going: dict[str, list[Asking]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def asking(self, bounds: Bounds) -> Generator[Asking]:
        """Lend what asks for a search; while it is lent the search can be stopped."""
        asking = Asking(self._engine, bounds, self._elapsed_s)
        with self._lock:
            self._going.setdefault(bounds.search_id, []).append(asking)
        try:
            yield asking
        finally:
            with self._lock:
                going = self._going[bounds.search_id]
                going.remove(asking)
                if not going:
                    del self._going[bounds.search_id]
            asking.over.set()

    def stop(self, search_id: str) -> None:
        """Stop what runs under this id, and return when it has ended, or after five seconds.

        A statement of it that runs elsewhere on the same server is stopped too. Raises ReadsUnreachableError
        when the engine cannot be told; what runs here ends before its next statement even so.
        """
        with self._lock:
            going = list(self._going.get(search_id, ()))
        for asking in going:
            asking.stop()
        until_s = self._elapsed_s() + _KILL_FOR_S
        while True:
            self._kill(search_id)
            # Again, for the engine may not have begun yet what was sent to it before the stop.
            if all(asking.over.wait(_KILL_AGAIN_S) for asking in going) or self._elapsed_s() > until_s:
                return

    def _kill(self, search_id: str) -> None:
        try:
            self._engine.run(statement("search_stop"), {"search": _tag(search_id)})
        except StoreError as fault:
            raise ReadsUnreachableError(f"the search could not be stopped at once: {fault}") from fault


def _tag(search_id: str) -> str:
    """Return what marks the statements of a search for the engine."""
    return f"openanpr search {search_id}"


def _too_much() -> TooMuchError:
    return TooMuchError(
        "the search reached its limit of time, memory or rows: ask for less time or fewer places"
    )
