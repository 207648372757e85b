"""How hits become alerts."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.alert.alert import State, StepKind
from openanpr.alert.raising import Known, keyed_ids, raise_alerts
from openanpr.alert.work import Close, See
from openanpr.core.advice import Advice
from openanpr.core.camera import CameraId
from openanpr.core.hit import HitKind, Reason
from openanpr.core.voi_entry import Priority
from openanpr.core.voi_list import ListKind
from tests.alert.scenes import (
    AT,
    BOOK,
    HOUR,
    ID_OF,
    MASS_LIST,
    MINUTE,
    NO_UNIT,
    OTHER_CRIME,
    SECOND,
    covert_hit,
    knowing,
    make_hit,
    only_alert,
    raised,
    step,
    walked,
)


def test_a_first_hit_raises_a_new_alert_that_waits() -> None:
    (change,) = raised(make_hit(), now=AT + SECOND)
    alert = change.alert
    assert (alert.state, alert.version, alert.ordinal, change.expected) == (State.NEW, 1, 1, 0)
    assert (alert.tally.count, alert.tally.strongest) == (1, make_hit())
    assert alert.watch.waiting_since == AT + SECOND
    assert alert.watch.answer_by == AT + SECOND + 2 * MINUTE
    assert [s.kind for s in change.steps] == [StepKind.RAISED]


def test_further_hits_within_the_window_grow_the_alert_and_raise_no_other() -> None:
    (first,) = raised(make_hit(1))
    (grown,) = raised(make_hit(2, after=20 * MINUTE), known=knowing(first))
    assert grown.alert.id == first.alert.id
    assert (grown.alert.tally.count, grown.alert.version, grown.expected) == (2, 2, 1)
    assert (grown.alert.tally.first_at, grown.alert.tally.last_at) == (AT, AT + 20 * MINUTE)
    assert [s.kind for s in grown.steps] == [StepKind.GREW]


def test_the_window_is_that_of_the_list() -> None:
    later = make_hit(2, after=HOUR)
    assert len(raised(make_hit(1), later)) == 2
    assert len(raised(*(replace(hit, list_id=MASS_LIST) for hit in (make_hit(1), later)))) == 1


def test_the_last_moment_of_the_window_belongs_to_it() -> None:
    assert len(raised(make_hit(1), make_hit(2, after=30 * MINUTE))) == 1
    assert len(raised(make_hit(1), make_hit(2, after=30 * MINUTE + SECOND))) == 2


def test_a_hit_between_two_alerts_joins_the_nearer() -> None:
    early, late = raised(make_hit(1), make_hit(2, after=50 * MINUTE))
    known = Known({early.alert.key: (late.alert, early.alert)}, {early.alert.key: 2})
    (joined,) = raised(make_hit(3, after=29 * MINUTE), known=known)
    assert joined.alert.id == late.alert.id
    (joined,) = raised(make_hit(3, after=21 * MINUTE), known=known)
    assert joined.alert.id == early.alert.id


def test_the_window_slides_with_the_hits() -> None:
    assert only_alert(*(make_hit(i, after=i * 25 * MINUTE) for i in range(6))).tally.count == 6


def test_after_closing_a_hit_raises_a_new_alert() -> None:
    alert = walked(only_alert(make_hit(1)), See(), Close(NO_UNIT))
    known = Known({}, {alert.key: 1}, frozenset({(1, 10)}))
    (change,) = raised(make_hit(2, after=MINUTE), known=known)
    assert change.alert.id != alert.id
    assert (change.alert.ordinal, change.alert.follows) == (2, None)


@pytest.mark.parametrize(
    "other",
    [
        make_hit(2, vrm_listed="XY99ZZZ", vrm_read="XY99ZZZ"),
        make_hit(2, list_id=OTHER_CRIME),
        covert_hit(2),
    ],
    ids=["another vehicle", "another list", "a covert entry"],
)
def test_hits_of_another_kind_have_an_alert_of_their_own(other) -> None:
    assert len(raised(make_hit(1), other)) == 2


def test_covert_entries_of_different_people_never_share_an_alert() -> None:
    assert len(raised(covert_hit(1, names=("na",)), covert_hit(2, names=("na", "mo")))) == 2
    assert len(raised(covert_hit(1, names=("mo", "na")), covert_hit(2, names=("na", "mo")))) == 1


def test_spellings_of_one_shape_are_one_vehicle() -> None:
    alert = only_alert(
        make_hit(1, vrm_listed="AB10CDE", entry_id=1), make_hit(1, vrm_listed="ABIOCDE", entry_id=2)
    )
    assert (alert.tally.count, alert.tally.entries) == (2, {1, 2})


def test_a_wildcard_entry_raises_an_alert_for_each_vehicle_that_fits() -> None:
    wild = {"vrm_listed": "AB1?CDE", "reason": Reason.WILDCARD, "kind": HitKind.POSSIBLE}
    changes = raised(make_hit(1, **wild), make_hit(2, vrm_read="AB13CDE", **wild))
    assert {change.alert.key.vehicle for change in changes} == {"AB12CDE", "AB13CDE"}


def test_a_doubtful_read_belongs_to_the_vehicle_that_is_listed() -> None:
    doubtful = make_hit(1, vrm_read="A812CDE", kind=HitKind.POSSIBLE, reason=Reason.DOUBTFUL_CHARACTER)
    assert len(raised(doubtful, make_hit(2))) == 1


def test_the_same_hit_twice_in_a_batch_or_again_later_counts_once() -> None:
    (change,) = raised(make_hit(1), make_hit(1))
    assert change.alert.tally.count == 1
    assert raised(make_hit(1), known=knowing(change)) == ()


def test_a_hit_that_comes_open_and_covert_at_once_still_counts_once() -> None:
    both = (make_hit(1), covert_hit(1, entry_id=10))
    assert len(raised(*both)) == 1
    assert raised(*both) == raised(*reversed(both))


def test_a_repeated_batch_gives_the_same_ids() -> None:
    batch = [make_hit(1), covert_hit(2), make_hit(3, after=2 * HOUR)]
    ids = [c.alert.id for c in raised(*batch)]
    assert ids == [c.alert.id for c in raised(*reversed(batch))]
    assert len(set(ids)) == 3


def test_an_id_cannot_be_made_without_the_secret() -> None:
    (one,) = raise_alerts([make_hit()], Known(), BOOK, now=AT, id_of=keyed_ids(b"another secret, as long"))
    assert one.alert.id != only_alert(make_hit()).id
    with pytest.raises(ValueError, match="16 bytes"):
        keyed_ids(b"short")


def test_repeated_hits_on_an_unanswered_alert_raise_its_priority() -> None:
    (change,) = raised(make_hit(1, priority=Priority.LOW))
    seen = [change.alert.priority]
    for i in range(2, 9):
        (change,) = raised(make_hit(i, after=i * MINUTE, priority=Priority.LOW), known=knowing(change))
        seen.append(change.alert.priority)
    low, medium, high = Priority.LOW, Priority.MEDIUM, Priority.HIGH
    assert seen == [low, low, low, medium, medium, medium, high, high]
    assert only_alert(*(make_hit(i, priority=Priority.LOW) for i in range(4))).priority is medium


def test_repeated_hits_never_put_off_the_escalation() -> None:
    (first,) = raised(make_hit(1))
    (grown,) = raised(make_hit(2, after=MINUTE), known=knowing(first), now=AT + MINUTE)
    assert grown.alert.watch.waiting_since == first.alert.watch.waiting_since
    assert grown.alert.watch.answer_by == first.alert.watch.answer_by


def test_a_further_hit_on_an_answered_alert_asks_for_attention_again() -> None:
    (change,) = raised(make_hit(1))
    seen = step(change.alert, See())
    (again,) = raised(make_hit(2, after=3 * MINUTE), known=knowing(seen), now=AT + 3 * MINUTE)
    assert [s.kind for s in again.steps] == [StepKind.REOPENED]
    assert (again.alert.state, again.alert.watch.waiting_since) == (State.SEEN, AT + 3 * MINUTE)
    assert again.alert.priority is Priority.MEDIUM


@pytest.mark.parametrize(("hits", "priority"), [(3, Priority.LOW), (4, Priority.MEDIUM)])
def test_the_hit_that_reopens_is_not_one_of_the_repeats(hits, priority) -> None:
    (change,) = raised(make_hit(1, priority=Priority.LOW))
    more = [make_hit(i, after=i * MINUTE, priority=Priority.LOW) for i in range(2, 2 + hits)]
    (again,) = raised(*more, known=knowing(step(change.alert, See())))
    assert again.alert.priority is priority


def test_a_vehicle_that_comes_again_after_the_window_while_nobody_looked_is_raised_higher() -> None:
    (first,) = raised(make_hit(1, priority=Priority.LOW))
    (second,) = raised(make_hit(2, after=2 * HOUR, priority=Priority.LOW), known=knowing(first))
    assert (second.alert.follows, second.alert.priority) == (first.alert.id, Priority.MEDIUM)
    in_hand = step(first.alert, See())
    (third,) = raised(make_hit(2, after=2 * HOUR, priority=Priority.LOW), known=knowing(in_hand))
    assert (third.alert.follows, third.alert.priority) == (None, Priority.LOW)


def test_a_late_read_joins_without_asking_for_attention_or_saying_stop() -> None:
    (change,) = raised(make_hit(1, advice=Advice.ASSESS))
    seen = step(change.alert, See())
    late = make_hit(2, after=-10 * MINUTE, late=True, priority=Priority.MEDIUM)
    (joined,) = raised(late, known=knowing(seen))
    assert (joined.alert.tally.count, joined.alert.tally.late) == (2, 1)
    assert joined.alert.tally.first_at == AT - 10 * MINUTE
    assert not joined.alert.waits
    assert joined.alert.tally.advice is Advice.ASSESS
    assert joined.steps[0].late == 1


@pytest.mark.parametrize(
    "doubt",
    [{"late": True}, {"clock_doubtful": True}, {"list_stale": True}, {"kind": HitKind.POSSIBLE}],
    ids=lambda doubt: next(iter(doubt)),
)
def test_nothing_doubtful_says_stop_whatever_matching_advised(doubt) -> None:
    assert only_alert(make_hit(1)).tally.advice is Advice.STOP
    assert only_alert(make_hit(1, **doubt)).tally.advice is Advice.CHECK_PICTURE


def test_a_silent_hit_takes_back_the_stop_of_another() -> None:
    silent = make_hit(2, entry_id=11, advice=Advice.CHECK_PICTURE, kind=HitKind.POSSIBLE, silent=True)
    alert = only_alert(make_hit(1), silent)
    assert alert.tally.quiet
    assert alert.tally.advice is Advice.CHECK_PICTURE
    assert only_alert(make_hit(1, advice=Advice.SILENT)).tally.advice is Advice.SILENT


def test_a_clock_that_runs_ahead_does_not_stretch_the_window() -> None:
    ahead = make_hit(1, captured_at=AT + 400 * HOUR, received_at=AT, clock_doubtful=True)
    assert only_alert(ahead).tally.last_at == AT
    assert only_alert(replace(ahead, clock_doubtful=False)).tally.last_at == AT


def test_an_alert_remembers_every_force_and_area_it_was_seen_in() -> None:
    alert = only_alert(make_hit(1), make_hit(2, camera=CameraId(52, 1, 1), area="south"))
    assert alert.tally.places == {(53, "north"), (52, "south")}


def test_a_list_without_rules_of_its_own_still_raises_an_alert() -> None:
    assert only_alert(make_hit(1, list_id=404)).list_kind is ListKind.CRIME


def test_a_covert_hit_without_names_is_refused() -> None:
    with pytest.raises(ValueError, match="names"):
        make_hit(covert=True)
    with pytest.raises(ValueError, match="names"):
        make_hit(seen_by=frozenset({"na"}))


def test_the_strongest_hit_does_not_depend_on_the_order_of_arrival() -> None:
    hits = [
        make_hit(1, kind=HitKind.POSSIBLE, probability=0.99),
        make_hit(2, probability=0.95),
        make_hit(3, probability=0.93, late=True),
    ]
    for order in (hits, hits[::-1]):
        change = None
        for hit in order:
            (change,) = raised(hit, known=knowing(change) if change else None)
        assert change.alert.tally.strongest.read_id == 2


HITS = st.builds(
    lambda i, minutes, vrm, late: make_hit(
        i, after=timedelta(minutes=minutes), vrm_listed=vrm, vrm_read=vrm, late=late
    ),
    st.integers(0, 30),
    st.integers(0, 300),
    st.sampled_from(["AB12CDE", "XY99ZZZ"]),
    st.booleans(),
)


@settings(deadline=None, max_examples=80)
@given(st.lists(HITS, max_size=25), st.randoms(use_true_random=False))
def test_the_order_of_a_batch_changes_nothing(hits, chance: random.Random) -> None:
    shuffled = list(hits)
    chance.shuffle(shuffled)
    assert raised(*hits) == raised(*shuffled)


@settings(deadline=None, max_examples=80)
@given(st.lists(HITS, max_size=25, unique_by=lambda hit: hit.id))
def test_every_hit_of_a_batch_is_in_exactly_one_alert(hits) -> None:
    changes = raised(*hits)
    assert sorted(h.id for c in changes for h in c.hits) == sorted(h.id for h in hits)
    for change in changes:
        times = sorted(h.at for h in change.hits)
        assert all(b - a <= 30 * MINUTE for a, b in pairwise(times))
        assert (change.alert.tally.first_at, change.alert.tally.last_at) == (times[0], times[-1])


def seconds_for(count: int) -> float:
    """The best of three goes at a batch for one vehicle, each hit out of the window of the last."""
    hits = [make_hit(i, after=i * HOUR) for i in range(count)]
    known = knowing(*raised(make_hit(10**6, after=-HOUR)))
    took = []
    for _ in range(3):
        begun = time.perf_counter()
        raise_alerts(hits, known, BOOK, now=AT, id_of=ID_OF)
        took.append(time.perf_counter() - begun)
    return min(took)


def test_the_work_grows_with_the_batch_and_not_with_its_square() -> None:
    # Eight times the hits: 8 times the work or a little more; 64 times if it were quadratic.
    assert seconds_for(2000) < 30 * seconds_for(250)
