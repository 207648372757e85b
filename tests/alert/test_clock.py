"""What happens to alerts that nobody answers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.alert.alert import Check, StepKind
from openanpr.alert.clock import due
from openanpr.alert.routing import Viewer, sees
from openanpr.alert.rules import Ladder, Level, RuleBook
from openanpr.alert.work import CheckPicture, Close, See, Task
from tests.alert.scenes import (
    AT,
    BOOK,
    CRIME,
    CRIME_LIST,
    DISPATCHER,
    HOUR,
    LADDER,
    MINUTE,
    NAMED,
    NO_UNIT,
    OPERATOR,
    SECOND,
    SUPERVISOR,
    covert_hit,
    knowing,
    make_hit,
    only_alert,
    raised,
    step,
    walked,
)

ALL = (OPERATOR, DISPATCHER, SUPERVISOR, NAMED)


def new_alert():
    return only_alert(make_hit(), now=AT)


def tick(alert, after, present=ALL, book=BOOK):
    """The change that the clock makes to one alert so long after the start, None for none."""
    changes = due([alert], book, now=AT + after, present=present).changes
    return changes[0] if changes else None


def test_nothing_happens_before_its_time_and_the_clock_says_when_to_look_again() -> None:
    now = due([new_alert()], BOOK, now=AT + 2 * MINUTE - SECOND, present=ALL)
    assert (now.changes, now.look_again_at) == ((), AT + 2 * MINUTE)
    assert due([], BOOK, now=AT, present=ALL).look_again_at is None


def test_an_unanswered_alert_climbs_the_ladder_of_its_list() -> None:
    alert, told = new_alert(), []
    for minutes in (2, 5, 15, 25, 35):
        change = tick(alert, minutes * MINUTE)
        told += [(s.kind.value, s.level, s.role) for s in change.steps]
        alert = change.alert
    assert told == [
        ("escalated", 1, "dispatcher"),
        ("escalated", 2, "supervisor"),
        ("escalated", 3, "inspector"),
        ("escalated", 4, "inspector"),
        ("escalated", 5, "inspector"),
    ]
    assert due([alert], BOOK, now=AT + 36 * MINUTE, present=ALL).look_again_at == AT + 45 * MINUTE


def test_each_level_shows_the_alert_to_its_role() -> None:
    alert = new_alert()
    assert not sees(alert, SUPERVISOR, BOOK)
    assert not sees(tick(alert, 2 * MINUTE).alert, SUPERVISOR, BOOK)
    assert sees(tick(alert, 5 * MINUTE).alert, SUPERVISOR, BOOK)


def test_a_node_that_was_down_catches_up_in_one_step_and_tells_all_levels_passed() -> None:
    change = tick(new_alert(), 6 * MINUTE)
    assert [s.level for s in change.steps] == [2]
    assert sees(change.alert, DISPATCHER, BOOK)


def test_the_clock_asked_twice_does_nothing_twice() -> None:
    change = tick(new_alert(), 2 * MINUTE, present=())
    assert tick(change.alert, 2 * MINUTE, present=()) is None


def test_an_answer_ends_the_climb() -> None:
    escalated = tick(new_alert(), 5 * MINUTE).alert
    seen = step(escalated, See(), after=6 * MINUTE).alert
    assert (seen.watch.level, seen.watch.highest) == (0, 2)
    assert tick(seen, 7 * MINUTE) is None
    assert sees(seen, SUPERVISOR, BOOK)


@pytest.mark.parametrize(
    ("moves", "allowed"),
    [
        ((See(),), 4 * MINUTE),
        ((See(), CheckPicture(Check.MATCH)), 4 * MINUTE),
        ((See(), CheckPicture(Check.MATCH), Task("KZ41")), 40 * MINUTE),
    ],
)
def test_what_was_begun_and_not_gone_on_with_waits_again(moves, allowed) -> None:
    alert = walked(new_alert(), *moves)  # the last step is one minute after the start
    assert tick(alert, MINUTE + allowed - SECOND) is None
    change = tick(alert, MINUTE + allowed)
    assert [s.kind for s in change.steps] == [StepKind.PUT_DOWN]
    assert change.alert.watch.waiting_since == AT + MINUTE + allowed
    later = tick(change.alert, MINUTE + allowed + 2 * MINUTE)
    assert [s.kind for s in later.steps] == [StepKind.ESCALATED]


def test_a_clock_that_looks_late_counts_from_when_the_work_was_due() -> None:
    change = tick(walked(new_alert(), See()), 8 * MINUTE)  # due at five minutes
    assert [s.kind for s in change.steps] == [StepKind.PUT_DOWN, StepKind.ESCALATED]
    assert change.alert.watch.waiting_since == AT + 5 * MINUTE


def test_a_closed_alert_is_left_alone() -> None:
    closed = walked(new_alert(), See(), Close(NO_UNIT))
    assert due([closed], BOOK, now=AT + 99 * HOUR, present=()) == due([], BOOK, now=AT, present=())


def test_nobody_logged_in_who_could_answer_is_an_alarm_at_once_and_only_once() -> None:
    change = tick(new_alert(), SECOND, present=(NAMED,))
    assert [s.kind for s in change.steps] == [StepKind.UNATTENDED]
    assert sees(change.alert, SUPERVISOR, BOOK)
    assert tick(change.alert, 2 * SECOND, present=(NAMED,)) is None
    back = tick(change.alert, 3 * SECOND, present=(OPERATOR,))
    assert [s.kind for s in back.steps] == [StepKind.ATTENDED]
    assert not back.alert.watch.unattended


def test_somebody_higher_up_does_not_stand_in_before_the_alert_has_reached_them() -> None:
    change = tick(new_alert(), SECOND, present=(SUPERVISOR,))
    assert [s.kind for s in change.steps] == [StepKind.UNATTENDED]
    reached = tick(change.alert, 5 * MINUTE, present=(SUPERVISOR,))
    assert [s.kind for s in reached.steps] == [StepKind.ESCALATED, StepKind.ATTENDED]


def test_the_operator_of_another_force_does_not_count_as_being_there() -> None:
    elsewhere = Viewer("el", roles=frozenset({"operator"}), forces=frozenset({52}))
    assert tick(new_alert(), SECOND, present=(elsewhere,)).alert.watch.unattended
    assert tick(new_alert(), SECOND, present=(replace(elsewhere, forces=frozenset({53})),)) is None


def test_a_covert_alert_is_attended_by_its_named_people_alone() -> None:
    covert = only_alert(covert_hit(), now=AT)
    alarm = tick(covert, 6 * MINUTE, present=(OPERATOR, DISPATCHER, SUPERVISOR))
    assert [s.kind for s in alarm.steps] == [StepKind.ESCALATED, StepKind.UNATTENDED]
    assert not any(sees(alarm.alert, one, BOOK) for one in (OPERATOR, DISPATCHER, SUPERVISOR))
    assert tick(covert, SECOND, present=(NAMED,)) is None


def test_the_alarm_does_not_sound_for_what_somebody_has_in_hand() -> None:
    assert tick(walked(new_alert(), See()), 2 * MINUTE, present=()) is None


def test_a_further_hit_on_an_answered_alert_starts_a_new_climb() -> None:
    seen = step(tick(new_alert(), 5 * MINUTE).alert, See(), after=6 * MINUTE)
    (again,) = raised(make_hit(2, after=8 * MINUTE), known=knowing(seen), now=AT + 8 * MINUTE)
    assert tick(again.alert, 9 * MINUTE) is None
    assert tick(again.alert, 10 * MINUTE).steps[0].level == 1


def test_new_rules_of_a_list_move_the_next_look_at_once() -> None:
    slow = replace(LADDER, levels=(Level(HOUR, "dispatcher"),))
    book = RuleBook({CRIME_LIST: replace(CRIME, ladder=slow)}, otherwise=CRIME)
    now = due([new_alert()], book, now=AT + 3 * MINUTE, present=ALL)
    assert now.look_again_at == AT + HOUR
    assert [c.steps for c in now.changes] == [()]


def test_a_ladder_without_order_or_end_is_refused() -> None:
    for levels, again in (
        ((), MINUTE),
        ((Level(MINUTE, "a"), Level(MINUTE, "b")), MINUTE),
        ((Level(0 * MINUTE, "a"),), MINUTE),
        ((Level(MINUTE, "a"),), 0 * MINUTE),
    ):
        with pytest.raises(ValueError, match="ladder"):
            Ladder(levels, again)


@given(st.integers(0, 10_000))
def test_an_alert_has_reached_a_level_exactly_when_its_time_has_come(seconds) -> None:
    waited = seconds * SECOND
    level = LADDER.reached(waited)
    assert LADDER.time_of(level + 1) > waited
    assert level == 0 or LADDER.time_of(level) <= waited


@given(st.lists(st.integers(0, 4000), min_size=1, max_size=12))
def test_the_level_never_falls_while_nobody_answers_even_if_clocks_go_back(moments) -> None:
    alert = new_alert()
    for seconds in moments:
        change = tick(alert, seconds * SECOND)
        after = change.alert if change else alert
        assert after.watch.level >= alert.watch.level
        assert after.watch.told >= alert.watch.told
        alert = after
