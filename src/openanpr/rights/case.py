"""A case: what somebody of the public asked or complained of, and what was done about it, step by step. Pure.

Nothing is ever changed: where a case stands follows from its steps. What is personal in a step is in its
`words`, which are kept sealed and apart, and are forgotten some time after the case was closed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from openanpr.core.role import Role

MOST_WORDS: Final = 8000
MOST_LINE: Final = 200
_MOST_EXCLUDED: Final = 50


class CaseKind(StrEnum):
    """What a case is about."""

    QUESTION = "question"
    COMPLAINT = "complaint"
    ACCESS = "access"  # what do you hold about me: DPA 2018, section 45
    CHALLENGE = "challenge"  # I keep being stopped
    CORRECTION = "correction"  # or erasure: DPA 2018, sections 46 and 47


class Via(StrEnum):
    """How a case came in."""

    WEB = "web"
    LETTER = "letter"
    EMAIL = "email"
    TELEPHONE = "telephone"
    IN_PERSON = "in-person"


class CaseStepKind(StrEnum):
    """What is done to a case."""

    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    IDENTITY_ASKED = "identity-asked"
    IDENTITY_PROVED = "identity-proved"
    INFORMATION_ASKED = "information-asked"
    INFORMATION_GIVEN = "information-given"
    ASSIGNED = "assigned"
    EXCLUDED = "excluded"  # people or teams that the case is about: they never own it
    NOTED = "noted"
    MOVED = "moved"  # to another kind, and so to that kind's owner
    TOLD = "told"  # how it goes, to whoever asked
    EXTENDED = "extended"
    REPLIED = "replied"
    CLOSED = "closed"


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    WAITING = "waiting"  # for whoever asked: the clock stands still
    REPLIED = "replied"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What came of a case."""

    ANSWERED = "answered"
    UPHELD = "upheld"
    PARTLY_UPHELD = "partly-upheld"
    NOT_UPHELD = "not-upheld"
    REFUSED = "refused"  # on a ground of law, told in the reply
    WITHDRAWN = "withdrawn"
    NOT_PROVED = "not-proved"  # whoever asked did not prove who they are
    NOT_A_REQUEST = "not-a-request"  # an advertisement, an insult, nothing at all


UNANSWERED: Final = frozenset({Outcome.WITHDRAWN, Outcome.NOT_PROVED, Outcome.NOT_A_REQUEST})
"""The outcomes with which a case is closed without a reply."""
STATUTORY: Final = frozenset({CaseKind.ACCESS, CaseKind.CORRECTION})
"""Whose time the law sets (DPA 2018, section 54): it begins with proof of identity, and can be extended."""


class CaseError(ValueError):
    """What was said of a case cannot be kept; the sentence says what is wrong."""


class NotPossibleCaseStepError(Exception):
    """A step cannot be taken on a case as it is; the sentence says what can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is personal in a step: kept sealed, forgotten when its time is over, and never in a log.

    `text` is what was written or said; `name`, `contact` (how to reach them) and `vrm` (the number plate, as
    typed) are of whoever asked. `people` (sign-in names) and `teams` are those whom the case is about.
    """

    text: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)
    vrm: str = field(default="", repr=False)
    people: tuple[str, ...] = field(default=(), repr=False)
    teams: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        """Refuse words without end."""
        if len(self.text) > MOST_WORDS:
            raise CaseError(f"the text has at most {MOST_WORDS} characters")
        for name in ("name", "contact", "vrm"):
            if len(getattr(self, name)) > MOST_LINE:
                raise CaseError(f"the {name} has at most {MOST_LINE} characters")
        named = (*self.people, *self.teams)
        if len(named) > _MOST_EXCLUDED or any(not 0 < len(one.strip()) <= MOST_LINE for one in named):
            raise CaseError(f"name at most {_MOST_EXCLUDED} people and teams, each by its name")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep:
    """One step: which, when (UTC), by whom, and what belongs to it.

    `kind` and `owner` (the role whose duty it is) come with OPENED and MOVED, `via` with OPENED. `on` is the
    day on which a letter, a proof or information came, where that was before it was written down. `to` is the
    sign-in name of whoever is to do it, with ASSIGNED. `outcome` comes with CLOSED. `words` is None where
    there are none, and once they were forgotten.
    """

    step: CaseStepKind
    at: datetime
    by: str
    kind: CaseKind | None = None
    owner: Role | None = None
    via: Via | None = None
    on: date | None = None
    to: str = ""
    outcome: Outcome | None = None
    words: Words | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse a step of nobody, at no time, or with too little or too much."""
        if not self.by.strip() or self.at.tzinfo is None:
            raise CaseError("a step on a case needs who took it, and a time with its zone")
        given = frozenset(name for name in ("kind", "owner", "via", "to", "outcome") if getattr(self, name))
        wanted = _COMES_WITH.get(self.step, frozenset[str]())
        if given != wanted:
            raise CaseError(f"the step {self.step} comes with {', '.join(sorted(wanted)) or 'no more'}")
        if self.on is not None and (self.step not in _ON_A_DAY or self.on > self.at.date()):
            raise CaseError(
                "the day on which something came is not in the future, and of what comes in alone"
            )

    @property
    def day(self) -> date:
        """The UTC day from which this counts."""
        return self.on or self.at.date()

    @property
    def bare(self) -> CaseStep:
        """The same step without what is personal in it."""
        return replace(self, words=None)


_COMES_WITH = MappingProxyType(
    {
        CaseStepKind.OPENED: frozenset({"kind", "owner", "via"}),
        CaseStepKind.MOVED: frozenset({"kind", "owner"}),
        CaseStepKind.ASSIGNED: frozenset({"to"}),
        CaseStepKind.CLOSED: frozenset({"outcome"}),
    }
)
_ON_A_DAY = frozenset({CaseStepKind.OPENED, CaseStepKind.IDENTITY_PROVED, CaseStepKind.INFORMATION_GIVEN})
WITH_TEXT: Final = frozenset(
    {
        CaseStepKind.OPENED,
        CaseStepKind.NOTED,
        CaseStepKind.MOVED,
        CaseStepKind.TOLD,
        CaseStepKind.EXTENDED,
        CaseStepKind.REPLIED,
        CaseStepKind.IDENTITY_PROVED,
        CaseStepKind.INFORMATION_ASKED,
    }
)
"""The steps that are nothing without words: what was asked, what was said, how identity was proved."""


@dataclass(frozen=True, slots=True)
class RightsCase:
    """A case: its public reference, and its steps, the earliest first."""

    reference: str
    steps: tuple[CaseStep, ...]

    def __post_init__(self) -> None:
        """Refuse a case that does not begin by being opened."""
        if not self.steps or self.steps[0].step is not CaseStepKind.OPENED:
            raise CaseError("a case begins by being opened")

    @property
    def opened(self) -> CaseStep:
        """The step by which it was opened."""
        return self.steps[0]

    @property
    def received(self) -> date:
        """The UTC day on which it came in."""
        return self.opened.day

    @property
    def kind(self) -> CaseKind:
        """What it is about, as it was said last."""
        return next(one.kind for one in reversed(self.steps) if one.kind is not None)

    @property
    def owner(self) -> Role:
        """The role whose duty it is now."""
        return next(one.owner for one in reversed(self.steps) if one.owner is not None)

    @property
    def assigned(self) -> str:
        """The sign-in name of whoever is to do it; "" while nobody is, and after it was moved."""
        for one in reversed(self.steps):
            if one.to:
                return one.to
            if one.step is CaseStepKind.MOVED:
                return ""
        return ""

    @property
    def outcome(self) -> Outcome | None:
        """What came of it; None while it is not closed."""
        return self.steps[-1].outcome

    @property
    def state(self) -> CaseState:
        """Where it stands."""
        if self.outcome is not None:
            return CaseState.CLOSED
        if self.last(CaseStepKind.REPLIED) is not None:
            return CaseState.REPLIED
        return CaseState.WAITING if self.waits_for else CaseState.OPEN

    @property
    def waits_for(self) -> CaseStepKind | None:
        """What whoever asked has still to do: IDENTITY_PROVED or INFORMATION_GIVEN; None for nothing."""
        for asked, given in _ASKED.items():
            last = next((one.step for one in reversed(self.steps) if one.step in {asked, given}), None)
            if last is asked:
                return given
        return None

    @property
    def excluded(self) -> tuple[frozenset[str], frozenset[str]]:
        """The sign-in names of people, and the teams, that it is about; empty once it was forgotten."""
        said = [one.words for one in self.steps if one.words is not None]
        return (
            frozenset(name for one in said for name in one.people),
            frozenset(name for one in said for name in one.teams),
        )

    @property
    def words(self) -> Words | None:
        """What whoever asked wrote; None once it was forgotten."""
        return self.opened.words

    def last(self, step: CaseStepKind) -> CaseStep | None:
        """Return the last step of a kind, None where it was never taken."""
        return next((one for one in reversed(self.steps) if one.step is step), None)

    def after(self, step: CaseStep) -> RightsCase:
        """Return the case with one more step; raises NotPossibleCaseStepError, CaseError."""
        verify_possible(self, step.step)
        if step.at < self.steps[-1].at:
            raise NotPossibleCaseStepError("this was before the last step on the case: set the clock right")
        if step.step in WITH_TEXT and (step.words is None or not step.words.text.strip()):
            raise CaseError(f"a case is {step.step.value.replace('-', ' ')} in words: say them")
        if step.step is CaseStepKind.EXCLUDED and (step.words is None or not self._more_named(step.words)):
            raise CaseError("name the people or teams that the case is about")
        if step.outcome is not None:
            self._verify_closes(step.outcome)
        if step.day < self.received:
            raise CaseError("that was before the case came in")
        return RightsCase(self.reference, (*self.steps, step))

    def _more_named(self, words: Words) -> bool:
        people, teams = self.excluded
        return not (people >= set(words.people) and teams >= set(words.teams))

    def _verify_closes(self, outcome: Outcome) -> None:
        if self.state is not CaseState.REPLIED and outcome not in UNANSWERED:
            raise NotPossibleCaseStepError(
                f"a case that was {outcome.value.replace('-', ' ')} has a reply: give it"
            )
        if outcome is Outcome.NOT_PROVED and self.waits_for is not CaseStepKind.IDENTITY_PROVED:
            raise NotPossibleCaseStepError("nobody is asked to prove who they are on this case")


_ASKED = MappingProxyType(
    {
        CaseStepKind.IDENTITY_ASKED: CaseStepKind.IDENTITY_PROVED,
        CaseStepKind.INFORMATION_ASKED: CaseStepKind.INFORMATION_GIVEN,
    }
)
_ALIVE = frozenset({CaseState.OPEN, CaseState.WAITING, CaseState.REPLIED})
_POSSIBLE_IN = MappingProxyType(
    {
        CaseStepKind.ACKNOWLEDGED: _ALIVE,
        CaseStepKind.IDENTITY_ASKED: frozenset({CaseState.OPEN}),
        CaseStepKind.IDENTITY_PROVED: frozenset({CaseState.OPEN, CaseState.WAITING}),
        CaseStepKind.INFORMATION_ASKED: frozenset({CaseState.OPEN}),
        CaseStepKind.INFORMATION_GIVEN: frozenset({CaseState.WAITING}),
        CaseStepKind.ASSIGNED: _ALIVE,
        CaseStepKind.EXCLUDED: _ALIVE,
        CaseStepKind.NOTED: _ALIVE,
        CaseStepKind.MOVED: frozenset({CaseState.OPEN}),
        CaseStepKind.TOLD: _ALIVE,
        CaseStepKind.EXTENDED: frozenset({CaseState.OPEN}),
        CaseStepKind.REPLIED: frozenset({CaseState.OPEN, CaseState.REPLIED}),
        CaseStepKind.CLOSED: _ALIVE,
    }
)
_ONLY_OF = MappingProxyType(
    {
        CaseStepKind.INFORMATION_ASKED: frozenset({CaseKind.ACCESS}),  # DPA 2018, section 54(3C)
        CaseStepKind.INFORMATION_GIVEN: frozenset({CaseKind.ACCESS}),
        CaseStepKind.EXTENDED: STATUTORY,  # section 54(3A)
        CaseStepKind.IDENTITY_ASKED: STATUTORY | {CaseKind.CHALLENGE},
        CaseStepKind.IDENTITY_PROVED: STATUTORY | {CaseKind.CHALLENGE},
    }
)
_ONCE = frozenset({CaseStepKind.ACKNOWLEDGED, CaseStepKind.EXTENDED})
_NOW = MappingProxyType(
    {
        CaseState.OPEN: "it is open",
        CaseState.WAITING: "it waits for whoever asked",
        CaseState.REPLIED: "it has its reply: reply again or close it",
        CaseState.CLOSED: "it is closed: open another",
    }
)


def verify_possible(case: RightsCase, step: CaseStepKind) -> None:
    """Raise NotPossibleCaseStepError where a step cannot be taken now."""
    words = step.value.replace("-", " ")
    if case.state not in _POSSIBLE_IN.get(step, frozenset[CaseState]()):
        raise NotPossibleCaseStepError(f"the case cannot be {words} now: {_NOW[case.state]}")
    if case.kind not in _ONLY_OF.get(step, frozenset(CaseKind)):
        raise NotPossibleCaseStepError(f"a case of the kind {case.kind} is never {words}")
    if step is CaseStepKind.INFORMATION_GIVEN and case.waits_for is not step:
        raise NotPossibleCaseStepError("no information is asked for on this case")
    if step in _ONCE and case.last(step) is not None:
        raise NotPossibleCaseStepError(f"the case was {words} already")


def possible(case: RightsCase) -> tuple[CaseStepKind, ...]:
    """Return the steps that could be taken now."""

    def can(step: CaseStepKind) -> bool:
        try:
            verify_possible(case, step)
        except NotPossibleCaseStepError:
            return False
        return True

    return tuple(step for step in CaseStepKind if can(step))
