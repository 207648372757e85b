"""The self assessment as the socket answers it, for pages."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct

from openanpr.publish.assessment.compare import Drift
from openanpr.publish.assessment.document import ActionTold, Document, QuestionTold
from openanpr.publish.assessment.verdict import Colour
from openanpr.publish.assessment.version import State
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.route import Visit

SECTION: Final = "/assessment"
ONE: Final = "/assessment/{number}"


class VersionHead(Struct, frozen=True, kw_only=True):
    """A version in short."""

    number: int
    state: State
    begun_at: datetime
    answers: int
    actions: int
    actions_open: int
    signed_at: datetime | None
    signed_by: str | None
    digest: str | None
    published_at: datetime | None
    superseded_at: datetime | None


class WholeVersion(VersionHead, frozen=True, kw_only=True):
    """A version with its document, and what came after it was frozen."""

    code: str
    document: Document
    drift: list[Drift]
    looked_at: datetime | None
    plan: list[ActionTold]

    @property
    def path(self) -> str:
        """Its page."""
        return f"/assessment/{self.number}"

    @property
    def questions(self) -> dict[str, QuestionTold]:
        """Its questions by their ids."""
        return self.document.questions()

    @property
    def unanswered(self) -> list[str]:
        """The questions that have no answer."""
        return [one.id for one in self.questions.values() if one.answer is None]

    @property
    def unplanned(self) -> list[str]:
        """The questions that are not green, or do not apply, and have no open action."""
        return [one.id for one in self.questions.values() if self.wants_action(one)]

    def wants_action(self, one: QuestionTold) -> bool:
        """Whether a question keeps the draft from being signed, for want of an action still to be done."""
        in_time = [act for act in self.actions_of(one) if act.done_on is None and act.due >= self.today]
        return one.verdict.colour not in {Colour.GREEN, Colour.NOT_APPLICABLE} and not in_time

    def actions_of(self, one: QuestionTold) -> list[ActionTold]:
        """Return the plan for a question as it is today."""
        today = {act.id: act for act in self.plan}
        return [today.get(act.id, act) for act in one.actions]

    @property
    def today(self) -> str:
        """The day of the look, as documents write days."""
        return (self.looked_at or datetime.fromisoformat(self.document.measured_at)).date().isoformat()

    def principle_of(self, question: str) -> int:
        """Return the number of the principle of a question."""
        return next(
            one.number
            for one in self.document.principles
            if question in {asked.id for asked in one.questions}
        )


def whole(inside: Inside, visit: Visit) -> WholeVersion:
    """Return the version of the address beside the evidence of now; raises LookupError."""
    return inside.ask(visit, Question("GET", "/assessments/{number:int}", place_of(visit)), WholeVersion)


def place_of(visit: Visit) -> dict[str, str]:
    """Return the number of the address; raises LookupError for what is none."""
    said = visit.place("number")
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        raise LookupError("there is no such version of the assessment")
    return {"number": said}
