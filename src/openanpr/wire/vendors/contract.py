"""What every adapter takes and returns, whoever made the camera."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Protocol

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord

# A message is refused beyond these. They leave room for the largest pictures that cameras send.
MOST_PAYLOAD_BYTES = 16 * 1024 * 1024
MOST_TEXT_BYTES = 1024 * 1024  # XML, or a form: neither holds a picture, and both are slow to read
MOST_PICTURE_BYTES = 4 * 1024 * 1024
MOST_VALUES = 20_000
MOST_RESULTS = 64
MOST_PARTS = 16
DEEPEST = 32


class PictureKind(StrEnum):
    """What a picture shows."""

    PATCH = "patch"  # the plate alone
    OVERVIEW = "overview"  # the vehicle in its surroundings


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that came with a message: `record` is the index of its record in `Parsed.records`."""

    kind: PictureKind
    record: int
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """What could not be taken and why, never with a plate.

    `index` is the place of the result in the message, from 0; None when it is the whole message.
    """

    reason: str
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came of one message.

    `not_final` counts what was left out because it tells of no final read: previews, updates, single
    frames, heartbeats, vehicles without a readable plate. A refused picture leaves its record standing.
    `sequence` is the sender's own count of its messages, None where it keeps none: a gap is a loss.
    """

    records: tuple[CaptureRecord, ...]
    pictures: tuple[Picture, ...]
    not_final: int
    refused: tuple[Refusal, ...]
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class KnownCamera:
    """A camera of another system as the node knows it.

    `zone` is what its clock shows when it sends times without one; None: such a time is refused.
    `moving` cameras have the place of each read kept; a fixed one's place is in the register.
    """

    camera: CameraId
    zone: tzinfo | None = None
    moving: bool = False


class CameraLookup(Protocol):
    """Which camera a name of another system means."""

    def find(self, name: str) -> KnownCamera | None:
        """Return the camera that this feed calls `name`, None for one that is not enrolled."""
        ...


class Adapter(Protocol):
    """A vendor's `parse`."""

    def __call__(
        self, payload: bytes, content_type: str, camera: CameraLookup, received_at: datetime
    ) -> Parsed:
        """Return what the message holds; whatever is wrong with it is a `Refusal`, never an exception.

        Raises ValueError only when `received_at` has no zone, which is the caller's fault.
        """
        ...


class MessageFault(Exception):  # noqa: N818 - not an error of the program: it becomes a Refusal
    """A message, or a part of it, that cannot be taken; the text says why and never holds a plate."""
