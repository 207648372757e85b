"""The acts on an assessment: measured, begun, answered, planned, signed off, published. Each logged first.

Nothing here decides who may: whoever calls has had the rules judge it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from openanpr.audit.acts import Assessment
from openanpr.audit.port import Log, logged
from openanpr.core.role import Role
from openanpr.core.span import Span
from openanpr.publish.assessment.answer import MOST_LINE, AnswerKind, public_words
from openanpr.publish.assessment.document import Document
from openanpr.publish.assessment.evidence.catalogue import find_all
from openanpr.publish.assessment.evidence.look import Measuring
from openanpr.publish.assessment.facts import Sources
from openanpr.publish.assessment.finding import Finding
from openanpr.publish.assessment.numbers import AssessmentNumbers
from openanpr.publish.assessment.ports import Assessments, Change, Checkpoints, Frozen
from openanpr.publish.assessment.questions import Principle, questions_of
from openanpr.publish.assessment.sheet import Sheet, sheet_of, verify_ready
from openanpr.publish.assessment.telling import Audience, Telling, tell
from openanpr.publish.assessment.version import (
    Event,
    EventKind,
    NotPossibleError,
    State,
    Version,
    after,
    published_now,
)
from openanpr.publish.words import ENGLISH, catalogue, shipped_languages

_NO_DIGEST = "0" * 64


@dataclass(frozen=True, slots=True)
class AssessmentDesk:
    """What the acts need of the world."""

    store: Assessments
    sources: Sources
    log: Log
    checkpoint: Checkpoints
    principles: tuple[Principle, ...]
    numbers: AssessmentNumbers


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as the assessor gives it."""

    question: str
    kind: AnswerKind
    words: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done about a question, by whom (a post) and by when; `id` of one that is planned anew."""

    question: str
    what: str
    owner: str
    due: date
    id: str = ""


def measure(desk: AssessmentDesk, *, now: datetime) -> Mapping[str, Finding]:
    """Return what each piece of evidence shows now, over the year until now. Raises what a store raises."""
    return find_all(desk.sources.gather(_over(desk, now)), Measuring(now, desk.numbers))


def look(desk: AssessmentDesk, number: int, *, now: datetime) -> Sheet:
    """Return a version beside the evidence of now. Raises NoSuchVersionError, what a store raises."""
    return _sheet(desk, desk.store.find(number), measure(desk, now=now), now)


def begin(desk: AssessmentDesk, *, by: str, now: datetime) -> Version:
    """Begin a draft, with the actions that are still open of the version in force.

    Raises NotPossibleError while there is a draft.
    """
    versions = desk.store.every()
    if any(one.state is State.DRAFT for one in versions):
        raise NotPossibleError("there is a draft already: write in that one")
    number = max((one.number for one in versions), default=0) + 1
    events = [Event(1, now, EventKind.BEGUN, by)]
    last = max((one for one in versions), key=lambda one: one.number, default=None)
    for action in () if last is None else last.actions:
        if action.is_open:
            carried = action.carried or (0 if last is None else last.number)
            events.append(
                Event(
                    len(events) + 1,
                    now,
                    EventKind.PLANNED,
                    by,
                    question=action.question,
                    action=action.id,
                    words=action.what,
                    owner=action.owner,
                    due=action.due,
                    carried=carried,
                )
            )
    with logged(desk.log, Assessment(at=now, step="begun", person=by, version=number)):
        desk.store.save([Change(number, 0, tuple(events))])
    return desk.store.find(number)


def give_answer(desk: AssessmentDesk, number: int, said: Said, *, by: str, now: datetime) -> Version:
    """Keep an answer, in the place of an earlier one. Raises NotPossibleError, WordsRefusedError."""
    version = desk.store.find(number)
    _verify_asked(desk, said.question)
    event = Event(
        version.events + 1,
        now,
        EventKind.ANSWERED,
        by,
        question=said.question,
        answer=said.kind,
        words=public_words(said.words, "an answer"),
    )
    return _add(desk, version, event, step="answered")


def plan(desk: AssessmentDesk, number: int, planned: Plan, *, by: str, now: datetime) -> Version:
    """Keep an action, in the place of the one with its id if it has one.

    Raises NotPossibleError, WordsRefusedError.
    """
    version = desk.store.find(number)
    _verify_asked(desk, planned.question)
    if planned.due < now.date():
        raise NotPossibleError("an action is to be done on a day to come")
    if planned.id:
        version.action(planned.id)
    ordinal = 1 + sum(one.carried is None for one in version.actions)
    event = Event(
        version.events + 1,
        now,
        EventKind.PLANNED,
        by,
        question=planned.question,
        action=planned.id or f"{number}.{ordinal}",
        words=public_words(planned.what, "what is to be done"),
        owner=public_words(planned.owner, "the post that is to do it", most=MOST_LINE),
        due=planned.due,
        carried=version.action(planned.id).carried if planned.id else None,
    )
    return _add(desk, version, event, step="planned")


def finish(
    desk: AssessmentDesk, action: str, words: str, *, on: date, by: str, now: datetime
) -> tuple[Version, ...]:
    """Say that an action was done, in every version that it is open in; what is frozen stays as it is.

    Raises NotPossibleError, WordsRefusedError.
    """
    said = public_words(words, "what was done")
    if on > now.date():
        raise NotPossibleError("an action was done today or before")
    having = [one for one in desk.store.every() if _has_open(one, action)]
    if not having:
        raise NotPossibleError("no assessment that is in force or in the making has such an open action")
    changes: list[Change] = []
    for version in having:
        event = Event(version.events + 1, now, EventKind.DONE, by, action=action, words=said, done_on=on)
        after(version, event)
        changes.append(Change(version.number, version.events, (event,)))
    told = [
        Assessment(at=now, step="action-done", person=by, version=one.number, reason=said) for one in having
    ]
    with logged(desk.log, *told):
        desk.store.save(changes)
    return tuple(desk.store.find(one.number) for one in having)


def sign(desk: AssessmentDesk, number: int, seen: str, *, by: str, role: Role, now: datetime) -> Version:
    """Sign a draft off: evidence and answers are frozen as they stand, under a checkpoint of the log.

    `seen` is the code of what the person looked at. Raises NotPossibleError where it is another by now, where
    something is unanswered or unplanned, or where the person wrote any of it.
    """
    version = desk.store.find(number)
    event = Event(version.events + 1, now, EventKind.SIGNED, by, role=role, digest=_NO_DIGEST)
    after(version, event)
    findings = measure(desk, now=now)
    sheet = _sheet(desk, version, findings, now)
    if sheet.code != seen:
        raise NotPossibleError(
            "this is not what you looked at any more, its answers or its evidence changed: look at it again"
        )
    verify_ready(sheet)
    documents = _documents(desk, _sheet(desk, after(version, event), findings, now))
    own = {(one.language, one.audience): one.digest for one in documents}
    digest = own[ENGLISH, Audience.PUBLIC.value]
    told = [
        Assessment(at=now, step="frozen", person=by, version=number, digest=found)
        for (language, audience), found in own.items()
        if audience == Audience.PUBLIC and language != ENGLISH
    ]
    inner = own[ENGLISH, Audience.INTERNAL.value]
    told.append(Assessment(at=now, step="signed", person=by, version=number, digest=digest, inner=inner))
    signed = Event(version.events + 1, now, EventKind.SIGNED, by, role=role, digest=digest)
    kept = tuple(Frozen(one.language, one.audience, one.to_bytes()) for one in documents)
    with logged(desk.log, *told):
        desk.store.save([Change(number, version.events, (signed,), kept)])
    return desk.store.find(number)


def publish(desk: AssessmentDesk, number: int, *, by: str, now: datetime) -> Version:
    """Publish a version that was signed; the one before is superseded. Raises NotPossibleError."""
    version = desk.store.find(number)
    event = Event(version.events + 1, now, EventKind.PUBLISHED, by)
    after(version, event)
    changes = [Change(number, version.events, (event,))]
    before = published_now(desk.store.every())
    if before is not None:
        if before.number > number:
            raise NotPossibleError("a later assessment is published already: this one stays where it is")
        gone = Event(before.events + 1, now, EventKind.SUPERSEDED, by)
        changes.append(Change(before.number, before.events, (gone,)))
    digest = None if version.signed is None else version.signed.digest
    with logged(desk.log, Assessment(at=now, step="published", person=by, version=number, digest=digest)):
        desk.store.save(changes)
    return desk.store.find(number)


def _over(desk: AssessmentDesk, now: datetime) -> Span:
    return Span(now - timedelta(days=desk.numbers.year_days.value), now)


def _sheet(desk: AssessmentDesk, version: Version, findings: Mapping[str, Finding], now: datetime) -> Sheet:
    return sheet_of(version, desk.principles, findings, at=now, over=_over(desk, now))


def _documents(desk: AssessmentDesk, sheet: Sheet) -> Sequence[Document]:
    """The documents of a sheet for every audience, in every language, under one checkpoint of the log."""
    checkpoint = desk.checkpoint()
    return [
        tell(sheet, Telling(catalogue(language), audience, desk.numbers), checkpoint)
        for language in shipped_languages()
        for audience in Audience
    ]


def _add(desk: AssessmentDesk, version: Version, event: Event, *, step: str) -> Version:
    after(version, event)
    told = Assessment(
        at=event.at,
        step=step,
        person=event.by,
        version=version.number,
        question=event.question or None,
        reason=event.words or None,
    )
    with logged(desk.log, told):
        desk.store.save([Change(version.number, version.events, (event,))])
    return desk.store.find(version.number)


def _verify_asked(desk: AssessmentDesk, question: str) -> None:
    known = questions_of(desk.principles)
    if question not in known:
        raise NotPossibleError(f"there is no such question: they are {', '.join(known)}")


def _has_open(version: Version, action: str) -> bool:
    return version.state is not State.SUPERSEDED and any(
        one.id == action and one.is_open for one in version.actions
    )
