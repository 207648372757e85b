"""Rows of a register in memory, for what is asked with every request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Hashable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Generic, TypeAlias, TypeVar

import sqlalchemy as sa

from openanpr.store.control.engine import reading, writing

STALE_S: Final = 1.0
"""How far a mirror may be behind what other processes changed."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Changed(Generic[K, V]):
    """A row that changed: the change's number, whose row it is, the key it is now asked by, its value."""

    number: int
    owner: Hashable
    key: K
    value: V


Read: TypeAlias = Callable[[sa.Connection, int], Iterable[Changed[K, V]]]
"""Gives what changed after a number, in the order of the numbers; rows are never deleted."""


class Mirror(Generic[K, V]):
    """What a register says, at most a second behind other processes and never behind this one.

    One of each for a process, shared by all who ask and change: they may be threads. Where the database does
    not answer, nothing is answered from memory beyond that second.
    """

    __slots__ = ("_clock", "_engine", "_keys", "_lock", "_looked_s", "_read", "_rows", "_seen")

    def __init__(
        self, engine: sa.Engine, read: Read[K, V], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock` gives seconds that only grow."""
        self._engine, self._read, self._clock = engine, read, clock
        self._lock = threading.Lock()
        self._rows: dict[K, Changed[K, V]] = {}
        self._keys: dict[Hashable, K] = {}
        self._seen = 0
        self._looked_s: float | None = None

    def get(self, key: K) -> V | None:
        """Return the value of a key, None when there is none; raises what the database raises."""
        looked_s = self._looked_s
        if looked_s is None or self._clock() - looked_s > STALE_S:
            self._catch_up(looked_s)
        found = self._rows.get(key)
        return None if found is None else found.value

    def get_surely(self, key: K) -> V | None:
        """Return the value of a key; for one that is not known the database is asked at once."""
        if (found := self.get(key)) is not None:
            return found
        with self._lock:
            self._look()
        row = self._rows.get(key)
        return None if row is None else row.value

    @contextmanager
    def changing(self) -> Generator[sa.Connection]:
        """Give a writing connection; whoever asks once this has ended gets what it changed."""
        try:
            with writing(self._engine) as connection:
                yield connection
        finally:
            # Also after a fault: nobody knows then whether the commit reached the disk. Under the lock,
            # because one who looks right now may not have seen the change.
            with self._lock:
                self._looked_s = None

    def _catch_up(self, looked_s: float | None) -> None:
        """Look, unless another thread did since it was `looked_s`."""
        with self._lock:
            if self._looked_s is None or self._looked_s == looked_s:
                self._look()

    def _look(self) -> None:
        now_s = self._clock()
        with reading(self._engine) as connection:
            rows = list(self._read(connection, self._seen))
        for changed in rows:
            self._take_in(changed)
        if rows:
            self._seen = rows[-1].number
        self._looked_s = now_s  # not where the database did not answer: then it is asked again

    def _take_in(self, changed: Changed[K, V]) -> None:
        former_key = self._keys.get(changed.owner)
        # The new key first: who asks meanwhile finds one of the two.
        self._rows[changed.key] = changed
        self._keys[changed.owner] = changed.key
        if former_key is None or former_key == changed.key:
            return
        former = self._rows.get(former_key)
        # Another may have the key by now, and may have come first.
        if former is not None and former.owner == changed.owner:
            del self._rows[former_key]
