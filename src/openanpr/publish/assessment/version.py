"""A version of the assessment, from its events: nothing of it is changed, only added to. Pure.

draft -> signed -> published -> superseded. Answers and plans are of the draft; what was planned may be done,
and that be said, at any time after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from openanpr.core.role import Role
from openanpr.publish.assessment.answer import Action, Answer, AnswerKind


class State(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"
    SIGNED = "signed"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class EventKind(StrEnum):
    """What happened to a version."""

    BEGUN = "begun"
    ANSWERED = "answered"
    PLANNED = "planned"
    DONE = "done"
    SIGNED = "signed"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class NotPossibleError(Exception):
    """A step that a version cannot take now; the sentence says why, and what can be done."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: `place` counts the events of a version from 1, `by` is who did it.

    The rest is filled as the kind wants it: `answer` and `words` of an answer, `action` (its id), `words`,
    `owner`, `due` and `carried` of a plan, `action`, `words` and `done_on` of what was done, `role` and
    `digest` of a sign-off.
    """

    place: int
    at: datetime
    kind: EventKind
    by: str
    question: str = ""
    answer: AnswerKind | None = None
    words: str = ""
    action: str = ""
    owner: str = ""
    due: date | None = None
    done_on: date | None = None
    carried: int | None = None
    role: Role | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who signed, as what, when, and the digest of the document that was frozen then."""

    by: str
    role: Role
    at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Version:
    """A version as it stands. `assessors` wrote any of it; `events` counts what happened to it."""

    number: int
    begun_at: datetime
    state: State = State.DRAFT
    events: int = 0
    answers: Mapping[str, Answer] = field(default_factory=dict[str, Answer])
    actions: tuple[Action, ...] = ()
    assessors: frozenset[str] = frozenset()
    signed: SignOff | None = None
    published_at: datetime | None = None
    superseded_at: datetime | None = None

    def verify_draft(self) -> None:
        """Raise NotPossibleError unless it may still be written in."""
        if self.state is not State.DRAFT:
            raise NotPossibleError(
                f"version {self.number} is {self.state}: what was signed stays as it is; begin another draft"
            )

    def action(self, action_id: str) -> Action:
        """Return an action by its id. Raises NotPossibleError where there is none."""
        found = next((one for one in self.actions if one.id == action_id), None)
        if found is None:
            raise NotPossibleError(f"version {self.number} has no such action: look at its plan")
        return found


def version_of(number: int, events: Sequence[Event]) -> Version:
    """Return how a version stands after its events, in their order.

    Raises NotPossibleError for events that cannot follow one another: then the store is not what it was.
    """
    if not events or events[0].kind is not EventKind.BEGUN:
        raise NotPossibleError(f"version {number} does not begin")
    version = Version(number, events[0].at)
    for event in events:
        version = after(version, event)
    return version


def after(version: Version, event: Event) -> Version:
    """Return how a version stands after one more event. Raises NotPossibleError where it cannot follow."""
    if event.place != version.events + 1:
        raise NotPossibleError(f"an event of version {version.number} is missing, or there twice")
    step = _STEPS[event.kind](version, event)
    return replace(step, events=event.place)


def _begun(version: Version, event: Event) -> Version:
    if version.events:
        raise NotPossibleError(f"version {version.number} was begun before")
    return replace(version, assessors=frozenset({event.by}))


def _answered(version: Version, event: Event) -> Version:
    version.verify_draft()
    if event.answer is None or not event.question:
        raise NotPossibleError("an answer needs its question and what it is")
    given = Answer(event.answer, event.words, event.by, event.at)
    return replace(
        version,
        answers={**version.answers, event.question: given},
        assessors=version.assessors | {event.by},
    )


def _planned(version: Version, event: Event) -> Version:
    version.verify_draft()
    if event.due is None or not (event.question and event.words and event.owner and event.action):
        raise NotPossibleError("an action needs its question, what is to be done, whose it is, and by when")
    new = Action(event.action, event.question, event.words, event.owner, event.due, carried=event.carried)
    others = tuple(one for one in version.actions if one.id != new.id)
    if any(one.id == new.id and not one.is_open for one in version.actions):
        raise NotPossibleError("this action was done before: plan another one")
    return replace(version, actions=(*others, new), assessors=version.assessors | {event.by})


def _done(version: Version, event: Event) -> Version:
    if version.state is State.SUPERSEDED:
        raise NotPossibleError(
            f"version {version.number} is superseded: its open actions are in the next one"
        )
    action = version.action(event.action)
    if not action.is_open:
        raise NotPossibleError("this action was done before")
    done = replace(action, done_on=event.done_on or event.at.date(), done_words=event.words)
    # Of a draft the words will be signed: whoever wrote them does not sign.
    writers = {event.by} if version.state is State.DRAFT else set[str]()
    return replace(
        version,
        actions=tuple(done if one.id == done.id else one for one in version.actions),
        assessors=version.assessors | writers,
    )


def _signed(version: Version, event: Event) -> Version:
    version.verify_draft()
    if event.by in version.assessors:
        raise NotPossibleError("whoever wrote any of an assessment does not sign it: ask another person")
    if event.role is None or not event.digest:
        raise NotPossibleError("a sign-off needs the role in which it is given, and what was frozen")
    return replace(version, state=State.SIGNED, signed=SignOff(event.by, event.role, event.at, event.digest))


def _published(version: Version, event: Event) -> Version:
    if version.state is not State.SIGNED:
        raise NotPossibleError(
            f"version {version.number} is {version.state}: only what was signed is published"
        )
    return replace(version, state=State.PUBLISHED, published_at=event.at)


def _superseded(version: Version, event: Event) -> Version:
    if version.state is not State.PUBLISHED:
        raise NotPossibleError(f"version {version.number} is not published: nothing takes its place")
    return replace(version, state=State.SUPERSEDED, superseded_at=event.at)


_STEPS = {
    EventKind.BEGUN: _begun,
    EventKind.ANSWERED: _answered,
    EventKind.PLANNED: _planned,
    EventKind.DONE: _done,
    EventKind.SIGNED: _signed,
    EventKind.PUBLISHED: _published,
    EventKind.SUPERSEDED: _superseded,
}


def published_now(versions: Iterable[Version]) -> Version | None:
    """Return the version that the public sees, None where there is none."""
    return next((one for one in versions if one.state is State.PUBLISHED), None)
