"""Imports: whole or not at all, bad rows named, doubtful ones refused, large changes asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from openanpr.core.voi_list import GoneBy
from openanpr.store.control.compare import Change
from openanpr.store.control.proposals import ProposalOutdated
from openanpr.voi.fault import ListError
from openanpr.voi.importing import ImportRequest, ImportState, import_feed
from tests.store_control.stand import (
    HEADINGS,
    NOW,
    PROFILE,
    bring,
    covert_list,
    delta,
    full,
    marks,
    profile,
    written,
)

HOUR = timedelta(hours=1)
TOMORROW = NOW + timedelta(days=1)
THREE = ["AA11AAA,FORD,,", "BB22BBB,FIAT,,", "CC33CCC,OPEL,,"]


def waiting(store, path, request):
    """Import a file and leave it to wait for a decision."""
    return import_feed(
        path, request, profile=profile(PROFILE.replace("[ask]", '[ask]\nalways = "look"')), store=store
    )


def test_the_first_filling_waits_and_nothing_is_on_the_list_until_it_is_approved(store, folder) -> None:
    got = import_feed(written(folder, THREE), full(), profile=profile(), store=store)
    assert got.state is ImportState.WAITING
    assert got.proposal.asks == ("the list was empty before",)
    assert (marks(store), store.standing("stolen").revision) == ({}, 0)
    store.apply(got.proposal.number, by="inspector", at=NOW, decision="seen")
    assert marks(store) == {"AA11AAA": "FORD", "BB22BBB": "FIAT", "CC33CCC": "OPEL"}
    standing = store.standing("stolen")
    assert (standing.revision, standing.entries, standing.as_of) == (1, 3, NOW)


def test_a_full_file_replaces_the_list_and_the_diff_tells_how(store, folder) -> None:
    bring(store, written(folder, THREE), full())
    second = ["AA11AAA,FORD,,", "BB22BBB,SEAT,,", "DD44DDD,AUDI,,"]
    got = waiting(store, written(folder, second), full(TOMORROW))
    diff = got.proposal.diff
    assert (diff.before, diff.added, diff.changed, diff.removed, diff.refused) == (3, 1, 1, 1, 0)
    shown = {change: store.diff_rows(got.proposal.number, change)[0] for change in Change}
    assert [(row.before, row.after.vrm) for row in shown[Change.ADDED]] == [(None, "DD44DDD")]
    assert [(row.before.make, row.after.make) for row in shown[Change.CHANGED]] == [("FIAT", "SEAT")]
    assert [(row.before.vrm, row.after) for row in shown[Change.REMOVED]] == [("CC33CCC", None)]
    store.apply(got.proposal.number, by="inspector", at=TOMORROW, decision="ok")
    assert marks(store) == {"AA11AAA": "FORD", "BB22BBB": "SEAT", "DD44DDD": "AUDI"}
    assert marks(store, revision=1) == {"AA11AAA": "FORD", "BB22BBB": "FIAT", "CC33CCC": "OPEL"}


def test_an_import_that_removes_too_much_waits_for_a_person(store, folder) -> None:
    bring(store, written(folder, THREE), full())
    got = import_feed(written(folder, THREE[:1]), full(TOMORROW), profile=profile(), store=store)
    assert got.state is ImportState.WAITING
    assert got.proposal.asks == ("2 of 3 entries removed, more than the share of 0.5",)
    assert len(marks(store)) == 3


def test_within_its_shares_a_feed_goes_live_by_its_rules_and_says_so(store, folder) -> None:
    bring(store, written(folder, THREE), full())
    got = import_feed(written(folder, THREE[:2]), full(TOMORROW), profile=profile(), store=store)
    assert got.state is ImportState.LIVE
    last = store.history("stolen")[0]
    assert (last.number, last.proposed_by, last.approved_by) == (2, "feed", "the rules of feed test")
    assert (last.why, last.diff.removed, last.entries) == ("daily", 1, 2)


def test_the_same_file_again_makes_no_revision_but_the_list_is_fresh(store, folder) -> None:
    bring(store, written(folder, THREE), full())
    got = import_feed(written(folder, THREE), full(TOMORROW), profile=profile(), store=store)
    assert got.state is ImportState.UNCHANGED
    standing = store.standing("stolen")
    assert (standing.revision, standing.as_of) == (1, TOMORROW)


def test_a_source_that_answers_minus_one_says_that_all_is_still_true(store, folder) -> None:
    bring(store, written(folder, THREE), full(revision=7))
    got = import_feed(folder / "not-even-there", full(TOMORROW, revision=-1), profile=profile(), store=store)
    assert (got.state, got.proposal) == (ImportState.UNCHANGED, None)
    standing = store.standing("stolen")
    assert (standing.as_of, standing.feed_revision, standing.revision) == (TOMORROW, 7, 1)


def test_bad_rows_are_in_quarantine_with_their_lines_and_the_rest_goes_on(store, folder) -> None:
    rows = ["AA11AAA,FORD,,", "BB22BBB,FIAT,soon,", "??,,,", "CC33CCC,OPEL", "DD44DDD,,,"]
    got = bring(store, written(folder, rows), full())
    assert set(marks(store)) == {"AA11AAA", "DD44DDD"}
    found = store.quarantine(got.proposal.number)
    assert [(row.line, row.reason.split(":")[0]) for row in found] == [
        (3, "the weed date is no date"),
        (4, "a VRM with wildcards needs at least 3 letters or digits"),
        (5, "2 columns where 4 belong"),
    ]
    assert found[0].cells == ("BB22BBB", "FIAT", "soon", "")
    assert got.proposal.diff.refused == 3
    assert [row.line for row in store.quarantine(got.proposal.number, after=3, limit=1)] == [4]


def test_a_slip_in_a_row_does_not_take_its_vehicle_off_the_list(store, folder) -> None:
    bring(store, written(folder, THREE), full())
    got = bring(
        store, written(folder, ["AA11AAA,FORD,,", "BB22BBB,SEAT,soon,", "CC33CCC,OPEL,,"]), full(TOMORROW)
    )
    assert got.proposal.diff.removed == 0
    assert marks(store)["BB22BBB"] == "FIAT"


@pytest.mark.parametrize(("first", "second"), [("OO11AAA", "0011AAA"), ("AB1CDE", "ABICDE")])
def test_both_spellings_of_one_shape_are_refused(store, folder, first, second) -> None:
    got = bring(store, written(folder, [f"{first},A,,", f"{second},B,,", f"{first},C,,"]), full())
    assert marks(store) == {first: "A"}
    told = [(row.line, row.reason) for row in store.quarantine(got.proposal.number)]
    assert told == [
        (3, "the mark of line 2 but for O and 0 or I and 1: only one can be meant"),
        (4, "the same mark and PNC ID as line 2"),
    ]
    assert not any(mark in reason for _, reason in told for mark in (first, second))


def test_a_delta_puts_on_and_takes_off_and_leaves_the_rest(store, folder) -> None:
    bring(store, written(folder, THREE), full(revision=1))
    rows = ["A,DD44DDD,AUDI,,", "C,BB22BBB,SEAT,,", "D,CC33CCC,,,", "D,EE55EEE,,,"]
    path = written(folder, rows, headings="Op,VRM,Make,Weed date,PNC ID")
    got = bring(store, path, delta(1, 2, TOMORROW))
    assert marks(store) == {"AA11AAA": "FORD", "BB22BBB": "SEAT", "DD44DDD": "AUDI"}
    assert [row.reason for row in store.quarantine(got.proposal.number)] == [
        "the list has no such entry to take off"
    ]
    assert store.standing("stolen").feed_revision == 2


def test_a_delta_may_not_bring_the_other_spelling_of_what_is_listed_unless_that_goes(store, folder) -> None:
    bring(store, written(folder, ["OO11AAA,A,,", "II22AAA,A,,"]), full(revision=1))
    rows = ["A,0011AAA,B,,", "D,II22AAA,,,", "A,1122AAA,B,,"]
    path = written(folder, rows, headings="Op,VRM,Make,Weed date,PNC ID")
    got = bring(store, path, delta(1, 2))
    assert marks(store) == {"OO11AAA": "A", "1122AAA": "B"}
    assert [row.line for row in store.quarantine(got.proposal.number)] == [2]


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (delta(3, 9), "ask for a full file"),
        (full(revision=4), "an older one is a rollback"),
        (full(NOW - timedelta(days=1), revision=6), "older than what the list holds"),
    ],
)
def test_a_delivery_that_does_not_follow_is_refused(store, folder, request_, told) -> None:
    bring(store, written(folder, THREE), full(revision=5))
    with pytest.raises(ListError, match=told):
        import_feed(written(folder, THREE), request_, profile=profile(), store=store)


def test_a_delta_that_comes_twice_changes_nothing(store, folder) -> None:
    bring(store, written(folder, THREE), full(revision=1))
    path = written(folder, ["D,AA11AAA,,,"], headings="Op,VRM,Make,Weed date,PNC ID")
    bring(store, path, delta(1, 2))
    assert bring(store, path, delta(1, 2)).state is ImportState.UNCHANGED
    assert store.standing("stolen").revision == 2


def test_two_entries_of_one_mark_stand_side_by_side_when_their_pnc_ids_differ(store, folder) -> None:
    bring(store, written(folder, ["AA11AAA,FORD,,1/A", "AA11AAA,FORD,,2/B"]), full())
    assert store.standing("stolen").entries == 2


def test_what_a_feed_drops_leaves_a_tombstone_that_its_return_lifts(store, folder) -> None:
    bring(store, written(folder, THREE), full())
    bring(store, written(folder, THREE[:2]), full(TOMORROW))
    (stone,) = store.tombstones("stolen", "CC33CCC")
    assert (stone.gone_by, stone.revision, stone.by, stone.why) == (GoneBy.FEED, 2, "feed", "daily")
    bring(store, written(folder, THREE), full(TOMORROW))
    assert store.tombstones("stolen", "CC33CCC")[0].lifted == 3


def test_a_proposal_that_the_list_has_outrun_must_be_looked_at_again(store, folder) -> None:
    bring(store, written(folder, THREE), full())
    late = waiting(store, written(folder, [*THREE, "DD44DDD,,,"]), full(TOMORROW)).proposal
    bring(store, written(folder, THREE[:2]), full(TOMORROW))
    with pytest.raises(ProposalOutdated, match="new diff"):
        store.apply(late.number, by="inspector", at=TOMORROW, decision="ok")
    assert store.proposal(late.number).diff.added == 2
    store.apply(late.number, by="inspector", at=TOMORROW, decision="ok")
    assert len(marks(store)) == 4


def test_a_proposal_is_applied_once(store, folder) -> None:
    got = bring(store, written(folder, THREE), full())
    with pytest.raises(ProposalOutdated, match="is live"):
        store.apply(got.proposal.number, by="another", at=NOW, decision="again")


def test_what_was_cut_off_is_closed_and_the_list_is_as_it_was(store, folder) -> None:
    bring(store, written(folder, THREE), full())

    class Cut(Exception):  # noqa: N818 - a stand-in for the power going
        pass

    def cut(*_: object, **__: object) -> None:
        raise Cut

    settle, store.settle = store.settle, cut
    with pytest.raises(Cut):
        import_feed(written(folder, THREE[:1]), full(TOMORROW), profile=profile(), store=store)
    store.settle = settle
    assert store.discard_unfinished(by="node", at=TOMORROW) == 1
    assert store.discard_unfinished(by="node", at=TOMORROW) == 0
    assert len(marks(store)) == 3


def test_a_file_that_is_no_list_leaves_nothing_behind(store, folder) -> None:
    with pytest.raises(ListError, match="lacks the columns"):
        import_feed(written(folder, THREE, headings="A,B,C,D"), full(), profile=profile(), store=store)
    assert store.waiting() == ()
    with pytest.raises(LookupError, match="define it first"):
        import_feed(
            written(folder, THREE),
            ImportRequest("full", "a", NOW, "b"),
            profile=profile(PROFILE.replace('"stolen"', '"other"')),
            store=store,
        )


def test_every_particular_of_an_entry_comes_back_as_it_went_in(store, folder) -> None:
    text = PROFILE.replace(
        "[defaults]", 'priority = "P"\ncovert = "C"\nseen_by = "S"\nreview_on = "R"\n[defaults]'
    )
    path = written(
        folder,
        ['AA11AAA,"FO,RD",31/12/2027,1/2,High,yes,Ann; Bob,2027-01-01'],
        headings=f"{'VRM,Make,Weed date,PNC ID'},P,C,S,R",
    )
    bring(store, path, full(), text)
    assert marks(store) == {}
    (waits,) = store.waiting()
    store.apply(waits.number, by="Bob", at=NOW, decision="seen")
    hidden = covert_list(store, "Ann", "Bob")
    (found,) = [one for _, one in store.entries(hidden)]
    assert (found.make, found.priority, found.covert, found.seen_by) == (
        "FO,RD",
        "high",
        True,
        ("Ann", "Bob"),
    )
    assert (found.weed_on, found.review_on) == (date(2027, 12, 31), date(2027, 1, 1))
    assert (found.source, found.source_at) == ("test feed", NOW)
    assert store.find(hidden, found.key) == found
    assert store.due_for_review(hidden, on=date(2027, 1, 1), limit=5) == (found,)
    assert store.due_for_review(hidden, on=date(2026, 12, 31), limit=5) == ()
    assert store.reviews_due(on=date(2027, 1, 1)) == {hidden: 1}
    assert store.reviews_due(on=date(2026, 12, 31)) == {}


def test_reviews_that_are_due_are_counted_by_list_from_their_day_on(store, folder) -> None:
    text = PROFILE.replace("[defaults]", 'review_on = "R"\n[defaults]')
    rows = ["AA11AAA,,,,2027-01-01", "AA12AAA,,,,2027-01-02", "AA13AAA,,,,"]
    bring(store, written(folder, rows, headings=f"{HEADINGS},R"), full(), text)
    due = [store.reviews_due(on=date(2026, 12, 31) + timedelta(days=n)) for n in range(3)]
    assert due == [{}, {"stolen": 1}, {"stolen": 2}]


@pytest.mark.parametrize("request_", [full(NOW + HOUR, 2), delta(1, 2, NOW + HOUR)])
def test_a_delivery_that_a_later_one_has_overtaken_never_goes_live(store, folder, request_) -> None:
    """Else the list would go back to what its source has long put right, and say that it is fresh."""
    bring(store, written(folder, ["AA11AAA,SEAT,,"]), full(NOW, 1))
    waits = waiting(store, written(folder, ["BB22BBB,,,"]), request_)
    assert waits.state is ImportState.WAITING
    bring(store, written(folder, ["AA11AAA,FORD,,", "CC33CCC,,,"]), full(NOW + 2 * HOUR, 3))
    for _ in range(2):
        with pytest.raises(ProposalOutdated, match="refuse that one"):
            store.apply(waits.proposal.number, by="inspector", at=NOW + 3 * HOUR, decision="approved")
    assert (marks(store), store.standing("stolen").feed_revision) == ({"AA11AAA": "FORD", "CC33CCC": ""}, 3)
    store.refuse(waits.proposal.number, by="inspector", at=NOW + 3 * HOUR, decision="overtaken")
    assert store.waiting() == ()


@pytest.mark.parametrize("revision", [1, -1])
def test_contents_of_a_time_that_is_still_to_come_are_refused_and_lock_no_later_file_out(
    store, folder, revision
) -> None:
    path = written(folder, ["AA11AAA,,,"])
    ahead = replace(full(NOW, revision), source_at=NOW + 24 * HOUR)
    with pytest.raises(ListError, match="still to come"):
        import_feed(path, ahead, profile=profile(), store=store)
    bring(store, path, replace(full(NOW, 2), source_at=NOW + HOUR / 20))
    assert set(marks(store)) == {"AA11AAA"}


def test_a_list_whose_delivery_waits_does_not_become_fresh_because_nothing_changed_since(
    store, folder
) -> None:
    bring(store, written(folder, ["AA11AAA,,,"]), full(NOW, 1))
    waits = waiting(store, written(folder, ["BB22BBB,,,"]), full(NOW + HOUR, 2))
    waiting(store, folder / "none", full(NOW + 2 * HOUR, -1))
    assert store.standing("stolen").as_of == NOW
    store.apply(waits.proposal.number, by="inspector", at=NOW + 3 * HOUR, decision="approved")
    assert (set(marks(store)), store.standing("stolen").as_of) == ({"BB22BBB"}, NOW + HOUR)


def test_a_row_that_names_who_may_see_it_and_is_not_covert_is_refused(store, folder) -> None:
    text = PROFILE.replace("[defaults]", 'covert = "C"\nseen_by = "S"\n[defaults]')
    rows = ["AA11AAA,,,,,Ann", "BB22BBB,,,,no,Ann", "CC33CCC,,,,yes,Ann"]
    got = bring(store, written(folder, rows, headings=f"{HEADINGS},C,S"), full(), text)
    assert marks(store) == {}
    assert {row.line for row in store.quarantine(got.proposal.number)} == {2, 3}
    (waits,) = store.waiting()
    (row,) = store.diff_rows(waits.number, Change.ADDED)[0]
    assert row.after.vrm == "CC33CCC"
