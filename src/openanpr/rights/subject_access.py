"""A request for access ("what do you hold about me"): its steps, each item with its decision. Pure.

Sections of the Data Protection Act 2018 are quoted from memory and not read at their source: see
docs/decisions/0033.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

MOST_ITEMS = 25_000
_MOST_TEXT = 2_000


class Entitlement(StrEnum):
    """As what somebody asks about a vehicle."""

    KEEPER = "keeper"
    DRIVER = "driver"
    REPRESENTATIVE = "representative"  # of the keeper or driver, with authority


class AccessStep(StrEnum):
    """What can happen to a request."""

    OPENED = "opened"  # with identity and entitlement, by a person who saw the proof
    FOUND = "found"
    DECIDED = "decided"
    CONFIRMED = "confirmed"  # a second person agrees with what is withheld
    SENT_BACK = "sent-back"  # a second person does not
    PACKED = "packed"
    HANDED_OVER = "handed-over"


class ItemKind(StrEnum):
    """What an item is."""

    READ = "read"
    ALERT = "alert"
    ENTRY = "entry"  # of an open list: its owner decides
    SEARCHES = "searches"  # how many searches looked at the vehicle


class Verdict(StrEnum):
    """What becomes of an item."""

    TELL = "tell"
    IN_PART = "in-part"
    WITHHOLD = "withhold"
    UNSAID = "withhold-unsaid"  # and that it is withheld is not said either: section 45(6)


WITHHELD: Final = frozenset({Verdict.WITHHOLD, Verdict.UNSAID})
"""The verdicts of which nothing is in a reply."""


class Exemption(StrEnum):
    """The grounds on which the right of access may be restricted: DPA 2018, section 45(4)."""

    INQUIRY = "a"  # to avoid obstructing an official or legal inquiry, investigation or procedure
    CRIME = "b"  # to avoid prejudicing prevention, detection, investigation or prosecution of offences
    PUBLIC_SECURITY = "c"
    NATIONAL_SECURITY = "d"
    OTHERS = "e"  # to protect the rights and freedoms of others


class NotPossibleAccessError(Exception):
    """The step cannot be taken now; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Box:
    """The part of an overview picture that shows the vehicle asked about, in pixels; all else is blurred."""

    x_px: int
    y_px: int
    width_px: int
    height_px: int

    def __post_init__(self) -> None:
        """Raise ValueError for a box that is none."""
        if min(self.x_px, self.y_px) < 0 or min(self.width_px, self.height_px) < 8:
            raise ValueError("a box begins within the picture, and is at least 8 pixels wide and high")


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of items: with the ground of section 45(4) and the reason where anything is withheld.

    `box`: the vehicle in the overview picture of a read; None: its overview is not told.
    """

    verdict: Verdict
    exemption: Exemption | None = None
    reason: str = field(default="", repr=False)
    box: Box | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a restriction without ground and reason, and a ground without restriction."""
        restricts = self.verdict is not Verdict.TELL
        if restricts and (self.exemption is None or not self.reason.strip()):
            raise ValueError(
                "what is withheld is so on a ground of section 45(4), with the reason in this case"
            )
        if not restricts and self.exemption is not None:
            raise ValueError("what is told whole has no ground to withhold it")
        if len(self.reason) > _MOST_TEXT:
            raise ValueError(f"a reason has at most {_MOST_TEXT} characters")
        if self.box is not None and self.verdict in WITHHELD:
            raise ValueError("of an item that is withheld no picture is told")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is held about the vehicle.

    `facts` are told where it is told whole, `core` of them where it is told in part. `patch`, `overview`: the
    SHA-256 of pictures of a read. `list_name`: of an entry. `count`: of searches.
    """

    number: int
    kind: ItemKind
    at: datetime | None
    facts: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    core: tuple[str, ...] = ()
    patch: str | None = None
    overview: str | None = None
    list_name: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTaken:
    """One step on a request: which, when (UTC), by whom, and what it says.

    `proof` says what was shown, never a copy of it. `numbers` are those of items; `items` come with FOUND.
    """

    step: AccessStep
    at: datetime
    by: str
    why: str = field(default="", repr=False)
    case_ref: str = ""
    marks: tuple[str, ...] = field(default=(), repr=False)
    since: datetime | None = None
    until: datetime | None = None
    entitlement: Entitlement | None = None
    proof: str = field(default="", repr=False)
    items: tuple[Item, ...] = ()
    numbers: tuple[int, ...] = ()
    decision: Decision | None = None
    sha256: str = ""
    recipient: str = field(default="", repr=False)
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class SubjectAccess:
    """A request as its steps."""

    access_id: str
    steps: tuple[AccessTaken, ...]

    @property
    def opened(self) -> AccessTaken:
        """The step that began it: case, vehicles, time, identity."""
        return self.steps[0]

    @property
    def case_ref(self) -> str:
        """The reference of its case."""
        return self.opened.case_ref

    @property
    def items(self) -> tuple[Item, ...] | None:
        """What was found at the last look, None before the first."""
        return next((one.items for one in reversed(self.steps) if one.step is AccessStep.FOUND), None)

    @property
    def decided(self) -> Mapping[int, AccessTaken]:
        """By an item's number the step that decided upon it last, since the last look."""
        told: dict[int, AccessTaken] = {}
        for one in self._since_found:
            if one.step is AccessStep.DECIDED:
                told |= dict.fromkeys(one.numbers, one)
            elif one.step is AccessStep.SENT_BACK:
                for number in one.numbers:
                    told.pop(number, None)
        return told

    @property
    def unconfirmed(self) -> frozenset[int]:
        """The items of which something is withheld, without a second person's word on that decision yet."""
        waits: set[int] = set()
        for one in self._since_found:
            if one.step is AccessStep.DECIDED and one.decision is not None:
                restricts = one.decision.verdict is not Verdict.TELL
                waits = waits | set(one.numbers) if restricts else waits - set(one.numbers)
            elif one.step in {AccessStep.CONFIRMED, AccessStep.SENT_BACK}:
                waits -= set(one.numbers)
        return frozenset(waits)

    @property
    def undecided(self) -> tuple[Item, ...]:
        """The items upon which nobody has decided."""
        decided = self.decided
        return tuple(one for one in self.items or () if one.number not in decided)

    @property
    def packed(self) -> AccessTaken | None:
        """The last pack that was made since anything was decided, None where there is none."""
        last = next((one for one in reversed(self.steps) if one.step is not AccessStep.HANDED_OVER), None)
        return last if last is not None and last.step is AccessStep.PACKED else None

    @property
    def state(self) -> str:
        """Where it stands, as a word."""
        if any(one.step is AccessStep.HANDED_OVER for one in self.steps) and self.packed is not None:
            return "handed-over"
        if self.packed is not None:
            return "packed"
        if self.items is None:
            return "to-find"
        if self.undecided:
            return "to-decide"
        return "to-confirm" if self.unconfirmed else "to-pack"

    @property
    def _since_found(self) -> tuple[AccessTaken, ...]:
        last = max((n for n, one in enumerate(self.steps) if one.step is AccessStep.FOUND), default=0)
        return self.steps[last:]

    def after(self, step: AccessTaken) -> SubjectAccess:
        """Return it with a step; raises NotPossibleAccessError."""
        verify_possible(self, step)
        return SubjectAccess(self.access_id, (*self.steps, step))


def verify_possible(access: SubjectAccess, step: AccessTaken) -> None:
    """Raise NotPossibleAccessError where a step cannot follow the others."""
    if step.at < access.steps[-1].at:
        raise NotPossibleAccessError("this is before the last step: set the clock right")
    items = access.items
    match step.step:
        case AccessStep.OPENED:
            raise NotPossibleAccessError("the request is open already")
        case AccessStep.FOUND:
            pass
        case _ if items is None:
            raise NotPossibleAccessError("find first what is held")
        case AccessStep.DECIDED:
            _verify_decides(items, step)
        case AccessStep.CONFIRMED | AccessStep.SENT_BACK:
            _verify_second(access, step)
        case AccessStep.PACKED if access.undecided:
            raise NotPossibleAccessError("some items are not decided upon yet")
        case AccessStep.PACKED if access.unconfirmed:
            raise NotPossibleAccessError("a second person has yet to agree with what is withheld")
        case AccessStep.HANDED_OVER if access.packed is None or access.packed.sha256 != step.sha256:
            raise NotPossibleAccessError("this is not the pack of what was decided last: make it anew")
        case _:
            pass


def _verify_decides(items: Collection[Item], step: AccessTaken) -> None:
    known = {one.number: one for one in items}
    if not step.numbers or step.decision is None:
        raise NotPossibleAccessError("name the items, and what becomes of them")
    if any(number not in known for number in step.numbers):
        raise NotPossibleAccessError("there is no such item")
    if step.decision.box is not None:
        one = known[step.numbers[0]]
        if len(step.numbers) != 1 or one.overview is None:
            raise NotPossibleAccessError("a box is of one read that has an overview picture")


def _verify_second(access: SubjectAccess, step: AccessTaken) -> None:
    decided, waits = access.decided, access.unconfirmed
    if not step.numbers or any(number not in waits for number in step.numbers):
        raise NotPossibleAccessError("name items of which something is withheld and nobody has agreed yet")
    if any(decided[number].by == step.by for number in step.numbers if number in decided):
        raise NotPossibleAccessError("whoever decided cannot be the second person: ask another")
