"""Challenges: who must answer, what an answer may claim, and when every device has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.audit.faults import AuditError
from openanpr.core.voi_list import ChangeKind, Draft, Holder, Receipt
from openanpr.core.voi_staged import RowOrder, StagedRow
from openanpr.rights.answer_ports import ChangedMeanwhileError, Raised
from openanpr.rights.challenge import Answer, NotPossibleChallengeError, Outcome, State, confirmation
from openanpr.rights.challenge_desk import Owned
from tests.rights.office import CASE, TODAY, Office
from tests.search.scene import DAY, MARK, NOW
from tests.store_control.stand import entry, filled, put

RIVAL = "AB12CDF"


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    yield made
    made.close()


def begun(office, mark=MARK):
    return office.challenges.open(CASE, mark, TODAY - timedelta(days=30), TODAY, office.done())


def looked(office, mark=MARK):
    return office.challenges.look(begun(office, mark).challenge_id, office.done())


def alert(office, *, read=MARK, listed=MARK, exact=1, possible=0, check="") -> None:
    number = office.lists.ids()["stolen"]
    one = Raised(
        f"a{len(office.alerts.there)}",
        number,
        NOW - DAY,
        NOW - DAY,
        exact,
        possible,
        (read,),
        (listed,),
        check,
        "",
    )
    office.alerts.there.append(one)


def change(office, *staged: StagedRow, at=None) -> int:
    """Make a change live, as two people do."""
    at = at or office.scene.now
    number = office.lists.open(Draft("stolen", ChangeKind.HAND, "ann", at, "asked for"))
    office.lists.stage(number, list(staged), ())
    office.lists.settle(number, on=at.date())
    office.lists.ready(number, ())
    office.lists.apply(number, by="bob", at=at, decision="approved")
    return number


def removal(mark=MARK) -> StagedRow:
    return StagedRow(1, RowOrder.TAKE_OFF, entry(mark))


def on_list(office, *marks: str) -> None:
    filled(office.lists, put(*map(entry, marks)), ChangeKind.FULL)


def serve(office, device: str, revision: int) -> None:
    office.lists.served(Receipt(device, "stolen", revision, NOW))


def confirm(office, device: str, revision: int) -> None:
    office.lists.note(Receipt(device, "stolen", revision, NOW))


def test_it_hangs_on_an_open_case_of_its_kind_and_on_one_at_a_time(office) -> None:
    for reference in ("nothing", "8KM3-F9PX"):
        with pytest.raises(LookupError):
            office.challenges.open(reference, MARK, TODAY, TODAY, office.done())
    begun(office)
    with pytest.raises(NotPossibleChallengeError, match="already"):
        begun(office)
    office.cases.closed.add(CASE)
    with pytest.raises(NotPossibleChallengeError, match="closed"):
        begun(office)


@pytest.mark.parametrize(("since", "until"), [(0, 1), (-400, 0), (0, -1)])
def test_the_days_asked_about_are_bounded(office, since, until) -> None:
    with pytest.raises(ValueError, match="days asked about"):
        office.challenges.open(
            CASE, MARK, TODAY + timedelta(days=since), TODAY + timedelta(days=until), office.done()
        )


def test_the_look_is_in_the_log_with_the_vehicle_before_anything_is_looked_at(office) -> None:
    looked(office)
    (one,) = [
        one
        for one in office.scene.logged()
        if one.get("kind") == "challenge" and one["act"] == "consultation"
    ]
    assert (one["plate"], one["reference"], one["person"]) == (MARK, CASE, "ida")


def test_a_log_that_takes_nothing_lets_nothing_be_looked_at(office, monkeypatch) -> None:
    found = begun(office)

    def full(*_: object) -> None:
        raise AuditError

    monkeypatch.setattr(type(office.scene.log), "append", full)
    monkeypatch.setattr(
        office.challenges.alerts.__class__, "raised", lambda *_, **__: pytest.fail("it looked")
    )
    with pytest.raises(AuditError):
        office.challenges.look(found.challenge_id, office.done())


def test_misreads_of_another_plate_are_told_apart_from_the_vehicles_own_entry(office) -> None:
    on_list(office, RIVAL)
    alert(office, read=MARK, listed=RIVAL, exact=0, possible=2, check="misread")
    (one,) = looked(office).lists
    assert (one.exact, one.possible, one.misread, one.entries) == (0, 2, 1, 0)
    assert (one.by_misreads, one.rivals, one.listed) == (True, (), (RIVAL,))


@pytest.mark.parametrize(
    ("listed", "misreads"), [("AB1?CDE", False), ("AB*", False), ("ABI2CDE", False), ("ZZ*", True)]
)
def test_an_entry_that_leaves_characters_open_is_of_what_it_covers(office, listed, misreads) -> None:
    alert(office, listed=listed)
    (one,) = looked(office).lists
    assert one.by_misreads is misreads


def test_an_entry_of_the_vehicle_without_an_alert_is_put_before_its_owner_too(office) -> None:
    on_list(office, MARK)
    (one,) = looked(office).lists
    assert (one.alerts, one.entries, one.by_misreads, one.due) == (0, 1, False, TODAY + timedelta(days=14))


def test_an_owner_answers_by_a_change_that_is_live_of_this_list_of_this_vehicle_and_not_older(office) -> None:
    on_list(office, MARK, "ZZ11ZZZ")
    old = change(office, StagedRow(1, RowOrder.PUT_ON, entry("OL11OLD")), at=NOW - DAY)
    found = looked(office)
    other = change(office, removal("ZZ11ZZZ"))
    waiting = office.lists.open(Draft("stolen", ChangeKind.HAND, "ann", office.scene.now, "later"))

    def answers(number, answer=Answer.REMOVED, name="stolen"):
        owned = Owned(name, answer, number)
        return office.challenges.answer(found.challenge_id, owned, office.done("lee", "recovered"))

    for number, said in (
        (old, "older"),
        (other, "entry of this vehicle"),
        (waiting, "not in force"),
        (999, "no such"),
    ):
        with pytest.raises(NotPossibleChallengeError, match=said):
            answers(number)
    with pytest.raises(ValueError, match="number"):
        answers(None)
    with pytest.raises(ValueError, match="by nothing"):
        answers(other, Answer.STANDS)
    mine = change(office, removal())
    with pytest.raises(NotPossibleChallengeError):
        answers(mine, name="another")
    with pytest.raises(NotPossibleChallengeError, match="entry of this vehicle"):
        answers(mine, Answer.MARKER_CHANGED)
    after = answers(mine)
    assert after.answers["stolen"].revision == office.lists.standing("stolen").revision


def test_it_is_fixed_only_when_every_device_that_was_given_the_list_confirms(office) -> None:
    on_list(office, MARK)
    for device in ("car 1", "car 2", "car 3"):
        serve(office, device, 1)
        confirm(office, device, 1)
    found = looked(office)
    number = change(office, removal())
    newest = office.lists.standing("stolen").revision
    one = office.challenges.answer(
        found.challenge_id, Owned("stolen", Answer.REMOVED, number), office.done("lee", "recovered")
    )
    fixed = (one.challenge_id, Outcome.FIXED, office.done(why="taken off"))
    confirm(office, "car 1", newest)
    (now,) = office.challenges.confirmations(one)
    assert (now.devices, now.confirmed, now.silent) == (3, 1, ("car 2", "car 3"))
    assert one.state([now]) is State.UNCONFIRMED
    with pytest.raises(NotPossibleChallengeError, match="not every device"):
        office.challenges.close(*fixed)
    assert office.challenges.unconfirmed(office.scene.now) == 0
    assert office.challenges.unconfirmed(office.scene.now + timedelta(hours=49)) == 1
    confirm(office, "car 2", newest)
    with pytest.raises(NotPossibleChallengeError, match="not silent"):
        office.challenges.explain(one.challenge_id, "stolen", "car 2", office.done(why="x"))
    office.challenges.explain(
        one.challenge_id, "stolen", "car 3", office.done(why="scrapped, its disk destroyed")
    )
    assert office.challenges.unconfirmed(office.scene.now + timedelta(hours=49)) == 0
    with pytest.raises(NotPossibleChallengeError, match="was changed"):
        office.challenges.close(one.challenge_id, Outcome.STANDS, office.done(why="x"))
    assert office.challenges.close(*fixed).closed
    assert office.cases.replies == [(CASE, "taken off")]


def test_a_device_that_goes_back_to_an_earlier_revision_confirms_no_more(office) -> None:
    on_list(office, MARK)
    found = looked(office)
    number = change(office, removal())
    one = office.challenges.answer(
        found.challenge_id, Owned("stolen", Answer.REMOVED, number), office.done("lee", "x")
    )
    newest = office.lists.standing("stolen").revision
    confirm(office, "car 1", newest)
    assert office.challenges.confirmations(one)[0].done
    confirm(office, "car 1", newest - 1)
    assert not office.challenges.confirmations(one)[0].done


@given(
    st.lists(st.tuples(st.integers(0, 20), st.one_of(st.none(), st.integers(-5, 40))), max_size=8),
    st.integers(1, 20),
    st.integers(0, 10),
)
def test_every_device_confirms_is_explained_or_is_silent_and_none_twice(words, revision, more) -> None:
    held = [Holder(f"d{n}", given_, said, None) for n, (given_, said) in enumerate(words)]
    explained = {"d0", "d3"}
    now = confirmation("l", revision, newest=revision + more, held=held, explained=explained)
    assert now.confirmed + len(now.silent) + len(now.explained) == now.devices == len(held)
    for one in held:
        good = one.in_force is not None and revision <= one.in_force <= revision + more
        assert (one.device in {*now.silent, *now.explained}) is not good


def test_what_was_found_bounds_how_it_can_end(office) -> None:
    found = looked(office)
    for outcome in (Outcome.FIXED, Outcome.STANDS, Outcome.MISREADS):
        with pytest.raises(NotPossibleChallengeError):
            office.challenges.close(found.challenge_id, outcome, office.done(why="x"))
    assert office.challenges.close(
        found.challenge_id, Outcome.NOTHING_FOUND, office.done(why="nothing")
    ).closed
    with pytest.raises(NotPossibleChallengeError, match="closed"):
        office.challenges.look(found.challenge_id, office.done())


def test_it_is_not_closed_before_each_owner_has_answered(office) -> None:
    on_list(office, MARK)
    found = looked(office)
    with pytest.raises(NotPossibleChallengeError, match="has not answered"):
        office.challenges.close(found.challenge_id, Outcome.STANDS, office.done(why="x"))
    office.challenges.answer(
        found.challenge_id, Owned("stolen", Answer.STANDS, None), office.done("lee", "still stolen")
    )
    assert office.challenges.close(found.challenge_id, Outcome.STANDS, office.done(why="it stands")).closed


def test_of_two_steps_at_once_one_is_told_to_look_again(office) -> None:
    found = begun(office)
    step = replace(found.opened, step="looked")
    office.challenges.files.append(found.challenge_id, 1, step)
    with pytest.raises(ChangedMeanwhileError):
        office.challenges.files.append(found.challenge_id, 1, step)


def test_no_step_is_kept_that_the_log_has_not(office, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise AuditError

    monkeypatch.setattr(type(office.scene.log), "append_all", full)
    with pytest.raises(AuditError):
        begun(office)
    assert office.challenges.files.every() == ()
