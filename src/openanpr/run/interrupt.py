"""Ctrl-C and SIGTERM: the first asks for an orderly end, the second ends at once."""

from __future__ import annotations

import _thread
import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """While entered, the first signal sets `event`, so that what was read so far is still told.

    A second one raises KeyboardInterrupt. Outside the main thread signals are left alone.
    """

    def __init__(self) -> None:
        self.event = threading.Event()
        self._signal: int | None = None
        self._before: dict[int, Any] = {}

    @property
    def stopped(self) -> bool:
        """Whether an end was asked for."""
        return self._signal is not None or self.event.is_set()

    @property
    def exit_code(self) -> int | None:
        """128 and the signal's number, None when no signal came."""
        return None if self._signal is None else 128 + self._signal

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.stopped:
            raise KeyboardInterrupt
        self._signal = number
        # Not set here: this may interrupt the main thread inside the event's own lock, and wait for ever.
        _thread.start_new_thread(self.event.set, ())
