"""A challenge of an entry ("I keep being stopped"): its steps, where it stands, what can be done. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from openanpr.core.voi_list import Holder


class Step(StrEnum):
    """What can happen to a challenge."""

    OPENED = "opened"
    LOOKED = "looked"  # which lists raised alerts, and whether misreads did
    ANSWERED = "answered"  # by a list's owner
    EXPLAINED = "explained"  # why a device is silent
    CLOSED = "closed"


class Answer(StrEnum):
    """What a list's owner did about it."""

    STANDS = "stands"
    CORRECTED = "corrected"
    REMOVED = "removed"
    MARKER_CHANGED = "marker-changed"


class Outcome(StrEnum):
    """How a challenge ends."""

    FIXED = "fixed"  # changed, and every device confirms it or is explained
    STANDS = "stands"
    MISREADS = "misreads"  # the vehicle is on no list; another's mark was read as its own
    NOTHING_FOUND = "nothing-found"


class State(StrEnum):
    """Where a challenge stands."""

    TO_LOOK = "to-look"
    WITH_OWNERS = "with-owners"
    UNCONFIRMED = "unconfirmed"
    TO_CLOSE = "to-close"
    CLOSED = "closed"


class NotPossibleChallengeError(Exception):
    """The step cannot be taken now; the sentence says why."""


@dataclass(frozen=True, slots=True)
class SeenList:
    """What one list has to do with the vehicle.

    `alerts` in the time asked about; of their hits `exact` met an entry of this very mark, `possible` were
    to be looked at first. `misread`: alerts in which a person found that the plate says something else.
    `rivals`: other spellings that were read, `listed`: those of the entries that were met; another vehicle
    may be the one meant. `entries` of this mark stood on the list when it was looked.
    """

    list_name: str
    owner: str
    due: date
    alerts: int
    exact: int
    possible: int
    misread: int
    entries: int
    rivals: tuple[str, ...] = field(default=(), repr=False)
    listed: tuple[str, ...] = field(default=(), repr=False)
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def by_misreads(self) -> bool:
        """Whether only doubtful reads met the list, and no entry is of this vehicle."""
        return not self.exact and not self.entries


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeStep:
    """One step: which, when (UTC), by whom, and what it says."""

    step: Step
    at: datetime
    by: str
    why: str = ""
    case_ref: str = ""
    mark: str = field(default="", repr=False)
    since: datetime | None = None
    until: datetime | None = None
    lists: tuple[SeenList, ...] = ()
    list_name: str = ""
    answer: Answer | None = None
    proposal: int | None = None
    revision: int | None = None
    device: str = ""
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How far a change has come: `devices` that had the list, those that confirm `revision`, those silent."""

    list_name: str
    revision: int
    devices: int
    confirmed: int
    silent: tuple[str, ...]
    explained: tuple[str, ...]

    @property
    def done(self) -> bool:
        """Whether every device confirmed, or is explained."""
        return not self.silent


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge as its steps."""

    challenge_id: str
    steps: tuple[ChallengeStep, ...]

    @property
    def opened(self) -> ChallengeStep:
        """The step that began it: case, vehicle, time asked about."""
        return self.steps[0]

    @property
    def case_ref(self) -> str:
        """The reference of its case."""
        return self.opened.case_ref

    @property
    def mark(self) -> str:
        """The mark of the vehicle."""
        return self.opened.mark

    @property
    def lists(self) -> tuple[SeenList, ...] | None:
        """The lists that were found at the first look, None before it."""
        return next((one.lists for one in self.steps if one.step is Step.LOOKED), None)

    @property
    def answers(self) -> dict[str, ChallengeStep]:
        """The last answer of each list's owner."""
        return {one.list_name: one for one in self.steps if one.step is Step.ANSWERED}

    @property
    def waiting(self) -> tuple[SeenList, ...]:
        """The lists whose owners have yet to answer."""
        given = self.answers
        return tuple(one for one in self.lists or () if one.list_name not in given)

    @property
    def changes(self) -> tuple[ChallengeStep, ...]:
        """The answers that changed a list."""
        return tuple(one for one in self.answers.values() if one.answer is not Answer.STANDS)

    @property
    def closed(self) -> bool:
        """Whether it has ended."""
        return self.steps[-1].step is Step.CLOSED

    def explained(self, list_name: str, revision: int) -> frozenset[str]:
        """The devices whose silence about a revision of a list somebody explained."""
        return frozenset(
            one.device
            for one in self.steps
            if one.step is Step.EXPLAINED and (one.list_name, one.revision) == (list_name, revision)
        )

    def state(self, confirmations: Sequence[Confirmation]) -> State:
        """Return where it stands, given how far its changes have come."""
        if self.closed:
            return State.CLOSED
        if self.lists is None:
            return State.TO_LOOK
        if self.waiting:
            return State.WITH_OWNERS
        return State.TO_CLOSE if all(one.done for one in confirmations) else State.UNCONFIRMED

    def after(self, step: ChallengeStep) -> Challenge:
        """Return it with a step; raises NotPossibleChallengeError."""
        verify_possible(self, step)
        return Challenge(self.challenge_id, (*self.steps, step))


def verify_possible(challenge: Challenge, step: ChallengeStep) -> None:
    """Raise NotPossibleChallengeError where a step cannot follow the others."""
    if challenge.closed:
        raise NotPossibleChallengeError("the challenge is closed")
    match step.step:
        case Step.OPENED:
            raise NotPossibleChallengeError("the challenge is open already")
        case Step.LOOKED if challenge.lists is not None:
            raise NotPossibleChallengeError("it was looked already, and the owners were asked")
        case Step.ANSWERED if step.list_name not in {one.list_name for one in challenge.lists or ()}:
            raise NotPossibleChallengeError("this list was not asked about the vehicle")
        case Step.EXPLAINED if (step.list_name, step.revision) not in _changed(challenge):
            raise NotPossibleChallengeError("this revision of this list answers nothing here")
        case Step.CLOSED if challenge.lists is None:
            raise NotPossibleChallengeError("look first which lists raised alerts for the vehicle")
        case Step.CLOSED if challenge.waiting:
            raise NotPossibleChallengeError("a list's owner has not answered yet")
        case _:
            pass


def _changed(challenge: Challenge) -> Collection[tuple[str, int | None]]:
    return {(one.list_name, one.revision) for one in challenge.changes}


def confirmation(
    list_name: str, revision: int, *, newest: int, held: Sequence[Holder], explained: Collection[str]
) -> Confirmation:
    """Return how far a revision has come.

    A device confirms by a word of that revision or a later one, none later than the list's `newest`: whoever
    claims what is not there yet confirms nothing.
    """
    confirmed = {
        one.device for one in held if one.in_force is not None and revision <= one.in_force <= newest
    }
    silent = tuple(one.device for one in held if one.device not in confirmed)
    return Confirmation(
        list_name,
        revision,
        len(held),
        len(confirmed),
        tuple(one for one in silent if one not in explained),
        tuple(one for one in silent if one in explained),
    )


def verify_outcome(challenge: Challenge, outcome: Outcome, confirmations: Sequence[Confirmation]) -> None:
    """Raise NotPossibleChallengeError where an outcome says more than was found and done."""
    lists, changes = challenge.lists or (), challenge.changes
    if outcome is Outcome.FIXED:
        if not changes:
            raise NotPossibleChallengeError("nothing was changed: it stands, or it was misreads")
        if any(not one.done for one in confirmations):
            raise NotPossibleChallengeError(
                "not every device confirms the change: wait, or explain each silent one by name"
            )
    elif changes:
        raise NotPossibleChallengeError(
            "a list was changed for it: close it as fixed, once that is confirmed"
        )
    if outcome is Outcome.MISREADS and not (lists and all(one.by_misreads for one in lists)):
        raise NotPossibleChallengeError(
            "an entry of this vehicle met its reads: misreads alone do not explain"
        )
    if outcome is Outcome.STANDS and all(one.by_misreads for one in lists):
        raise NotPossibleChallengeError("no entry of this vehicle stands on a list that was found")
    if outcome is Outcome.NOTHING_FOUND and lists:
        raise NotPossibleChallengeError("lists were found for the vehicle")
