"""Changes by persons: two of them each time, an end to every entry, and nothing comes back by itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from openanpr.core.voi_entry import EntryKey, Origin
from openanpr.core.voi_list import ChangeKind, GoneBy
from openanpr.core.voi_staged import RowOrder, StagedRow
from openanpr.voi.by_hand import (
    Asker,
    HandError,
    approve,
    propose_correction,
    propose_entry,
    propose_removal,
    propose_rollback,
    turn_down,
)
from openanpr.voi.weed import WeedRules, weed
from tests.store_control.stand import NOW, TODAY, bring, covert_list, entry, filled, full, marks, put, written

ANN = Asker("Ann Sergeant", NOW, "missing person")
MONTH = timedelta(days=31)
LATER = NOW + timedelta(days=10)
FIT = entry("AA11AAA", "FORD", weed_on=TODAY + timedelta(days=7))._replace(reason="missing", owner="CID")


def hand(vrm: str) -> EntryKey:
    return EntryKey(vrm, "", Origin.HAND)


def fed(vrm: str) -> EntryKey:
    return EntryKey(vrm, "", Origin.FEED)


def added(store, one=FIT):
    proposal = propose_entry("stolen", one, asker=ANN, longest=MONTH, store=store)
    return approve(proposal.number, by="Bob Inspector", at=NOW, store=store)


def test_an_entry_by_hand_waits_for_another_person(store) -> None:
    proposal = propose_entry("stolen", FIT, asker=ANN, longest=MONTH, store=store)
    assert (marks(store), [one.number for one in store.waiting()]) == ({}, [proposal.number])
    for same in ("Ann Sergeant", " ann  sergeant ", "Ａnn Sergeant", "Ann\u200b Sergeant"):
        with pytest.raises(HandError, match="ask another person"):
            approve(proposal.number, by=same, at=NOW, store=store)
    live = approve(proposal.number, by="Bob Inspector", at=NOW, store=store)
    assert (live.revision, live.decided_by, store.waiting()) == (1, "Bob Inspector", ())
    found = store.find("stolen", hand("AA11AAA"))
    assert found == FIT._replace(origin=Origin.HAND)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"weed_on": None}, "needs a weed date"),
        ({"weed_on": TODAY - timedelta(days=1)}, "needs a weed date"),
        ({"weed_on": TODAY + timedelta(days=32)}, "needs a weed date"),
        ({"reason": " "}, "a reason and an owner"),
        ({"owner": ""}, "a reason and an owner"),
        ({"covert": True}, "at least one name"),
        ({"covert": True, "seen_by": ("ann  sergeant",)}, "somebody beside whoever asks"),
        ({"covert": True, "seen_by": (" ",)}, "at least one name"),
        ({"seen_by": ("Eve",)}, "only a covert entry names"),
        ({"vrm": "A*"}, "at least 3 letters"),
    ],
)
def test_an_entry_that_is_not_fit_is_refused_before_it_is_proposed(store, change, told) -> None:
    with pytest.raises(HandError, match=told):
        propose_entry("stolen", FIT._replace(**change), asker=ANN, longest=MONTH, store=store)
    assert store.waiting() == ()


def test_who_may_see_a_covert_entry_is_named_without_blanks_that_would_shut_them_out(store) -> None:
    added(store, FIT._replace(covert=True, seen_by=(" Eve ", "")))
    assert store.find(covert_list(store, "Eve"), hand("AA11AAA")).seen_by == ("Eve",)


def test_the_other_spelling_of_what_is_listed_is_refused_by_hand_too(store) -> None:
    filled(store, put(entry("OO11AAA")), ChangeKind.FULL)
    with pytest.raises(HandError, match="another spelling") as refused:
        propose_entry("stolen", FIT._replace(vrm="0011AAA"), asker=ANN, longest=MONTH, store=store)
    assert "11AAA" not in str(refused.value)


def test_a_proposal_turned_down_changes_nothing_and_is_closed(store) -> None:
    proposal = propose_entry("stolen", FIT, asker=ANN, longest=MONTH, store=store)
    turn_down(proposal.number, asker=Asker("Bob", NOW, "no grounds"), store=store)
    assert (marks(store), store.proposal(proposal.number).decision) == ({}, "no grounds")
    with pytest.raises(HandError, match="waits for no decision"):
        approve(proposal.number, by="Bob", at=NOW, store=store)


def test_a_full_file_leaves_what_persons_put_in(store, folder) -> None:
    added(store)
    bring(store, written(folder, ["BB22BBB,,,"]), full())
    bring(store, written(folder, ["CC33CCC,,,"]), full())
    assert set(marks(store)) == {"AA11AAA", "CC33CCC"}


def test_what_a_person_took_off_a_later_file_does_not_put_back_unless_that_is_said(store, folder) -> None:
    bring(store, written(folder, ["AA11AAA,,,", "BB22BBB,,,"]), full())
    proposal = propose_removal("stolen", fed("AA11AAA"), asker=ANN, store=store)
    assert "AA11AAA" in marks(store)
    approve(proposal.number, by="Bob", at=NOW, store=store)
    (stone,) = store.tombstones("stolen", "AA11AAA")
    assert (stone.gone_by, stone.by, stone.why, stone.at) == (GoneBy.PERSON, ANN.by, ANN.why, NOW)
    got = bring(store, written(folder, ["AA11AAA,,,", "BB22BBB,,,"]), full(LATER))
    assert set(marks(store)) == {"BB22BBB"}
    assert [row.line for row in store.quarantine(got.proposal.number)] == [2]
    again = bring(store, written(folder, ["AA11AAA,,,", "BB22BBB,,,"]), full(LATER, revive=True))
    assert "entries that were weeded or taken off may come back" in again.proposal.asks
    assert set(marks(store)) == {"AA11AAA", "BB22BBB"}
    assert store.tombstones("stolen", "AA11AAA")[0].lifted == 3


def test_a_corrected_entry_is_not_overwritten_by_the_feed_that_had_it_wrong(store, folder) -> None:
    bring(store, written(folder, ["AA11AAA,FROD,,"]), full())
    right = FIT._replace(make="FORD")
    proposal = propose_correction("stolen", fed("AA11AAA"), right, asker=ANN, longest=MONTH, store=store)
    approve(proposal.number, by="Bob", at=NOW, store=store)
    bring(store, written(folder, ["AA11AAA,FROD,,", "BB22BBB,,,"]), full(LATER))
    assert marks(store) == {"AA11AAA": "FORD", "BB22BBB": ""}
    assert store.tombstones("stolen", "AA11AAA")[0].gone_by is GoneBy.CORRECTED


def test_an_entry_by_hand_is_corrected_in_its_place(store) -> None:
    added(store)
    proposal = propose_correction(
        "stolen", hand("AA11AAA"), FIT._replace(make="FIAT"), asker=ANN, longest=MONTH, store=store
    )
    assert (proposal.diff.changed, proposal.diff.added, proposal.diff.removed) == (1, 0, 0)
    approve(proposal.number, by="Bob", at=NOW, store=store)
    assert (marks(store), store.tombstones("stolen", "AA11AAA")) == ({"AA11AAA": "FIAT"}, ())


def test_what_is_not_there_cannot_be_taken_off_or_corrected(store) -> None:
    with pytest.raises(HandError, match="no such entry"):
        propose_removal("stolen", fed("AA11AAA"), asker=ANN, store=store)
    with pytest.raises(LookupError):
        propose_removal("none", fed("AA11AAA"), asker=ANN, store=store)


def test_weeding_takes_off_what_is_past_its_date_and_leaves_a_tombstone(store) -> None:
    days = [TODAY, TODAY + timedelta(days=9), TODAY + timedelta(days=10), None]
    filled(store, put(*(entry(f"AA1{n}AAA", weed_on=day) for n, day in enumerate(days))), ChangeKind.FULL)
    done = weed("stolen", by="weeder", at=LATER, rules=WeedRules(0.5), store=store)
    assert (done.revision, set(marks(store))) == (2, {"AA12AAA", "AA13AAA"})
    (stone,) = store.tombstones("stolen", "AA10AAA")
    assert (stone.gone_by, stone.weed_on, stone.by) == (GoneBy.WEEDED, TODAY, "weeder")
    again = weed("stolen", by="weeder", at=LATER, rules=WeedRules(0.5), store=store)
    assert (again.revision, again.diff.empty) == (2, True)


def test_a_clock_that_leaps_does_not_empty_a_list(store) -> None:
    filled(store, put(*(entry(f"AA1{n}AAA", weed_on=TODAY) for n in range(4))), ChangeKind.FULL)
    asked = weed("stolen", by="weeder", at=LATER, rules=WeedRules(0.5), store=store)
    assert asked.asks == ("4 of 4 entries to weed at once: check the clock",)
    assert len(marks(store)) == 4
    approve(asked.number, by="Bob", at=LATER, store=store)
    assert marks(store) == {}


def test_an_entry_that_was_weeded_comes_back_by_hand_only_if_that_is_said(store) -> None:
    added(store)
    weed("stolen", by="weeder", at=LATER, rules=WeedRules(1.0), store=store)
    asker = Asker("Ann", LATER, "seen again")
    one = FIT._replace(weed_on=LATER.date())
    with pytest.raises(HandError, match="weeded or taken off"):
        propose_entry("stolen", one, asker=asker, longest=MONTH, store=store)
    said = propose_entry("stolen", one, asker=asker, longest=MONTH, store=store, revive=True)
    approve(said.number, by="Bob", at=LATER, store=store)
    assert set(marks(store)) == {"AA11AAA"}


def test_a_rollback_undoes_imports_and_keeps_what_persons_did(store, folder) -> None:
    bring(store, written(folder, ["AA11AAA,FORD,,", "BB22BBB,FIAT,,", "CC33CCC,OPEL,,"]), full(revision=1))
    bring(store, written(folder, ["AA11AAA,SEAT,,", "DD44DDD,,,", "CC33CCC,OPEL,,"]), full(LATER, revision=2))
    taken = propose_removal("stolen", fed("CC33CCC"), asker=ANN, store=store)
    approve(taken.number, by="Bob", at=NOW, store=store)
    added(store, FIT._replace(vrm="EE55EEE"))
    back = propose_rollback("stolen", to=1, asker=ANN, store=store)
    diff = back.diff
    assert (diff.added, diff.changed, diff.removed, diff.refused) == (1, 1, 1, 1)
    approve(back.number, by="Bob", at=LATER, store=store)
    assert marks(store) == {"AA11AAA": "FORD", "BB22BBB": "FIAT", "EE55EEE": "FORD"}
    standing = store.standing("stolen")
    assert (standing.revision, standing.as_of, standing.feed_revision) == (5, NOW, 1)
    assert store.tombstones("stolen", "DD44DDD")[0].gone_by is GoneBy.ROLLED_BACK


def test_a_rollback_leads_only_to_a_revision_that_is_known(store) -> None:
    for n in range(3):
        filled(store, put(entry(f"AA1{n}AAA")), ChangeKind.FULL)
    for to in (0, 3, 4):
        with pytest.raises(HandError, match="earlier revision"):
            propose_rollback("stolen", to=to, asker=ANN, store=store)
    store.forget("stolen", before_revision=2, stones_before=NOW)
    with pytest.raises(HandError, match="earlier revision"):
        propose_rollback("stolen", to=1, asker=ANN, store=store)


def test_a_rollback_does_not_lead_to_a_number_that_was_leapt_over(store) -> None:
    filled(store, put(entry("AA11AAA")), ChangeKind.FULL)
    store.leap(1_000)
    filled(store, put(entry("BB22BBB")), ChangeKind.FULL)
    with pytest.raises(HandError, match="earlier revision"):
        propose_rollback("stolen", to=57, asker=ANN, store=store)
    assert propose_rollback("stolen", to=1, asker=ANN, store=store).diff.removed == 1


def test_forgetting_erases_former_versions_and_old_tombstones_and_nothing_that_stands(store) -> None:
    filled(store, put(entry("AA11AAA"), entry("BB22BBB")), ChangeKind.FULL)
    filled(store, [StagedRow(1, RowOrder.TAKE_OFF, entry("BB22BBB"))], ChangeKind.DELTA)
    store.forget("stolen", before_revision=2, stones_before=NOW + timedelta(seconds=1))
    assert (marks(store), store.tombstones("stolen", "BB22BBB")) == ({"AA11AAA": ""}, ())
    assert set(marks(store, revision=1)) == {"AA11AAA"}
    assert store.standing("stolen").oldest == 2


def test_a_list_keeps_its_entries_when_its_case_is_told_anew(store) -> None:
    filled(store, put(entry("AA11AAA", weed_on=date(2027, 1, 1))), ChangeKind.FULL)
    known = store.standing("stolen").of
    store.define(known)
    assert [one.of for one in store.standings()] == [known]
    assert store.standing("stolen").entries == 1
