"""What a log tells of a published month counted anew and compared, cell by cell, with what was published.

It leans on nothing but the log's package: whoever is given an export counts with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from openanpr.publish.definitions import SEARCHES
from openanpr.publish.log_reading import Entries, counts_in
from openanpr.publish.population import Counts
from openanpr.publish.publication import ReadPublication
from openanpr.publish.suppress import ShownCube, show

_END: Final = re.compile(r"(?:\d+-)?to-(\d+)-days")


class Agreement(StrEnum):
    """How a population does when it is counted anew."""

    AGREES = "agrees"
    DIFFERS = "differs"
    GONE = "no-longer-kept"
    UNKNOWN = "not-counted-here"


@dataclass(frozen=True, slots=True)
class Compared:
    """One population: how it does, and in which cells what is shown differs, published and now."""

    population: str
    agreement: Agreement
    differing: tuple[str, ...] = ()


def recount_log(read: ReadPublication, log: Entries) -> tuple[Compared, ...]:
    """Return how the populations that a log tells of do, counted anew from it alone."""
    counts = counts_of_log(read, log)
    return tuple(
        compared(name, cube, read, None if counts is None else counts[name])
        for name, cube in read.cubes.items()
        if cube.population.from_log
    )


def counts_of_log(read: ReadPublication, log: Entries) -> Mapping[str, Counts] | None:
    """Return the counts of the entries that the document was counted under: later ones change nothing."""
    return counts_in(log, read.period, read.settled, _to_days(read), size=read.under.size)


def _to_days(read: ReadPublication) -> tuple[int, ...]:
    """Where the bands of age ended when the document was made."""
    cube = read.cubes.get(SEARCHES)
    words = [word for axis in cube.population.axes for word in axis.words] if cube is not None else []
    return tuple(int(found[1]) for found in map(_END.fullmatch, words) if found) or (1,)


def compared(name: str, cube: ShownCube, read: ReadPublication, counts: Counts | None) -> Compared:
    """Return how one population does; counts of None: what it was counted from is not here."""
    if counts is None:
        return Compared(name, Agreement.GONE)
    differing = tuple(_differing(cube, show(cube.population, counts, read.rule)))
    return Compared(name, Agreement.DIFFERS if differing else Agreement.AGREES, differing)


def _differing(then: ShownCube, now: ShownCube) -> Iterable[str]:
    for place, before in then.cells.items():
        after = now.cells[place]
        if before != after:
            yield f"{' '.join(place) or 'all'}: published {before.count}, now {after.count}"
