"""Threads of their own for work that blocks (signatures, decoding, fsync), with a limit to what may wait."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from openanpr.web.answers import TurnedAwayError

BUSY = "busy"
_Result = TypeVar("_Result")


class Room:
    """So much of something and no more: requests, or bytes of bodies. Safe to share between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self._lock = threading.Lock()

    @property
    def full(self) -> bool:
        """Whether nothing more fits."""
        return self._taken >= self._most

    def take(self, amount: int = 1) -> None:
        """Take a part of it; raises TurnedAwayError (503) where that much is not left."""
        with self._lock:
            if self._taken + amount > self._most:
                raise TurnedAwayError(503, BUSY)
            self._taken += amount

    def give_back(self, amount: int = 1) -> None:
        """Make a part free again."""
        with self._lock:
            self._taken -= amount


class Places:
    """So many places for each person, so that nobody takes the room of all. Safe to share between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = Counter[str]()
        self._lock = threading.Lock()

    @contextmanager
    def of(self, who: str) -> Generator[None]:
        """Hold one of somebody's places while the block lasts; raises TurnedAwayError (429) without one."""
        with self._lock:
            if self._taken[who] >= self._most:
                raise TurnedAwayError(429, BUSY)
            self._taken[who] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[who] -= 1
                if not self._taken[who]:
                    del self._taken[who]


class DeskThreads:
    """Runs jobs on `threads` threads; beside those at most `most_waiting` wait for one."""

    def __init__(self, *, threads: int, most_waiting: int) -> None:
        self._room = Room(threads + most_waiting)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="desk")

    def refuse_if_full(self) -> None:
        """Raise TurnedAwayError (503) where a job would be refused now, before a body is read."""
        if self._room.full:
            raise TurnedAwayError(503, BUSY)

    async def run(self, job: Callable[[], _Result]) -> _Result:
        """Return what `job` returns; raises what it raises, and TurnedAwayError (503) where no room is left.

        A job that has begun ends, and holds its place until then, also when nobody waits for it any more.
        """
        return await asyncio.wrap_future(self.begin(job))

    def begin(self, job: Callable[[], _Result]) -> Future[_Result]:
        """Begin `job`, and return what will tell its end; raises TurnedAwayError (503) as `run` does."""
        self._room.take()
        try:
            begun = self._pool.submit(job)
        except RuntimeError:
            self._room.give_back()
            raise TurnedAwayError(503, "stopping") from None
        begun.add_done_callback(self._ended)
        return begun

    def close(self) -> None:
        """Take no more jobs; those that wait are given up, those that have begun end by themselves."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ended(self, job: Future[_Result]) -> None:
        del job
        self._room.give_back()
