"""What is counted together: a population, its axes, and its counts by finest cell. Pure.

Whatever is of one population is in exactly one cell of it, and is counted in one period.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

_WORD = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")

Place: TypeAlias = tuple[str, ...]
"""Which cell: one word of each axis, in the order of the axes."""


@dataclass(frozen=True, slots=True)
class Axis:
    """By what cells are told apart, and the words for it. Every word is shown, also where there is none."""

    name: str
    words: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse an axis without words, a word that comes twice, and what is no small word."""
        named = (self.name, *self.words)
        if not self.words or len(set(self.words)) < len(self.words):
            raise ValueError("an axis has words, each once")
        if not all(_WORD.fullmatch(word) for word in named):
            raise ValueError("the words of an axis are small letters, digits and dashes")


@dataclass(frozen=True, slots=True)
class Cell:
    """A count, and what the counted have beside it in sum, such as hits of alerts; 0 for nothing."""

    count: int
    weight: int = 0

    def __post_init__(self) -> None:
        """Refuse what is less than nothing, and a weight of nobody."""
        if self.count < 0 or self.weight < 0 or (self.weight and not self.count):
            raise ValueError("a cell counts from 0 up, and what is not there weighs nothing")

    def __add__(self, other: Cell) -> Cell:
        return Cell(self.count + other.count, self.weight + other.weight)


NOTHING = Cell(0)
Counts: TypeAlias = Mapping[Place, Cell]
"""Counts by cell; a cell that is not there is 0. Never shown as they are: see `suppress`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """One kind of thing that is counted.

    `standing`: it is looked at as it stood at the end of the period, and not summed over periods.
    `from_log`: whoever has an export of the audit log can count it. `step`: a shown count is told as the band
    of that width that it lies in; 1 tells it as it is. `weighed` names the weight, "" for none.
    """

    id: str
    about: str
    axes: tuple[Axis, ...]
    standing: bool = False
    from_log: bool = False
    step: int = 1
    weighed: str = ""

    def __post_init__(self) -> None:
        """Refuse a name that is none, a step under 1, and two axes of one name."""
        if not _WORD.fullmatch(self.id) or self.step < 1:
            raise ValueError("a population has a small word for its name, and a step from 1 up")
        if len({axis.name for axis in self.axes}) < len(self.axes):
            raise ValueError("each axis of a population has a name of its own")

    def places(self) -> Iterator[Place]:
        """Yield every cell, in the order of the words."""
        return product(*(axis.words for axis in self.axes))

    def verify(self, counts: Counts) -> None:
        """Raise ValueError for a count in a cell that is not of this population: it would go uncounted.

        And for a weight that is not: each that is counted weighs one at least, or nothing is weighed.
        """
        known = set(self.places())
        if not counts.keys() <= known:
            raise ValueError(f"something of {self.id} was counted in a cell that it does not have")
        least = 1 if self.weighed else 0
        if any(cell.weight < least * cell.count for cell in counts.values()):
            raise ValueError(f"something of {self.id} weighs less than one")
        if not self.weighed and any(cell.weight for cell in counts.values()):
            raise ValueError(f"nothing of {self.id} has a weight")
