"""The life of a site: what was done to it, one step after the other, and what can be done to it now. Pure.

Nothing is ever changed: what a site is follows from its steps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from openanpr.sites.case import Case, DpiaReview, Form, SiteCamera
from openanpr.sites.commissioning import Tested
from openanpr.sites.contribution import Contribution
from openanpr.sites.duplication import Duplication
from openanpr.sites.ground import said

_MOST_WHY = 2000


class Step(StrEnum):
    """What is done to a site."""

    DRAFTED = "drafted"
    REVISED = "revised"
    CHECKED = "checked"  # against cameras that are there already
    SUBMITTED = "submitted"
    AUTHORISED = "authorised"
    SENT_BACK = "sent-back"
    REFUSED = "refused"
    INSTALLED = "installed"
    TESTED = "tested"  # by a test that did not pass
    COMMISSIONED = "commissioned"
    MOVED = "moved"  # a moveable camera, to stand elsewhere from a day on
    TAKEN_DOWN = "taken-down"  # a moveable camera, which stands nowhere from then on
    DPIA_REVIEWED = "dpia-reviewed"
    REVIEWED = "reviewed"
    RENEWED = "renewed"
    TO_LAPSE = "to-lapse"
    WITHDRAWN = "withdrawn"


class State(StrEnum):
    """Where a site stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SENT_BACK = "sent-back"
    REFUSED = "refused"
    AUTHORISED = "authorised"
    INSTALLED = "installed"
    STANDS = "stands"
    REVIEWED = "reviewed"
    TO_LAPSE = "to-lapse"
    WITHDRAWN = "withdrawn"


class NotPossibleStepError(Exception):
    """A step cannot be taken on a site as it is, or not by this person; the sentence says what can."""


@dataclass(frozen=True, slots=True)
class Written:
    """A yearly review: what the site contributed, and what whoever reviewed it says of it."""

    contribution: Contribution
    need_now: str
    effect: str

    def __post_init__(self) -> None:
        """Refuse one that says nothing."""
        said("need as it is now", self.need_now)
        said("effect", self.effect)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStep:
    """One step: which, when (UTC), by whom and why, and what belongs to it.

    `case` comes with DRAFTED and REVISED, `checked` with CHECKED, `tested` with TESTED and COMMISSIONED,
    `on` with INSTALLED, MOVED, TAKEN_DOWN and TO_LAPSE (the day from which it delivers no more), `written`
    with REVIEWED and `dpia` with DPIA_REVIEWED. `stands` comes with MOVED, with its place, and with
    TAKEN_DOWN, without one.
    """

    step: Step
    at: datetime
    by: str
    why: str = ""
    case: Case | None = None
    checked: Duplication | None = None
    on: date | None = None
    tested: tuple[Tested, ...] = ()
    written: Written | None = None
    dpia: DpiaReview | None = None
    stands: SiteCamera | None = None

    @property
    def cameras(self) -> tuple[SiteCamera, ...]:
        """The cameras of which it says where they stand."""
        if self.stands is not None:
            return (self.stands,)
        return () if self.case is None else self.case.cameras

    def __post_init__(self) -> None:
        """Refuse a step of nobody, at no time, or with too little or too much."""
        if not self.by.strip() or self.at.tzinfo is None:
            raise ValueError("a step on a site needs who took it, and a time with its zone")
        if len(self.why) > _MOST_WHY:
            raise ValueError(f"the reason of a step has at most {_MOST_WHY} characters")
        if self.step in _WITH_WHY and not self.why.strip():
            raise ValueError(f"a site is {self.step.value.replace('-', ' ')} with a reason: say why")
        given = frozenset(name for name in _PARTS if getattr(self, name))
        wanted = _COMES_WITH.get(self.step, frozenset[str]())
        if given != wanted:
            told = " and ".join(sorted(wanted)) or "nothing"
            raise ValueError(f"the step {self.step} comes with {told}, and only with that")


_PARTS = ("case", "checked", "on", "tested", "written", "dpia", "stands")
_COMES_WITH = MappingProxyType(
    {
        Step.DRAFTED: frozenset({"case"}),
        Step.REVISED: frozenset({"case"}),
        Step.CHECKED: frozenset({"checked"}),
        Step.INSTALLED: frozenset({"on"}),
        Step.TESTED: frozenset({"tested"}),
        Step.COMMISSIONED: frozenset({"tested"}),
        Step.MOVED: frozenset({"on", "stands"}),
        Step.TAKEN_DOWN: frozenset({"on", "stands"}),
        Step.DPIA_REVIEWED: frozenset({"dpia"}),
        Step.REVIEWED: frozenset({"written"}),
        Step.TO_LAPSE: frozenset({"on"}),
    }
)
_WITH_WHY = frozenset({Step.SENT_BACK, Step.REFUSED, Step.TO_LAPSE, Step.WITHDRAWN, Step.RENEWED})
_LEADS_TO = MappingProxyType(
    {
        Step.DRAFTED: State.DRAFT,
        Step.SUBMITTED: State.SUBMITTED,
        Step.AUTHORISED: State.AUTHORISED,
        Step.SENT_BACK: State.SENT_BACK,
        Step.REFUSED: State.REFUSED,
        Step.INSTALLED: State.INSTALLED,
        Step.COMMISSIONED: State.STANDS,
        Step.REVIEWED: State.REVIEWED,
        Step.RENEWED: State.STANDS,
        Step.TO_LAPSE: State.TO_LAPSE,
        Step.WITHDRAWN: State.WITHDRAWN,
    }
)
"""What a step leads to; the others leave a site where it is."""

_WRITING = frozenset({State.DRAFT, State.SENT_BACK})
_AT_WORK = frozenset({State.AUTHORISED, State.INSTALLED, State.STANDS, State.REVIEWED, State.TO_LAPSE})
_POSSIBLE_IN = MappingProxyType(
    {
        Step.REVISED: _WRITING,
        Step.CHECKED: _WRITING,
        Step.SUBMITTED: _WRITING,
        Step.AUTHORISED: frozenset({State.SUBMITTED}),
        Step.SENT_BACK: frozenset({State.SUBMITTED}),
        Step.REFUSED: frozenset({State.SUBMITTED}),
        Step.INSTALLED: frozenset({State.AUTHORISED}),
        Step.TESTED: frozenset({State.INSTALLED}),
        Step.COMMISSIONED: frozenset({State.INSTALLED}),
        Step.MOVED: _AT_WORK - {State.AUTHORISED},
        Step.TAKEN_DOWN: _AT_WORK - {State.AUTHORISED},
        Step.DPIA_REVIEWED: _AT_WORK,
        Step.REVIEWED: frozenset({State.STANDS, State.REVIEWED}),
        Step.RENEWED: frozenset({State.REVIEWED}),
        Step.TO_LAPSE: frozenset({State.REVIEWED}),
        Step.WITHDRAWN: frozenset(State) - {State.REFUSED, State.WITHDRAWN},
    }
)
OF_MOVEABLE = frozenset({Step.MOVED, Step.TAKEN_DOWN})
"""Steps on sites of moveable cameras alone."""
_WORK = frozenset({Step.DRAFTED, Step.REVISED, Step.CHECKED, Step.SUBMITTED})
_OF_ANOTHER = MappingProxyType(
    {
        Step.AUTHORISED: _WORK,
        Step.SENT_BACK: _WORK,
        Step.REFUSED: _WORK,
        Step.RENEWED: frozenset({Step.REVIEWED}),
        Step.TO_LAPSE: frozenset({Step.REVIEWED}),
    }
)
"""Steps that nobody takes who took one of those."""
DECISIONS = frozenset(_OF_ANOTHER)
"""The steps by which somebody decides upon what another has written."""

_NEXT = MappingProxyType(
    {
        State.DRAFT: "it is a draft: it can be revised, checked and submitted",
        State.SENT_BACK: "it was sent back: it can be revised, checked and submitted again",
        State.SUBMITTED: "it was submitted and waits for an authorising officer",
        State.REFUSED: "it was refused, which ends it: draft another case",
        State.AUTHORISED: "it is authorised and not installed yet",
        State.INSTALLED: "it is installed and has to pass its test",
        State.STANDS: "it stands until its next review",
        State.REVIEWED: "it was reviewed and waits for an authorising officer to renew it or let it lapse",
        State.TO_LAPSE: "it was decided that it lapses: draft another case",
        State.WITHDRAWN: "it was withdrawn, which ends it: draft another case",
    }
)


@dataclass(frozen=True, slots=True)
class Life:
    """A site: its id, and its steps, the earliest first."""

    site_id: str
    steps: tuple[SiteStep, ...]

    def __post_init__(self) -> None:
        """Refuse a life that does not begin with a draft."""
        if not self.steps or self.steps[0].step is not Step.DRAFTED:
            raise ValueError("the life of a site begins with a draft")

    @property
    def state(self) -> State:
        """Where it stands by its steps; whether its time is over the clock says (`admission`)."""
        return next(_LEADS_TO[one.step] for one in reversed(self.steps) if one.step in _LEADS_TO)

    @property
    def case(self) -> Case:
        """The case as it was written last, with the reviews of its impact assessment."""
        case = next(one.case for one in reversed(self.steps) if one.case is not None)
        since = tuple(one.dpia for one in self.steps if one.dpia is not None)
        if case.dpia is None or not since:
            return case
        return replace(case, dpia=replace(case.dpia, reviews=(*case.dpia.reviews, *since)))

    @property
    def checked(self) -> Duplication | None:
        """What was found when it was last held against other cameras."""
        return next((one.checked for one in reversed(self.steps) if one.checked is not None), None)

    @property
    def alive(self) -> bool:
        """Whether anything more can be done to it."""
        return self.state not in {State.REFUSED, State.WITHDRAWN}

    @property
    def authorised(self) -> bool:
        """Whether it ever was."""
        return any(one.step is Step.AUTHORISED for one in self.steps)

    def workers(self, step: Step) -> frozenset[str]:
        """Return who may not take a decision: for a review those who wrote the last one."""
        of = _OF_ANOTHER.get(step, frozenset[Step]())
        if Step.REVIEWED in of:
            last = next((one.by for one in reversed(self.steps) if one.step is Step.REVIEWED), None)
            return frozenset() if last is None else frozenset({last})
        return frozenset(one.by for one in self.steps if one.step in of)

    def after(self, step: SiteStep) -> Life:
        """Return the life with one more step; raises NotPossibleStepError."""
        verify_possible(self, step.step, by=step.by)
        if step.at < self.steps[-1].at:
            raise NotPossibleStepError("this was done before the last step on the site: set the clock right")
        return Life(self.site_id, (*self.steps, step))


def verify_possible(life: Life, step: Step, *, by: str) -> None:
    """Raise NotPossibleStepError where a step cannot be taken now, or not by this person."""
    if life.state not in _POSSIBLE_IN.get(step, frozenset[State]()):
        words = step.value.replace("-", " ")
        raise NotPossibleStepError(f"the site cannot be {words} now: {_NEXT[life.state]}")
    if step in OF_MOVEABLE and life.case.form is not Form.MOVEABLE:
        raise NotPossibleStepError("only moveable cameras are moved: draft a case for another place")
    if by.strip().casefold() in {one.strip().casefold() for one in life.workers(step)}:
        raise NotPossibleStepError("whoever worked on this does not decide upon it: another person must")


def possible(life: Life) -> tuple[Step, ...]:
    """Return the steps that somebody could take now."""
    moves = life.case.form is Form.MOVEABLE
    return tuple(
        step
        for step in Step
        if life.state in _POSSIBLE_IN.get(step, frozenset[State]()) and (moves or step not in OF_MOVEABLE)
    )
