"""How far a device's clock is off, told from the batches that it sends.

Of one batch is known when the device says it sent it and when it came: the lag is the second less the
first. It is the offset of the clock (ours less the device's, the sign of RFC 5905: what to add to the
device's time to have ours) and the time on the way, which is never negative. So each lag is a bound from
above, and the smallest of several is the best guess, as NTP's clock filter takes the sample of least delay
(RFC 5905, section 10).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

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
    """A device's clock on one batch, in milliseconds; None when not measured; positive: it is behind us.

    `lag_ms` is the batch's own lag, `offset_ms` the offset as the last hour has it, `newest_ms` the smallest
    lag of the last 8 batches, which a slow line alone may also make large. `sure`: the offset cannot be the
    line alone, for the clock is ahead or several batches agree.
    """

    lag_ms: int | None
    offset_ms: int | None
    newest_ms: int | None
    sure: bool

    def off(self, limit_ms: int) -> bool:
        """Return whether the clock is surely farther off than a limit."""
        return self.sure and _beyond(self.offset_ms, limit_ms)

    def doubtful(self, limit_ms: int) -> bool:
        """Return whether the clock may be farther off than a limit."""
        return _beyond(self.offset_ms, limit_ms) or _beyond(self.newest_ms, limit_ms)


NOT_MEASURED = ClockReading(None, None, None, sure=False)
"""Of senders that do not say when they sent."""


class Clocks(Protocol):
    """Remembers the lags of each device."""

    def note(self, device: str, sample: ClockSample) -> Sequence[ClockSample]:
        """Remember a lag, and return what `remembered` leaves of all, this one last (one step)."""
        ...


class RecentClocks:
    """Lags in memory, for one process; after a start it takes four batches to be sure of a clock behind."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._samples: dict[str, tuple[ClockSample, ...]] = {}

    def seen_at(self, device: str) -> datetime | None:
        """Return when the newest batch of a device came; None where none did since the start."""
        with self._lock:
            samples = self._samples.get(device)
        return None if not samples else samples[-1].at

    def note(self, device: str, sample: ClockSample) -> Sequence[ClockSample]:
        """Remember a lag, and return what is left of the device's lags."""
        with self._lock:
            samples = remembered(self._samples.get(device, ()), sample)
            self._samples[device] = samples
            return samples


def sample_of(sent_at: datetime, received_at: datetime) -> ClockSample:
    """Return the lag of one batch, held within 32 bits: beyond 24 days it only says hopeless."""
    lag_ms = (received_at - sent_at) // timedelta(milliseconds=1)
    return ClockSample(received_at, max(-_MOST_MS, min(_MOST_MS, lag_ms)))


def remembered(samples: Sequence[ClockSample], sample: ClockSample) -> tuple[ClockSample, ...]:
    """Return the lags to keep once `sample` has come, some 70 at most.

    The newest 8, and of those before them the smallest of each minute, for an hour.
    """
    every = [s for s in (*samples, sample) if abs(sample.at - s.at) <= _LONGEST]
    smallest: dict[int, ClockSample] = {}
    for old in every[:-_NEWEST]:
        minute = int(old.at.timestamp()) // 60
        best = smallest.get(minute)
        if best is None or old.lag_ms < best.lag_ms:
            smallest[minute] = old
    return (*smallest.values(), *every[-_NEWEST:])


def measure(samples: Sequence[ClockSample]) -> ClockReading:
    """Return what the remembered lags, the last of them of this batch, say of the clock.

    The smallest lag of the hour and that of the last 8 batches are taken, and of the two the one nearer to
    zero is the offset: a line that is slow for a while does not look like a clock that is behind, and a clock
    that was set right is believed after 8 batches.
    """
    lags = [s.lag_ms for s in samples]
    newest_ms = min(lags[-_NEWEST:])
    offset_ms = min(min(lags), newest_ms, key=abs)
    return ClockReading(lags[-1], offset_ms, newest_ms, sure=offset_ms < 0 or len(lags) >= _ENOUGH)


def _beyond(ms: int | None, limit_ms: int) -> bool:
    return ms is not None and abs(ms) > limit_ms
