"""Threads that do a thing again and again: on time, when woken, and in spite of a fault."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from openanpr.run.node.fault import kind_and_place

_LOG = logging.getLogger("openanpr.node")
_AFTER_FAULT_S = 5.0


@dataclass(frozen=True, slots=True)
class RoundsStanding:
    """One thread: when its last turn ended (None: not yet), when its next is due, failures in a row.

    `due` None: it has not begun, or is at a turn now. `fault` is the last one's kind and place.
    """

    name: str
    last: datetime | None
    due: datetime | None
    failures: int
    fault: str


class Rounds:
    """One thread that calls `turn`, which returns the seconds until its next turn.

    The first turn comes after `first_in_s`; `cut_short` has a long turn end early when it is to stop. A fault
    is told by its kind and counted, and the turn comes again.
    """

    def __init__(
        self,
        name: str,
        turn: Callable[[], float],
        *,
        first_in_s: float = 0.0,
        cut_short: Callable[[], None] | None = None,
    ) -> None:
        self.name = name
        self._turn = turn
        self._first_in_s, self._cut_short = first_in_s, cut_short
        self._stopped = threading.Event()
        self._due = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.failures = 0
        self.fault = ""
        self._last: datetime | None = None
        self._next: datetime | None = None

    def standing(self) -> RoundsStanding:
        """Return how it does."""
        fault = self.fault if self.failures else ""
        return RoundsStanding(self.name, self._last, self._next, self.failures, fault)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def soon(self) -> None:
        """Have its turn come at once."""
        self._due.set()

    def stop(self) -> None:
        """Let the thread end after the turn that it is at."""
        self._stopped.set()
        self._due.set()
        if self._cut_short is not None:
            self._cut_short()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread; return whether it has ended."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        if self._first_in_s > 0:
            self._due.wait(self._first_in_s)
        while True:
            self._due.clear()  # before the look at whether to end: `stop` rings after it has said so
            if self._stopped.is_set():
                return
            self._next = None
            try:
                wait_s = self._turn()
            except Exception as fault:  # noqa: BLE001 - the outermost loop: told, counted and tried again
                self.failures += 1
                self.fault = kind_and_place(fault)
                _LOG.error("%s failed (%s): it is tried again", self.name, self.fault)
                wait_s = _AFTER_FAULT_S
            else:
                self.failures = 0
            self._last = datetime.now(UTC)
            self._next = self._last + timedelta(seconds=max(wait_s, 0.0))
            if wait_s > 0:
                self._due.wait(wait_s)
