"""A request to be judged: who, what act, for what purpose, on what. Frozen, checked, without a plate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from openanpr.core.purpose import Category, ReferenceState, SearchKind, Stance
from openanpr.core.role import Rank, Role

_MOST = 2**62  # Cedar counts in 64 bits, and the rules must have room for a sum


class Act(StrEnum):
    """What somebody wants to do; each is judged, and logged, by itself."""

    SEARCH = "search"
    OPEN_READ = "open-read"
    OPEN_PICTURE = "open-picture"
    OPEN_HELD = "open-held"
    PRINT = "print"
    EXPORT = "export"
    HOLD = "hold"
    APPROVE = "approve"
    REVIEW = "review"
    OPEN_IN_REVIEW = "open-in-review"
    ANSWER_ALERT = "answer-alert"
    SEE_COVERT = "see-covert"
    SEE_PLACE = "see-place"
    RUN_RETENTION = "run-retention"
    MANAGE_PEOPLE = "manage-people"
    SEE_LISTS = "see-lists"
    CHANGE_LIST = "change-list"
    APPROVE_LIST_CHANGE = "approve-list-change"
    MANAGE_DEVICES = "manage-devices"
    MANAGE_QUARANTINE = "manage-quarantine"
    READ_LOG = "read-log"


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that a person was given; `until` is the last day on which it counts, None for no end."""

    role: Role
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks. `id` and `team` are names that the node gave; training counts to the end of its last day."""

    id: str
    roles: tuple[HeldRole, ...]
    rank: Rank
    training_until: date | None
    team: str

    def __post_init__(self) -> None:
        """Raise ValueError without an id or a team: whoever is nobody would be equal to nobody else."""
        if not self.id or not self.team:
            raise ValueError("a person needs an id and a team")

    def roles_on(self, day: date) -> tuple[Role, ...]:
        """The roles that count on the UTC day, in their own order."""
        return roles_on(self.roles, day)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What for. `reason_given`: necessity and proportionality were written.

    `objective_given`: the objective of the intelligence was written.
    `own_interest`: the vehicle is declared as the person's own, of the household or of a colleague.
    """

    category: Category
    stance: Stance
    reference: ReferenceState
    reason_given: bool
    objective_given: bool = False
    urgent: bool = False
    own_interest: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """What is sought: the age in days of the oldest read asked for, and how wide. `reads` is the estimate."""

    kind: SearchKind
    oldest_days: int
    cameras: int
    days: int
    reads: int

    def __post_init__(self) -> None:
        """Raise ValueError for a count below zero, which every limit would let pass."""
        _counts(self.oldest_days, self.cameras, self.days, self.reads)


@dataclass(frozen=True, slots=True)
class Material:
    """Found reads and their pictures. `asked_by` and `asked_for` are of the search that found them.

    `case_owner` owns the case that holds a copy, "" where none does. `named` may know of what is covert or
    confidential in it.
    """

    oldest_days: int
    asked_by: str
    asked_for: str
    case_owner: str = ""
    covert: bool = False
    confidential_place: bool = False
    named: frozenset[str] = frozenset()
    of_another_agency: bool = False
    agency_consulted: bool = False
    recipient_named: bool = False
    end_named: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for an age below zero, or where nobody asked."""
        _counts(self.oldest_days)
        if not self.asked_by or not self.asked_for:
            raise ValueError("material needs who asked for it, and for whom")


@dataclass(frozen=True, slots=True)
class AskedSearch:
    """A search of somebody, to be approved or reviewed. `least_rank`: the authority that it needs."""

    asked_by: str
    asked_for: str
    team: str
    least_rank: Rank = Rank.NONE
    opening_logged: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError where nobody asked: nobody is anybody's own."""
        if not self.asked_by or not self.asked_for or not self.team:
            raise ValueError("a search needs who asked, for whom, and of what team")


@dataclass(frozen=True, slots=True)
class Guarded:
    """An entry, an alert or a place: `hidden` if covert or confidential, `named` who may know of it."""

    hidden: bool
    named: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Account:
    """The person whose account is changed, or who asked for the change that is to be approved."""

    person: str

    def __post_init__(self) -> None:
        """Raise ValueError for nobody's account."""
        if not self.person:
            raise ValueError("an account is somebody's")


@dataclass(frozen=True, slots=True)
class Approval:
    """The authority that another person gave for this request. `oral` until it is recorded in writing."""

    by: str
    roles: tuple[HeldRole, ...]
    rank: Rank
    oral: bool = False
    hours_ago: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError where nobody gave it, or for a time to come."""
        _counts(self.hours_ago)
        if not self.by:
            raise ValueError("an approval is somebody's")


def roles_on(roles: tuple[HeldRole, ...], day: date) -> tuple[Role, ...]:
    """The roles that count on the UTC day, in their own order."""
    held = {one.role for one in roles if one.until is None or day <= one.until}
    return tuple(role for role in Role if role in held)


_PARTS: dict[Act, frozenset[str]] = {
    Act.SEARCH: frozenset({"purpose", "search"}),
    **dict.fromkeys(
        (Act.OPEN_READ, Act.OPEN_PICTURE, Act.OPEN_HELD, Act.PRINT, Act.EXPORT, Act.HOLD),
        frozenset({"purpose", "material"}),
    ),
    **dict.fromkeys((Act.APPROVE, Act.REVIEW, Act.OPEN_IN_REVIEW), frozenset({"asked"})),
    **dict.fromkeys((Act.ANSWER_ALERT, Act.SEE_COVERT, Act.SEE_PLACE), frozenset({"guarded"})),
    **dict.fromkeys(
        (
            Act.RUN_RETENTION,
            Act.SEE_LISTS,
            Act.CHANGE_LIST,
            Act.MANAGE_DEVICES,
            Act.MANAGE_QUARANTINE,
            Act.READ_LOG,
        ),
        frozenset[str](),
    ),
    **dict.fromkeys((Act.MANAGE_PEOPLE, Act.APPROVE_LIST_CHANGE), frozenset({"account"})),
}


@dataclass(frozen=True, slots=True)
class Request:
    """One act that one person asks to do on the UTC day `today`, with the parts that this act has."""

    act: Act
    today: date
    person: Person
    purpose: Purpose | None = None
    search: Search | None = None
    material: Material | None = None
    asked: AskedSearch | None = None
    guarded: Guarded | None = None
    account: Account | None = None
    approval: Approval | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a part too many or too few: what a rule cannot see it cannot judge."""
        given = frozenset(
            name
            for name in ("purpose", "search", "material", "asked", "guarded", "account")
            if getattr(self, name) is not None
        )
        if given != _PARTS[self.act]:
            wanted = ", ".join(sorted(_PARTS[self.act])) or "no part"
            raise ValueError(f"a request to {self.act} has {wanted}")
        if self.approval is not None and self.act is not Act.SEARCH:
            raise ValueError("only a search can be approved")


def _counts(*counts: int) -> None:
    if not all(0 <= count <= _MOST for count in counts):
        raise ValueError("a count or an age is a whole number from 0 up, within 62 bits")
