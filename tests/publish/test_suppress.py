"""What is shown of counts says nothing of what a withheld one was, whatever is made of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openanpr.publish.figure import joined
from openanpr.publish.longer import longer
from openanpr.publish.period import Month
from openanpr.publish.population import Axis, Cell, Population
from openanpr.publish.publication import read_publication
from openanpr.publish.suppress import Rule, Shown, rate, show, total
from tests.publish.cubes import EVERY, RULE, alike, cells_of, document, made_populations, months

SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
TWO = Population(
    id="two", about="x", axes=(Axis("kind", ("a", "b")), Axis("how", ("x", "y"))), weighed="hits"
)
BANDED = Population(id="banded", about="x", axes=(Axis("kind", ("a", "b")),), step=10)


@SLOW
@given(st.data())
def test_counts_that_differ_within_withheld_cells_are_shown_as_the_same(data) -> None:
    population = data.draw(made_populations())
    counts = data.draw(cells_of(population))
    other = data.draw(alike(population, counts))
    assert show(population, counts, RULE) == show(population, other, RULE)


@SLOW
@given(months(2), st.data())
def test_two_stores_that_differ_within_withheld_cells_publish_the_same_bytes_for_months_and_the_year(
    both, data
) -> None:
    others = [{p.id: data.draw(alike(p, counts[p.id])) for p in EVERY} for counts in both]
    periods = [Month(2026, 8), Month(2026, 9)]
    told = [document(counts, month=m).body() for counts, m in zip(both, periods, strict=True)]
    told_too = [document(counts, month=m).body() for counts, m in zip(others, periods, strict=True)]
    assert told == told_too
    for p in EVERY:
        if not p.standing:
            years = [joined([show(p, one[p.id], RULE) for one in store]) for store in (both, others)]
            assert years[0] == years[1]


@SLOW
@given(st.data())
def test_every_margin_and_every_rate_of_any_two_sums_is_the_same_too(data) -> None:
    population = data.draw(made_populations())
    counts = data.draw(cells_of(population))
    other = data.draw(alike(population, counts))
    cubes = [show(population, one, RULE) for one in (counts, other)]
    chosen = [
        {axis.name: frozenset(words)}
        for axis in population.axes
        for size in range(len(axis.words) + 1)
        for words in combinations(axis.words, size)
    ]
    for where in ({}, *chosen):
        first, second = (cube.summed(where) for cube in cubes)
        assert first == second
        whole = [cube.summed({}).count for cube in cubes]
        assert rate(first.count, whole[0], RULE) == rate(second.count, whole[1], RULE)


@given(st.data())
def test_what_is_told_of_a_sum_always_holds_the_sum(data) -> None:
    population = data.draw(made_populations())
    counts = data.draw(cells_of(population))
    cube = show(population, counts, RULE)
    for axis in population.axes:
        for word in axis.words:
            told = cube.summed({axis.name: frozenset({word})})
            n = population.axes.index(axis)
            real = sum((cell for place, cell in counts.items() if place[n] == word), Cell(0))
            assert told.count.least <= real.count
            assert told.count.most is not None
            assert told.count.most >= real.count
            assert told.weight.least <= real.weight
            assert told.weight.most is None or told.weight.most >= real.weight


def test_zero_is_zero_small_is_withheld_and_the_rest_is_told() -> None:
    cube = show(TWO, {("a", "x"): Cell(4, 9), ("a", "y"): Cell(5, 5), ("b", "x"): Cell(12, 30)}, RULE)
    cells = cube.cells
    assert (cells["a", "x"].count, cells["a", "x"].weight, cells["a", "x"].withheld) == (
        Shown(1, 4),
        Shown(1, None),
        True,
    )
    assert (cells["a", "y"].count, cells["a", "y"].withheld) == (Shown(5, 5), False)
    assert cells["b", "y"].count == Shown(0, 0)
    whole = total(cells.values())
    assert (str(whole.count), str(whole.weight)) == ("18 to 21", "at least 36")
    assert str(cube.summed({"how": frozenset({"y"})}).count) == "5"


@pytest.mark.parametrize(
    ("count", "told"), [(0, (0, 0)), (4, (1, 4)), (5, (5, 9)), (9, (5, 9)), (10, (10, 19)), (19, (10, 19))]
)
def test_a_banded_count_is_told_by_its_band_and_the_lowest_begins_where_counts_are_shown(count, told) -> None:
    assert show(BANDED, {("a",): Cell(count)}, RULE).cells[("a",)].count == Shown(*told)


@pytest.mark.parametrize(
    ("part", "of", "told"),
    [
        (Shown(12, 12), Shown(1000, 1000), Shown(12, 12)),
        (Shown(12, 16), Shown(990, 1010), Shown(11, 17)),
        (Shown(0, 0), Shown(1000, 1000), Shown(0, 0)),
        (Shown(1, 4), Shown(1000, 1000), None),  # what is shown of the part is too little
        (Shown(0, 4), Shown(1000, 1000), None),
        (Shown(6, 6), Shown(19, 25), None),  # too few to be a rate of
        (Shown(6, None), Shown(1000, 1000), None),
    ],
)
def test_a_rate_rests_on_enough_or_is_withheld(part, of, told) -> None:
    assert rate(part, of, RULE) == told


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 400), st.integers(0, 100))
def test_a_rate_that_is_told_always_holds_the_rate(least, wide, rest, wide_rest) -> None:
    part, of = Shown(least, least + wide), Shown(least + rest, least + wide + rest + wide_rest)
    told = rate(part, of, RULE)
    if told is not None:
        for n in (part.least, part.most or 0):
            for m in (of.least, of.most or 1):
                if n <= m:
                    assert told.least <= 1000 * n / m <= (told.most or 0)


def test_a_cell_that_a_population_does_not_have_is_an_error_and_not_left_out() -> None:
    with pytest.raises(ValueError, match="a cell that it does not have"):
        show(BANDED, {("c",): Cell(9)}, RULE)
    with pytest.raises(ValueError, match="has a weight"):
        show(BANDED, {("a",): Cell(9, 9)}, RULE)
    with pytest.raises(ValueError, match="weighs less than one"):
        show(TWO, {("a", "x"): Cell(9, 8)}, RULE)
    with pytest.raises(LookupError):
        show(BANDED, {}, RULE).summed({"colour": frozenset({"red"})})


@pytest.mark.parametrize("numbers", [(1, 20), (5, 4)])
def test_a_rule_that_withholds_nothing_is_refused(numbers) -> None:
    with pytest.raises(ValueError, match="least count shown"):
        Rule(*numbers)


def test_a_longer_period_is_a_sum_and_what_stands_is_not_summed() -> None:
    months_ = [show(TWO, {("a", "x"): Cell(n, n)}, RULE) for n in (3, 3, 7)]
    assert joined(months_).summed({}).count == Shown(9, 15), "at least: never the nine that two threes make"
    cameras = next(one for one in EVERY if one.id == "cameras")
    with pytest.raises(ValueError, match="can be summed"):
        joined([show(cameras, {}, RULE)])
    with pytest.raises(ValueError, match="can be summed"):
        joined([*months_, show(BANDED, {}, RULE)])


def test_a_year_is_what_its_months_show_together_and_says_in_how_many_each_was_counted() -> None:
    alerts = {("crime", "yes", "arrest"): Cell(31, 40)}
    counts = [
        {"findings": {("improper",): Cell(3)}, "alerts": alerts},
        {"findings": {("improper",): Cell(3), ("proper",): Cell(9)}, "cameras": {}},
        {"findings": {}, "alerts": alerts, "cameras": {("fixed", "open"): Cell(50)}},
    ]
    periods = [Month(2026, 11), Month(2026, 12), Month(2027, 1)]
    read = [read_publication(document(c, month=m).body()) for c, m in zip(counts, periods, strict=True)]
    told = {one.figure.id: one for one in longer(read)}
    assert (str(told["findings-improper"].value), told["findings-improper"].months) == ("2 to 8", 3)
    assert str(told["findings"].value) == "11 to 17"
    assert (str(told["alerts"].value), told["alerts"].months) == ("60 to 68", 2)
    assert str(told["arrest-per-thousand-alerts"].value) == "882 to 1000"
    assert "cameras" not in told, "what stands is not summed"
    for wrong in ([], read[::2], read[::-1]):
        with pytest.raises(ValueError, match="follow one another"):
            longer(wrong)
    with pytest.raises(ValueError, match="one node"):
        longer([read[0], replace(read[1], origin="another")])


def test_months_with_other_words_stand_beside_one_another_in_a_year() -> None:
    other = Population(id="two", about="x", axes=(Axis("kind", ("c",)), Axis("how", ("x",))), weighed="hits")
    year = joined([show(other, {("c", "x"): Cell(7, 7)}, RULE), show(TWO, {("a", "x"): Cell(6, 6)}, RULE)])
    assert year.summed({}).count == Shown(13, 13)
    assert year.summed({"how": frozenset({"x"})}).count == Shown(13, 13)
