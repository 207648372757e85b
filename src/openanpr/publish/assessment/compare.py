"""Two versions beside one another, or a frozen one beside the evidence of today: what changed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from openanpr.publish.assessment.document import Document, EvidenceTold, NumberTold, QuestionTold


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that was one thing and is another; empty where it was not there, or is not any more."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class NumberTurn:
    """A number of a piece of evidence that moved, by its label."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EvidenceTurn:
    """A piece of evidence that changed: how it stands (None: as before), and its numbers that moved."""

    name: str
    title: str
    standing: Turn | None
    numbers: tuple[NumberTurn, ...]


@dataclass(frozen=True, slots=True)
class QuestionTurn:
    """What changed at a question. `planned`, `done` and `dropped` are actions by their ids.

    `done`: open before and done now; `dropped`: open before, and neither done nor carried on.
    """

    id: str
    asks: str
    answer: Turn | None
    words_changed: bool
    verdict: Turn | None
    evidence: tuple[EvidenceTurn, ...]
    planned: tuple[str, ...]
    done: tuple[str, ...]
    dropped: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether anything did."""
        return bool(
            self.answer
            or self.words_changed
            or self.verdict
            or self.evidence
            or self.planned
            or self.done
            or self.dropped
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one version to another. `asked_no_more` are questions that are gone."""

    before: int
    after: int
    questions: tuple[QuestionTurn, ...]
    asked_no_more: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """A piece of evidence that stands otherwise now than when it was frozen, and since when that was seen."""

    name: str
    title: str
    frozen: str
    now: str
    seen_at: str


def compare(before: Document, after: Document) -> Comparison:
    """Return what changed. Raises ValueError for two languages or audiences, which say the same otherwise."""
    if (before.language, before.audience) != (after.language, after.audience):
        raise ValueError("two documents are compared in one language and for one audience")
    old, new = before.questions(), after.questions()
    turns = (_question(old.get(name), one) for name, one in new.items())
    gone = tuple(name for name in old if name not in new)
    return Comparison(before.number, after.number, tuple(one for one in turns if one.changed), gone)


def drift(frozen: Document, now: Document) -> tuple[Drift, ...]:
    """Return the evidence that stands otherwise now, each once; the frozen document stays as it is."""
    return tuple(_drift(frozen, now))


def _drift(frozen: Document, now: Document) -> Iterator[Drift]:
    current = _evidence_of(now)
    for name, one in _evidence_of(frozen).items():
        found = current.get(name)
        if found is not None and found.standing != one.standing:
            yield Drift(name, one.title, one.standing_said, found.standing_said, found.at)


def _evidence_of(document: Document) -> dict[str, EvidenceTold]:
    return {one.name: one for question in document.questions().values() for one in question.evidence}


def _question(old: QuestionTold | None, new: QuestionTold) -> QuestionTurn:
    was = {} if old is None else {one.id: one for one in old.actions}
    now = {one.id: one for one in new.actions}
    open_before = [one for one in was.values() if one.done_on is None]
    answered = "" if old is None or old.answer is None else old.answer.words
    answers = "" if new.answer is None else new.answer.words
    return QuestionTurn(
        id=new.id,
        asks=new.asks,
        answer=_turn(_said(old), _said(new)),
        words_changed=answered != answers,
        verdict=_turn("" if old is None else old.verdict.said, new.verdict.said),
        evidence=tuple(_evidence(old, new)),
        planned=tuple(name for name in now if name not in was),
        done=tuple(one.id for one in open_before if one.id in now and now[one.id].done_on is not None),
        dropped=tuple(one.id for one in open_before if one.id not in now),
    )


def _said(question: QuestionTold | None) -> str:
    return "" if question is None or question.answer is None else question.answer.said


def _turn(before: str, after: str) -> Turn | None:
    return None if before == after else Turn(before, after)


def _evidence(old: QuestionTold | None, new: QuestionTold) -> Iterator[EvidenceTurn]:
    was = {} if old is None else {one.name: one for one in old.evidence}
    for one in new.evidence:
        before = was.get(one.name)
        standing = _turn("" if before is None else before.standing_said, one.standing_said)
        numbers = tuple(_numbers(() if before is None else before.numbers, one.numbers))
        if standing is not None or numbers:
            yield EvidenceTurn(one.name, one.title, standing, numbers)


def _numbers(old: tuple[NumberTold, ...], new: tuple[NumberTold, ...]) -> Iterator[NumberTurn]:
    was = {one.name: one.said for one in old}
    for one in new:
        if was.get(one.name, "") != one.said:
            yield NumberTurn(one.label, was.get(one.name, ""), one.said)
