"""Populations and cubes for tests, and whole documents made of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from openanpr.audit.checkpoint import Checkpoint
from openanpr.publish.definitions import FIGURES, Widths, populations
from openanpr.publish.figure import tell
from openanpr.publish.period import Month
from openanpr.publish.population import Axis, Cell, Counts, Population
from openanpr.publish.publication import Counted, Publication
from openanpr.publish.suppress import Rule, show

RULE = Rule(least_shown=5, rate_least=20)
WIDTHS = Widths(alerts=5, cameras=5, entries=10)
EVERY = populations((90, 365), WIDTHS)
UNDER = Checkpoint("log.example/police", 7, bytes(range(32)))
MONTH = Month(2026, 9)
NAMES = ("a", "b", "c", "d")


@st.composite
def made_populations(draw: Any) -> Population:
    """Any population of up to three axes."""
    sizes = draw(st.lists(st.integers(1, 3), max_size=3))
    axes = tuple(Axis(f"axis-{n}", NAMES[:size]) for n, size in enumerate(sizes))
    step, weighed = draw(st.sampled_from([1, 5, 10])), draw(st.sampled_from(["", "hits"]))
    return Population(id="things", about="Things.", axes=axes, step=step, weighed=weighed)


def cells_of(population: Population, most: int = 200) -> st.SearchStrategy[Counts]:
    """Any counts of a population, small ones and none above all."""
    count = st.one_of(st.just(0), st.integers(1, 6), st.integers(0, most))
    extra = st.integers(0, 300) if population.weighed else st.just(0)

    def cell(told: tuple[int, int]) -> Cell:
        n, more = told
        return Cell(n, n + more if population.weighed and n else 0)

    places = tuple(population.places())
    every = st.lists(st.tuples(count, extra).map(cell), min_size=len(places), max_size=len(places))
    return every.map(lambda cells: dict(zip(places, cells, strict=True)))


@st.composite
def alike(draw: Any, population: Population, counts: Counts, rule: Rule = RULE) -> Counts:
    """Other counts that differ from these within withheld cells alone."""
    small = st.integers(1, rule.least_shown - 1)
    other = dict(counts)
    for place, cell in counts.items():
        if 0 < cell.count < rule.least_shown:
            n = draw(small)
            other[place] = Cell(n, n + draw(st.integers(0, 300)) if population.weighed else 0)
    return other


def document(counts: dict[str, Counts], rule: Rule = RULE, month: Month = MONTH) -> Publication:
    """A month as it is published, of the real populations with these counts."""
    every = tuple(
        Counted(one, show(one, counts[one.id], rule), how="so")
        if one.id in counts
        else Counted(one, None, why="not here")
        for one in EVERY
    )
    cubes = {one.population.id: one.cube for one in every if one.cube is not None}
    return Publication(
        period=month,
        settled=month.settled(31),
        counted_at=datetime(2026, 11, 2, tzinfo=UTC),
        profile="current of 2021-02-01",
        rule=rule,
        under=UNDER,
        counted=every,
        figures=tell(FIGURES, cubes, rule),
        facts=(),
    )


@st.composite
def months(draw: Any, how_many: int = 1) -> list[dict[str, Counts]]:
    """Counts of all real populations, for some months."""
    return [{one.id: draw(cells_of(one)) for one in EVERY} for _ in range(how_many)]
