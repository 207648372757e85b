"""What becomes of a question: the answer beside the evidence. Pure, and no answer outweighs the evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from openanpr.publish.assessment.answer import Answer, AnswerKind
from openanpr.publish.assessment.finding import Finding, Standing


class Colour(StrEnum):
    """How a question stands. None of them says that a law, a code or a standard is complied with."""

    RED = "red"  # no answer; or evidence is missing, stale, or says otherwise
    AMBER = "amber"  # the assessor says that it falls short, and the evidence does not say otherwise
    MEASURED = "measured"  # the evidence bears out the answer, by a number that nobody has verified
    GREEN = "green"  # the evidence bears out the answer
    NOT_APPLICABLE = "not-applicable"  # there is nothing of the kind, as far as can be seen


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a question stands, why by a word of the catalogue, and the evidence that made it so."""

    colour: Colour
    why: str
    because: tuple[str, ...] = ()

    @property
    def needs_action(self) -> bool:
        """Whether something must be planned before anybody may sign."""
        return self.colour not in {Colour.GREEN, Colour.NOT_APPLICABLE}


def judge(answer: Answer | None, findings: Sequence[Finding]) -> Verdict:
    """Return how a question stands. Raises ValueError for one that is bound to nothing."""
    if not findings:
        raise ValueError("a question without evidence is never judged")
    absent = [one for one in findings if one.standing in {Standing.MISSING, Standing.STALE}]
    if absent:
        lacking = any(one.standing is Standing.MISSING for one in absent)
        return _verdict(Colour.RED, "missing" if lacking else "stale", absent)
    if answer is None:
        return Verdict(Colour.RED, "unanswered")
    if answer.kind is not AnswerKind.NOT_APPLICABLE and all(one.empty for one in findings):
        # No list is stale where there is no list: that bears nothing out.
        return _verdict(Colour.RED, "nothing-to-show", findings)
    return _BY_ANSWER[answer.kind](findings)


def _yes(findings: Sequence[Finding]) -> Verdict:
    against = [one for one in findings if one.standing is Standing.CONTRADICTS]
    if against:
        return _verdict(Colour.RED, "contradicted", against)
    loose = [one for one in findings if one.against_unverified]
    return _verdict(Colour.MEASURED, "unverified", loose) if loose else Verdict(Colour.GREEN, "supported")


def _partly(findings: Sequence[Finding]) -> Verdict:
    if all(one.standing is Standing.CONTRADICTS for one in findings):
        return _verdict(Colour.RED, "contradicted", findings)
    return Verdict(Colour.AMBER, "partly")


def _no(findings: Sequence[Finding]) -> Verdict:
    if all(one.standing is Standing.SUPPORTS for one in findings):
        return _verdict(Colour.RED, "better-than-said", findings)
    return Verdict(Colour.AMBER, "no")


def _not_applicable(findings: Sequence[Finding]) -> Verdict:
    there = [one for one in findings if not one.empty]
    if there:
        return _verdict(Colour.RED, "applies", there)
    return Verdict(Colour.NOT_APPLICABLE, "nothing-there")


def _verdict(colour: Colour, why: str, because: Sequence[Finding]) -> Verdict:
    return Verdict(colour, why, tuple(one.evidence for one in because))


_BY_ANSWER: Final[dict[AnswerKind, Callable[[Sequence[Finding]], Verdict]]] = {
    AnswerKind.YES: _yes,
    AnswerKind.PARTLY: _partly,
    AnswerKind.NO: _no,
    AnswerKind.NOT_APPLICABLE: _not_applicable,
}
