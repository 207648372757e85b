"""A node's lists change while another thread matches: each batch meets one whole revision, never a part."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from openanpr.core.voi_list import ChangeKind, ListKind, VoiList
from openanpr.core.voi_staged import RowOrder, StagedRow
from openanpr.match.doubt import MatchRules
from openanpr.run.node import live_lists
from openanpr.run.node.live_lists import NodeLists
from openanpr.store.control.engine import open_database
from openanpr.store.control.list_store import ListStore
from openanpr.store.control.live_entries import LiveEntries
from openanpr.store.control.migrate import migrate
from tests.match.records import make_record
from tests.store_control.stand import NOW, STOLEN, entry, filled, put

RULES = MatchRules()
MARKS = [f"AB{n}CDE" for n in range(10, 60)]


@pytest.fixture
def engine(tmp_path) -> Iterator[sa.Engine]:
    made = open_database(f"sqlite:///{tmp_path / 'control.db'}")
    migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def store(engine) -> ListStore:
    made = ListStore(engine)
    made.define(STOLEN)
    return made


@pytest.fixture
def entries(engine) -> LiveEntries:
    return LiveEntries(engine)


def met(lists: NodeLists, *marks: str) -> set[str]:
    batch = [make_record(mark) for mark in marks]
    return {marks[i] for i in lists.match(batch, RULES)}


def test_lists_are_loaded_before_anything_can_be_matched(store, entries) -> None:
    filled(store, put(entry("AB12CDE"), entry("XY9*")), ChangeKind.FULL)
    lists = NodeLists(entries)
    assert met(lists, "AB12CDE", "XY99ZZZ", "KX51AAA") == {"AB12CDE", "XY99ZZZ"}
    assert len(lists) == 2
    nothing = lists.refresh()
    assert (nothing.new.tolist(), nothing.put, nothing.removed, nothing.whole) == ([], 0, 0, False)


@pytest.mark.parametrize("few", [500, 0])
def test_a_refresh_follows_the_database_and_tells_which_vehicles_are_new(
    store, entries, monkeypatch, few
) -> None:
    monkeypatch.setattr(live_lists, "_FEW", few)
    filled(store, put(entry("AB12CDE", "FORD"), entry("XY99ZZZ"), entry("LA0*")), ChangeKind.FULL)
    lists = NodeLists(entries)
    filled(store, put(entry("AB12CDE", "SEAT"), entry("KX51AAA"), entry("MA5*")), ChangeKind.FULL)
    done = lists.refresh()
    assert (len(done.new), done.put, done.removed, done.whole) == (2, 3, 3, False)
    assert {one.vrm for _, one in entries.particulars(done.new.tolist()).values()} == {"KX51AAA", "MA5*"}
    plates = ("AB12CDE", "XY99ZZZ", "KX51AAA", "LA04QQQ", "MA51BBB")
    assert met(lists, *plates) == {"AB12CDE", "KX51AAA", "MA51BBB"}
    (hit,) = lists.match([make_record("AB12CDE")], RULES)[0]
    ((list_id, known),) = entries.particulars([hit.entry.entry_id]).values()
    assert (known.make, lists.standings()[list_id].of.name) == ("SEAT", "stolen")
    assert lists.standings()[list_id].revision == 2


def test_what_is_no_longer_known_is_loaded_whole(store, entries) -> None:
    filled(store, put(entry("AB12CDE"), entry("XY99ZZZ")), ChangeKind.FULL)
    lists = NodeLists(entries)
    filled(store, [StagedRow(1, RowOrder.TAKE_OFF, entry("AB12CDE"))], ChangeKind.DELTA)
    filled(store, [StagedRow(1, RowOrder.PUT_ON, entry("KX51AAA"))], ChangeKind.DELTA)
    store.forget("stolen", before_revision=3, stones_before=NOW)
    done = lists.refresh()
    assert (len(done.new), done.put, done.removed, done.whole) == (1, 1, 1, True)
    assert met(lists, "AB12CDE", "XY99ZZZ", "KX51AAA") == {"XY99ZZZ", "KX51AAA"}
    assert not lists.refresh().whole


def test_many_single_changes_are_merged_when_it_is_worth_it(store, entries, monkeypatch) -> None:
    monkeypatch.setattr(live_lists, "_LEAST_MERGED", 3)
    filled(store, put(*map(entry, MARKS)), ChangeKind.FULL)
    lists = NodeLists(entries)
    for n in range(8):
        filled(store, [StagedRow(1, RowOrder.PUT_ON, entry(f"XY{n}ZZZ"))], ChangeKind.DELTA)
        lists.refresh()
        assert lists._lists.unmerged <= 5
    assert len(met(lists, *MARKS, *(f"XY{n}ZZZ" for n in range(8)))) == len(MARKS) + 8


def test_a_list_that_is_still_true_is_fresher_at_the_next_refresh(store, entries) -> None:
    filled(store, put(entry("AB12CDE")), ChangeKind.FULL)
    lists = NodeLists(entries)
    later = NOW + timedelta(hours=3)
    store.still_true("stolen", as_of=later, feed_revision=None)
    lists.refresh()
    assert [one.as_of for one in lists.standings().values()] == [later]


def test_a_new_list_is_followed_beside_the_others(store, entries) -> None:
    filled(store, put(entry("AB12CDE")), ChangeKind.FULL)
    lists = NodeLists(entries)
    store.define(VoiList("other", "o", "p", "b", ListKind.MASS, None, frozenset({"ops"})))
    number = store.open(replace(store.proposal(1).draft, list_name="other"))
    store.stage(number, put(entry("AB12CDE")), ())
    store.settle(number, on=NOW.date())
    store.ready(number, ())
    store.apply(number, by="inspector", at=NOW, decision="approved")
    assert len(lists.refresh().new) == 1
    (hits,) = lists.match([make_record("AB12CDE")], RULES).values()
    assert {lists.standings()[hit.entry.list_id].of.name for hit in hits} == {"stolen", "other"}


@pytest.mark.parametrize(("few", "most"), [(500, 1000), (0, 1000), (0, 1)])
def test_every_batch_meets_one_whole_revision_while_lists_change(
    store, entries, monkeypatch, few, most
) -> None:
    """Half the marks are listed in turn with the other half: a part of a swap would show at once."""
    monkeypatch.setattr(live_lists, "_FEW", few)
    asked = entries.changes_since
    watched = LiveEntries(entries._engine)
    lists = NodeLists(Narrow(watched, asked, most))
    halves = [set(MARKS[::2]), set(MARKS[1::2])]
    stop, seen = threading.Event(), []

    def matching() -> None:
        while not stop.is_set():
            seen.append(frozenset(met(lists, *MARKS)))

    thread = threading.Thread(target=matching)
    thread.start()
    try:
        for turn in range(12):
            filled(store, put(*map(entry, sorted(halves[turn % 2]))), ChangeKind.FULL)
            done = lists.refresh()
            assert done.whole == (most == 1)
            assert met(lists, *MARKS) == halves[turn % 2]
    finally:
        stop.set()
        thread.join()
    assert set(seen) <= {frozenset(), *map(frozenset, halves)}
    assert len(set(seen)) == 3


class Narrow:
    """Entries that ask for the whole sooner."""

    def __init__(self, entries: LiveEntries, asked, most: int) -> None:
        self.all_alive, self.lists, self._asked, self._most = entries.all_alive, entries.lists, asked, most

    def changes_since(self, revisions):
        return self._asked(revisions, most=self._most)
