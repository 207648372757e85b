"""Lists served to readers and cars, and who holds which revision."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.core.voi_delta import Cursor, DeltaKind
from openanpr.core.voi_entry import Origin
from openanpr.core.voi_list import ChangeKind, Receipt
from openanpr.voi.circulate import CursorError, behind, delta
from openanpr.voi.covert_part import covert_part
from tests.store_control.stand import NOW, STOLEN, covert, entry, filled, put


@pytest.fixture
def two_revisions(store):
    filled(store, put(entry("AA11AAA", "FORD"), entry("BB22BBB"), entry("CC33CCC")), ChangeKind.FULL)
    filled(store, put(entry("AA11AAA", "SEAT"), entry("CC33CCC"), entry("DD44DDD")), ChangeKind.FULL)
    return store


def test_a_holder_of_an_earlier_revision_gets_what_changed(two_revisions) -> None:
    first = delta("stolen", 1, store=two_revisions)
    assert (first.kind, first.revision, first.upserts) == (DeltaKind.DELTA, 2, ())
    assert first.removals == (("BB22BBB", "", Origin.FEED),)
    last = delta("stolen", 1, store=two_revisions, cursor=first.more)
    assert {(one.vrm, one.make) for one in last.upserts} == {("AA11AAA", "SEAT"), ("DD44DDD", "")}
    assert last.more is None


def test_a_holder_of_the_newest_is_answered_minus_one(two_revisions) -> None:
    answer = delta("stolen", 2, store=two_revisions)
    assert (answer.kind, answer.answered_revision, answer.more) == (DeltaKind.UNCHANGED, -1, None)


@pytest.mark.parametrize("since", [0, 3, 99, -5])
def test_a_holder_of_nothing_or_of_what_never_was_gets_all(two_revisions, since) -> None:
    answer = delta("stolen", since, store=two_revisions)
    assert (answer.kind, answer.answered_revision, answer.removals) == (DeltaKind.FULL, 2, ())
    assert {one.vrm for one in answer.upserts} == {"AA11AAA", "CC33CCC", "DD44DDD"}


def test_a_holder_of_a_revision_that_was_forgotten_gets_all(two_revisions) -> None:
    two_revisions.forget("stolen", before_revision=2, stones_before=NOW)
    assert delta("stolen", 1, store=two_revisions).kind is DeltaKind.FULL


def test_after_a_restore_no_revision_has_the_number_of_one_that_was_lost(two_revisions) -> None:
    two_revisions.leap(1_000)  # as a node does that was restored: revisions 3, 4, ... were given and are lost
    two_revisions.leap(900)
    assert delta("stolen", 2, store=two_revisions).kind is DeltaKind.UNCHANGED
    assert delta("stolen", 3, store=two_revisions).kind is DeltaKind.FULL
    filled(two_revisions, put(entry("EE55EEE")), ChangeKind.FULL)
    assert two_revisions.standing("stolen").revision == 1_000
    assert delta("stolen", 2, store=two_revisions).kind is DeltaKind.DELTA
    for lost in (3, 57, 999):
        assert delta("stolen", lost, store=two_revisions).kind is DeltaKind.FULL
        with pytest.raises(CursorError, match="begin again"):
            delta("stolen", 0, store=two_revisions, cursor=Cursor(lost, True, 0))  # noqa: FBT003
    filled(two_revisions, put(entry("FF66FFF")), ChangeKind.FULL)
    assert two_revisions.standing("stolen").revision == 1_001


def test_a_list_that_is_defined_anew_after_a_restore_has_no_number_of_before_either(store) -> None:
    store.leap(1_000)
    store.define(replace(STOLEN, name="lost with the time"))
    filled(store, put(entry("AA11AAA")), ChangeKind.FULL)
    assert delta("stolen", 1, store=store).kind is DeltaKind.FULL
    assert store.standing("stolen").revision == 1_000


def test_pages_stay_within_one_revision_though_the_list_moves_on(two_revisions) -> None:
    page = delta("stolen", 0, store=two_revisions, limit=2)
    seen = [one.vrm for one in page.upserts]
    filled(two_revisions, put(entry("EE55EEE")), ChangeKind.FULL)
    while page.more is not None:
        page = delta("stolen", 0, store=two_revisions, limit=2, cursor=page.more)
        seen += [one.vrm for one in page.upserts]
    assert (page.revision, sorted(seen)) == (2, ["AA11AAA", "CC33CCC", "DD44DDD"])


def test_what_a_later_revision_takes_off_is_no_removal_on_the_way_to_an_earlier_one(two_revisions) -> None:
    filled(two_revisions, put(entry("CC33CCC")), ChangeKind.FULL)
    aim = Cursor(2, removals_done=False, after=0)
    page = delta("stolen", 1, store=two_revisions, cursor=aim)
    assert [key.vrm for key in page.removals] == ["BB22BBB"]


def test_a_cursor_to_a_revision_that_is_not_known_leads_nowhere(two_revisions) -> None:
    for revision in (0, 3):
        with pytest.raises(CursorError, match="begin again"):
            delta("stolen", 0, store=two_revisions, cursor=Cursor(revision, True, 0))  # noqa: FBT003


def test_covert_entries_reach_no_device_and_change_no_revision_that_one_holds(store) -> None:
    filled(store, put(entry("AA11AAA")), ChangeKind.FULL)
    hidden = covert_part("stolen", ("Ann",), by="Ann", store=store)
    filled(store, put(covert(entry("BB22BBB"), "Ann")), ChangeKind.FULL, of=hidden)
    assert {one.vrm for one in delta("stolen", 0, store=store).upserts} == {"AA11AAA"}
    assert delta("stolen", 1, store=store).kind is DeltaKind.UNCHANGED
    told = delta(hidden, 0, store=store)
    assert (told.upserts, told.removals) == ((), ())


def test_the_latest_word_of_each_device_tells_who_is_behind(two_revisions) -> None:
    for device, revision in (("car 1", 1), ("car 2", 2), ("car 1", 2), ("car 2", 1), ("car 3", 2)):
        at = NOW + timedelta(seconds=revision)
        two_revisions.note(Receipt(device, "stolen", revision, at))
    held = {one.device: one.revision for one in two_revisions.holders("stolen")}
    assert held == {"car 1": 2, "car 2": 1, "car 3": 2}
    assert behind("stolen", 2, receipts=two_revisions) == ("car 2",)
