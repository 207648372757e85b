"""How the public listener does, as numbers: what was answered how and how fast, and nothing of who asked."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

BOUNDS_S: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
"""Where the bands of seconds end that requests are counted in; the last has no end."""

_KINDS: Final = {"": "page", ".html": "page", ".css": "style", ".json": "document", ".txt": "document"}
_OTHER: Final = "file"


@dataclass(frozen=True, slots=True)
class Visited:
    """A snapshot since the start: requests by (status, kind), by band of seconds, and the seconds in sum."""

    requests: Mapping[tuple[str, str], int]
    bands: tuple[int, ...]
    seconds: float


class Visits:
    """Counts up; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests = Counter[tuple[str, str]]()
        self._bands = [0] * (len(BOUNDS_S) + 1)
        self._seconds = 0.0

    def count(self, status: int, kind: str, seconds: float) -> None:
        """Count one request."""
        with self._lock:
            self._requests[str(status), kind] += 1
            self._bands[bisect_left(BOUNDS_S, seconds)] += 1
            self._seconds += seconds

    def snapshot(self) -> Visited:
        """Return the counts as they are now."""
        with self._lock:
            return Visited(dict(self._requests), tuple(self._bands), self._seconds)


def counted(app: ASGIApp, visits: Visits) -> ASGIApp:
    """Return an app that answers as `app` does, and counts each answer.

    What is asked for is told by its kind alone, and what is not there as `missing`: a path may say anything.
    """

    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        began, status = time.perf_counter(), 500

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        try:
            await app(scope, receive, sent)
        finally:
            visits.count(status, _kind(status, str(scope.get("path", ""))), time.perf_counter() - began)

    return counting


def _kind(status: int, path: str) -> str:
    if status not in {200, 304}:
        return "missing" if status == 404 else "refused"
    return _KINDS.get(PurePosixPath(path).suffix, _OTHER)
