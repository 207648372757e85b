"""The acts of law that are logged, version 1 of their schemas: one class an act, its fields by kind.

The kinds are in the types. What is `Secret` stands in the public log as a commitment only; all else is public
and must say nothing about anybody. Kinds of act: Data Protection Act 2018, section 62, and what governs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Annotated, ClassVar, TypeAlias

VERSION = 1


class Kind(Enum):
    """What a field of an entry may hold."""

    SEALED = "text, committed to"
    WORD = "small letters, digits, dots and dashes"
    LABELS = "names of rules"
    COUNT = "a whole number, 0 or more"
    DAY = "a day"
    DIGEST = "a SHA-256, 64 hexadecimal digits"


Secret: TypeAlias = Annotated[str, Kind.SEALED]
Word: TypeAlias = Annotated[str, Kind.WORD]
Labels: TypeAlias = Annotated[tuple[str, ...], Kind.LABELS]
Count: TypeAlias = Annotated[int, Kind.COUNT]
Day: TypeAlias = Annotated[date, Kind.DAY]
Digest: TypeAlias = Annotated[str, Kind.DIGEST]


class Act(StrEnum):
    """Which act of law an entry tells of."""

    COLLECTION = "collection"
    ALTERATION = "alteration"
    CONSULTATION = "consultation"
    DISCLOSURE = "disclosure"
    COMBINATION = "combination"
    ERASURE = "erasure"
    SIGN_IN = "sign-in"
    POLICY_CHANGE = "policy-change"
    LIST_CHANGE = "list-change"
    APPROVAL = "approval"
    REFUSAL = "refusal"
    ALERT_HANDLING = "alert-handling"
    PEOPLE_CHANGE = "people-change"
    ENROLMENT = "enrolment"
    HOLD = "hold"
    FAILURE = "failure"
    LOG_END = "log-end"
    LOG_BEGIN = "log-begin"
    REVIEW = "review"
    SITE = "site"
    PUBLICATION = "publication"
    ASSESSMENT = "assessment"
    RIGHTS = "rights"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every entry says: when (aware UTC time), and the earlier entry that it goes on from, if any."""

    act: ClassVar[Act]
    at: datetime
    regards: Count | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection(Event):
    """Reads came in from a device, by batch."""

    act: ClassVar[Act] = Act.COLLECTION
    device: Secret
    batch: Secret
    reads: Count
    held: Count = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alteration(Event):
    """Somebody changed a record; `subject` says which."""

    act: ClassVar[Act] = Act.ALTERATION
    person: Secret
    subject: Secret
    reason: Secret
    what: Word
    plate: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation(Event):
    """Somebody asked for stored reads, or looked at what was found; `stage` says which of both.

    `oldest_days` is the age of the oldest read asked for; `reads` are those that were shown.
    """

    act: ClassVar[Act] = Act.CONSULTATION
    person: Secret
    stage: Word
    kind: Word
    purpose: Word
    reference: Secret
    reason: Secret
    for_whom: Secret | None = None
    plate: Secret | None = None
    place: Secret | None = None
    cameras: Count | None = None
    oldest_days: Count | None = None
    reads: Count | None = None
    rules: Labels = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure(Event):
    """Something left the system: printed, exported, transferred, handed over; reads, or entries of a list."""

    act: ClassVar[Act] = Act.DISCLOSURE
    person: Secret
    recipient: Secret
    what: Word
    purpose: Word
    reference: Secret
    reason: Secret
    plate: Secret | None = None
    reads: Count = 0
    entries: Count | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination(Event):
    """Reads were brought together with others or with other data, by an analysis."""

    act: ClassVar[Act] = Act.COMBINATION
    person: Secret
    what: Word
    purpose: Word
    reference: Secret
    reason: Secret
    plate: Secret | None = None
    reads: Count = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure(Event):
    """Something was deleted: a day of reads, a hold, openings of this log; by a rule if nobody is named."""

    act: ClassVar[Act] = Act.ERASURE
    what: Word
    rules: Labels
    rows: Count
    day: Day | None = None
    person: Secret | None = None
    subject: Secret | None = None
    reason: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn(Event):
    """Somebody signed in or out, was refused, locked out, or stepped up; by which means.

    Why somebody was refused is secret: it would tell whoever tries names whether there is an account.
    `source` is where it came from, `about` what else tells the act apart (a session's id).
    """

    act: ClassVar[Act] = Act.SIGN_IN
    person: Secret
    outcome: Word
    means: Word
    reason: Secret | None = None
    source: Secret | None = None
    about: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange(Event):
    """Other rules hold from now on; `digest` is of the rules as they are now."""

    act: ClassVar[Act] = Act.POLICY_CHANGE
    person: Secret
    profile: Word
    digest: Digest
    reason: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChange(Event):
    """A list of vehicles of interest was changed, or a change of it proposed, approved or refused."""

    act: ClassVar[Act] = Act.LIST_CHANGE
    person: Secret
    list_name: Secret
    step: Word
    added: Count = 0
    removed: Count = 0
    changed: Count = 0
    plate: Secret | None = None
    reason: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(Event):
    """Somebody with the right allowed what another asked for, the entry in `regards`."""

    act: ClassVar[Act] = Act.APPROVAL
    person: Secret
    rank: Word
    means: Word
    reason: Secret
    rules: Labels = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Event):
    """An act was refused, by the rules (then no person is named as who refused) or by a person."""

    act: ClassVar[Act] = Act.REFUSAL
    person: Secret
    refused: Word
    rules: Labels
    by: Secret | None = None
    reason: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertHandling(Event):
    """Somebody took a step on an alert, or its clock did (then nobody is named)."""

    act: ClassVar[Act] = Act.ALERT_HANDLING
    alert: Secret
    step: Word
    person: Secret | None = None
    outcome: Word | None = None
    plate: Secret | None = None
    reason: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleChange(Event):
    """Who may do what was changed, or was to be and was refused: then `reason` has why.

    `person` does it, `subject` is whom it is done to; `about` is what else tells the act apart.
    """

    act: ClassVar[Act] = Act.PEOPLE_CHANGE
    person: Secret
    subject: Secret
    step: Word
    outcome: Word
    reason: Secret | None = None
    source: Secret | None = None
    about: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment(Event):
    """A device, a feed or a camera was let in, changed or sent away; by itself if nobody is named."""

    act: ClassVar[Act] = Act.ENROLMENT
    step: Word
    subject: Secret
    person: Secret | None = None
    reason: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding(Event):
    """Reads are kept beyond their time for a case, until `until`, or are not any more."""

    act: ClassVar[Act] = Act.HOLD
    step: Word
    hold: Secret
    reads: Count
    until: Day | None = None
    person: Secret | None = None
    reference: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure(Event):
    """The act of the entry in `regards` was logged and then not done, or not wholly; `fault` says why."""

    act: ClassVar[Act] = Act.FAILURE
    failed: Word
    fault: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEnd(Event):
    """The last entry of a log whose key was changed; `next_key` is the SHA-256 of the next log's key."""

    act: ClassVar[Act] = Act.LOG_END
    person: Secret
    reason: Secret
    next_key: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class LogBegin(Event):
    """The first entry of a log that takes the place of another, and why.

    `size` and `root` are those of the other's last checkpoint that is known here, `last_key` the SHA-256 of
    its key as text.
    """

    act: ClassVar[Act] = Act.LOG_BEGIN
    why: Word
    size: Count
    root: Digest
    last_key: Digest
    person: Secret
    reason: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Event):
    """Past searches were looked at: by a round of the clock (then nobody is named), or a step of a reviewer.

    A round says nothing of what it found; `digest` commits to the key by which a month's samples are drawn.
    """

    act: ClassVar[Act] = Act.REVIEW
    step: Word
    person: Secret | None = None
    item: Secret | None = None
    search: Secret | None = None
    outcome: Word | None = None
    reason: Secret | None = None
    digest: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteChange(Event):
    """A step in the life of a camera's site: its case drafted, authorised, reviewed, withdrawn.

    `places` is where its cameras are to stand; `written` is the SHA-256 of all that the step says. Both are
    secret: whoever knows most of a case could find the rest by trying.
    """

    act: ClassVar[Act] = Act.SITE
    person: Secret
    site: Secret
    step: Word
    written: Secret
    cameras_of: Secret | None = None
    places: Secret | None = None
    reason: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication(Event):
    """Something is shown to the public from now on: `digest` is of the document, `period` what it is about.

    By the clock if nobody is named.
    """

    act: ClassVar[Act] = Act.PUBLICATION
    what: Word
    period: Word
    digest: Digest
    person: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment(Event):
    """The self assessment was begun, written in, signed off or published; `version` is its number.

    `digest` is of the document that was frozen for the public; `inner` that of the one with all counts, which
    a bare digest would give away to whoever tries numbers.
    """

    act: ClassVar[Act] = Act.ASSESSMENT
    step: Word
    person: Secret
    version: Count
    question: Word | None = None
    digest: Digest | None = None
    inner: Secret | None = None
    reason: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsChange(Event):
    """A step on a case of the public: opened, acknowledged, extended, replied to, closed; of what kind it is.

    `case` is its reference, `written` the SHA-256 of all that the step says. All is secret: whoever could
    count steps and kinds in a public log would know the counts that the figures withhold.
    """

    act: ClassVar[Act] = Act.RIGHTS
    step: Secret
    kind: Secret
    case: Secret
    person: Secret
    written: Secret
    outcome: Secret | None = None


EVENTS: tuple[type[Event], ...] = (
    Collection,
    Alteration,
    Consultation,
    Disclosure,
    Combination,
    Erasure,
    SignIn,
    PolicyChange,
    ListChange,
    Approval,
    Refusal,
    AlertHandling,
    PeopleChange,
    Enrolment,
    Holding,
    Failure,
    LogEnd,
    LogBegin,
    Review,
    SiteChange,
    Publication,
    Assessment,
    RightsChange,
)
"""One class for each act."""
