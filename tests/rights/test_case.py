"""A case: what can be done to it when, by when it is due, and how whoever asked looks it up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.core.role import Role
from openanpr.rights.case import (
    CaseError,
    CaseKind,
    CaseState,
    CaseStep,
    CaseStepKind,
    NotPossibleCaseStepError,
    Outcome,
    Via,
    Words,
    possible,
)
from openanpr.rights.clock import last_day
from openanpr.rights.desk import Came
from openanpr.rights.reference import LETTERS, NotAReferenceError, make_reference, parse_reference
from tests.rights.scene import DAY, NOW, WORDS, World

K = CaseStepKind


@pytest.mark.parametrize(
    ("first", "months", "days", "last"),
    [
        (date(2026, 9, 3), 1, 0, date(2026, 10, 2)),
        (date(2026, 1, 31), 1, 0, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, 0, date(2024, 2, 29)),
        (date(2026, 1, 1), 1, 0, date(2026, 1, 31)),
        (date(2026, 11, 30), 3, 0, date(2027, 2, 28)),
        (date(2026, 12, 15), 3, 0, date(2027, 3, 14)),
        (date(2026, 9, 3), 0, 30, date(2026, 10, 2)),
    ],
)
def test_a_period_that_begins_with_a_day_counts_that_day(first, months, days, last) -> None:
    assert last_day(first, months=months, days=days) == last


@pytest.mark.parametrize(
    ("kind", "day"),
    [
        (CaseKind.ACCESS, date(2026, 10, 2)),
        (CaseKind.CORRECTION, date(2026, 10, 2)),
        (CaseKind.CHALLENGE, date(2026, 9, 16)),
        (CaseKind.QUESTION, date(2026, 9, 30)),
        (CaseKind.COMPLAINT, date(2026, 10, 28)),
    ],
)
def test_each_kind_has_its_own_day(kind, day) -> None:
    assert World().open(kind).answer_by == day


def test_a_complaint_is_late_unless_it_is_acknowledged_within_thirty_days() -> None:
    world = World()
    reference = world.open(CaseKind.COMPLAINT).reference
    due = world.desk.due(world.desk.find(reference))
    assert due.acknowledge_by == date(2026, 10, 2)
    assert not due.late(date(2026, 10, 2))
    assert due.late(date(2026, 10, 3))
    world.take(reference, K.ACKNOWLEDGED)
    after = world.desk.due(world.desk.find(reference))
    assert after.acknowledge_by is None
    assert not after.late(date(2026, 10, 28))
    assert after.late(date(2026, 10, 29))


def test_the_month_begins_with_the_proof_of_identity_where_it_was_asked_for() -> None:
    world = World()
    reference = world.open().reference
    world.now += 3 * DAY
    waiting = world.take(reference, K.IDENTITY_ASKED)
    assert (waiting.state, world.desk.due(waiting).answer_by) == (CaseState.WAITING, None)
    assert not world.desk.due(waiting).late(date(2030, 1, 1))
    world.now += 10 * DAY
    proved = world.take(reference, K.IDENTITY_PROVED, "driving licence, seen", on=date(2026, 9, 14))
    assert world.desk.due(proved).answer_by == date(2026, 10, 13)


def test_identity_that_was_shown_unasked_moves_nothing() -> None:
    world = World()
    reference = world.open().reference
    world.now += 3 * DAY
    proved = world.take(reference, K.IDENTITY_PROVED, "came to the desk with a passport")
    assert world.desk.due(proved).answer_by == date(2026, 10, 2)


def test_asking_for_proof_does_not_stop_the_clock_of_a_challenge() -> None:
    world = World()
    reference = world.open(CaseKind.CHALLENGE).reference
    asked = world.take(reference, K.IDENTITY_ASKED)
    assert world.desk.due(asked).answer_by == date(2026, 9, 16)


def test_days_on_which_information_is_waited_for_do_not_count() -> None:
    world = World()
    reference = world.open().reference
    world.now += 5 * DAY
    asked = world.take(reference, K.INFORMATION_ASKED, "which of your three cars?")
    assert world.desk.due(asked).answer_by is None
    world.now += 4 * DAY
    given = world.take(reference, K.INFORMATION_GIVEN)
    assert world.desk.due(given).answer_by == date(2026, 10, 2) + timedelta(days=5)


def test_more_time_is_taken_within_the_first_month_once_and_with_a_reason() -> None:
    world = World()
    reference = world.open().reference
    with pytest.raises(CaseError, match="in words"):
        world.take(reference, K.EXTENDED)
    world.now += 29 * DAY  # 2 October
    extended = world.take(reference, K.EXTENDED, "eleven requests at once")
    assert world.desk.due(extended).answer_by == date(2026, 12, 2)
    with pytest.raises(NotPossibleCaseStepError, match="already"):
        world.take(reference, K.EXTENDED, "again")
    late = world.open()
    world.now += 31 * DAY
    with pytest.raises(NotPossibleCaseStepError, match=r"54\(3B\)"):
        world.take(late.reference, K.EXTENDED, "too late")


@pytest.mark.parametrize("kind", [CaseKind.QUESTION, CaseKind.COMPLAINT, CaseKind.CHALLENGE])
def test_no_time_is_added_where_the_law_gives_none(kind) -> None:
    world = World()
    with pytest.raises(NotPossibleCaseStepError, match="never extended"):
        world.take(world.open(kind).reference, K.EXTENDED, "busy")


def test_a_case_is_closed_with_a_reply_or_with_the_reason_why_there_is_none() -> None:
    world = World()
    one, other = world.open().reference, world.open().reference
    for outcome in set(Outcome) - {Outcome.WITHDRAWN, Outcome.NOT_A_REQUEST}:
        with pytest.raises(NotPossibleCaseStepError):
            world.desk.close(one, outcome, None, world.by())
    world.take(one, K.REPLIED, "Two reads, enclosed.")
    closed = world.desk.close(one, Outcome.ANSWERED, None, world.by())
    assert (closed.state, closed.outcome, possible(closed)) == (CaseState.CLOSED, Outcome.ANSWERED, ())
    assert world.desk.due(closed).in_time is True
    gone = world.desk.close(other, Outcome.WITHDRAWN, None, world.by())
    assert world.desk.due(gone).answer_by is None


def test_a_reply_after_its_day_was_late_for_good() -> None:
    world = World()
    reference = world.open().reference
    world.now += 30 * DAY
    assert world.desk.due(world.take(reference, K.REPLIED, "sorry")).in_time is False


def test_a_case_that_is_moved_goes_to_another_duty_and_its_days_count_from_receipt() -> None:
    world = World()
    reference = world.open(CaseKind.QUESTION).reference
    world.desk.assign(reference, "manu", world.by())
    world.now += 2 * DAY
    moved = world.desk.move(reference, CaseKind.ACCESS, Words(text="asks for own reads"), world.by())
    assert (moved.kind, moved.owner, moved.assigned) == (CaseKind.ACCESS, Role.INFORMATION_RIGHTS_OFFICER, "")
    assert world.desk.due(moved).answer_by == date(2026, 10, 2)


def test_nobody_is_given_a_case_that_is_about_them() -> None:
    world = World()
    reference = world.open(CaseKind.COMPLAINT).reference
    world.desk.take(reference, K.EXCLUDED, Words(people=("pc1",)), world.by())
    with pytest.raises(NotPossibleCaseStepError, match="somebody else"):
        world.desk.assign(reference, "pc1", world.by())
    with pytest.raises(CaseError, match="name the people"):
        world.desk.take(reference, K.EXCLUDED, Words(people=("pc1",)), world.by())


def test_one_form_opens_one_case_however_often_it_is_sent() -> None:
    world = World()
    first = world.open(form=b"0123456789abcdef")
    again = world.open(form=b"0123456789abcdef")
    assert first == again
    assert len(world.cases.every()) == 1


def test_a_case_is_shown_to_whoever_has_its_code_and_to_nobody_else() -> None:
    world = World()
    one, other = world.open(), world.open()
    assert world.desk.look_up(one.reference.lower(), one.code.replace("-", " ")).reference == one.reference
    assert world.desk.look_up(one.reference, other.code) is None
    assert world.desk.look_up(one.reference, "") is None
    assert world.desk.look_up("2222-2222", one.code) is None
    assert world.desk.look_up("no reference", one.code) is None


def test_a_letter_counts_from_the_day_on_which_it_came() -> None:
    world = World()
    came = Came(via=Via.LETTER, on=date(2026, 9, 1))
    assert world.desk.open(CaseKind.ACCESS, WORDS, came, world.by()).answer_by == date(2026, 9, 30)
    with pytest.raises(CaseError, match="future"):
        world.desk.open(CaseKind.ACCESS, WORDS, Came(via=Via.LETTER, on=date(2026, 9, 4)), world.by())


def test_the_queue_begins_with_what_is_late() -> None:
    world = World()
    slow, quick = world.open(CaseKind.COMPLAINT).reference, world.open(CaseKind.CHALLENGE).reference
    on = (NOW + 20 * DAY).date()
    assert [one.reference for one in world.desk.queue(on=on)] == [quick, slow]
    asked = world.open().reference
    world.take(asked, K.IDENTITY_ASKED)
    assert [one.reference for one in world.desk.queue(on=on)] == [quick, slow, asked]


def test_words_are_forgotten_when_their_time_is_over() -> None:
    world = World()
    reference = world.open().reference
    world.desk.close(reference, Outcome.WITHDRAWN, Words(text="rang up"), world.by())
    assert world.desk.forget(world.now + 730 * DAY) == 0
    assert world.desk.forget(world.now + 731 * DAY) == 1
    assert all(one.words is None for one in world.desk.find(reference).steps)


def test_what_is_personal_is_in_no_text_of_a_step() -> None:
    step = CaseStep(step=K.NOTED, at=NOW, by="ida", words=WORDS)
    told = f"{step!r} {step.words!r} {step}"
    assert all(one not in told for one in ("Jo Mills", "jo@example.org", "AB12", "hold about"))


@given(st.binary(min_size=16, max_size=16))
def test_a_reference_is_read_again_however_it_was_written(chance) -> None:
    reference = make_reference(chance)
    assert parse_reference(reference.lower().replace("-", " ")) == reference


@given(st.binary(min_size=16, max_size=16), st.integers(0, 7), st.sampled_from(LETTERS))
def test_one_wrong_letter_is_no_reference(chance, place, letter) -> None:
    plain = make_reference(chance).replace("-", "")
    if plain[place] != letter:
        with pytest.raises(NotAReferenceError):
            parse_reference(plain[:place] + letter + plain[place + 1 :])


@given(st.binary(min_size=16, max_size=16), st.integers(0, 6))
def test_two_letters_that_changed_places_are_no_reference(chance, place) -> None:
    plain = make_reference(chance).replace("-", "")
    swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    if swapped != plain:
        with pytest.raises(NotAReferenceError):
            parse_reference(swapped)


@pytest.mark.parametrize("text", ["", "7KM3", "AAAA-AAAA", "7KM3-F9PX-2", "x" * 10_000, "٢٢٢٢-٢٢٢٢"])
def test_what_is_no_reference_is_refused(text) -> None:
    with pytest.raises(NotAReferenceError):
        parse_reference(text)
