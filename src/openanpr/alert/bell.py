"""Wakes whoever waits in this process for something to have happened: threads and asyncio tasks alike."""

from __future__ import annotations

import asyncio
import threading


class Bell:
    """Counts its rings, so that none is missed between two waits."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0
        self._tasks: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    @property
    def rings(self) -> int:
        """How often it has rung; what `wait` is told that was heard already."""
        return self._rings

    def ring(self) -> None:
        """Wake all that wait; from any thread."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()
            tasks = tuple(self._tasks)
        for loop, event in tasks:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    def wait(self, heard: int, timeout_s: float) -> int:
        """Sleep until it has rung more than `heard` times or the time is up; return how often it has."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings > heard, timeout_s)
            return self._rings

    async def heard_after(self, heard: int, timeout_s: float) -> int:
        """Do the same without holding up an event loop."""
        event = asyncio.Event()
        waiting = (asyncio.get_running_loop(), event)
        with self._condition:
            if self._rings > heard:
                return self._rings
            self._tasks.add(waiting)
        try:
            await asyncio.wait_for(event.wait(), timeout_s)
        except TimeoutError:
            pass
        finally:
            with self._condition:
                self._tasks.discard(waiting)
        return self._rings
