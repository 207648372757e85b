"""Ctrl-C and SIGTERM: the first asks for an orderly end, the second ends at once."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any, Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


_LOOK_S = 0.05


class Asked(threading.Event):
    """Whether an end was asked for, told without a lock.

    A signal may come while the main thread is inside the lock of an event: to set it then waits for ever.
    """

    def __init__(self) -> None:
        super().__init__()
        self._asked = False

    def is_set(self) -> bool:
        """Return whether it was."""
        return self._asked

    def set(self) -> None:
        """Ask for an end; from any thread, and from a signal."""
        self._asked = True

    def wait(self, timeout: float | None = None) -> bool:
        """Sleep until an end is asked for or `timeout` seconds are over; return whether it was."""
        until_s = None if timeout is None else time.monotonic() + timeout
        while not self._asked:
            left_s = _LOOK_S if until_s is None else until_s - time.monotonic()
            if left_s <= 0:
                break
            time.sleep(min(left_s, _LOOK_S))
        return self._asked


class Interrupt:
    """While entered, the first signal sets `event`, so that what was read so far is still told.

    A second one raises KeyboardInterrupt. Outside the main thread signals are left alone.
    """

    def __init__(self) -> None:
        self.event = Asked()
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
        self.event.set()
