"""An assessment as it stands at a moment: each question with its answer, its evidence and its plan. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from openanpr.core.span import Span
from openanpr.publish.assessment.answer import Action, Answer
from openanpr.publish.assessment.finding import Finding
from openanpr.publish.assessment.questions import Principle, Question
from openanpr.publish.assessment.verdict import Colour, Verdict, judge
from openanpr.publish.assessment.version import NotPossibleError, Version


@dataclass(frozen=True, slots=True)
class QuestionSeen:
    """A question with all that belongs to it."""

    question: Question
    answer: Answer | None
    verdict: Verdict
    findings: tuple[Finding, ...]
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class PrincipleSeen:
    """A principle with its questions."""

    principle: Principle
    questions: tuple[QuestionSeen, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A version beside the evidence of the moment `at`, measured over `over`."""

    version: Version
    at: datetime
    over: Span
    principles: tuple[PrincipleSeen, ...]

    def questions(self) -> Iterator[QuestionSeen]:
        """Give every question in order."""
        for principle in self.principles:
            yield from principle.questions

    @property
    def counts(self) -> Mapping[Colour, int]:
        """How many questions stand how; every colour is there."""
        counted = Counter(one.verdict.colour for one in self.questions())
        return {colour: counted[colour] for colour in Colour}

    @property
    def code(self) -> str:
        """What a person has seen who saw this: changes with any answer, verdict, plan or standing.

        Not with the numbers, which move by the minute.
        """
        seen = hashlib.sha256()
        for one in self.questions():
            answer = ("", "") if one.answer is None else (one.answer.kind.value, one.answer.words)
            stands = [f"{finding.evidence} {finding.standing} {finding.says}" for finding in one.findings]
            plans = [f"{act.id} {act.what} {act.owner} {act.due} {act.done_on}" for act in one.actions]
            parts = (one.question.id, *answer, one.verdict.colour.value, *stands, *plans)
            for part in parts:
                told = part.encode()
                seen.update(f"{len(told)}:".encode() + told)
            seen.update(b"\n")
        return seen.hexdigest()[:16]


def sheet_of(
    version: Version,
    principles: Sequence[Principle],
    findings: Mapping[str, Finding],
    *,
    at: datetime,
    over: Span,
) -> Sheet:
    """Return a version beside what the evidence shows now."""
    return Sheet(
        version,
        at,
        over,
        tuple(
            PrincipleSeen(
                principle, tuple(_seen(question, version, findings) for question in principle.questions)
            )
            for principle in principles
        ),
    )


def verify_ready(sheet: Sheet) -> None:
    """Raise NotPossibleError unless all is answered, and what is not green has an open action in time.

    The sentence names the questions that are left.
    """
    lacking = [one.question.id for one in sheet.questions() if one.answer is None]
    if lacking:
        raise NotPossibleError(f"these questions have no answer yet: {', '.join(lacking)}")
    today = sheet.at.date()
    unplanned = [
        one.question.id
        for one in sheet.questions()
        if one.verdict.needs_action and not any(act.is_open and act.due >= today for act in one.actions)
    ]
    if unplanned:
        raise NotPossibleError(
            "these questions are not green and have no action that is still to be done by a day to come: "
            f"{', '.join(unplanned)}"
        )


def _seen(question: Question, version: Version, findings: Mapping[str, Finding]) -> QuestionSeen:
    bound = tuple(findings[name] for name in question.evidence)
    answer = version.answers.get(question.id)
    actions = tuple(one for one in version.actions if one.question == question.id)
    return QuestionSeen(question, answer, judge(answer, bound), bound, actions)
