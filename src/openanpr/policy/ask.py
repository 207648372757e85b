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
    SEE_SITES = "see-sites"
    SEE_SITE_PLACE = "see-site-place"
    DRAFT_SITE = "draft-site"
    SUBMIT_SITE = "submit-site"
    REVIEW_SITE = "review-site"
    AUTHORISE_SITE = "authorise-site"
    SEE_ASSESSMENT = "see-assessment"
    WRITE_ASSESSMENT = "write-assessment"
    SIGN_ASSESSMENT = "sign-assessment"
    PUBLISH_ASSESSMENT = "publish-assessment"
    OPEN_RIGHTS = "open-rights"
    SEE_RIGHTS = "see-rights"
    WORK_RIGHTS = "work-rights"
    FIND_FOR_SUBJECT = "find-for-subject"
    SEE_ACCESS = "see-access"
    HANDLE_ACCESS = "handle-access"
    CONFIRM_ACCESS = "confirm-access"
    SEE_CHALLENGES = "see-challenges"
    HANDLE_CHALLENGE = "handle-challenge"
    ANSWER_CHALLENGE = "answer-challenge"
    SEE_DISCLOSURES = "see-disclosures"
    WRITE_DISCLOSURE = "write-disclosure"
    SEE_PUBLISHING = "see-publishing"
    NOTE_FIGURES = "note-figures"


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
class AskedSite:
    """The case for a site, to be decided upon, by whom it was written, and the rank that it needs."""

    worked_by: frozenset[str]
    least_rank: Rank = Rank.NONE

    def __post_init__(self) -> None:
        """Raise ValueError for a case of nobody: it would be anybody's to decide upon."""
        if not self.worked_by or "" in self.worked_by:
            raise ValueError("a case was written by somebody")


@dataclass(frozen=True, slots=True)
class AskedCase:
    """A case of the public: the role whose duty it is, and the people and teams that it is about."""

    owner: Role
    people: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AskedSubject:
    """What is sought for the person whom it is about.

    `case_open`: a case of the public asks for it and is not closed. `proved`: identity and entitlement were
    seen by a person. `own_interest`: the vehicle is declared as of whoever would look, or of a colleague.
    """

    case_open: bool
    proved: bool
    own_interest: bool


@dataclass(frozen=True, slots=True)
class Account:
    """Whose account is changed, who asked for what is to be approved, or wrote what is to be signed."""

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
    **dict.fromkeys(
        (Act.ANSWER_ALERT, Act.SEE_COVERT, Act.SEE_PLACE, Act.SEE_SITE_PLACE), frozenset({"guarded"})
    ),
    **dict.fromkeys(
        (
            Act.RUN_RETENTION,
            Act.SEE_LISTS,
            Act.CHANGE_LIST,
            Act.MANAGE_DEVICES,
            Act.MANAGE_QUARANTINE,
            Act.READ_LOG,
            Act.SEE_SITES,
            Act.DRAFT_SITE,
            Act.SUBMIT_SITE,
            Act.REVIEW_SITE,
            Act.SEE_ASSESSMENT,
            Act.WRITE_ASSESSMENT,
            Act.PUBLISH_ASSESSMENT,
            Act.OPEN_RIGHTS,
            Act.SEE_ACCESS,
            Act.HANDLE_ACCESS,
            Act.CONFIRM_ACCESS,
            Act.SEE_CHALLENGES,
            Act.HANDLE_CHALLENGE,
            Act.ANSWER_CHALLENGE,
            Act.SEE_DISCLOSURES,
            Act.WRITE_DISCLOSURE,
            Act.SEE_PUBLISHING,
            Act.NOTE_FIGURES,
        ),
        frozenset[str](),
    ),
    **dict.fromkeys(
        (Act.MANAGE_PEOPLE, Act.APPROVE_LIST_CHANGE, Act.SIGN_ASSESSMENT), frozenset({"account"})
    ),
    Act.AUTHORISE_SITE: frozenset({"site"}),
    **dict.fromkeys((Act.SEE_RIGHTS, Act.WORK_RIGHTS), frozenset({"rights"})),
    Act.FIND_FOR_SUBJECT: frozenset({"subject"}),
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
    site: AskedSite | None = None
    rights: AskedCase | None = None
    subject: AskedSubject | None = None
    approval: Approval | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a part too many or too few: what a rule cannot see it cannot judge."""
        given = frozenset(
            name
            for name in (
                *("purpose", "search", "material", "asked", "guarded", "account", "site", "rights"),
                "subject",
            )
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
