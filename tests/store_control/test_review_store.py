"""Review on both databases: what comes back is what was kept, a story grows, and of many at once one wins."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
import sqlalchemy as sa

from openanpr.core.plate import Plate
from openanpr.core.purpose import ReferenceState
from openanpr.core.role import Role
from openanpr.core.span import Span
from openanpr.people import declaring
from openanpr.people.declared import Relation, shape_digest
from openanpr.policy.ask import AskedSearch
from openanpr.review.done import RoundDone
from openanpr.review.item import (
    Concern,
    Finding,
    Origin,
    Outcome,
    Raised,
    Referral,
    Remedy,
    Taken,
    item_of_sample,
    item_of_signal,
)
from openanpr.review.past import named_marks
from openanpr.review.references import Retested
from openanpr.review.sampling import Sampled, SampledFor
from openanpr.review.signal import NotComputed, SignalKind, Strength
from openanpr.review.vehicles import declared_vehicles, repeated
from openanpr.store.control.engine import writing
from openanpr.store.control.people_store import PeopleRecords
from openanpr.store.control.review_items import ReviewItems
from openanpr.store.control.review_known import ReviewDeclared, ReviewReferences, ReviewRounds
from openanpr.store.control.review_tables import review_item
from tests.ingest.contracts import at_once
from tests.people.scene import Scene
from tests.review.scene import NOW, NUMBERS, Did, search

LONG_AGO = NOW - timedelta(days=900)
FOUND = Finding(Outcome.IMPROPER, "no case", Remedy.ADVICE, "ada", NOW + timedelta(hours=2))


@pytest.fixture
def items(engine) -> ReviewItems:
    ids = count(1)
    return ReviewItems(engine, lambda: f"i{next(ids):02}")


def raised(key: str = "signal x", *searches: str, **changed) -> Raised:
    concerns = tuple(Concern(one, AskedSearch("dan", "eve", "north")) for one in searches or ("s1",))
    kinds = (SignalKind.OFF_DUTY.value,)
    one = Raised(key, Origin.SIGNAL, kinds, "dan", "why", Strength.WEAK, concerns)
    return replace(one, **changed)


def take(items: ReviewItems, item_id: str = "i01", by: str = "ada") -> bool:
    return items.take(item_id, Taken(by, NOW), stale_before=LONG_AGO)


def test_an_item_comes_back_as_it_was(items) -> None:
    asked = search(oldest_days=100, asked_for="eve")
    sample = item_of_sample(Sampled(asked, (SampledFor.OVER_ORDINARY_DAYS, SampledFor.BULK)))
    assert items.raise_all([sample, raised()], at=NOW) == 2
    first, second = items.undecided(most=9)
    assert {first.raised, second.raised} == {sample, raised()}
    assert first.at == NOW
    assert items.item(first.item_id) == first
    assert items.item("other") is None
    assert items.undecided(most=1) == (first,)


def test_items_come_by_pages_and_each_once(items) -> None:
    for n in range(3):
        items.raise_all([raised(f"signal {n}{k}") for k in range(5)], at=NOW + timedelta(days=n % 2))
    found, last = [], None
    while page := items.undecided(most=4, after=last):
        found += page
        last = page[-1]
    assert found == list(items.undecided(most=99))
    assert len(found) == 15


def test_what_was_found_long_ago_is_forgotten_and_nothing_else(items) -> None:
    items.raise_all([raised("signal x"), raised("signal y"), raised("signal z")], at=NOW)
    first, second, third = (one.item_id for one in items.undecided(most=9))
    for item_id, days in ((first, 0), (second, 9)):
        take(items, item_id)
        items.find(item_id, replace(FOUND, at=NOW + timedelta(days=days)))
    assert items.forget(NOW + timedelta(days=5)) == 1
    assert items.item(first) is None
    assert None not in {items.item(second), items.item(third)}
    assert items.forget(NOW + timedelta(days=5)) == 0


def test_the_way_of_an_item_is_kept_at_each_step(items) -> None:
    items.raise_all([raised()], at=NOW)
    assert take(items)
    assert items.item("i01").taken == Taken("ada", NOW)
    assert items.give_back("i01", "ada")
    assert not items.give_back("i01", "ada")
    assert not items.find("i01", FOUND)
    assert take(items)
    assert items.find("i01", FOUND)
    assert items.item("i01").finding == FOUND
    referral = Referral("bea", NOW + timedelta(hours=3), "their matter")
    assert items.refer("i01", referral)
    assert not items.refer("i01", referral)
    assert items.item("i01").referral == referral
    assert items.undecided(most=9) == ()


def test_the_same_round_again_adds_nothing(items) -> None:
    some = [raised(f"signal {n}") for n in range(1_000)]
    assert items.raise_all(some, at=NOW) == 1_000
    assert items.raise_all(some, at=NOW + timedelta(days=1)) == 0
    assert {one.at for one in items.undecided(most=2_000)} == {NOW}


def test_a_story_that_goes_on_grows_while_nobody_has_it(items) -> None:
    items.raise_all([raised("signal x", "s1", "s2")], at=NOW)
    more = raised("signal x", "s1", "s2", "s3", why="more", strength=Strength.STRONG)
    assert items.raise_all([more], at=NOW) == 0
    assert items.item("i01").raised == more


@pytest.mark.parametrize("found", [False, True])
def test_a_story_that_goes_on_after_somebody_took_it_is_a_new_item(items, found) -> None:
    items.raise_all([raised("signal x", "s1")], at=NOW)
    take(items)
    if found:
        items.find("i01", FOUND)
    before = items.item("i01")
    assert items.raise_all([raised("signal x", "s1", "s2")], at=NOW) == 1
    assert items.item("i01") == before
    assert [one.search_id for one in items.item("i02").raised.concerns] == ["s1", "s2"]
    assert items.raise_all([raised("signal x", "s1", "s2")], at=NOW) == 0


def test_a_story_that_fades_does_not_come_back(items) -> None:
    items.raise_all([raised("signal x", "s1", "s2", "s3")], at=NOW)
    take(items)
    items.find("i01", FOUND)
    assert items.raise_all([raised("signal x", "s2", "s3")], at=NOW) == 0


def test_of_many_takes_one_wins_and_of_many_findings_one(items) -> None:
    items.raise_all([raised()], at=NOW)
    assert sum(at_once(lambda n: take(items, by=f"r{n}"))) == 1
    mine = replace(FOUND, by=items.item("i01").taken.by)
    told = at_once(lambda n: items.find("i01", replace(mine, text=f"number {n}")))
    assert sum(told) == 1


def test_an_item_left_lying_is_taken_over_and_its_first_taker_finds_nothing(items) -> None:
    items.raise_all([raised()], at=NOW)
    take(items)
    assert not take(items, by="bea")
    assert items.take("i01", Taken("bea", NOW), stale_before=NOW + timedelta(seconds=1))
    assert not items.find("i01", FOUND)


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "proper", "found_by": "ada"},
        {"outcome": "proper", "found_by": "bea", "taken_by": "ada", "taken_at_us": 1},
        {"outcome": "proper", "found_by": "dan", "taken_by": "dan", "taken_at_us": 1},
        {"referred_by": "ada", "outcome": "proper", "found_by": "ada", "taken_by": "ada", "taken_at_us": 1},
        {"referred_by": "ada"},
        {"taken_by": "ada"},
    ],
    ids=["not taken", "of another", "of oneself", "proper and referred", "not found", "taken at no time"],
)
def test_the_database_refuses_a_finding_that_nobody_may_give(items, engine, wrong) -> None:
    items.raise_all([raised()], at=NOW)

    def write() -> None:
        with writing(engine) as connection:
            connection.execute(sa.update(review_item).values(**wrong))

    with pytest.raises(sa.exc.IntegrityError):
        write()


def test_findings_are_found_by_who_asked_and_for_whom(items) -> None:
    items.raise_all([raised()], at=NOW)
    take(items)
    assert items.found_on("dan") == ()
    items.find("i01", FOUND)
    assert items.found_on("dan") == items.found_on("eve") == (items.item("i01"),)
    assert items.found_on("fay") == ()


def test_figures_are_of_the_stretch_of_time_that_was_asked(items) -> None:
    items.raise_all([raised(), raised("signal y")], at=NOW)
    take(items)
    items.find("i01", FOUND)
    day = Span(NOW, NOW + timedelta(days=1))
    found = items.figures(day, overdue_before=NOW)
    assert (found.signals[SignalKind.OFF_DUTY], found.samples, found.open, found.overdue) == (2, 0, 1, 0)
    assert found.findings[Outcome.IMPROPER] == found.remedies[Remedy.ADVICE] == 1
    later = items.figures(Span(day.until, day.until + timedelta(days=1)), overdue_before=day.until)
    assert (later.signals[SignalKind.OFF_DUTY], later.findings[Outcome.IMPROPER]) == (0, 0)
    assert (later.open, later.overdue) == (1, 1)


def test_a_signal_with_a_thousand_searches_is_kept_whole(items) -> None:
    many = [search("AB12CDE", days=n / 20, did=Did(3, 1, 0)) for n in range(1_000)]
    items.raise_all(map(item_of_signal, repeated(many, NUMBERS)), at=NOW)
    (one,) = items.undecided(most=9)
    asked = sorted(many, key=lambda search: search.at)
    assert [c.search_id for c in one.raised.concerns] == [search.search_id for search in asked]


def test_the_last_answer_on_a_reference_is_kept(engine) -> None:
    references = ReviewReferences(engine)
    first = [Retested(f"cr{n}", ReferenceState.OPEN, NOW) for n in range(1_500)]
    references.keep(first)
    later = Retested("cr7", ReferenceState.CLOSED, NOW + timedelta(days=30))
    references.keep([later])
    assert references.retested() == {one.key: one for one in first} | {"cr7": later}


def test_what_the_last_round_did_is_kept(engine) -> None:
    rounds = ReviewRounds(engine)
    assert rounds.last_round() is None
    for n in range(2):
        done = RoundDone(NOW, n, 2, 3, (NotComputed(SignalKind.OFF_DUTY, "there is no roster"),))
        rounds.keep_round(done)
    assert rounds.last_round() == done


def test_declared_vehicles_meet_searches_by_the_hash_of_their_shape(engine) -> None:
    scene = Scene(PeopleRecords(engine))
    ann = scene.founder("ann")
    scene.founder("bob")
    dan = scene.person(ann, "dan")
    scene.give(ann, dan, Role.INVESTIGATOR)
    by = scene.acting(dan)
    kept = declaring.declare(scene.desk, by, Plate.parse("OO1 AAA"), Relation.OWN, now=scene.now).value
    gone = declaring.declare(scene.desk, by, Plate.parse("AB12CDE"), Relation.HOUSEHOLD, now=scene.now).value
    declaring.withdraw(scene.desk, by, gone.declared_id, now=scene.now)
    vehicles = ReviewDeclared(engine).every()
    assert {(one.relation, one.withdrawn_at) for one in vehicles} == {
        (Relation.OWN, None),
        (Relation.HOUSEHOLD, scene.now),
    }
    assert {one.account_id for one in vehicles} == {kept.account_id}

    def digest(shape: str) -> bytes:
        return shape_digest(Plate.parse(shape), scene.desk.keys)

    asked = search(by=dan.id, named=named_marks(["001AAA"], digest))
    (signal,) = declared_vehicles([asked], vehicles)
    assert (signal.kind, signal.about) == (SignalKind.OWN_VEHICLE, dan.id)
