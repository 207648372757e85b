"""What a person is shown of what was found: numbered rows, redacted by permission. Frozen, pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.place import Place
from openanpr.core.read import Direction, Style
from openanpr.search.between import OnWhich, WorkedOut
from openanpr.search.found import Chance, Did
from openanpr.search.meter import Meter
from openanpr.search.question import Spelling

CAVEATS = (
    "A plate is not the vehicle: plates are copied, moved and misread. Look at the picture before you act.",
    "Nothing found is no proof: cameras fail, plates are dirty, and most roads have no camera.",
    "Reads of cameras that are confidential to other people are not among these.",
)
"""What goes with every answer, the same words for everybody."""
OWN_INTEREST = (
    "Reads of a vehicle declared as your own, of your household or of a colleague were left out: ask "
    "somebody who has no interest in it."
)
UNCONFIRMED = "The authority for this search was given by word of mouth, and is not confirmed yet."


@dataclass(frozen=True, slots=True)
class Row:
    """A row of an answer: of which run, and its number there, from 1."""

    run: int
    number: int


@dataclass(frozen=True, slots=True)
class RowsOf:
    """Chosen rows of a search."""

    search_id: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class ShownCamera:
    """A camera in an answer. `label` tells it from the others; all else is for who may see places."""

    label: str
    camera: CameraId | None = None
    name: str = field(default="", repr=False)
    place: Place | None = field(default=None, repr=False)
    retired: bool = False


@dataclass(frozen=True, slots=True)
class ShownRead:
    """A read as a table shows it; `found.FoundRead` says what the fields are. `place`: of a moving camera."""

    number: int
    mark: str = field(repr=False)
    captured_at: datetime
    camera: ShownCamera
    spelling: Spelling
    confidence: float | None
    late: bool
    clock_doubtful: bool
    direction: Direction
    style: Style
    rivals: tuple[tuple[str, float], ...] = field(repr=False)
    place: Place | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ShownMark:
    """A mark of a form that was asked for. It has no reads to open: ask for the mark itself."""

    number: int
    mark: str = field(repr=False)
    reads: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ShownCommon:
    """A mark that was read at several scenes, by their places in the question (0 is the first)."""

    number: int
    mark: str = field(repr=False)
    scenes: tuple[int, ...]
    reads: int


@dataclass(frozen=True, slots=True)
class ShownMeeting:
    """Where and when a companion was read beside the vehicle asked for; see `found.Meeting`."""

    camera: ShownCamera
    at: datetime
    after_s: float


@dataclass(frozen=True, slots=True)
class ShownCompanion:
    """A mark that was read beside the one asked for again and again; see `found.Companion`."""

    number: int
    mark: str = field(repr=False)
    seen: tuple[ShownMeeting, ...]
    by_chance: float
    alike: bool

    @property
    def cameras(self) -> int:
        """By how many cameras."""
        return len({one.camera.label for one in self.seen})

    @property
    def days(self) -> int:
        """On how many days (UTC)."""
        return len({one.at.astimezone(UTC).date() for one in self.seen})


@dataclass(frozen=True, slots=True)
class ShownWorked:
    """A camera that could have seen it, and how far it worked then; see `found.CameraWorked`."""

    camera: ShownCamera
    hours_with_reads: int
    hours: int
    usual_share: float | None
    last_read_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownMissed:
    """A camera that should have seen the vehicle and did not; see `found.CameraMissed`."""

    camera: ShownCamera
    since: datetime
    until: datetime
    on: OnWhich
    did: Did


@dataclass(frozen=True, slots=True)
class ShownLeg:
    """What lies between two reads, by the numbers of their rows; see `found.MissedLeg`."""

    start: int
    end: int
    by: WorkedOut
    missed: tuple[ShownMissed, ...]
    more: int


ShownRow: TypeAlias = ShownRead | ShownMark | ShownCommon | ShownCompanion


@dataclass(frozen=True, slots=True)
class Results:
    """What a run found. `more`: a limit cut it short. `worked`: of "was it there", else empty.

    `legs`: of vehicles named, for who may see places. `chance`: of who travels together. `kept_until`: rows
    can be opened until then; after it the search is to be run again. `entry`: of the answer in the audit log.
    `unconfirmed`: it ran on an oral authority that is not confirmed yet.
    """

    search_id: str
    run: int
    rows: tuple[ShownRow, ...]
    more: bool
    worked: tuple[ShownWorked, ...]
    legs: tuple[ShownLeg, ...]
    chance: Chance | None
    meter: Meter
    answered_at: datetime
    kept_until: datetime
    entry: int
    unconfirmed: bool
    caveats: tuple[str, ...] = CAVEATS


class Picture(StrEnum):
    """Which picture of a read: of the plate, or of what is around it."""

    PATCH = "patch"
    OVERVIEW = "overview"


@dataclass(frozen=True, slots=True)
class OpenedRead:
    """A read with all that is known of it.

    Where places are not to be seen, `camera` has a label only, and `record` no place and the camera 0/0/0.
    `pictures`: those that the read names; one may not be here yet.
    """

    row: Row
    record: CaptureRecord = field(repr=False)
    camera: ShownCamera
    received_at: datetime
    late: bool
    clock_doubtful: bool
    clock_offset_ms: int | None
    device: str
    signed: bool
    profile: str
    handed_on_by: str | None
    pictures: tuple[Picture, ...]
    entry: int
    caveats: tuple[str, ...] = CAVEATS


class Form(StrEnum):
    """The form of an export."""

    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was printed or exported: UTF-8 bytes with a head that says who, why, when, and the log's entry."""

    media_type: str
    file_name: str
    body: bytes = field(repr=False)
    rows: int
    entry: int
