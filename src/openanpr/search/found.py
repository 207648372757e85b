"""What the store answers to a question: rows that carry their doubt with them. Frozen, pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.place import Place
from openanpr.core.read import Direction, Style
from openanpr.core.read_key import ReadKey
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
