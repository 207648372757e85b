"""A round of the night: what is due is asked of again, what shows is kept, and again changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from openanpr.core.purpose import ReferenceState
from openanpr.review.item import Origin
from openanpr.review.past import Did
from openanpr.review.round import RoundDesk, review_round
from openanpr.review.sampling import commitment, month_of
from openanpr.review.signal import NotComputed, SignalKind
from tests.review.scene import (
    KEY,
    NOW,
    NUMBERS,
    PROFILE,
    Past,
    declared,
    opened_log,
    public,
    search,
    store_in,
)

LOOKED = Did(rows=3, opened=1, kept=0)


class Cases:
    """A case system that knows some references; `asked` is what it was asked of."""

    def __init__(self) -> None:
        self.states: dict[str, ReferenceState] = {}
        self.asked: list[str] = []

    def state_of(self, reference: str) -> ReferenceState:
        self.asked.append(reference)
        return self.states.get(reference, ReferenceState.OPEN)


class Declared:
    def __init__(self, *vehicles) -> None:
        self.vehicles = vehicles

    def every(self):
        return self.vehicles


@pytest.fixture
def desk(tmp_path):
    log, store = opened_log(tmp_path), store_in(tmp_path)
    known = store.items, store.references, store.rounds
    yield RoundDesk(Past(), *known, Declared(), Cases(), None, log, KEY, NUMBERS, PROFILE.search)
    log.close()


def test_a_round_keeps_samples_and_signals_and_again_adds_nothing(desk) -> None:
    neighbour = [search("AB12CDE", days=days, did=LOOKED) for days in (9, 2)]
    far = search(oldest_days=100)
    desk.past.searches += [*neighbour, far]
    done = review_round(desk, now=NOW)
    assert (done.searches, done.raised) == (3, 2)
    assert {one.raised.origin for one in desk.items.undecided(most=9)} == {Origin.SAMPLE, Origin.SIGNAL}
    again = review_round(desk, now=NOW + timedelta(hours=6))
    assert again.raised == 0
    third = search("AB12CDE", days=-0.3, did=LOOKED)
    desk.past.searches.append(third)
    assert review_round(desk, now=NOW + timedelta(hours=8)).raised == 0
    (signal,) = (one for one in desk.items.undecided(most=9) if one.raised.origin is Origin.SIGNAL)
    assert [one.search_id for one in signal.raised.concerns] == [one.search_id for one in (*neighbour, third)]


def test_a_team_gets_its_least_with_the_first_round_after_its_month(desk) -> None:
    desk.past.searches += [search() for _ in range(4)]
    review_round(desk, now=NOW)
    review_round(desk, now=NOW + timedelta(days=2))
    assert len(desk.items.undecided(most=9)) == 4
    assert review_round(desk, now=NOW + timedelta(days=3)).raised == 0


def test_references_are_asked_of_again_when_due_and_once(desk) -> None:
    made_up, real, new = search(days=40), search(days=40), search(days=3)
    desk.past.searches += [made_up, real, new]
    desk.cases.states[made_up.reference] = ReferenceState.UNKNOWN
    done = review_round(desk, now=NOW)
    assert done.retested == 2
    assert sorted(desk.cases.asked) == sorted([made_up.reference, real.reference])
    kinds = {kind for one in desk.items.undecided(most=9) for kind in one.raised.kinds}
    assert SignalKind.REFERENCE_UNKNOWN in kinds
    assert review_round(desk, now=NOW + timedelta(days=1)).retested == 0


def test_a_round_tells_what_it_could_not_work_out(desk) -> None:
    desk.past.searches.append(search(did=Did(3, None, 0)))
    done = review_round(desk, now=NOW)
    assert NotComputed(SignalKind.OFF_DUTY, "there is no roster") in done.not_computed
    assert desk.rounds.last_round() == done
    assert SignalKind.LOOKED_AND_LEFT in {one.kind for one in done.not_computed}


def test_a_vehicle_declared_after_the_search_shows_in_the_next_round(desk) -> None:
    desk.past.searches.append(search("AB12CDE"))
    before = review_round(desk, now=NOW).raised
    later = replace(desk, declared=Declared(declared("AB12CDE", at=NOW + timedelta(hours=1))))
    assert review_round(later, now=NOW + timedelta(days=1)).raised == 1
    assert before == 0


def test_the_log_commits_to_a_months_key_before_the_month_begins(desk) -> None:
    for at in (NOW, datetime(2026, 11, 30, 2, tzinfo=UTC)):
        review_round(desk, now=at)
    november, december = (commitment(KEY.of_month(month_of(at))) for at in (NOW, NOW + timedelta(days=5)))
    assert [public(desk.log, n)["digest"] for n in range(2)] == [november, december]
