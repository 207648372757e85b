"""What searches need of the world: small protocols; `store` and `run` provide them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from openanpr.core.camera import CameraId
from openanpr.core.purpose import ReferenceState
from openanpr.core.read import Direction, Style
from openanpr.core.read_key import ReadKey
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.core.span import Span
from openanpr.search.found import Answer, CameraWorked, CommonMark, FoundMark, FoundRead, WholeRead
from openanpr.search.question import Drawn, Spelling

MOST_ROWS = 100_000


class StoppedError(Exception):
    """A search was cancelled while it ran."""


class TooMuchError(Exception):
    """A search reached a limit of time or memory before it was answered; nothing of it is shown."""


class ReadsUnreachableError(Exception):
    """The store of reads did not answer."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one search may take: rows that are shown, seconds, bytes of memory; `stop` names it by its id."""

    search_id: str
    rows: int = 2_000
    seconds: int = 60
    memory_bytes: int = 1_000_000_000

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


class Pictures(Protocol):
    """Gives pictures out."""

    def of(self, captured_at: datetime, sha256: str) -> bytes | None:
        """Return the JPEG, None where it is not here."""
        ...


class OwnMarks(Protocol):
    """Whose vehicles are declared as whose."""

    def concerns(self, account_id: str, marks: Sequence[str]) -> bool:
        """Tell whether a mark is declared as of this person, the household or a colleague of the team."""
        ...


class CovertMarks(Protocol):
    """Which marks are on covert entries, for redaction; asked only of marks that were found."""

    def covert(self, marks: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Return the marks of these that a covert entry names, with the account ids named for it."""
        ...


Clock = Callable[[], datetime]
FreshId = Callable[[], str]
