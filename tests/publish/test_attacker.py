"""An attacker who takes everything that is published and solves for what is withheld is left with all of it.

The attacker is written apart from the rule: it reads the bytes that are published, makes an inequality of
each number in them, cells, margins, totals, rates, several months and their sum, and narrows every count
until nothing moves any more. With one number of before suppression it must win.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openanpr.publish.definitions import FIGURES
from openanpr.publish.figure import joined
from openanpr.publish.period import Month
from openanpr.publish.population import Axis, Cell, Population
from openanpr.publish.suppress import show
from tests.publish.cubes import EVERY, RULE, document, months

SLOW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
MOST = 10**6


@dataclass(slots=True)
class Attacker:
    """Bounds on every count by its name, and sums that are known to lie between two numbers."""

    low: dict[str, int] = field(default_factory=dict)
    high: dict[str, int] = field(default_factory=dict)
    sums: list[tuple[list[tuple[int, str]], int, int]] = field(default_factory=list)

    def cell(self, name: str, least: int, most: int | None) -> None:
        self.low[name] = max(least, self.low.get(name, 0))
        self.high[name] = min(MOST if most is None else most, self.high.get(name, MOST))

    def sum(self, terms: list[tuple[int, str]], least: int, most: int) -> None:
        self.sums.append((terms, least, most))

    def solve(self) -> None:
        """Narrow until nothing moves: of each sum, each term by what all others leave it."""
        moved = True
        while moved:
            moved = False
            for terms, least, most in self.sums:
                lows = [a * (self.low[x] if a > 0 else self.high[x]) for a, x in terms]
                highs = [a * (self.high[x] if a > 0 else self.low[x]) for a, x in terms]
                for n, (a, x) in enumerate(terms):
                    over = most - (sum(lows) - lows[n])
                    under = least - (sum(highs) - highs[n])
                    low, high = (-(-under // a), over // a) if a > 0 else (-(-over // a), under // a)
                    if low > self.low[x] or high < self.high[x]:
                        self.low[x], self.high[x] = max(low, self.low[x]), min(high, self.high[x])
                        moved = True


def name_of(period: str, population: str, place: Iterable[str]) -> str:
    return f"{period} {population} {' '.join(place)}"


def learnt(*bodies: bytes) -> tuple[Attacker, list[str]]:
    """What an attacker makes of published documents, and the names of all that is withheld in them."""
    attacker, withheld = Attacker(), []
    for body in bodies:
        told = json.loads(body)
        cells: dict[str, list[dict[str, Any]]] = {}
        axes: dict[str, list[str]] = {}
        for population in told["populations"]:
            kind = population["id"]
            cells[kind] = population["cells"]
            axes[kind] = [axis["name"] for axis in population["axes"]]
            for cell in population["cells"]:
                name = name_of(told["period"], kind, cell["of"])
                attacker.cell(name, cell["least"], cell["most"])
                if cell.get("withheld"):
                    withheld.append(name)
        for figure in told["figures"]:
            take_figure(attacker, told["period"], figure, cells, axes)
    return attacker, withheld


def take_figure(attacker: Attacker, period: str, figure: Any, cells: Any, axes: Any) -> None:
    kind, value = figure["population"], figure["value"]
    if value is None or figure["unit"] == "weight" or value["most"] is None:
        return

    def names(where: dict[str, list[str]]) -> list[str]:
        return [
            name_of(period, kind, cell["of"])
            for cell in cells[kind]
            if all(cell["of"][axes[kind].index(axis)] in words for axis, words in where.items())
        ]

    part = names(figure["where"])
    if figure["of"] is None:
        attacker.sum([(1, one) for one in part], value["least"], value["most"])
        return
    # least <= 1000 part / whole <= most, as two inequalities over whole numbers.
    whole = names(figure["of"])
    for bound, sign in ((value["least"], 1), (value["most"], -1)):
        factors = dict.fromkeys(whole, -bound)
        for one in part:
            factors[one] = factors.get(one, 0) + 1000
        terms = [(sign * a, x) for x, a in factors.items() if a]
        attacker.sum(terms, 0 if sign > 0 or value["most"] < 1000 else -MOST * 1000, MOST * 10**6)


@SLOW
@given(months(3))
def test_an_attacker_with_every_published_number_of_three_months_is_left_with_every_small_count(
    stores,
) -> None:
    periods = [Month(2026, 7), Month(2026, 8), Month(2026, 9)]
    attacker, withheld = learnt(
        *(document(counts, month=month).body() for counts, month in zip(stores, periods, strict=True))
    )
    for population in EVERY:  # and the sums of the quarter
        if population.standing:
            continue
        quarter = joined([show(population, store[population.id], RULE) for store in stores])
        for figure in (one for one in FIGURES if one.population == population.id and one.of is None):
            told = quarter.summed(figure.where).count
            chosen = [
                (1, name_of(str(month), population.id, place))
                for month in periods
                for place in population.places()
                if all(
                    place[[axis.name for axis in population.axes].index(axis)] in words
                    for axis, words in figure.where.items()
                )
            ]
            assert told.most is not None
            attacker.sum(chosen, told.least, told.most)
    attacker.solve()
    assert {(attacker.low[name], attacker.high[name]) for name in withheld} <= {(1, RULE.least_shown - 1)}


@SLOW
@given(months(1), st.data())
def test_a_total_that_is_told_as_it_is_would_give_withheld_counts_away(stores, data) -> None:
    """The attacker is no straw man: with one number of before suppression it wins."""
    counts = stores[0]
    data.draw(st.none())
    small = {("proper",): Cell(3), ("improper",): Cell(40), ("unclear",): Cell(0)}
    attacker, withheld = learnt(document({**counts, "findings": small}).body())
    every = [(1, name_of("2026-09", "findings", (word,))) for word in ("proper", "improper", "unclear")]
    attacker.sum(every, 43, 43)
    attacker.solve()
    given_away = name_of("2026-09", "findings", ("proper",))
    assert given_away in withheld
    assert (attacker.low[given_away], attacker.high[given_away]) == (3, 3)


def test_every_way_of_filling_what_is_withheld_makes_the_same_document() -> None:
    """All of it, one by one: nothing in the document can prefer one way to another."""
    findings = next(one for one in EVERY if one.id == "findings")
    told = {
        document({"findings": dict(zip(findings.places(), map(Cell, counts), strict=True))}).body()
        for counts in product(range(1, RULE.least_shown), repeat=3)
    }
    assert len(told) == 1


def test_the_numbers_that_bound_every_other_are_those_of_the_same_cell_alone() -> None:
    """A cell's own words are all that its place in a document depends on."""
    axis = Axis("kind", ("a", "b", "c"))
    population = Population(id="things", about="x", axes=(axis,))
    for one, other in product(range(12), repeat=2):
        cubes = [show(population, {("a",): Cell(n), ("b",): Cell(3)}, RULE) for n in (one, other)]
        assert cubes[0].cells[("b",)] == cubes[1].cells[("b",)]
        assert cubes[0].cells[("c",)] == cubes[1].cells[("c",)]
