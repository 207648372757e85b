"""What every store of alerts must do. A new store is added in `stores.py` and passes all of this."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.alert.alert import OPEN, AlertKey, State, StepKind
from openanpr.alert.clock import due
from openanpr.alert.closure import Outcome
from openanpr.alert.ports import OutdatedError
from openanpr.alert.take_in import take_in
from openanpr.alert.webhook import Delivery, Retries, sent_again, tried
from openanpr.alert.work import Close, NoSuchAlertError, See
from tests.alert.scenes import (
    AT,
    BOOK,
    HOUR,
    ID_OF,
    MINUTE,
    NAMED,
    NO_UNIT,
    OPERATOR,
    covert_hit,
    make_hit,
    raised,
    step,
)


def keep(store, *hits, now=AT):
    return take_in(hits, store, BOOK, now=now, id_of=ID_OF)


def test_an_empty_store_knows_nothing(store) -> None:
    hit = make_hit()
    known = store.load({AlertKey.of(hit)}, {hit.id})
    assert (dict(known.alerts), dict(known.raised), known.counted) == ({}, {}, frozenset())
    assert (store.open_alerts(), store.kept(), store.after(OPEN, 0, limit=9)) == ((), {}, ())
    assert (store.steps_of("none"), store.hits_of("none")) == ((), ())
    with pytest.raises(NoSuchAlertError):
        store.find("none")


def test_what_was_saved_comes_back_field_for_field(store) -> None:
    hits = (make_hit(1, late=True, list_stale=True), make_hit(2, after=MINUTE), covert_hit(3))
    changes = keep(store, *hits)
    assert len(changes) == 2
    for change in changes:
        assert store.find(change.alert.id) == change.alert
        assert store.steps_of(change.alert.id) == change.steps
        assert store.hits_of(change.alert.id) == change.hits
    known = store.load({c.alert.key for c in changes}, {h.id for h in hits} | {(77, 77)})
    assert known.alerts == {c.alert.key: (c.alert,) for c in changes}
    assert known.raised == {c.alert.key: 1 for c in changes}
    assert known.counted == {h.id for h in hits}
    assert set(store.open_alerts()) == {c.alert for c in changes}


def test_only_what_was_asked_for_is_loaded(store) -> None:
    keep(store, make_hit(1), make_hit(2, vrm_listed="XY99ZZZ", vrm_read="XY99ZZZ"))
    asked = AlertKey.of(make_hit(1))
    known = store.load({asked}, {(2, 10)})
    assert set(known.alerts) == {asked}
    assert known.counted == {(2, 10)}


def test_a_closed_alert_is_no_longer_open_but_its_hits_stay_counted(store) -> None:
    (change,) = keep(store, make_hit(1))
    for move in (See(), Close(NO_UNIT)):
        change = step(store.find(change.alert.id), move)
        store.save([change])
    assert store.open_alerts() == ()
    assert store.find(change.alert.id).state is State.CLOSED
    known = store.load({change.alert.key}, {(1, 10)})
    assert (dict(known.alerts), known.raised[change.alert.key], known.counted) == ({}, 1, {(1, 10)})
    assert keep(store, make_hit(1)) == ()
    assert [s.kind for s in store.steps_of(change.alert.id)][-1] is StepKind.CLOSED
    assert store.steps_of(change.alert.id)[-1].closure.outcome is Outcome.NOT_RESPONDED


def test_the_second_of_two_writers_is_refused_and_nothing_of_it_is_kept(store) -> None:
    (change,) = keep(store, make_hit(1))
    mine, theirs = step(change.alert, See(note="mine")), step(change.alert, See(note="theirs"))
    store.save([mine])
    beside = raised(make_hit(5, vrm_listed="XY99ZZZ", vrm_read="XY99ZZZ"))
    with pytest.raises(OutdatedError):
        store.save([*beside, theirs])
    assert store.find(change.alert.id) == mine.alert
    assert store.open_alerts() == (mine.alert,)
    assert [e.step.note for e in store.after(OPEN, 1, limit=9)] == ["mine"]
    with pytest.raises(NoSuchAlertError):
        store.find(beside[0].alert.id)


def test_two_writers_cannot_both_raise_the_same_alert(store) -> None:
    mine, theirs = raised(make_hit(1)), raised(make_hit(2))
    store.save(mine)
    with pytest.raises(OutdatedError):
        store.save(theirs)
    assert len(store.open_alerts()) == 1


def test_a_hit_cannot_be_counted_by_two_alerts(store) -> None:
    (change,) = raised(make_hit(1))
    store.save([change])
    other = replace(change.alert, id="other", ordinal=2)
    with pytest.raises(OutdatedError):
        store.save([replace(change, alert=other, steps=(replace(change.steps[0], alert_id="other"),))])
    with pytest.raises(NoSuchAlertError):
        store.find("other")


def test_an_alert_that_is_not_there_cannot_be_changed(store) -> None:
    (change,) = raised(make_hit(1))
    with pytest.raises(OutdatedError):
        store.save([step(change.alert, See())])


def test_a_change_of_the_clock_alone_is_kept_without_a_step(store) -> None:
    (change,) = keep(store, make_hit(1))
    store.save([step(change.alert, See())])
    slower = replace(BOOK, lists={1: replace(BOOK.of(1), next_step_within=HOUR)})
    (tick,) = due(store.open_alerts(), slower, now=AT + 2 * MINUTE, present=(OPERATOR,)).changes
    assert tick.steps == ()
    store.save([tick])
    assert store.find(change.alert.id) == tick.alert
    assert len(store.steps_of(change.alert.id)) == 2


def test_events_are_numbered_without_a_gap_in_each_channel(store) -> None:
    keep(store, make_hit(1), covert_hit(2))
    keep(store, covert_hit(3), covert_hit(4, names=("na",)), make_hit(5, after=HOUR))
    covert, other = ("source unit",), ("na",)
    assert {c: (k.oldest, k.newest) for c, k in store.kept().items()} == {
        OPEN: (1, 2),
        covert: (1, 2),
        other: (1, 1),
    }
    for channel, span in store.kept().items():
        events = store.after(channel, 0, limit=99)
        assert [e.seq for e in events] == list(range(1, span.newest + 1))
        assert {e.channel for e in events} == {channel}
    assert [e.seq for e in store.after(OPEN, 1, limit=99)] == [2]
    assert [e.seq for e in store.after(OPEN, 0, limit=1)] == [1]


def test_feedback_is_kept_with_the_closing_and_found_by_whom_it_is_for(store) -> None:
    keep(store, make_hit(1), covert_hit(2))
    for alert in store.open_alerts():
        by = NAMED if alert.key.covert else OPERATOR
        store.save([step(alert, See(), by=by)])
        store.save([step(store.find(alert.id), Close(NO_UNIT), by=by)])
    (open_one,) = store.feedback_to("stolen vehicles desk")
    (covert_one,) = store.feedback_to("source unit")
    assert (open_one.entries, covert_one.entries) == ({10}, {99})
    assert open_one.closure == NO_UNIT
    assert store.feedback_to("somebody else") == ()


ROOM = "control room"


def delivery(message_id: str, *, due_after=MINUTE, endpoint=ROOM) -> Delivery:
    return Delivery(endpoint, message_id, b"{}", AT, AT + due_after)


def test_deliveries_come_out_when_due_the_longest_due_first(store) -> None:
    store.add([delivery("b", due_after=2 * MINUTE), delivery("a")])
    assert store.due(ROOM, AT, limit=9) == ()
    assert store.due(ROOM, AT + MINUTE, limit=9) == (delivery("a"),)
    assert [one.message_id for one in store.due(ROOM, AT + HOUR, limit=9)] == ["a", "b"]
    assert [one.message_id for one in store.due(ROOM, AT + HOUR, limit=1)] == ["a"]


def test_each_endpoint_has_a_queue_of_its_own(store) -> None:
    store.add([delivery("a"), delivery("a", endpoint="press", due_after=HOUR)])
    assert [one.endpoint for one in store.due(ROOM, AT + 2 * HOUR, limit=9)] == [ROOM]
    assert (store.next_at(ROOM), store.next_at("press")) == (AT + MINUTE, AT + HOUR)
    store.settle(tried(delivery("a"), 204, now=AT, chance=0.5, retries=Retries()))
    assert (store.next_at(ROOM), store.next_at("nobody")) == (None, None)


def test_a_time_is_kept_to_the_microsecond(store) -> None:
    odd = replace(
        delivery("a"), begun_at=AT + timedelta(microseconds=1), next_at=AT + timedelta(microseconds=7)
    )
    store.add([odd])
    assert store.due(ROOM, AT + timedelta(microseconds=6), limit=9) == ()
    assert store.due(ROOM, AT + timedelta(microseconds=7), limit=9) == (odd,)


def test_what_was_collected_and_how_far_was_heard_are_kept_together(store) -> None:
    assert store.heard(ROOM) == {}
    store.collect(ROOM, [delivery("a")], {OPEN: 3, ("na", "op"): 0})
    done = tried(delivery("a"), 204, now=AT, chance=0.5, retries=Retries())
    store.settle(done)
    store.collect(ROOM, [delivery("a"), delivery("b")], {OPEN: 2, ("na", "op"): 4})
    assert store.heard(ROOM) == {OPEN: 3, ("na", "op"): 4}
    assert store.heard("press") == {}
    assert [one.message_id for one in store.due(ROOM, AT + HOUR, limit=9)] == ["b"]


def test_read_ids_and_entry_ids_are_told_apart_up_to_the_greatest(store) -> None:
    most = 2**64 - 1
    hits = [make_hit(read_id, after=i * MINUTE) for i, read_id in enumerate((0, 2**63 - 1, 2**63, most))]
    (change,) = keep(store, *hits)
    assert [hit.read_id for hit in store.hits_of(change.alert.id)] == [0, 2**63 - 1, 2**63, most]
    known = store.load({change.alert.key}, {(most, 10), (most, 11), (1, 10)})
    assert known.counted == {(most, 10)}


def test_a_delivery_that_is_added_again_keeps_what_became_of_it(store) -> None:
    store.add([delivery("a")])
    done = tried(delivery("a"), 204, now=AT, chance=0.5, retries=Retries())
    store.settle(done)
    store.add([delivery("a")])
    assert store.due(ROOM, AT + HOUR, limit=9) == ()
    assert store.dead() == ()
    with pytest.raises(LookupError):
        store.settle(delivery("never added"))


def test_dead_letters_stay_until_they_are_sent_again(store) -> None:
    store.add([delivery("a")])
    dead = tried(delivery("a"), 500, now=AT + 99 * HOUR, chance=0.5, retries=Retries())
    store.settle(dead)
    assert store.dead() == (dead,)
    assert store.due(ROOM, AT + 999 * HOUR, limit=9) == ()
    again = sent_again(dead, now=AT + 100 * HOUR)
    store.settle(again)
    assert (store.dead(), store.due(ROOM, AT + 100 * HOUR, limit=9)) == ((), (again,))


def test_many_writers_at_once_lose_and_double_nothing(store) -> None:
    hits = [make_hit(i, after=i * MINUTE) for i in range(24)]
    batches = [hits[i : i + 6] for i in range(0, 24, 3)]  # each hit comes twice or so

    def write(batch) -> None:
        take_in(batch, store, BOOK, now=AT, id_of=ID_OF, tries=100)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, batches))
    kept = [hit.id for alert in store.open_alerts() for hit in store.hits_of(alert.id)]
    assert sorted(kept) == sorted(hit.id for hit in hits)
    assert sum(alert.tally.count for alert in store.open_alerts()) == 24


def test_a_batch_gives_up_when_others_are_always_quicker(store, monkeypatch) -> None:
    def too_late(_changes) -> None:
        raise OutdatedError

    monkeypatch.setattr(store, "save", too_late)
    with pytest.raises(OutdatedError):
        take_in([make_hit()], store, BOOK, now=AT, id_of=ID_OF, tries=3)
    assert store.open_alerts() == ()
