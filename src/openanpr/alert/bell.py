"""Wakes the asyncio tasks that wait in this process for something to have happened, in whichever loop."""

from __future__ import annotations

import asyncio
import threading


class Bell:
    """Counts its rings, so that none is missed between two waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rings = 0
        self._tasks: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    @property
    def rings(self) -> int:
        """How often it has rung; what `heard_after` is told that was heard already."""
        return self._rings

    def ring(self) -> None:
        """Wake all that wait; from any thread."""
        with self._lock:
            self._rings += 1
            tasks = tuple(self._tasks)
        for loop, event in tasks:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    async def heard_after(self, heard: int, timeout_s: float) -> int:
        """Wait until it has rung more than `heard` times or the time is up; return how often it has."""
        event = asyncio.Event()
        waiting = (asyncio.get_running_loop(), event)
        with self._lock:
            if self._rings > heard:
                return self._rings
            self._tasks.add(waiting)
        try:
            await asyncio.wait_for(event.wait(), timeout_s)
        except TimeoutError:
            pass
        finally:
            with self._lock:
                self._tasks.discard(waiting)
        return self._rings
