"""A longer period, such as a year: the sum of what its months show, and nothing counted anew. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from openanpr.publish.figure import Figure, joined
from openanpr.publish.publication import ReadFigure, ReadPublication
from openanpr.publish.suppress import Shown, ShownCube


@dataclass(frozen=True, slots=True)
class LongerFigure:
    """A figure of several months: its value (None: withheld), and in how many of them it was counted."""

    figure: Figure
    value: Shown | None
    months: int


def longer(months: Sequence[ReadPublication]) -> tuple[LongerFigure, ...]:
    """Return the figures that months show together, as the last month defines them, its rule for rates.

    What is looked at as it stands is not summed, and is not among them. Raises ValueError for no month, for
    months that do not follow one another, and for months of different nodes.
    """
    if not months or any(a.period.next != b.period for a, b in pairwise(months)):
        raise ValueError("a longer period is made of months that follow one another")
    if len({one.origin for one in months}) > 1:
        raise ValueError("a longer period is made of the months of one node")
    return tuple(_figures(months))


def _figures(months: Sequence[ReadPublication]) -> Iterator[LongerFigure]:
    last = months[-1]
    for one in last.figures:
        cubes = list(_cubes(one, months))
        if not cubes[-1].population.standing:
            yield LongerFigure(one.figure, one.figure.value(joined(cubes), last.rule), len(cubes))


def _cubes(one: ReadFigure, months: Sequence[ReadPublication]) -> Iterator[ShownCube]:
    """What is shown of its population in each month in which that was counted."""
    return (month.cubes[one.population] for month in months if one.population in month.cubes)
