"""How open an entry's own spelling is, and how many other vehicles it fits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openanpr.core.read import Candidate
from openanpr.match.entry_odds import others_fitting, spelling_share, standing_of
from openanpr.match.odds import listed_vehicle_p
from tests.match.records import make_record


def spelt(vrm, confidence=0.9, *candidates):
    return replace(
        make_record(vrm, confidence=confidence), candidates=tuple(Candidate(c, p) for c, p in candidates)
    )


def test_a_mark_without_shared_shapes_has_one_spelling() -> None:
    assert spelling_share(spelt("AB52CDE"), "AB52CDE") == 1.0


def test_the_share_is_that_of_the_listed_spelling_among_those_the_reader_names() -> None:
    read = spelt("OO1ABC", 0.6, ("OO1ABC", 0.6), ("001ABC", 0.2))
    assert spelling_share(read, "OO1ABC") == pytest.approx(0.75)
    assert spelling_share(read, "001ABC") == pytest.approx(0.25)


def test_a_spelling_that_the_reader_never_named_counts_for_little() -> None:
    assert spelling_share(spelt("OO1ABC", 0.9), "0O1ABC") == pytest.approx(0.02)


def test_a_spelling_that_the_reader_named_counts_as_it_was_named_however_little() -> None:
    read = spelt("OO1ABC", 0.99, ("OO1ABC", 0.99), ("001ABC", 0.001))
    assert spelling_share(read, "001ABC") == pytest.approx(0.001 / 0.991)


def test_a_read_that_gives_its_spellings_nothing_leaves_the_listed_one_little() -> None:
    assert spelling_share(spelt("OO1ABC", 0.0), "OO1ABC") == pytest.approx(0.02)


def test_a_read_without_confidence_is_taken_by_its_own_spelling() -> None:
    read = replace(spelt("OO1ABC"), confidence=None)
    assert spelling_share(read, "OO1ABC") == 1.0


def test_candidates_of_another_shape_have_no_part_in_the_spelling() -> None:
    read = spelt("OO1ABC", 0.6, ("OO1ABC", 0.6), ("881ABC", 0.3))
    assert spelling_share(read, "OO1ABC") == 1.0


def test_another_shape_and_a_wildcard_have_their_doubt_elsewhere() -> None:
    read = spelt("AB12CDE")
    assert spelling_share(read, "AB12CDO") == 1.0
    assert spelling_share(read, "AB1?CDE") == 1.0


def test_the_more_an_entry_leaves_open_the_more_vehicles_it_fits() -> None:
    assert others_fitting("AB12CDE") == 0.0
    counts = [others_fitting(vrm) for vrm in ("AB12CD?", "AB12C??", "AB1*")]
    assert counts == sorted(counts)
    assert counts[0] > 1


def test_an_open_place_may_be_fifteen_characters_of_which_three_in_ten_marks_are_on_the_road() -> None:
    assert others_fitting("AB12CD?") == pytest.approx(15 * 0.3 - 1)  # less the listed vehicle itself
    assert others_fitting("AB12C??") == pytest.approx(15**2 * 0.3 - 1)
    assert others_fitting("AB12*") == pytest.approx(15**3 * 0.3 - 1)


def test_a_list_from_the_future_is_a_new_one() -> None:
    standing = standing_of(spelt("AB52CDE"), "AB52CDE", list_age_days=-1.0, half_life_days=7.0)
    assert (standing.list_age_days, standing.half_life_days) == (0.0, 7.0)
    assert (
        standing_of(spelt("AB52CDE"), "AB52CDE", list_age_days=3.0, half_life_days=7.0).list_age_days == 3.0
    )


def test_an_open_entry_is_less_likely_the_vehicle_than_a_whole_mark() -> None:
    read = spelt("AB52CDE", 0.99)
    whole, wild = (
        listed_vehicle_p(0.99, standing_of(read, vrm, list_age_days=0.0, half_life_days=30.0))
        for vrm in ("AB52CDE", "AB52CD?")
    )
    assert wild < whole / 2
