"""The sums behind a vote: by text, by length and by character, in whole numbers and by grade.

A grade is a rank of frames by weight (see `vote`). Every sum keeps its grades apart, so that the share
of each grade can be set when the vote is asked for, whatever came since. Sums are whole numbers of 2^-20:
the order of the frames cannot change them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

UNIT = 1 << 20
GRADES = 16  # each a third of an octave of weight; what weighs less than 1/32 is in the last
_BLIND = 0.02  # the chance that a frame knows nothing of one character
_SHAPES = 34


class TextSum:
    """One text: what its n-best entries say beyond its spelling or the floor, by grade; its wins.

    Frames that won with it also say where its groups part: their gaps by weight, and that weight.
    """

    __slots__ = ("firsts", "gaps", "spaced", "sums")

    def __init__(self) -> None:
        self.sums = [0] * GRADES
        self.firsts = 0
        self.gaps: list[int] = []
        self.spaced = 0

    def space(self, gaps: Iterable[float], weight: float) -> None:
        """Count where one frame saw gaps."""
        self._add_gaps([units_of(weight * gap) for gap in gaps], units_of(weight))

    def mean_gaps(self) -> tuple[float, ...]:
        """The probability of a gap after each character but the last; empty where no frame knew."""
        return tuple(units / self.spaced for units in self.gaps) if self.spaced else ()

    def _add_gaps(self, gaps: list[int], weight: int) -> None:
        if gaps:
            self.gaps = [a + b for a, b in zip(self.gaps or [0] * len(gaps), gaps, strict=True)]
            self.spaced += weight

    def absorb(self, other: TextSum) -> None:
        """Take over the sums of another ballot."""
        add_to(self.sums, other.sums)
        self.firsts += other.firsts
        self._add_gaps(other.gaps, other.spaced)


class PlaceSum:
    """One character position: the sum for a shape never heard of, and each shape's gain over it."""

    __slots__ = ("floor", "gains")

    def __init__(self) -> None:
        self.floor = [0] * GRADES
        self.gains: dict[str, list[int]] = {}

    def add(self, logs: dict[str, float], low: float, weight: float, grade: int) -> None:
        """Add one frame's log-probabilities, `low` for every shape not in `logs`."""
        base = units_of(weight * low)
        self.floor[grade] += base
        for shape, p in logs.items():
            self.gains.setdefault(shape, [0] * GRADES)[grade] += units_of(weight * p) - base

    def absorb(self, other: PlaceSum) -> None:
        """Take over the sums of another ballot."""
        add_to(self.floor, other.floor)
        for shape, sums in other.gains.items():
            add_to(self.gains.setdefault(shape, [0] * GRADES), sums)

    def ranked(self, shares: list[float]) -> list[tuple[str, float]]:
        """The shapes seen here with their gains, best first."""
        gains = ((shape, weigh(shares, sums)) for shape, sums in self.gains.items())
        return sorted(gains, key=lambda row: (-row[1], row[0]))

    def shares_of_shapes(self, shares: list[float]) -> dict[str, float]:
        """The probability of each shape; what is missing to 1 is for shapes never heard of."""
        gains = {shape: weigh(shares, sums) for shape, sums in self.gains.items()}
        whole = self._gain_sum(gains)
        return {shape: math.exp(gain - whole) for shape, gain in gains.items()}

    def log_sum(self, shares: list[float]) -> float:
        """The log of the sum over all shapes."""
        gains = {shape: weigh(shares, sums) for shape, sums in self.gains.items()}
        return weigh(shares, self.floor) + self._gain_sum(gains)

    def _gain_sum(self, gains: dict[str, float]) -> float:
        top = max(0.0, *gains.values())
        unheard = max(0, _SHAPES - len(gains)) * math.exp(-top)
        return top + math.log(math.fsum(math.exp(gain - top) for gain in gains.values()) + unheard)


class LengthSum:
    """The frames whose best text has this many characters: their weight, what they typically say."""

    __slots__ = ("offset", "places", "typical", "weight")

    def __init__(self, length: int) -> None:
        self.weight = [0] * GRADES
        self.typical = [0] * GRADES
        self.offset = [0] * GRADES
        self.places = [PlaceSum() for _ in range(length)]

    def absorb(self, other: LengthSum) -> None:
        """Take over the sums of another ballot."""
        add_to(self.weight, other.weight)
        add_to(self.typical, other.typical)
        add_to(self.offset, other.offset)
        for place, theirs in zip(self.places, other.places, strict=True):
            place.absorb(theirs)

    def spell(self, text: str, sums: list[int]) -> None:
        """Add what these frames say to `text`, character by character."""
        add_to(sums, self.offset)
        for shape, place in zip(text, self.places, strict=True):
            add_to(sums, place.floor)
            if shape in place.gains:
                add_to(sums, place.gains[shape])

    def log_sum(self, shares: list[float]) -> float:
        """The log of the sum over all texts of this length."""
        return weigh(shares, self.offset) + math.fsum(place.log_sum(shares) for place in self.places)


def edits(a: str, b: str) -> int:
    """The least number of characters to change, add or drop (Levenshtein)."""
    if a == b:
        return 0
    row = list(range(len(b) + 1))
    for i, c in enumerate(a, 1):
        corner, row[0] = row[0], i
        for j, d in enumerate(b, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (c != d))
    return row[-1]


def shape_logs(position: tuple[tuple[str, float], ...]) -> tuple[dict[str, float], float]:
    """The log-probabilities of the shapes listed for one position, and that of any other.

    Each is mixed with a small chance that the frame knows nothing here (glare, a leaf, a bolt), so that
    one frame that is sure and wrong cannot silence several that are right.
    """
    rest = max(0.0, 1 - math.fsum(p for _, p in position)) / max(1, _SHAPES - len(position))
    blind = _BLIND / _SHAPES
    return {c: math.log((1 - _BLIND) * p + blind) for c, p in position}, math.log((1 - _BLIND) * rest + blind)


def typical_of(position: tuple[tuple[str, float], ...]) -> float:
    """The log-probability that this position gives, on average, to what it shows: minus its entropy."""
    rest = max(0.0, 1 - math.fsum(p for _, p in position))
    tail = rest * math.log(rest / max(1, _SHAPES - len(position))) if rest > 0 else 0.0
    return tail + math.fsum(p * math.log(p) for _, p in position if p > 0)


def units_of(value: float) -> int:
    """The value as a whole number of 2^-20."""
    return round(value * UNIT)


def add_to(sums: list[int], more: list[int]) -> None:
    """Add `more` to `sums`, grade by grade, in place."""
    for grade, units in enumerate(more):
        sums[grade] += units


def weigh(shares: list[float], sums: Iterable[int]) -> float:
    """The sum over the grades, each by its share."""
    return math.fsum(share * units for share, units in zip(shares, sums, strict=True))
