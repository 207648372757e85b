"""How much a search sweeps in, told before it runs: from general traffic, never from a named mark's reads."""

from __future__ import annotations

from dataclasses import dataclass

from openanpr.search.question import Question


@dataclass(frozen=True, slots=True)
class Figures:
    """How wide a search is. `reads` and `vehicles` are rounded estimates, at least 10: a smaller one tells.

    `cameras`: those that the person may know of. `days`: days of reads, all scenes together. `reads`: what
    the answer may be made from. `vehicles`: of no interest to anybody, that are swept in.
    """

    cameras: int
    days: int
    reads: int
    vehicles: int


@dataclass(frozen=True, slots=True)
class Narrower:
    """A narrower way to ask, in words, and what it would sweep in. `question` where it follows by itself."""

    step: str
    figures: Figures
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class Meter:
    """What a person is shown before the button, and what is recorded and judged: the figures.

    `oldest_days`: the age of the oldest read asked for, in days begun.
    """

    figures: Figures
    oldest_days: int
    narrower: tuple[Narrower, ...]
