"""A reader's live preview: small pictures of what it looks at, sent while somebody at the node looks too.

The thread that reads leaves a frame here and goes on at once. All else is done in a thread of its own: the
newest frame alone is made small and sent, one at a time; what the line cannot carry is dropped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from openanpr.capture.item import Image
from openanpr.core.frame import Frame
from openanpr.deliver.preview import PreviewSender, Told
from openanpr.wire.preview import LEAST_APART_S, Box, Preview

if TYPE_CHECKING:
    from openanpr.read.detect import Detection

ASK_EVERY_S: Final = 6.0
_MOST_AFTER_FAULT_S: Final = 60.0
_UNKNOWN_S: Final = 600.0
_MOST_LATE_S: Final = 2.0
"""A frame that has waited so long is no preview any more."""


@dataclass(frozen=True, slots=True, eq=False)
class _Left:
    """A frame with what was found on it, and when it was left here."""

    image: Image
    plates: Sequence[Detection]
    at_s: float


class Previewing:
    """Takes frames from the thread that reads, and sends them while they are wanted."""

    def __init__(
        self, sender: PreviewSender, steady_s: Callable[[], float], *, ask_every_s: float = ASK_EVERY_S
    ) -> None:
        self._sender, self._steady_s, self._ask_every_s = sender, steady_s, ask_every_s
        self._wanted_until_s = 0.0
        self._next_s = 0.0
        self._ask_s = 0.0
        self._failures = 0
        self._left: _Left | None = None
        self._came = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="preview", daemon=True)
        self.sent = 0

    def start(self) -> None:
        """Begin to ask whether anybody looks."""
        self._thread.start()

    def stop(self, *, timeout_s: float) -> bool:
        """End after the request that is under way; return whether it ended in time."""
        self._ended.set()
        self._came.set()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def look(self, frame: Frame[Image], plates: Sequence[Detection]) -> None:
        """Leave a frame here where one is wanted; in the thread that reads, which waits for nothing."""
        now_s = self._steady_s()
        if now_s >= self._wanted_until_s or now_s < self._next_s:
            return
        self._next_s = now_s + LEAST_APART_S
        self._left = _Left(frame.image, plates, now_s)
        self._came.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                wait_s = self._turn()
            except Exception:  # noqa: BLE001 - a thread's outermost loop: no preview is worth the reads
                self._note(Told(failed=True))
                wait_s = self._ask_every_s
            self._came.wait(wait_s)
            self._came.clear()

    def _turn(self) -> float:
        """Send what was left, or ask; return the seconds until something may be due."""
        left, self._left = self._left, None
        now_s = self._steady_s()
        if left is not None and now_s < self._wanted_until_s and now_s - left.at_s < _MOST_LATE_S:
            self._note(self._sender.send(self._preview(left)))
            # No more than half of the line's time: reads and their pictures come first.
            ended_s = self._steady_s()
            self._next_s = max(self._next_s, ended_s + (ended_s - now_s))
        elif now_s >= self._wanted_until_s and now_s >= self._ask_s:
            self._note(self._sender.ask())
        now_s = self._steady_s()
        return max(0.01, max(self._wanted_until_s, self._ask_s) - now_s)

    def _note(self, told: Told) -> None:
        now_s = self._steady_s()
        self._wanted_until_s = now_s + told.wanted_s if told.wanted_s > 0 else 0.0
        self._failures = self._failures + 1 if told.failed else 0
        wait_s = min(_MOST_AFTER_FAULT_S, self._ask_every_s * 2 ** min(self._failures, 8))
        usual_s = wait_s if told.failed else self._ask_every_s
        self._ask_s = now_s + (_UNKNOWN_S if told.unknown else usual_s)

    def _preview(self, left: _Left) -> Preview:
        # Here and not above: they come with the models, which a reader loads when it begins to read.
        from openanpr.read.pictures import preview_jpeg  # noqa: PLC0415
        from openanpr.read.watch import boxes_of  # noqa: PLC0415

        boxes = tuple(Box(*parts) for parts in boxes_of(left.image, left.plates))
        jpeg = preview_jpeg(left.image)
        self.sent += 1
        return Preview(jpeg, boxes, self._steady_s() - left.at_s)
