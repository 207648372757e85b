"""Guessing made slow, by account and by source, with a delay that grows and has an end. Pure.

A try is counted before it is judged: tries that come at once do not all pass for the first. What strangers
do never shuts a person out for good: the delay ends by itself, a browser that the person signed in with
before is counted apart, and a passkey cannot be guessed and is not slowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Slowing:
    """The first `free` failures cost nothing; then the delay doubles from `first_s` up to `most_s`.

    After `forgotten_s` without a try all is forgotten.
    """

    free: int
    first_s: float
    most_s: float
    forgotten_s: float

    def delay_s(self, failures: int) -> float:
        """Return the seconds to wait after so many failures."""
        over = failures - self.free
        # A high power would be no number any more.
        return 0.0 if over <= 0 else min(self.most_s, self.first_s * 2.0 ** min(over - 1, 40))


BY_ACCOUNT: Final = Slowing(free=4, first_s=2, most_s=15 * 60, forgotten_s=24 * 3600)
BY_DEVICE: Final = Slowing(free=4, first_s=2, most_s=15 * 60, forgotten_s=24 * 3600)
BY_SOURCE: Final = Slowing(free=30, first_s=1, most_s=5 * 60, forgotten_s=6 * 3600)


@dataclass(frozen=True, slots=True)
class Tries:
    """Failures in a row under one key, and when the last try was."""

    failures: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether a try may go on: `wait_s` is 0 if so; `tries` is what is kept then."""

    wait_s: float
    tries: Tries


def judge(tries: Tries | None, slowing: Slowing, *, now: datetime) -> Judged:
    """Return whether another try may be made at `now`, and what is kept once it is.

    A try that must wait is not counted: whoever goes on asking does not make the wait longer. A clock that
    went back makes nobody wait longer than the longest delay.
    """
    if tries is None or now - tries.last_at >= timedelta(seconds=slowing.forgotten_s):
        return Judged(0.0, Tries(1, now))
    waited_s = (now - tries.last_at).total_seconds()
    wait_s = min(slowing.delay_s(tries.failures) - waited_s, slowing.most_s)
    if wait_s > 0:
        return Judged(wait_s, tries)
    return Judged(0.0, Tries(tries.failures + 1, now))
