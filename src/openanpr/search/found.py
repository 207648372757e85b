"""What the store answers to a question: rows that carry their doubt with them. Frozen, pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.place import Place
from openanpr.core.read import Direction, Style
from openanpr.core.read_key import ReadKey
from openanpr.search.between import OnWhich, WorkedOut
from openanpr.search.question import Spelling

_RowT = TypeVar("_RowT")


@dataclass(frozen=True, slots=True)
class FoundRead:
    """A stored read as a table shows it.

    `confidence` (0 to 1, None: not stated) is the reader's that this spelling is right. `spelling` says how
    it answers the question: exactly, by its shape, or as a likely misread. `rivals` are other spellings that
    the reader thought possible, the likeliest first, each with its probability. `clock_doubtful`: its time
    may be wrong. `late`: it came too late to be of now. `place` is where a moving camera was.
    """

    key: ReadKey
    spelling: Spelling
    confidence: float | None
    late: bool
    clock_doubtful: bool
    received_at: datetime
    direction: Direction
    style: Style
    rivals: tuple[tuple[str, float], ...] = field(repr=False)
    place: Place | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class FoundMark:
    """A mark, how often it was read within the span, and when first and last."""

    mark: str = field(repr=False)
    reads: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class CommonMark:
    """A mark that was read at several scenes, by their places in the question (0 is the first)."""

    mark: str = field(repr=False)
    scenes: tuple[int, ...]
    reads: int


@dataclass(frozen=True, slots=True)
class Meeting:
    """That another vehicle was read by the same camera shortly before or after the one that was asked for.

    `at` is when that one was read; `after_s` how many seconds later the other was, less than 0 for before.
    """

    camera: CameraId
    at: datetime
    after_s: float


@dataclass(frozen=True, slots=True)
class Companion:
    """A mark that was read beside the one asked for again and again: where and when, the newest first.

    `by_chance`: how many such meetings traffic alone would bring it, by what was read by the same cameras a
    while before and after. `alike`: it differs from the mark asked for by one character, so it may be a
    misread of the same vehicle.
    """

    mark: str = field(repr=False)
    seen: tuple[Meeting, ...]
    by_chance: float
    alike: bool


@dataclass(frozen=True, slots=True)
class Chance:
    """How far chance alone leads: `passes` of the vehicle asked for were looked beside.

    `listed`: about how many vehicles would be told of as companions if they met it by traffic alone, None
    where too few times before and after could be compared.
    """

    passes: int
    listed: float | None


@dataclass(frozen=True, slots=True)
class Company:
    """Companions, those that met most beyond chance first, and whether a limit cut them short."""

    rows: tuple[Companion, ...]
    more: bool
    chance: Chance


@dataclass(frozen=True, slots=True)
class CameraWorked:
    """A camera that could have seen it: how many hours of the span it read anything, of how many hours.

    `usual_share`: the share of hours of the same length before the span in which it read anything, None where
    nothing is known of it. A quiet road and a dead camera look alike; this tells them apart as far as it can.
    """

    camera: CameraId
    hours_with_reads: int
    hours: int
    usual_share: float | None
    last_read_at: datetime | None


class Did(StrEnum):
    """What a camera did in some hours, beside what it usually does in them."""

    WELL = "well"
    FEWER = "fewer"  # far fewer reads than usual, or none in some of the hours
    NOTHING = "nothing"  # no read in any of them, and usually there are some
    UNKNOWN = "unknown"  # too little is known to say, or too little drives there


@dataclass(frozen=True, slots=True)
class CameraMissed:
    """A camera on a likely way between two reads that has no read of the vehicle there.

    By that way it was passed from `since` until `until`. `did`: what the camera did in the hours of that.
    """

    camera: CameraId
    since: datetime
    until: datetime
    on: OnWhich
    did: Did


@dataclass(frozen=True, slots=True)
class MissedLeg:
    """From one read to the next of the same vehicle, by their numbers among the rows (1 is the first).

    `missed` is empty where nothing can be said, and `by` says why. `more`: that many cameras are not told.
    """

    start: int
    end: int
    by: WorkedOut
    missed: tuple[CameraMissed, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Answer(Generic[_RowT]):
    """Rows, newest or strongest first, and whether a limit cut them short."""

    rows: tuple[_RowT, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class WholeRead:
    """A stored read with all that is known of it, as it is opened.

    `handed_on_by`: the node that had it first.
    """

    record: CaptureRecord = field(repr=False)
    received_at: datetime
    late: bool
    clock_doubtful: bool
    clock_offset_ms: int | None
    device: str
    signed: bool
    profile: str
    handed_on_by: str | None
