"""A figure: a sum of cells that are shown, or a rate of two such sums; nothing else can be one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from openanpr.publish.population import Place
from openanpr.publish.suppress import Rule, Shown, ShownCell, ShownCube, rate

_EVERYWHERE: Final[Mapping[str, frozenset[str]]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What is summed, and of what it is a rate per thousand (None: of nothing, it is a count).

    `where` names words on axes of the population; what is not named is summed over. `weight`: not the counted
    are summed, but what they have beside them.
    """

    id: str
    about: str
    population: str
    where: Mapping[str, frozenset[str]] = field(default_factory=lambda: _EVERYWHERE)
    of: Mapping[str, frozenset[str]] | None = None
    weight: bool = False

    @property
    def unit(self) -> str:
        """What it is a number of."""
        if self.of is not None:
            return "per-thousand"
        return "weight" if self.weight else "count"

    def value(self, cube: ShownCube, rule: Rule) -> Shown | None:
        """Return what is told; None where a rate rests on too little to be told."""
        part = cube.summed(self.where)
        if self.of is None:
            return part.weight if self.weight else part.count
        return rate(part.count, cube.summed(self.of).count, rule)


@dataclass(frozen=True, slots=True)
class FigureTold:
    """A figure and its value; None where it is withheld."""

    figure: Figure
    value: Shown | None


def tell(figures: Sequence[Figure], cubes: Mapping[str, ShownCube], rule: Rule) -> tuple[FigureTold, ...]:
    """Return the figures of the populations that were counted, in their order."""
    return tuple(
        FigureTold(one, one.value(cubes[one.population], rule)) for one in figures if one.population in cubes
    )


def joined(cubes: Iterable[ShownCube]) -> ShownCube:
    """Return what a longer period shows of one population: cell by cell the sum of what its months show.

    Months with other words on an axis (another profile held) keep their cells beside the others. Raises
    ValueError for none, for different populations, and for what is looked at as it stands: it is not summed.
    """
    every = list(cubes)
    kinds = {(one.population.id, *(axis.name for axis in one.population.axes)) for one in every}
    if len(kinds) != 1 or every[-1].population.standing:
        raise ValueError("a longer period is made of the months of one population that can be summed")
    found: dict[Place, ShownCell] = {}
    for cube in every:
        for place, cell in cube.cells.items():
            found[place] = found[place] + cell if place in found else cell
    return ShownCube(every[-1].population, found)
