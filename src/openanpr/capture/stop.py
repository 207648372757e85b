"""Asking a reader to stop: from outside through an event, or from whoever holds the source."""

from __future__ import annotations

import time
from threading import Event

_SLICE_S = 0.05  # how soon a wait notices the outer event


class Stop:
    """Set when the caller's event is set or when this source alone has been told to stop."""

    def __init__(self, outer: Event | None = None) -> None:
        self._outer = outer
        self._own = Event()

    def set(self) -> None:
        """Stop this source only; the caller's event, which others may share, is left alone."""
        self._own.set()

    def is_set(self) -> bool:
        """Return whether reading should stop."""
        return self._own.is_set() or (self._outer is not None and self._outer.is_set())

    def wait(self, timeout_s: float) -> bool:
        """Wait up to `timeout_s` seconds; return early, and true, when told to stop."""
        if self._outer is None:
            return self._own.wait(timeout_s)
        end = time.monotonic() + timeout_s
        while not self.is_set():
            left = end - time.monotonic()
            if left <= 0:
                return False
            self._own.wait(min(left, _SLICE_S))
        return True
