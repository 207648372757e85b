"""A sheet told as a document in one language, for one audience. Pure.

In public no count is told that the published figures tell too, small or large: only whether there is none,
some or all. Two documents that hide small counts by rules of their own would give them away together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from openanpr.publish.assessment.answer import Action, Answer
from openanpr.publish.assessment.document import (
    FORM,
    FORM_VERSION,
    ActionTold,
    AnswerTold,
    CheckpointTold,
    Document,
    EvidenceTold,
    NumberTold,
    PrincipleTold,
    QuestionTold,
    VerdictTold,
    YardstickTold,
)
from openanpr.publish.assessment.finding import (
    Amount,
    Counted,
    Figure,
    Finding,
    Part,
    Yardstick,
    place_of,
)
from openanpr.publish.assessment.numbers import AssessmentNumbers
from openanpr.publish.assessment.sheet import PrincipleSeen, QuestionSeen, Sheet
from openanpr.publish.assessment.verdict import Verdict
from openanpr.publish.words import Catalogue

_BASE: Final = "assessment"
_PERCENT_STEP: Final = 5


class Audience(StrEnum):
    """For whom a document is made."""

    PUBLIC = "public"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Telling:
    """In which words, for whom, and what is small."""

    words: Catalogue
    audience: Audience
    numbers: AssessmentNumbers

    def said(self, kind: str, name: str, part: str = "") -> str:
        """Return a text of the assessment by its kind, name and part."""
        return self.words.say(".".join(one for one in (_BASE, kind, name, part) if one))

    @property
    def open(self) -> bool:
        """Whether everybody may read it."""
        return self.audience is Audience.PUBLIC


def tell(sheet: Sheet, of: Telling, checkpoint: CheckpointTold | None = None) -> Document:
    """Return the document of a sheet. `checkpoint`: that under which it is frozen."""
    signed = sheet.version.signed
    return Document(
        form=FORM,
        form_version=FORM_VERSION,
        language=of.words.language,
        audience=of.audience.value,
        number=sheet.version.number,
        state=sheet.version.state.value,
        measured_at=stamp(sheet.at),
        measured_said=of.words.moment(sheet.at.astimezone(UTC)),
        since=of.words.day(sheet.over.since.astimezone(UTC)),
        until=of.words.day(sheet.over.until.astimezone(UTC)),
        signed_role=None if signed is None else of.said("role", signed.role.value),
        checkpoint=checkpoint,
        counts={colour.value: many for colour, many in sheet.counts.items()},
        principles=tuple(_principle(one, of) for one in sheet.principles),
    )


def stamp(at: datetime) -> str:
    """Return a moment as RFC 3339, UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _principle(seen: PrincipleSeen, of: Telling) -> PrincipleTold:
    number = seen.principle.number
    return PrincipleTold(
        number,
        of.said("principle", str(number), "title"),
        of.said("principle", str(number), "meaning"),
        place_of(seen.principle.source),
        seen.principle.source.verified,
        tuple(_question(one, of) for one in seen.questions),
    )


def _question(seen: QuestionSeen, of: Telling) -> QuestionTold:
    name = seen.question.id
    return QuestionTold(
        name,
        of.said("question", name, "asks"),
        of.said("question", name, "good"),
        None if seen.answer is None else _answer(seen.answer, of),
        _verdict(seen.verdict, of),
        tuple(evidence_told(one, of) for one in seen.findings),
        tuple(action_told(one, of) for one in seen.actions),
    )


def _answer(answer: Answer, of: Telling) -> AnswerTold:
    by = "" if of.open else answer.by
    return AnswerTold(
        answer.kind.value, of.said("answer", answer.kind.value), answer.words, by, stamp(answer.at)
    )


def _verdict(verdict: Verdict, of: Telling) -> VerdictTold:
    return VerdictTold(
        verdict.colour.value,
        of.said("colour", verdict.colour.value),
        verdict.why,
        of.said("why", verdict.why),
        tuple(of.said("evidence", name, "title") for name in verdict.because),
    )


def action_told(action: Action, of: Telling) -> ActionTold:
    """Return an action as it is told."""
    return ActionTold(
        action.id,
        action.what,
        action.owner,
        action.due.isoformat(),
        of.words.day(action.due),
        None if action.done_on is None else action.done_on.isoformat(),
        "" if action.done_on is None else of.words.day(action.done_on),
        action.done_words,
        action.carried,
    )


def evidence_told(found: Finding, of: Telling) -> EvidenceTold:
    """Return a piece of evidence as it is told: its sentence, its numbers and what they were measured by."""
    dated = found.dated
    return EvidenceTold(
        name=found.evidence,
        title=of.said("evidence", found.evidence, "title"),
        standing=found.standing.value,
        standing_said=of.said("page", "nothing")
        if found.empty
        else of.said("standing", found.standing.value),
        empty=found.empty,
        says=found.says,
        sentence=_sentence(found, of),
        source=of.said("source", found.source),
        at=stamp(found.at),
        dated=None if dated is None else stamp(dated),
        dated_said="" if dated is None else of.words.moment(dated.astimezone(UTC)),
        fresh_days=found.fresh_days,
        numbers=tuple(_numbers(found, of)),
        measured_against=tuple(_yardstick(one, of) for one in found.yardsticks),
    )


def _sentence(found: Finding, of: Telling) -> str:
    own = f"{_BASE}.evidence.{found.evidence}.{found.says}"
    return of.words.say(own) if of.words.has(own) else of.said("not-known", found.says)


def _yardstick(one: Yardstick, of: Telling) -> YardstickTold:
    known = f"{_BASE}.yardstick.{one.name}"
    # The numbers of a profile have names of their own, which are the operator's.
    label = of.words.say(known) if of.words.has(known) else one.name
    grounds = of.words.say(f"{_BASE}.grounds.{one.kind.value}", grounds=one.grounds)
    return YardstickTold(one.name, label, one.value, grounds, one.verified)


def _numbers(found: Finding, of: Telling) -> Iterator[NumberTold]:
    for figure in found.figures:
        value, said = _amount(figure, of)
        yield NumberTold(figure.name, of.said("figure", figure.name), value, said)


def _amount(figure: Figure, of: Telling) -> tuple[int | None, str]:
    amount: Amount = figure.amount
    match amount:
        case Counted(number=number):
            return _public_count(number, of) if of.open else (number, of.words.number(number))
        case Part(hits=hits, of=whole):
            return None, _public_part(hits, whole, of) if of.open else _part(hits, whole, of)
        case datetime():
            return None, of.words.moment(amount.astimezone(UTC))
        case date():
            return None, of.words.day(amount)
        case int():
            return amount, of.words.number(amount)
        case _:
            return None, amount


def _public_count(number: int, of: Telling) -> tuple[int | None, str]:
    return (None, of.said("amount", "some")) if number else (0, of.said("amount", "none"))


def _public_part(hits: int, whole: int, of: Telling) -> str:
    if whole == 0:
        return of.said("amount", "nothing")
    if hits in {0, whole}:
        return of.said("amount", "none" if hits == 0 else "all")
    return of.said("amount", "some")


def _part(hits: int, whole: int, of: Telling) -> str:
    percent = f"{100 * hits / whole:.1f}" if whole else "0"
    return of.words.say(
        f"{_BASE}.amount.part", hits=of.words.number(hits), whole=of.words.number(whole), percent=percent
    )
