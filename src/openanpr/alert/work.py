"""What people may do with an alert: see it, check the picture, task somebody, close it. Pure.

Every way from one state to the next stands in `TRANSITIONS`, every outcome in `OUTCOMES`; no other is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

from openanpr.alert.alert import Alert, Change, Check, Feedback, State, Step, StepKind, Watch
from openanpr.alert.clock import next_step_by
from openanpr.alert.closure import TO_CORRECT, Closure, Outcome
from openanpr.alert.routing import Viewer, sees
from openanpr.alert.rules import RuleBook


class Deed(StrEnum):
    """The kinds of things that a person may do."""

    SEE = "see"
    CHECK = "check"
    CANNOT_CHECK = "check as cannot_check"
    TASK = "task"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class See:
    """Take note of the alert, or of further hits; whoever does has it in hand."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class CheckPicture:
    """Say what the picture shows beside the entry, or that it cannot be checked."""

    check: Check
    note: str = ""

    @property
    def of_a_picture(self) -> bool:
        """Whether it tells of a picture: then there must be one."""
        return self.check is not Check.CANNOT_CHECK


@dataclass(frozen=True, slots=True)
class Task:
    """Give it to a unit; `to` is its call sign or name."""

    to: str
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a task for nobody."""
        if not self.to.strip():
            msg = "a task needs the unit that it is given to"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Close:
    """Say what came of it."""

    closure: Closure


Move: TypeAlias = See | CheckPicture | Task | Close
Situation: TypeAlias = tuple[State, Check | None]
"""A state and, where a picture was checked, what was found."""


class NoSuchAlertError(LookupError):
    """There is no alert of that id, or none for this person; nothing tells which of the two."""

    def __init__(self) -> None:
        super().__init__("there is no such alert in your queues: load them again")


class NotPossibleError(ValueError):
    """A step that this alert does not allow; `possible` are those that it does."""

    def __init__(self, state: State, wanted: str, possible: tuple[str, ...]) -> None:
        self.possible = possible
        then = ", ".join(possible) or "nothing; a further hit raises a new alert"
        super().__init__(f"an alert that is {state.value} does not allow {wanted}; possible now: {then}")


class GrownSinceError(ValueError):
    """Further hits joined that the person did not have in view."""

    def __init__(self, unseen: int) -> None:
        self.unseen = unseen
        super().__init__(f"{unseen} further hits joined this alert since it was shown: look at them first")


class NoPictureError(ValueError):
    """Somebody says what a picture shows, and no picture is here."""

    def __init__(self) -> None:
        super().__init__(
            "no picture of this alert is here to compare: wait until one comes, or say that it cannot be "
            "checked"
        )


_TO_TASK = (Check.MATCH, Check.POSSIBLE_CLONE)
_SHOWN = tuple(check for check in Check if check is not Check.CANNOT_CHECK)
_FROM_ROADSIDE = frozenset(Outcome)


def _table() -> dict[Situation, Mapping[Deed, State]]:
    """Return where each deed leads from each situation."""
    # What cannot be checked is never in the state of one that was, whatever it was before.
    look = {Deed.CHECK: State.PICTURE_CHECKED, Deed.CANNOT_CHECK: State.SEEN, Deed.CLOSE: State.CLOSED}
    unchecked = {Deed.SEE: State.SEEN, **look}
    table: dict[Situation, Mapping[Deed, State]] = {
        (State.NEW, None): {Deed.SEE: State.SEEN},
        (State.SEEN, None): unchecked,
        (State.SEEN, Check.CANNOT_CHECK): unchecked,
        (State.CLOSED, None): {},
    }
    again = {Deed.SEE: State.PICTURE_CHECKED, **look}
    for check in _SHOWN:
        table[State.PICTURE_CHECKED, check] = again
    for check in _TO_TASK:
        table[State.PICTURE_CHECKED, check] = {**again, Deed.TASK: State.TASKED}
        table[State.TASKED, check] = {Deed.SEE: State.TASKED, Deed.TASK: State.TASKED, **look}
    return table


TRANSITIONS: Final[Mapping[Situation, Mapping[Deed, State]]] = MappingProxyType(_table())
"""Where each deed leads; what is not here is refused. No way leads to TASKED but past the picture."""

OUTCOMES: Final[Mapping[Situation, frozenset[Outcome]]] = MappingProxyType(
    {
        (State.SEEN, None): frozenset({Outcome.NOT_RESPONDED}),
        (State.SEEN, Check.CANNOT_CHECK): frozenset(
            {Outcome.NOT_RESPONDED, Outcome.INTELLIGENCE, Outcome.LIST_ERROR}
        ),
        (State.PICTURE_CHECKED, Check.MATCH): frozenset(
            {Outcome.NOT_RESPONDED, Outcome.INTELLIGENCE, Outcome.LIST_ERROR}
        ),
        (State.PICTURE_CHECKED, Check.POSSIBLE_CLONE): frozenset(
            {Outcome.NOT_RESPONDED, Outcome.INTELLIGENCE, Outcome.LIST_ERROR}
        ),
        (State.PICTURE_CHECKED, Check.MISREAD): frozenset({Outcome.MISREAD}),
        (State.PICTURE_CHECKED, Check.WRONG_VEHICLE): frozenset({Outcome.INTELLIGENCE, Outcome.LIST_ERROR}),
        (State.PICTURE_CHECKED, Check.STALE_ENTRY): frozenset({Outcome.LIST_ERROR}),
        (State.TASKED, Check.MATCH): _FROM_ROADSIDE,
        (State.TASKED, Check.POSSIBLE_CLONE): _FROM_ROADSIDE,
    }
)
"""The outcomes that an alert may be closed with: what nobody looked at cannot be called a misread."""


def possible(alert: Alert) -> tuple[str, ...]:
    """Return what may be done with the alert now, as words: `see`, `check`, `task`, `close as ...`."""
    here = _situation(alert)
    deeds = [deed.value for deed in TRANSITIONS[here] if deed is not Deed.CLOSE]
    outcomes = OUTCOMES.get(here, frozenset())
    return (*deeds, *(f"close as {outcome.value}" for outcome in Outcome if outcome in outcomes))


def take_step(alert: Alert, move: Move, *, by: Viewer, at: datetime, shown: int, book: RuleBook) -> Change:
    """Return the alert after a person's step.

    `shown` is the count of hits that the person had in view: nobody decides on hits they did not see.
    Raises NoSuchAlertError where the person does not see the alert, NotPossibleError where the table does not
    allow the step, GrownSinceError where hits joined meanwhile.
    """
    if not sees(alert, by, book):
        raise NoSuchAlertError
    deed, wanted, step = _as_step(alert, move, by, at, shown)
    here = _situation(alert)
    state = TRANSITIONS[here].get(deed)
    allowed = state is not None and (step.closure is None or step.closure.outcome in OUTCOMES[here])
    if state is None or not allowed:
        raise NotPossibleError(alert.state, wanted, possible(alert))
    if shown < alert.tally.count:
        raise GrownSinceError(alert.tally.count - shown)
    stepped = replace(
        alert,
        version=alert.version + 1,
        steps=step.number,
        state=state,
        check=step.check or alert.check,
        closure=step.closure,
        watch=_answered(alert, state, at, book),
    )
    feedback = None if step.closure is None else _feedback(stepped, step.closure, by, at, book)
    return Change(stepped, alert.version, (step,), feedback=feedback)


def _situation(alert: Alert) -> Situation:
    return alert.state, alert.check if alert.is_open else None


def _as_step(alert: Alert, move: Move, by: Viewer, at: datetime, shown: int) -> tuple[Deed, str, Step]:
    """Return the kind of the move, how to name it in a refusal, and the step that it would be."""
    number = alert.steps + 1

    def step(kind: StepKind, note: str) -> Step:
        return Step(alert.id, number, at, kind, by=by.name, shown=shown, note=note)

    match move:
        case See(note):
            return Deed.SEE, "see", step(StepKind.SEEN, note)
        case CheckPicture(Check.CANNOT_CHECK as check, note):
            return Deed.CANNOT_CHECK, "check", replace(step(StepKind.NOT_CHECKED, note), check=check)
        case CheckPicture(check, note):
            return Deed.CHECK, "check", replace(step(StepKind.PICTURE_CHECKED, note), check=check)
        case Task(to, note):
            return Deed.TASK, "task", replace(step(StepKind.TASKED, note), to=to)
        case Close(closure):
            wanted = f"close as {closure.outcome.value}"
            return Deed.CLOSE, wanted, replace(step(StepKind.CLOSED, closure.note), closure=closure)


def _answered(alert: Alert, state: State, at: datetime, book: RuleBook) -> Watch:
    """Return the clock after a person's step: the wait is over, and the next step has its own time."""
    watch = alert.watch
    first = watch.first_step_at is None
    return replace(
        watch,
        waiting_since=None,
        answer_by=next_step_by(state, at, book.of(alert.key.list_id)),
        level=0,
        repeats=0,
        unattended=False,
        last_step_at=at,
        first_step_at=at if first else watch.first_step_at,
        level_at_first_step=watch.level if first else watch.level_at_first_step,
    )


def _feedback(alert: Alert, closure: Closure, by: Viewer, at: datetime, book: RuleBook) -> Feedback:
    """Return what the list's owner is told; of a covert entry only its named people hear."""
    to = alert.key.channel or (book.of(alert.key.list_id).owner,)
    return Feedback(
        alert_id=alert.id,
        list_id=alert.key.list_id,
        entries=alert.tally.entries,
        to=to,
        check=alert.check,
        closure=closure,
        correct=closure.outcome in TO_CORRECT,
        at=at,
        by=by.name,
    )
