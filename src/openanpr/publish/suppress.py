"""The rule by which small counts are withheld. Pure.

A cell of 1 to `least_shown - 1` is withheld, and what is shown in its place is the same for each of these
counts. Zero is shown as zero. Everything else that is told of a population, margins, totals, rates and years,
is made of the shown cells alone: so it cannot tell what a withheld one was, whatever is taken from whatever
(docs/decisions/0029).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openanpr.publish.population import NOTHING, Cell, Counts, Place, Population

PER = 1000
"""Rates are per so many."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The numbers of the rule: the least count that is shown, and the least that a rate may be a rate of."""

    least_shown: int
    rate_least: int

    def __post_init__(self) -> None:
        """Refuse a rule that withholds nothing, or shows a rate of less than it shows of counts."""
        if self.least_shown < 2 or self.rate_least < self.least_shown:
            raise ValueError("the least count shown is 2 or more, and a rate is of no fewer")


@dataclass(frozen=True, slots=True)
class Shown:
    """What is told of a number: that it is `least` or more, and `most` or less (None: nothing is told)."""

    least: int
    most: int | None

    @property
    def exact(self) -> bool:
        """Whether it is told as it is."""
        return self.least == self.most

    def __add__(self, other: Shown) -> Shown:
        most = None if self.most is None or other.most is None else self.most + other.most
        return Shown(self.least + other.least, most)

    def __str__(self) -> str:
        if self.exact:
            return str(self.least)
        return f"at least {self.least}" if self.most is None else f"{self.least} to {self.most}"


ZERO = Shown(0, 0)


@dataclass(frozen=True, slots=True)
class ShownCell:
    """What is told of a cell; `withheld` where its count is too small to be told."""

    count: Shown
    weight: Shown
    withheld: bool = False

    def __add__(self, other: ShownCell) -> ShownCell:
        return ShownCell(
            self.count + other.count, self.weight + other.weight, self.withheld or other.withheld
        )


EMPTY = ShownCell(ZERO, ZERO)


@dataclass(frozen=True, slots=True)
class ShownCube:
    """All that the public ever gets of a population in a period: every cell of it, shown or withheld."""

    population: Population
    cells: Mapping[Place, ShownCell]

    def summed(self, where: Mapping[str, frozenset[str]]) -> ShownCell:
        """Return the sum of the cells that have one of the words on each axis named; of all for no axis.

        Raises LookupError for an axis that the population does not have.
        """
        axes = [axis.name for axis in self.population.axes]
        if not where.keys() <= set(axes):
            raise LookupError(f"{self.population.id} has no such axis")
        tests = [(axes.index(name), words) for name, words in where.items()]
        chosen = (cell for place, cell in self.cells.items() if all(place[n] in words for n, words in tests))
        return total(chosen)


def show(population: Population, counts: Counts, rule: Rule) -> ShownCube:
    """Return what is shown of the counts. Raises ValueError for a cell that the population does not have."""
    population.verify(counts)
    return ShownCube(
        population,
        {place: _shown(counts.get(place, NOTHING), population, rule) for place in population.places()},
    )


def total(cells: Iterable[ShownCell]) -> ShownCell:
    """Return what is told of the sum of cells: at least so much, where one of them is withheld."""
    found = EMPTY
    for cell in cells:
        found += cell
    return found


def rate(part: Shown, of: Shown, rule: Rule) -> Shown | None:
    """Return how many per thousand a part is, as the band that the shown cells leave; None: withheld.

    It is withheld where what is shown of either is too little to rest a rate on, or nothing bounds it above.
    """
    if part.most is None or of.most is None or of.least < rule.rate_least:
        return None
    if part.most and part.least < rule.least_shown:
        return None
    return Shown(PER * part.least // of.most, min(PER, -(-PER * part.most // of.least)))


def _shown(cell: Cell, population: Population, rule: Rule) -> ShownCell:
    if cell.count == 0:
        return EMPTY
    if cell.count < rule.least_shown:
        # Of the weight nothing is told but that there is one: it could tell how many there are.
        weight = Shown(1, None) if population.weighed else ZERO
        return ShownCell(Shown(1, rule.least_shown - 1), weight, withheld=True)
    return ShownCell(
        _banded(cell.count, population.step, rule.least_shown),
        _banded(cell.weight, population.step, rule.least_shown) if population.weighed else ZERO,
    )


def _banded(count: int, step: int, least_shown: int) -> Shown:
    """The band of a count; the lowest begins where counts begin to be shown."""
    low = count - count % step
    return Shown(max(low, least_shown), low + step - 1)
