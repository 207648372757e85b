"""A moment in UTC that says where it came from and how far it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class ClockSource(StrEnum):
    """Where the time of a frame came from, best first."""

    CLOCK = "clock"  # this machine's clock when the frame arrived
    STREAM = "stream"  # a start time plus the presentation time inside the clip or stream
    EXIF = "exif"  # written into the picture by the camera
    FILE = "file"  # the file's modification time: the weakest witness


@dataclass(frozen=True, slots=True)
class Instant:
    """A UTC time with its source and its error in milliseconds (None: not known)."""

    at: datetime
    source: ClockSource
    error_ms: int | None

    def __post_init__(self) -> None:
        """Refuse a time without a zone: it would mean something else on every machine."""
        if self.at.tzinfo is None:
            msg = "an Instant needs a time with a zone; use datetime(..., tzinfo=UTC)"
            raise ValueError(msg)
        object.__setattr__(self, "at", self.at.astimezone(UTC))
