"""What people may do with an alert."""

from __future__ import annotations

from itertools import product

import pytest

from openanpr.alert.alert import Check, State, StepKind
from openanpr.alert.closure import Closure, ClosureError, NoResponse, Outcome
from openanpr.alert.work import (
    OUTCOMES,
    TRANSITIONS,
    CheckPicture,
    Close,
    Deed,
    GrownSinceError,
    NoSuchAlertError,
    NotPossibleError,
    See,
    Task,
    possible,
    take_step,
)
from tests.alert.scenes import (
    AT,
    BOOK,
    MINUTE,
    NAMED,
    NO_UNIT,
    NOBODY_MUCH,
    OPERATOR,
    covert_hit,
    make_hit,
    only_alert,
    step,
    walked,
)

TO_MATCH = (See(), CheckPicture(Check.MATCH))
MISREAD = Closure(Outcome.MISREAD)
LIST_ERROR = Closure(Outcome.LIST_ERROR)


def closure_of(outcome: Outcome) -> Closure:
    reason = NoResponse.LOST if outcome is Outcome.NOT_RESPONDED else None
    return Closure(outcome, reason=reason, offence="theft" if outcome is Outcome.ARREST else "")


def alert_at(state: State, check: Check | None):
    """An alert brought to a situation by steps alone."""
    ways = {
        State.NEW: (),
        State.SEEN: (See(),) if check is None else (See(), CheckPicture(check)),
        State.PICTURE_CHECKED: (See(), CheckPicture(check or Check.MATCH)),
        State.TASKED: (See(), CheckPicture(check or Check.MATCH), Task("KZ41")),
        State.CLOSED: (See(), Close(NO_UNIT)),
    }
    return walked(only_alert(make_hit()), *ways[state])


def move_for(deed: Deed, outcome: Outcome):
    return {
        Deed.SEE: See(),
        Deed.CHECK: CheckPicture(Check.MATCH),
        Deed.CANNOT_CHECK: CheckPicture(Check.CANNOT_CHECK),
        Deed.TASK: Task("KZ41"),
        Deed.CLOSE: Close(closure_of(outcome)),
    }[deed]


def test_the_whole_way_from_new_to_closed_is_written_down() -> None:
    alert = only_alert(make_hit())
    arrest = Closure(Outcome.ARREST, offence="TH68001")
    changes = []
    for move in (*TO_MATCH, Task("KZ41", note="A40"), Close(arrest)):
        changes.append(step(alert, move))
        alert = changes[-1].alert
    assert [c.alert.state.value for c in changes] == ["seen", "picture_checked", "tasked", "closed"]
    assert [c.steps[0].number for c in changes] == [2, 3, 4, 5]
    assert {(c.steps[0].by, c.steps[0].at) for c in changes} == {("op", AT + MINUTE)}
    assert (changes[1].steps[0].check, changes[2].steps[0].to) == (Check.MATCH, "KZ41")
    assert (alert.closure, alert.check) == (arrest, Check.MATCH)
    assert [c.expected for c in changes] == [1, 2, 3, 4]


def test_nobody_is_tasked_before_the_picture_was_checked() -> None:
    for state in (State.NEW, State.SEEN):
        with pytest.raises(NotPossibleError, match="does not allow task"):
            step(alert_at(state, None), Task("KZ41"))


def test_no_way_through_the_table_leads_round_the_picture() -> None:
    into_tasked = {
        here
        for here, deeds in TRANSITIONS.items()
        if State.TASKED in deeds.values() and here[0] is not State.TASKED
    }
    assert into_tasked == {
        (State.PICTURE_CHECKED, Check.MATCH),
        (State.PICTURE_CHECKED, Check.POSSIBLE_CLONE),
    }
    into_checked = {
        deed
        for deeds in TRANSITIONS.values()
        for deed, to in deeds.items()
        if to is State.PICTURE_CHECKED and deed is not Deed.SEE
    }
    assert into_checked == {Deed.CHECK}


@pytest.mark.parametrize("check", [Check.MISREAD, Check.WRONG_VEHICLE, Check.STALE_ENTRY])
def test_nobody_is_tasked_after_a_picture_that_spoke_against_it(check) -> None:
    with pytest.raises(NotPossibleError, match="possible now: see, check, check as cannot_check, close as"):
        step(alert_at(State.PICTURE_CHECKED, check), Task("KZ41"))


@pytest.mark.parametrize("here", sorted(TRANSITIONS, key=str), ids=str)
def test_from_every_situation_what_the_table_allows_is_done_and_all_else_refused(here) -> None:
    for deed, outcome in product(Deed, Outcome):
        alert = alert_at(*here)
        to = TRANSITIONS[here].get(deed)
        allowed = to is not None and (deed is not Deed.CLOSE or outcome in OUTCOMES[here])
        if allowed:
            assert step(alert, move_for(deed, outcome)).alert.state is to
        else:
            with pytest.raises(NotPossibleError) as refused:
                step(alert, move_for(deed, outcome))
            assert refused.value.possible == possible(alert)


def test_every_situation_from_which_one_may_close_has_its_outcomes() -> None:
    assert set(OUTCOMES) == {here for here, deeds in TRANSITIONS.items() if Deed.CLOSE in deeds}
    assert set().union(*OUTCOMES.values()) == set(Outcome)


def test_a_refusal_says_what_is_possible_now_and_names_no_plate() -> None:
    with pytest.raises(NotPossibleError) as refused:
        step(only_alert(make_hit()), CheckPicture(Check.MATCH))
    assert str(refused.value) == "an alert that is new does not allow check; possible now: see"
    with pytest.raises(NotPossibleError, match="a further hit raises a new alert"):
        step(alert_at(State.CLOSED, None), See())


def test_nobody_decides_on_hits_they_did_not_see() -> None:
    alert = only_alert(make_hit(1), make_hit(2))
    with pytest.raises(GrownSinceError, match="1 further hits") as refused:
        take_step(alert, See(), by=OPERATOR, at=AT, shown=1, book=BOOK)
    assert refused.value.unseen == 1


def test_whoever_may_not_see_an_alert_cannot_learn_that_it_exists() -> None:
    with pytest.raises(NoSuchAlertError) as stranger:
        step(only_alert(make_hit()), See(), by=NOBODY_MUCH)
    with pytest.raises(NoSuchAlertError) as operator:
        step(only_alert(covert_hit()), Task("KZ41"), by=OPERATOR)
    assert str(stranger.value) == str(operator.value) == str(NoSuchAlertError())


@pytest.mark.parametrize(
    ("moves", "closure", "correct"),
    [
        ((See(), CheckPicture(Check.MISREAD)), MISREAD, True),
        ((See(), CheckPicture(Check.STALE_ENTRY)), LIST_ERROR, True),
        ((*TO_MATCH, Task("KZ41")), Closure(Outcome.SEIZURE), False),
        ((See(),), NO_UNIT, False),
    ],
)
def test_every_outcome_goes_back_to_the_owner_of_the_list(moves, closure, correct) -> None:
    change = step(walked(only_alert(make_hit()), *moves), Close(closure))
    feedback = change.feedback
    assert feedback is not None
    assert (feedback.to, feedback.closure, feedback.correct) == (("stolen vehicles desk",), closure, correct)
    assert (feedback.entries, feedback.alert_id) == ({10}, change.alert.id)


def test_the_outcome_of_a_covert_alert_goes_to_its_named_people_only() -> None:
    alert = walked(only_alert(covert_hit()), See(), by=NAMED)
    assert step(alert, Close(NO_UNIT), by=NAMED).feedback.to == ("source unit",)


def test_only_a_closing_gives_feedback() -> None:
    assert step(only_alert(make_hit()), See()).feedback is None


def test_an_outcome_needs_what_belongs_to_it_and_nothing_else() -> None:
    for wrong in (
        {"outcome": Outcome.NOT_RESPONDED},
        {"outcome": Outcome.ARREST, "offence": " "},
        {"outcome": Outcome.TICKET, "offence": "speed"},
        {"outcome": Outcome.MISREAD, "reason": NoResponse.LOST},
        {"outcome": Outcome.NOT_RESPONDED, "reason": NoResponse.OTHER},
    ):
        with pytest.raises(ClosureError):
            Closure(**wrong)
    with pytest.raises(ValueError, match="unit"):
        Task(" ")


def test_a_step_ends_the_wait_and_gives_the_next_step_its_own_time() -> None:
    seen = step(only_alert(make_hit()), See()).alert
    assert (seen.waits, seen.watch.answer_by) == (False, AT + MINUTE + 4 * MINUTE)
    tasked = walked(seen, CheckPicture(Check.MATCH), Task("KZ41"))
    assert tasked.watch.answer_by == AT + MINUTE + 40 * MINUTE
    closed = walked(tasked, Close(Closure(Outcome.TICKET)))
    assert (closed.watch.answer_by, closed.waits, closed.is_open) == (None, False, False)


def test_a_second_look_at_the_picture_replaces_the_first_and_stands_the_unit_down() -> None:
    tasked = walked(only_alert(make_hit()), *TO_MATCH, Task("KZ41"))
    change = step(tasked, CheckPicture(Check.MISREAD))
    assert (change.alert.state, change.alert.check) == (State.PICTURE_CHECKED, Check.MISREAD)
    assert change.steps[0].kind is StepKind.PICTURE_CHECKED


@pytest.mark.parametrize("moves", [(See(),), TO_MATCH, (*TO_MATCH, Task("KZ41"))], ids=len)
def test_what_cannot_be_checked_is_never_a_checked_one_and_stands_the_unit_down(moves) -> None:
    change = step(walked(only_alert(make_hit()), *moves), CheckPicture(Check.CANNOT_CHECK))
    assert (change.alert.state, change.alert.check) == (State.SEEN, Check.CANNOT_CHECK)
    assert change.steps[0].kind is StepKind.NOT_CHECKED
    with pytest.raises(NotPossibleError, match="does not allow task"):
        step(change.alert, Task("KZ41"))
    assert step(change.alert, CheckPicture(Check.MATCH)).alert.state is State.PICTURE_CHECKED
