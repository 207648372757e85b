"""What matching is told of the lists: all of it, what changed since, and what a hit met."""

from __future__ import annotations

from datetime import timedelta

import pytest

from openanpr.core.voi_list import ChangeKind, ListKind, VoiList
from openanpr.core.voi_staged import RowOrder, StagedRow
from openanpr.store.control import live_entries
from openanpr.store.control.live_entries import LiveEntries
from openanpr.voi.covert_part import covert_part
from tests.store_control.stand import NOW, covert, entry, filled, put

MASS = VoiList("untaxed", "o", "p", "b", ListKind.MASS, timedelta(days=7), frozenset({"ops"}))
AFTER = NOW + timedelta(days=1)


@pytest.fixture
def entries(engine) -> LiveEntries:
    return LiveEntries(engine)


def told(found) -> dict[int, str]:
    return {one.entry_id: one.vrm for one in found}


def test_all_that_is_on_any_list_is_told_with_the_revision_it_is_of(store, entries) -> None:
    store.define(MASS)
    filled(store, put(entry("AA11AAA"), entry("AB1*")), ChangeKind.FULL)
    filled(store, put(entry("BB22BBB"), entry("AB1*")), ChangeKind.FULL)
    ids = {one.of.name: list_id for list_id, one in entries.lists().items()}
    found = entries.all_alive()
    assert sorted(found.vrms) == ["AB1*", "BB22BBB"]
    assert found.revisions == {ids["stolen"]: 2, ids["untaxed"]: 0}
    assert set(found.list_ids.tolist()) == {ids["stolen"]}
    assert {one.revision for one in entries.lists().values()} == {0, 2}


def test_more_than_one_answer_of_the_database_holds_is_told_whole(store, entries, monkeypatch) -> None:
    filled(store, put(*(entry(f"AA{n}AAA") for n in range(10, 33))), ChangeKind.FULL)
    monkeypatch.setattr(live_entries, "_CHUNK", 7)
    found = entries.all_alive()
    assert sorted(found.vrms) == [f"AA{n}AAA" for n in range(10, 33)]
    assert len(set(found.entry_ids.tolist())) == 23


def test_nothing_on_any_list_is_told_as_nothing(store, entries) -> None:
    found = entries.all_alive()
    assert (found.vrms, len(found.entry_ids), len(found.list_ids)) == ([], 0, 0)
    assert store.standing("stolen").entries == 0


def test_changes_lead_from_what_was_held_to_what_is_there(store, entries) -> None:
    filled(store, put(entry("AA11AAA"), entry("BB22BBB"), entry("CC33CCC")), ChangeKind.FULL)
    held = entries.all_alive()
    has = dict(zip(held.entry_ids.tolist(), held.vrms, strict=True))
    filled(store, put(entry("AA11AAA", "SEAT"), entry("CC33CCC"), entry("DD44DDD")), ChangeKind.FULL)
    filled(store, [StagedRow(1, RowOrder.TAKE_OFF, entry("DD44DDD"))], ChangeKind.DELTA)
    changes = entries.changes_since(held.revisions)
    assert sorted(told(changes.removed).values()) == ["AA11AAA", "BB22BBB"]
    assert list(told(changes.put).values()) == ["AA11AAA"]
    for one in changes.removed:
        del has[one.entry_id]
    now = entries.all_alive()
    assert has | told(changes.put) == dict(zip(now.entry_ids.tolist(), now.vrms, strict=True))
    assert (changes.whole, changes.revisions) == (False, now.revisions)
    nothing = entries.changes_since(now.revisions)
    assert (nothing.put, nothing.removed, nothing.whole) == ((), (), False)


def test_a_list_that_was_not_held_comes_with_all_that_is_on_it(store, entries) -> None:
    filled(store, put(entry("AA11AAA")), ChangeKind.FULL)
    changes = entries.changes_since({})
    assert (list(told(changes.put).values()), changes.removed, changes.whole) == (["AA11AAA"], (), False)


def test_too_many_changes_ask_for_the_whole(store, entries) -> None:
    filled(store, put(entry("AA11AAA"), entry("BB22BBB")), ChangeKind.FULL)
    assert entries.changes_since({}, most=1).whole
    assert not entries.changes_since({}, most=2).whole


def test_what_was_held_and_is_no_longer_known_asks_for_the_whole(store, entries) -> None:
    for n in range(3):
        filled(store, put(entry(f"AA1{n}AAA")), ChangeKind.FULL)
    (list_id,) = entries.lists()
    store.forget("stolen", before_revision=2, stones_before=NOW)
    assert entries.changes_since({list_id: 1}).whole
    assert not entries.changes_since({list_id: 2}).whole
    assert entries.changes_since({list_id: 4}).whole
    assert entries.changes_since({list_id: 3, list_id + 99: 1}).whole


def test_new_are_the_vehicles_that_were_not_on_their_list_however_many_changed(store, entries) -> None:
    store.define(MASS)
    filled(store, put(entry("AA11AAA"), entry("BB22BBB"), entry("CC33CCC")), ChangeKind.FULL)
    (list_id,) = (of for of, one in entries.lists().items() if one.revision)
    filled(store, put(entry("AA11AAA", "SEAT"), entry("CC33CCC"), entry("DD44DDD")), ChangeKind.FULL)
    found = entries.new_since({list_id: 1})
    assert (found.vrms, found.list_ids.tolist(), found.revisions[list_id]) == (["DD44DDD"], [list_id], 2)
    assert [entries.particulars(found.entry_ids)[one][1].vrm for one in found.entry_ids] == found.vrms
    assert entries.new_since({list_id: 2}).vrms == []
    for never in ({}, {list_id: 9}):
        assert sorted(entries.new_since(never).vrms) == ["AA11AAA", "CC33CCC", "DD44DDD"]


def test_a_list_said_to_be_still_true_is_fresher_though_nothing_changed(store, entries) -> None:
    filled(store, put(entry("AA11AAA")), ChangeKind.FULL)
    held = entries.all_alive()
    store.still_true("stolen", as_of=AFTER, feed_revision=None)
    changes = entries.changes_since(held.revisions)
    assert [one.as_of for one in changes.standings.values()] == [AFTER]
    assert changes.put == ()


def test_the_particulars_of_entries_are_told_though_they_have_ended(store, entries) -> None:
    first = covert(entry("AA11AAA", "FORD")._replace(source_at=NOW), "Ann")
    hidden = covert_part("stolen", ("Ann",), by="Ann", store=store)
    filled(store, put(first), ChangeKind.FULL, of=hidden)
    (one,) = entries.all_alive().entry_ids.tolist()
    filled(store, put(covert(entry("AA11AAA", "SEAT"), "Ann")), ChangeKind.FULL, of=hidden)
    list_id = store.ids()[hidden]
    assert list_id < 0
    assert one < 0
    assert entries.particulars([one, one, 12345678]) == {one: (list_id, first)}
    assert entries.particulars([]) == {}


def test_the_number_of_an_entry_that_was_erased_is_never_given_again(store, entries) -> None:
    filled(store, put(entry("AA11AAA")), ChangeKind.FULL)
    (before,) = entries.all_alive().entry_ids.tolist()
    filled(store, [StagedRow(1, RowOrder.TAKE_OFF, entry("AA11AAA"))], ChangeKind.DELTA)
    store.forget("stolen", before_revision=2, stones_before=AFTER)
    filled(store, put(entry("BB22BBB")), ChangeKind.FULL)
    assert entries.all_alive().entry_ids.tolist() > [before]
    assert entries.particulars([before]) == {}
