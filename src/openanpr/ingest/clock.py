"""How far a device's clock is off, told from the batches that it sends.

Of one batch is known when the device says it sent it and when it came: the lag is the second less the
first. It is the offset of the clock (ours less the device's, the sign of RFC 5905: what to add to the
device's time to have ours) and the time on the way, which is never negative. So each lag is a bound from
above, and the smallest of several is the best guess, as NTP's clock filter takes the sample of least delay
(RFC 5905, section 10).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

MOST_SAMPLES = 32
_NEWEST = 8
_ENOUGH = 4
_LONGEST = timedelta(hours=1)
_MOST_MS = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ClockSample:
    """The lag of one batch in milliseconds, and when it came (UTC, the node's clock)."""

    at: datetime
    lag_ms: int


@dataclass(frozen=True, slots=True)
class ClockReading:
    """A device's clock on one batch: the batch's own lag, and the offset as the last batches have it.

    Both in milliseconds, None when not measured. Positive: the device is behind us. `sure`: what is seen
    cannot be the line alone, for the clock is ahead or several batches agree.
    """

    lag_ms: int | None
    offset_ms: int | None
    sure: bool

    def beyond(self, limit_ms: int) -> bool:
        """Return whether the offset is farther from zero than a limit."""
        return self.offset_ms is not None and abs(self.offset_ms) > limit_ms


NOT_MEASURED = ClockReading(None, None, sure=False)
"""Of senders that do not say when they sent."""


class Clocks(Protocol):
    """Remembers the newest lags of each device."""

    def note(self, device: str, sample: ClockSample) -> Sequence[ClockSample]:
        """Remember a lag, and return the device's newest `MOST_SAMPLES`, this one last (one step)."""
        ...


class RecentClocks:
    """Lags in memory, for one process; after a start it takes four batches to be sure of a clock behind."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._samples: dict[str, deque[ClockSample]] = {}

    def note(self, device: str, sample: ClockSample) -> Sequence[ClockSample]:
        """Remember a lag, and return the newest with it."""
        with self._lock:
            samples = self._samples.setdefault(device, deque(maxlen=MOST_SAMPLES))
            samples.append(sample)
            return tuple(samples)


def sample_of(sent_at: datetime, received_at: datetime) -> ClockSample:
    """Return the lag of one batch, held within 32 bits: beyond 24 days it only says hopeless."""
    lag_ms = (received_at - sent_at) // timedelta(milliseconds=1)
    return ClockSample(received_at, max(-_MOST_MS, min(_MOST_MS, lag_ms)))


def measure(samples: Sequence[ClockSample]) -> ClockReading:
    """Return what the newest samples, the last of them of this batch, say of the clock.

    The smallest lag of the last 32 batches and that of the last 8 are taken, none older than an hour, and
    of the two the one nearer to zero: a line that is slow for a while does not look like a clock that is
    behind, and a clock that was set right is believed after 8 batches.
    """
    last = samples[-1]
    lags = [s.lag_ms for s in samples[-MOST_SAMPLES:] if abs(last.at - s.at) <= _LONGEST]
    offset_ms = min(min(lags), min(lags[-_NEWEST:]), key=abs)
    return ClockReading(last.lag_ms, offset_ms, sure=offset_ms < 0 or len(lags) >= _ENOUGH)
