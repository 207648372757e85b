"""Decoding ahead in a thread, so that decoding and detection share two cores."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Condition

from openanpr.capture.item import Item, Items
from openanpr.capture.source import Source
from openanpr.capture.stop import Stop
from openanpr.core.frame import Frame


def prefetch(source: Source, *, depth: int = 2) -> Source:
    """Return a source that reads `source` in a thread, at most `depth` items ahead.

    When the reader is slow, a recording waits for it; a camera does not wait, so its oldest frame is
    dropped for the newest and `Frame.index` shows the gap. Faults are never dropped. Leaving early
    stops the thread and waits for it (at longest one read timeout); what breaks in the thread is
    raised where the frames are read.

    Raises:
        ValueError: `depth` is less than 1.
    """
    if depth < 1:
        msg = f"prefetch needs a depth of 1 or more, not {depth}"
        raise ValueError(msg)

    def ahead(stop: Stop) -> Items:
        belt = _Belt(depth, drops=source.live)
        with ThreadPoolExecutor(1, thread_name_prefix="capture") as pool:
            work = pool.submit(_fill, belt, source)
            try:
                while (item := belt.take()) is not None:
                    yield item
                    if stop.is_set():
                        return
                work.result()  # raises what broke in the thread, if anything did
            finally:
                source.stop()
                belt.close()

    return Source(source.name, ahead, stop=source.stopping, live=source.live)


def _fill(belt: _Belt, source: Source) -> None:
    try:
        with closing(source.items()) as items:
            for item in items:
                if not belt.put(item):
                    return
    finally:
        belt.end()


class _Belt:
    """A bounded queue between two threads that either waits or drops its oldest frame when full."""

    def __init__(self, depth: int, *, drops: bool) -> None:
        self._items: deque[Item] = deque()
        self._depth = depth
        self._drops = drops
        self._ended = False
        self._closed = False
        self._changed = Condition()

    def put(self, item: Item) -> bool:
        """Add `item`; return false when nobody will take it any more."""
        with self._changed:
            if self._drops and isinstance(item, Frame):
                self._make_room()
            else:
                self._changed.wait_for(lambda: self._closed or len(self._items) < self._depth)
            if not self._closed:
                self._items.append(item)
                self._changed.notify_all()
            return not self._closed

    def _make_room(self) -> None:
        if len(self._items) < self._depth:
            return
        oldest = next((i for i, item in enumerate(self._items) if isinstance(item, Frame)), None)
        if oldest is None:  # nothing but faults: wait, they are not dropped
            self._changed.wait_for(lambda: self._closed or len(self._items) < self._depth)
        else:
            del self._items[oldest]

    def take(self) -> Item | None:
        """Return the next item, waiting for it; None when there are no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or len(self._items) > 0)
            item = self._items.popleft() if self._items else None
            self._changed.notify_all()
            return item

    def end(self) -> None:
        """Say that nothing more will be put."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def close(self) -> None:
        """Say that nothing more will be taken; frees whoever waits to put."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()
