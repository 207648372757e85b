"""What is looked at by rule: all of the grave kinds, and a share of the rest that nobody can foresee."""

from __future__ import annotations

import hmac
import math
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.core.purpose import SearchKind, Stance
from openanpr.policy.sourced import ProfileError
from openanpr.review.numbers import COUNTS, load_numbers, shipped_numbers
from openanpr.review.past import Came
from openanpr.review.sampling import (
    SampledFor,
    SamplingKey,
    always_looked_at,
    commitment,
    drawn,
    lot,
    month_of,
    sampled,
)
from tests.review.scene import KEY, NOW, PROFILE, draw, search

OCTOBER = datetime(2026, 10, 20, tzinfo=UTC)


def ids(found) -> set[str]:
    return {one.search.search_id for one in found}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"oldest_days": 91}, SampledFor.OVER_ORDINARY_DAYS),
        ({"kind": SearchKind.COMMON_PLATES}, SampledFor.BULK),
        ({"kind": SearchKind.CONVOY}, SampledFor.BULK),
        ({"kind": SearchKind.PART_OF_A_MARK, "reads": 5_001}, SampledFor.BULK),
        ({"kind": SearchKind.LIST_OF_VEHICLES, "reads": 5_001}, SampledFor.BULK),
        ({"kind": SearchKind.PLACE_AND_TIME, "cameras": 11, "over_days": 1}, SampledFor.BULK),
        ({"kind": SearchKind.PLACE_AND_TIME, "cameras": 1, "over_days": 2}, SampledFor.BULK),
        ({"reads": 100_001}, SampledFor.BROAD),
        ({"oral": True, "urgent": True}, SampledFor.URGENT_ORAL),
        ({"stance": Stance.PROACTIVE}, SampledFor.PROACTIVE),
        ({"came": Came.REFUSED, "rules": ("search-own-interest",)}, SampledFor.OWN_INTEREST_REFUSED),
    ],
)
def test_every_grave_search_is_looked_at_and_says_why(changed, why) -> None:
    found = list(sampled([search(**changed)], draw(), now=NOW))
    assert [one.why for one in found] == [(why,)]


@pytest.mark.parametrize(
    "changed",
    [
        {"oldest_days": 90},
        {"kind": SearchKind.PLACE_AND_TIME, "cameras": 10, "over_days": 1, "reads": 5_000},
        {"kind": SearchKind.ONE_VEHICLE, "reads": 100_000, "cameras": 900},
        {"urgent": True},
        {"came": Came.REFUSED, "rules": ("search-reference",)},
    ],
)
def test_an_ordinary_search_is_left_to_the_lot(changed) -> None:
    assert always_looked_at(search(**changed), PROFILE.search) == ()


def test_what_is_grave_in_two_ways_says_both() -> None:
    both = search(oldest_days=400, stance=Stance.PROACTIVE)
    assert always_looked_at(both, PROFILE.search) == (SampledFor.OVER_ORDINARY_DAYS, SampledFor.PROACTIVE)


def test_the_share_of_the_rest_is_the_one_that_was_set_within_the_bounds_of_chance() -> None:
    number, share = 20_000, 0.05
    found = list(sampled([search(days=1) for _ in range(number)], draw(), now=NOW))
    bound = 5 * math.sqrt(number * share * (1 - share))
    assert abs(len(found) - number * share) < bound
    assert {one.why for one in found} == {(SampledFor.LOT,)}


@given(st.binary(min_size=32, max_size=32), st.lists(st.text(min_size=1), min_size=1, unique=True))
@settings(deadline=None, max_examples=50)
def test_the_draw_is_the_same_whenever_and_in_whatever_order_it_is_worked_out(root, names) -> None:
    key = SamplingKey(root).of_month(date(2026, 11, 1))
    once = {name: lot(key, name) for name in names}
    assert {name: lot(key, name) for name in reversed(names)} == once
    assert all(0 <= its_lot < 2**64 for its_lot in once.values())


def test_no_order_and_no_later_search_changes_who_is_drawn_by_lot() -> None:
    first = [search(days=2) for _ in range(400)]
    found = ids(sampled(first, draw(), now=NOW))
    more = [search(days=1) for _ in range(400)]
    assert (
        ids(sampled([*reversed(more), *reversed(first)], draw(), now=NOW)) & {one.search_id for one in first}
        == found
    )


def test_an_auditor_with_the_key_of_the_month_works_the_draw_out_by_hand() -> None:
    searches = [search(days=1) for _ in range(500)]
    month_key = hmac.digest(KEY.root, b"openanpr review 1 2026-11", "sha256")
    by_hand = {
        one.search_id
        for one in searches
        if int.from_bytes(hmac.digest(month_key, one.search_id.encode(), "sha256")[:8], "big") * 20 < 2**64
    }
    assert by_hand == ids(sampled(searches, draw(), now=NOW))
    assert commitment(month_key) == commitment(KEY.of_month(month_of(NOW)))


def test_another_key_or_another_month_draws_others() -> None:
    names = [f"s{n}" for n in range(4_000)]
    keys = [KEY.of_month(date(2026, 11, 1)), KEY.of_month(date(2026, 12, 1)), bytes(32)]
    drawn_by = [{name for name in names if drawn(lot(key, name), 5)} for key in keys]
    for one in drawn_by:
        for other in drawn_by:
            # Drawn by chance alone: about one in twenty of one draw is in another.
            assert one is other or len(one & other) < len(one) / 4


def test_without_the_key_a_name_tells_nothing_of_its_lot() -> None:
    """Like names, one after another or with one bit changed, fare no more alike than any others."""
    key = KEY.of_month(date(2026, 11, 1))
    halves = [lot(key, f"s{n}") >> 63 for n in range(10_000)]
    runs = sum(one != other for one, other in pairwise(halves))
    assert abs(sum(halves) - 5_000) < 300
    assert abs(runs - 5_000) < 300


@pytest.mark.parametrize("asked", [1, 3, 10, 60])
def test_a_team_of_few_searches_has_its_least_when_the_month_is_over(asked) -> None:
    searches = [search(at=OCTOBER, team="small") for _ in range(asked)]
    found = list(sampled(searches, draw(), now=NOW))
    by_lot = sum(one.why == (SampledFor.LOT,) for one in found)
    assert len(found) == max(by_lot, min(10, asked))
    assert len(ids(found)) == len(found)


def test_the_least_is_made_up_of_the_lowest_lots_and_for_each_team_and_month_alone() -> None:
    september = OCTOBER - timedelta(days=30)
    searches = [search(at=at, team=team) for at in (september, OCTOBER) for team in "ab" for _ in range(15)]
    found = list(sampled(searches, draw(), now=NOW))
    for at in (september, OCTOBER):
        for team in "ab":
            group = [one for one in searches if one.at == at and one.team == team]
            key = KEY.of_month(month_of(at))
            lowest = sorted(group, key=lambda one: lot(key, one.search_id))[:10]
            assert {one.search_id for one in lowest} <= ids(found)


def test_no_least_is_made_up_of_a_month_that_runs_or_lies_in_part_before_what_is_known() -> None:
    now = [search(days=1) for _ in range(5)]
    cut = [search(at=OCTOBER) for _ in range(5)]
    found = sampled([*now, *cut], draw(since=OCTOBER - timedelta(days=1)), now=NOW)
    assert all(one.why == (SampledFor.LOT,) for one in found)


def test_a_share_of_one_hundred_draws_every_search() -> None:
    searches = [search() for _ in range(50)]
    assert len(list(sampled(searches, draw(share_percent=100), now=NOW))) == 50


def test_a_key_that_could_be_guessed_is_refused_and_a_good_one_is_never_shown() -> None:
    with pytest.raises(ValueError, match="32 random bytes"):
        SamplingKey(b"short")
    assert str(KEY.root) not in repr(KEY)


def test_every_number_has_its_source_or_a_judgement() -> None:
    numbers = shipped_numbers()
    assert all(getattr(numbers, key).grounds for key in COUNTS)
    assert numbers.share_percent.source is not None
    assert not numbers.share_percent.source.verified


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("share_percent", 101),
        ("least_a_month", 0),
        ("window_days", 61),
        ("repeat_least", 1),
        ("pasted_references", 1),
        ("repeat_days", 101),
    ],
)
def test_numbers_that_would_blind_the_review_are_refused(key, value) -> None:
    tables = {name: getattr(shipped_numbers(), name).value for name in COUNTS} | {key: value}
    text = "".join(f'[review.{name}]\nvalue = {n}\njudgement = "x"\n' for name, n in tables.items())
    with pytest.raises(ProfileError, match="review"):
        load_numbers(text, where="mine.toml")


def test_a_number_that_is_missing_is_named() -> None:
    with pytest.raises(ProfileError, match=r"review\.share_percent"):
        load_numbers("[review]\n", where="mine.toml")
