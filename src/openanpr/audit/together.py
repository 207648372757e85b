"""What many threads want written at once is written together: they share a write and an fsync."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

_ItemT = TypeVar("_ItemT")
_AnswerT = TypeVar("_AnswerT")


class _Round(Generic[_ItemT, _AnswerT]):
    """Items that are written together, and what came of them."""

    __slots__ = ("answers", "fault", "items", "settled")

    def __init__(self) -> None:
        self.items: list[_ItemT] = []
        self.answers: Sequence[_AnswerT] = ()
        self.fault: BaseException | None = None
        self.settled = threading.Event()


class Together(Generic[_ItemT, _AnswerT]):
    """Hands items of many threads to one writer, a round at a time.

    Who comes first while a round is being written leads the next; all who come until it begins join it. So a
    round grows with the load, and nobody waits for company when alone.
    """

    def __init__(self, write: Callable[[Sequence[_ItemT]], Sequence[_AnswerT]]) -> None:
        """`write` answers for each item, in order, or raises for all of them."""
        self._write = write
        self._writing = threading.Lock()
        self._gate = threading.Lock()
        self._forming: _Round[_ItemT, _AnswerT] | None = None

    def do(self, items: Sequence[_ItemT]) -> Sequence[_AnswerT]:
        """Return the answers for these items, in order. Raises what `write` raised, to all of the round."""
        with self._gate:
            mine = self._forming
            leads = mine is None
            if mine is None:
                mine = self._forming = _Round[_ItemT, _AnswerT]()
            first = len(mine.items)
            mine.items.extend(items)
        if leads:
            self._lead(mine)
        else:
            mine.settled.wait()
        if mine.fault is not None:
            raise mine.fault
        return mine.answers[first : first + len(items)]

    @contextmanager
    def alone(self) -> Generator[None]:
        """Hold the writer: nothing is written by anybody else meanwhile."""
        with self._writing:
            yield

    def _lead(self, mine: _Round[_ItemT, _AnswerT]) -> None:
        try:
            with self._writing:
                self._close(mine)
                mine.answers = self._write(mine.items)
        except BaseException as fault:  # whatever stopped it, the others of the round must hear of it
            mine.fault = fault
            if not isinstance(fault, Exception):
                raise
        finally:
            self._close(mine)
            mine.settled.set()

    def _close(self, mine: _Round[_ItemT, _AnswerT]) -> None:
        with self._gate:
            if self._forming is mine:
                self._forming = None
