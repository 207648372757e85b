"""How likely the vehicle is the listed one: the formula with numbers worked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.core.confusion import rivals
from openanpr.core.read import Character
from openanpr.core.shape import shape_key
from openanpr.match.doubt import MatchRules, otherwise
from openanpr.match.odds import BaseRates, Standing, listed_vehicle_p, swapped_p
from openanpr.match.said import Said

PLAIN = BaseRates(listed=0.003, stray=0.0012, false_plates=0.0)


def said(plate: str, confidence: float, *characters: Character) -> Said:
    return Said(plate, plate, "gb_dateless", confidence, stated=True, candidates=(), characters=characters)


SHARES = st.floats(0.0, 1.0)
RATES = st.builds(BaseRates, st.floats(1e-9, 1.0), st.floats(1e-9, 1.0), SHARES)
STANDINGS = st.builds(Standing, st.floats(0, 4000), st.floats(0.1, 4000), SHARES, st.floats(0, 1e7))


@pytest.mark.parametrize(
    ("p", "worked"),
    [
        (0.98, 0.991902),  # 0.98 * 0.003 = 0.00294 against 0.02 * 0.0012 = 0.000024
        (0.50, 0.714286),  # 0.0015 against 0.0006
        (0.05, 0.116279),  # 0.00015 against 0.00114
        (0.0, 0.0),
        (1.0, 1.0),
    ],
)
def test_a_hit_weighs_listed_vehicles_against_strings_that_stray(p, worked) -> None:
    assert listed_vehicle_p(p, Standing(), PLAIN) == pytest.approx(worked, abs=1e-6)


def test_a_short_list_of_rare_vehicles_is_met_by_misreads_as_often_as_by_them() -> None:
    # One passing vehicle in a million is on it; one string in two hundred thousand strays onto it.
    rates = BaseRates(listed=1e-6, stray=5e-6, false_plates=0.0)
    assert listed_vehicle_p(0.9, Standing(), rates) == pytest.approx(9 / 14)  # 0.9e-6 against 0.5e-6


def test_where_vehicles_and_strings_are_listed_alike_the_reader_alone_decides() -> None:
    assert listed_vehicle_p(0.37, Standing(), BaseRates(0.01, 0.01, 0.0)) == pytest.approx(0.37)


def test_a_list_loses_half_its_worth_in_its_half_life() -> None:
    assert listed_vehicle_p(1.0, Standing(list_age_days=30, half_life_days=30), PLAIN) == pytest.approx(0.5)
    assert listed_vehicle_p(1.0, Standing(list_age_days=60, half_life_days=30), PLAIN) == pytest.approx(0.25)
    assert listed_vehicle_p(1.0, Standing(list_age_days=1, half_life_days=365), PLAIN) == pytest.approx(
        0.998103
    )


def test_spelling_false_plates_and_other_vehicles_each_take_their_share() -> None:
    # 0.991902, of which half for the spelling, 0.99 for true plates, and one of four vehicles.
    standing = Standing(spelling_share=0.5, others_fitting=3)
    assert listed_vehicle_p(0.98, standing, BaseRates(0.003, 0.0012, 0.01)) == pytest.approx(
        0.122748, abs=1e-6
    )


@given(SHARES, SHARES, STANDINGS, RATES)
def test_it_is_a_probability_and_a_surer_read_never_lowers_it(p, q, standing, rates) -> None:
    low, high = (listed_vehicle_p(x, standing, rates) for x in sorted((p, q)))
    assert 0.0 <= low <= high * (1 + 1e-12) <= 1.0 + 1e-12


@given(SHARES, STANDINGS, RATES, st.floats(0, 1000))
def test_an_older_list_never_raises_it(p, standing, rates, days) -> None:
    older = Standing(
        standing.list_age_days + days,
        standing.half_life_days,
        standing.spelling_share,
        standing.others_fitting,
    )
    assert listed_vehicle_p(p, older, rates) <= listed_vehicle_p(p, standing, rates)


def test_a_character_read_otherwise_gets_its_share_of_what_is_left() -> None:
    # The plate is right with 0.72, this character with 0.8: so all the others with 0.9.
    assert swapped_p(confidence=0.72, character_p=0.8, left_over=0.2, weight=1.0) == pytest.approx(0.18)
    assert swapped_p(confidence=0.72, character_p=0.8, left_over=0.2, weight=0.25) == pytest.approx(0.045)
    assert swapped_p(confidence=0.95, character_p=0.5, left_over=0.5, weight=1.0) == pytest.approx(0.05)


def test_doubt_shares_what_is_left_by_the_confusion_weights() -> None:
    # E is mistaken for F alone; T for 7 (0.5) and 1 (0.4).
    read = said("ET", 0.72, Character("E", 0.8), Character("T", 0.91))
    found = {other.shape: other.p for other in otherwise(read, "ET", MatchRules())}
    assert found == {
        "FT": pytest.approx(0.72 / 0.8 * 0.2),
        "E7": pytest.approx(0.72 / 0.91 * 0.09 * 0.5 / 0.9),
        "E1": pytest.approx(0.72 / 0.91 * 0.09 * 0.4 / 0.9),
    }


def named_and_left_over(read: Said, rules: MatchRules) -> dict[tuple[int, str], float]:
    """Every character read otherwise, by the plain formula and without any short cut."""
    found = {}
    for i, c in enumerate(read.characters):
        unnamed = {shape_key(other): weight for other, weight in rivals(c.c)}
        for other in (c.c, *(rival for rival, _ in c.rivals)):
            unnamed.pop(shape_key(other), None)
        total, left = sum(unnamed.values()), max(0.0, 1 - c.p - sum(p for _, p in c.rivals))
        shares = {other: left * weight / total for other, weight in unnamed.items()}
        for other, share in (*((shape_key(rival), p) for rival, p in c.rivals), *shares.items()):
            p = min(1 - read.confidence, share * read.confidence / c.p)
            if p >= rules.least_doubt and other != shape_key(c.c):
                found[i, other] = p
    return found


NEARLY_SURE = st.one_of(st.floats(0.97, 1.0), st.floats(0.05, 1.0))


@given(
    st.lists(
        st.tuples(st.sampled_from("0O8BT7X"), NEARLY_SURE, st.floats(0.0, 0.05)), min_size=1, max_size=4
    ),
    NEARLY_SURE,
    st.sampled_from([0.0, 0.001, 0.01, 0.2]),
)
def test_the_short_cuts_of_doubt_lose_no_character_that_is_likely_enough(rows, confidence, least) -> None:
    characters = [Character(c, p, (("D", q),) if q > 0.01 else ()) for c, p, q in rows]
    plate = "".join(c.c for c in characters)
    shape, rules = shape_key(plate), MatchRules(least_doubt=least)
    read = replace(said(plate, confidence, *characters), raw="")
    found = {other.shape: other.p for other in otherwise(read, shape, rules)}
    expected = named_and_left_over(read, rules)
    assert found == {shape[:i] + c + shape[i + 1 :]: pytest.approx(p) for (i, c), p in expected.items()}


@pytest.mark.parametrize("p", [-0.01, 1.01, float("nan")])
def test_what_is_no_probability_is_refused(p) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        listed_vehicle_p(p, Standing())


@pytest.mark.parametrize(
    "shares", [(0.0, 0.1, 0.1), (0.1, 0.0, 0.1), (0.1, 0.1, 1.1), (float("nan"), 0.1, 0.1)]
)
def test_base_rates_that_cannot_be_are_refused(shares) -> None:
    with pytest.raises(ValueError, match="BaseRates"):
        BaseRates(*shares)


@pytest.mark.parametrize(
    "wrong", [(-1.0, 30.0, 1.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, 30.0, 1.1, 0.0), (0.0, 30.0, 1.0, -1.0)]
)
def test_a_standing_that_cannot_be_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match="Standing"):
        Standing(*wrong)
