"""How much of everything a demonstration is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from demonstration.county.traffic import SEED, Habits

_READS_A_START = 1.15
"""About how many reads of the feed one drive through the county makes."""


@dataclass(frozen=True, slots=True)
class Past:
    """How much there was: days, and starts of vehicles an hour on average.

    In the last `recent_days` there were `denser` times as many, for what is compared with the present.
    """

    days: int = 90
    starts: float = 100.0
    seed: int = SEED
    recent_days: int = 14
    denser: float = 6.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the feed is asked for: reads a second in all, and how often the odd things happen, in seconds."""

    reads_a_second: float = 2.0
    late_s: float = 240.0
    faults_s: float = 300.0
    seed: int = SEED

    @property
    def habits(self) -> Habits:
        """The traffic that makes about so many reads, the same by day and by night."""
        return Habits(self.seed, self.reads_a_second * 3600 / _READS_A_START, steady=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """The length of each clip in seconds, the past, and the feed."""

    clip_s: float
    past: Past
    feed: Wanted
