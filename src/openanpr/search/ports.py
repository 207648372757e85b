"""What searches need of the world: small protocols; `store` and `run` provide them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from openanpr.audit.acts import Event
from openanpr.audit.log import Receipt
from openanpr.core.camera import CameraId
from openanpr.core.purpose import ReferenceState
from openanpr.core.read import Direction, Style
from openanpr.core.read_key import ReadKey
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.core.span import Span
from openanpr.policy.access_rules import AccessRules
from openanpr.policy.ask import Person
from openanpr.policy.profile import Profile
from openanpr.search.found import (
    Answer,
    CameraWorked,
    CommonMark,
    Company,
    Did,
    FoundMark,
    FoundRead,
    WholeRead,
)
from openanpr.search.question import Drawn, Spelling
from openanpr.search.record import Case, CaseHold, Note, SearchRecord, State

MOST_ROWS = 100_000


class StoppedError(Exception):
    """A search was cancelled while it ran."""


class TooMuchError(Exception):
    """A search reached a limit of time or memory before it was answered; nothing of it is shown."""


class ReadsUnreachableError(Exception):
    """The store of reads did not answer."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one search may take: rows that are shown, seconds, bytes of memory; `stop` names it by its id.

    `without`: cameras whose reads are as if they were not there, in rows, counts, times and limits alike. A
    person who may not know of a camera must not find it by what its reads change.
    """

    search_id: str
    rows: int = 2_000
    seconds: int = 60
    memory_bytes: int = 1_000_000_000
    without: tuple[CameraId, ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for a search without a name, and for bounds that bound nothing."""
        if not self.search_id.strip():
            raise ValueError("a search is bounded under its id: without one it could not be stopped")
        if not 1 <= self.rows <= MOST_ROWS or self.seconds < 1 or self.memory_bytes < 1:
            raise ValueError(
                f"a search shows from 1 to {MOST_ROWS} rows, and has at least a second and a byte"
            )


@dataclass(frozen=True, slots=True)
class Seen:
    """The cameras of a place: fixed ones by number, and the area in which a moving one may have been."""

    cameras: tuple[CameraId, ...]
    area: Drawn | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SeenThen:
    """The cameras of a place, and a time."""

    seen: Seen
    span: Span


@dataclass(frozen=True, slots=True)
class Together:
    """What counts as travelling together: read by a camera within that time of each other, that often."""

    within: timedelta
    at_least: int


class NotHeldError(Exception):
    """Reads could not be kept for a case; nothing was."""


@dataclass(frozen=True, slots=True)
class HoldOrder:
    """What is to be kept, for which case and whom, and the last day of it."""

    hold_id: str
    reference: str = field(repr=False)
    owner: str
    until: date
    at: datetime


@dataclass(frozen=True, slots=True)
class InForce:
    """What is judged by."""

    rules: AccessRules
    profile: Profile | None


class StoredReads(Protocol):
    """The stored reads, as questions ask them.

    All raise StoppedError, TooMuchError, ReadsUnreachableError.
    """

    def of_marks(
        self, marks: Sequence[str], spellings: Spelling, span: Span, bounds: Bounds
    ) -> Answer[FoundRead]:
        """Return the reads of these marks, newest first."""
        ...

    def last_of(self, mark: str, spellings: Spelling, span: Span, bounds: Bounds) -> FoundRead | None:
        """Return the newest read of this mark within the span."""
        ...

    def there(self, mark: str, spellings: Spelling, at: SeenThen, bounds: Bounds) -> Answer[FoundRead]:
        """Return the reads of this mark by these cameras then, newest first."""
        ...

    def like(self, pattern: str, span: Span, bounds: Bounds) -> Answer[FoundMark]:
        """Return the marks of a form that were read within the span and what of that; last seen first.

        Counts and times are of the span alone, never of what lies outside it.
        """
        ...

    def passed(
        self, at: SeenThen, direction: Direction | None, styles: Collection[Style], bounds: Bounds
    ) -> Answer[FoundRead]:
        """Return what passed these cameras, newest first."""
        ...

    def common(self, scenes: Sequence[SeenThen], at_least: int, bounds: Bounds) -> Answer[CommonMark]:
        """Return the marks read at that many of the scenes, those at most scenes first."""
        ...

    def company(
        self, mark: str, spellings: Spelling, span: Span, together: Together, bounds: Bounds
    ) -> Company:
        """Return which marks were read beside this one that often, with what traffic alone would bring."""
        ...

    def whole(self, keys: Sequence[ReadKey]) -> tuple[WholeRead, ...]:
        """Return the reads of these keys that are stored, in their order."""
        ...

    def worked(self, cameras: Sequence[CameraId], span: Span) -> tuple[CameraWorked, ...]:
        """Return what each camera did in the span, in the order given."""
        ...

    def estimate(self, cameras: Sequence[CameraId] | None, span: Span) -> int:
        """Return how many reads these cameras (None: all) made in the span, from hourly counts.

        By hours, so it tells nothing of one vehicle. Fast: under 50 ms for 2,000 cameras and two years.
        """
        ...

    def stop(self, search_id: str) -> None:
        """Cancel what runs under this id, if anything does."""
        ...


class CaseSystem(Protocol):
    """What knows of references: a force's crime, incident or case system."""

    def state_of(self, reference: str) -> ReferenceState:
        """Return the state of a reference; UNREACHABLE where the system does not answer. It never raises."""
        ...


class CameraRegister(Protocol):
    """The cameras that there are."""

    def every(self) -> Sequence[RegisteredCamera]:
        """Return all of them, retired ones too."""
        ...


class CamerasThen(Protocol):
    """What cameras did in hours of the past, by counts of their reads."""

    def did(
        self, hours: Mapping[CameraId, Collection[datetime]]
    ) -> Mapping[CameraId, Mapping[datetime, Did]]:
        """Return what each camera did in each of these hours (UTC, by their beginnings).

        Raises ReadsUnreachableError.
        """
        ...


class Pictures(Protocol):
    """Gives pictures out."""

    def of(self, captured_at: datetime, sha256: str) -> bytes | None:
        """Return the JPEG, None where it is not here."""
        ...


class OwnMarks(Protocol):
    """Whose vehicles are declared as whose."""

    def concerning(self, account_id: str, marks: Collection[str]) -> frozenset[str]:
        """Return the marks of these, by their shape, declared as of this person, household or team."""
        ...


class ConfidentialCameras(Protocol):
    """Which cameras are confidential: that they are there is for those alone who are named for them."""

    def named(self) -> Mapping[CameraId, frozenset[str]]:
        """Return them with the account ids that are named for each."""
        ...


class Persons(Protocol):
    """Who people are now."""

    def person(self, account_id: str) -> Person | None:
        """Return the person with the roles, rank and training of this moment; None where there is none."""
        ...


class AuditTrail(Protocol):
    """The audit log, as `audit.log.AuditLog` is one."""

    def append(self, event: Event) -> Receipt:
        """Log one event before its act. Raises AuditError: the act must not be done."""
        ...


class Holds(Protocol):
    """Keeps copies of reads, with their pictures, beyond retention."""

    def hold(self, order: HoldOrder, keys: Sequence[ReadKey]) -> int:
        """Keep these reads and return how many are kept. Raises NotHeldError; again it completes."""
        ...

    def held(self, hold_id: str) -> tuple[WholeRead, ...]:
        """Return the reads that a hold keeps. Raises ReadsUnreachableError."""
        ...


class SearchRecords(Protocol):
    """Keeps searches. One change at a time: each names the state that it goes on from."""

    def add(self, record: SearchRecord) -> None:
        """Keep a new search."""
        ...

    def find(self, search_id: str) -> SearchRecord | None:
        """Return a search, None where there is none."""
        ...

    def of(self, account_id: str, *, most: int) -> tuple[SearchRecord, ...]:
        """Return the searches asked by or for an account, the newest first."""
        ...

    def standing(self, states: Collection[State], *, most: int) -> tuple[SearchRecord, ...]:
        """Return the searches that stand so, the oldest first."""
        ...

    def unconfirmed(self, *, most: int) -> tuple[SearchRecord, ...]:
        """Return the searches whose authority is oral still, the oldest first."""
        ...

    def replace(self, record: SearchRecord) -> bool:
        """Keep what is new of standing, judgement, authority and runs; False where it was changed meanwhile.

        It is the one change on from `record.changed`, and counts it up. What was asked never changes.
        """
        ...

    def asked_before(self, before: datetime) -> int:
        """Return how many searches were asked before a time."""
        ...

    def forget(self, before: datetime) -> int:
        """Erase what was asked before a time, with its authorities; return how many searches."""
        ...


class CaseRecords(Protocol):
    """Keeps cases, what they hold and their notes."""

    def open(self, case: Case) -> None:
        """Keep a new case."""
        ...

    def case(self, case_id: str) -> Case | None:
        """Return a case, None where there is none."""
        ...

    def owned_by(self, account_id: str, *, most: int) -> tuple[Case, ...]:
        """Return the cases of an owner, the newest first."""
        ...

    def close(self, case_id: str, at: datetime) -> bool:
        """Close a case; False where it is closed."""
        ...

    def keep(self, hold: CaseHold) -> bool:
        """Note a hold of a case; False where the case is closed."""
        ...

    def holds(self, case_id: str) -> tuple[CaseHold, ...]:
        """Return the holds of a case, the oldest first."""
        ...

    def write(self, note: Note) -> bool:
        """Keep a note; False where the case is closed."""
        ...

    def notes(self, case_id: str) -> tuple[Note, ...]:
        """Return the notes of a case, the oldest first."""
        ...

    def ended_before(self, day: date) -> int:
        """Return how many cases had their last day before a day."""
        ...

    def forget(self, before: date) -> int:
        """Erase the cases whose last day was before a day, with holds and notes; return how many cases."""
        ...


Clock = Callable[[], datetime]
FreshId = Callable[[], str]
Book = Callable[[], InForce]
"""Gives the rules and the profile that are in force now: a changed one counts from the next act on."""
