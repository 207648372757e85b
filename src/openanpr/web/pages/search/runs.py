"""Searches that were begun on a page: each goes on whether or not its page is still open."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Final

from openanpr.web.api.door import ApiThreads
from openanpr.web.api.route import Pool

_PATIENCE_S: Final = 0.8
_MOST_KEPT: Final = 500


class Runs:
    """What runs, and why what ended without an answer did. Safe to share between threads."""

    def __init__(self, threads: ApiThreads) -> None:
        self._threads = threads
        self._begun: dict[str, Future[object]] = {}
        self._lock = threading.Lock()

    def begin(self, search_id: str, job: Callable[[], object]) -> None:
        """Begin a run unless one goes on, and wait a moment: most are answered by then.

        Raises TurnedAwayError where too many run.
        """
        with self._lock:
            going = self._begun.get(search_id)
            if going is None or going.done():
                going = self._begun[search_id] = self._threads.of[Pool.SEARCHES].begin(job)
            self._prune()
        wait([going], _PATIENCE_S)

    def going(self, search_id: str) -> bool:
        """Tell whether a run goes on, or waits for its turn."""
        found = self._begun.get(search_id)
        return found is not None and not found.done()

    def fault(self, search_id: str) -> Exception | None:
        """Return why the last run that was begun ended without an answer; told once."""
        with self._lock:
            found = self._begun.get(search_id)
            if found is None or not found.done():
                return None
            del self._begun[search_id]
        fault = None if found.cancelled() else found.exception()
        return fault if isinstance(fault, Exception) else None

    def _prune(self) -> None:
        """Forget the oldest that have ended, whose pages nobody opened again."""
        ended = [one for one, run in self._begun.items() if run.done()]
        for one in ended[: max(0, len(self._begun) - _MOST_KEPT)]:
            del self._begun[one]
