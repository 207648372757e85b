"""A version is what happened to it: written, signed by another, published, superseded, and never changed."""

from __future__ import annotations

from datetime import date

import pytest

from openanpr.core.role import Role
from openanpr.publish.assessment.answer import AnswerKind
from openanpr.publish.assessment.version import Event, EventKind, NotPossibleError, State, version_of
from tests.publish.scene import NOW

DIGEST = "ab" * 32


def told(*steps: tuple[EventKind, dict[str, object]]) -> list[Event]:
    return [
        Event(place, NOW, kind, **{"by": "ada", **more})  # type: ignore[arg-type]
        for place, (kind, more) in enumerate(steps, 1)
    ]


BEGUN = (EventKind.BEGUN, {})
ANSWERED = (EventKind.ANSWERED, {"question": "1a", "answer": AnswerKind.YES, "words": "Yes."})
PLANNED = (
    EventKind.PLANNED,
    {"question": "1a", "action": "1.1", "words": "Do it.", "owner": "manager", "due": date(2027, 1, 1)},
)
SIGNED = (EventKind.SIGNED, {"by": "sue", "role": Role.AUTHORISING_OFFICER, "digest": DIGEST})
PUBLISHED = (EventKind.PUBLISHED, {"by": "pat"})
SUPERSEDED = (EventKind.SUPERSEDED, {"by": "pat"})
DONE = (EventKind.DONE, {"action": "1.1", "words": "Done."})


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ([BEGUN], State.DRAFT),
        ([BEGUN, ANSWERED, SIGNED], State.SIGNED),
        ([BEGUN, SIGNED, PUBLISHED], State.PUBLISHED),
        ([BEGUN, SIGNED, PUBLISHED, SUPERSEDED], State.SUPERSEDED),
    ],
)
def test_a_version_stands_where_its_events_brought_it(steps, state) -> None:
    assert version_of(1, told(*steps)).state is state


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [ANSWERED],
        [BEGUN, BEGUN],
        [BEGUN, PUBLISHED],
        [BEGUN, SUPERSEDED],
        [BEGUN, SIGNED, ANSWERED],
        [BEGUN, SIGNED, PLANNED],
        [BEGUN, SIGNED, SIGNED],
        [BEGUN, SIGNED, PUBLISHED, PUBLISHED],
        [BEGUN, SIGNED, SUPERSEDED],
        [BEGUN, DONE],
        [BEGUN, PLANNED, DONE, DONE],
        [BEGUN, PLANNED, DONE, PLANNED],
        [BEGUN, PLANNED, SIGNED, PUBLISHED, SUPERSEDED, DONE],
        [BEGUN, (EventKind.SIGNED, {"by": "sue", "digest": DIGEST})],
        [BEGUN, (EventKind.SIGNED, {"by": "sue", "role": Role.AUTHORISING_OFFICER})],
        [BEGUN, (EventKind.ANSWERED, {"question": "1a"})],
        [BEGUN, (EventKind.PLANNED, {"question": "1a", "action": "1.1", "words": "Do it."})],
    ],
)
def test_what_cannot_follow_is_refused(steps) -> None:
    with pytest.raises(NotPossibleError):
        version_of(1, told(*steps))


def test_whoever_says_that_an_action_of_the_draft_is_done_has_written_in_it() -> None:
    done = (EventKind.DONE, {**DONE[1], "by": "sue"})
    with pytest.raises(NotPossibleError, match="wrote any of"):
        version_of(1, told(BEGUN, PLANNED, done, SIGNED))
    assert version_of(1, told(BEGUN, PLANNED, SIGNED, done)).assessors == {"ada"}


@pytest.mark.parametrize("writes", [ANSWERED, PLANNED])
def test_nobody_signs_of_which_they_wrote_any_part(writes) -> None:
    kind, more = writes
    events = told(BEGUN, (kind, {**more, "by": "sue"}), SIGNED)
    with pytest.raises(NotPossibleError, match="wrote any of"):
        version_of(1, events)
    begun_by_signer = told((EventKind.BEGUN, {"by": "sue"}), SIGNED)
    with pytest.raises(NotPossibleError, match="wrote any of"):
        version_of(1, begun_by_signer)


def test_what_was_planned_may_be_done_after_it_was_signed() -> None:
    version = version_of(1, told(BEGUN, PLANNED, SIGNED, PUBLISHED, DONE))
    assert version.action("1.1").done_on == NOW.date()
    assert version.state is State.PUBLISHED


def test_a_plan_may_be_changed_until_it_is_done_or_signed() -> None:
    later = (EventKind.PLANNED, {**PLANNED[1], "due": date(2027, 5, 5)})
    version = version_of(1, told(BEGUN, PLANNED, later))
    assert [one.due for one in version.actions] == [date(2027, 5, 5)]


def test_an_event_that_is_lost_or_doubled_is_noticed() -> None:
    events = told(BEGUN, ANSWERED, SIGNED)
    for broken in ([events[0], events[2]], [events[0], events[1], events[1]]):
        with pytest.raises(NotPossibleError, match="missing, or there twice"):
            version_of(1, broken)
