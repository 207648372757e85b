"""Pictures that come after their reads, each known by the SHA-256 that a read named."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Protocol

from openanpr.core.camera import CameraId
from openanpr.ingest.arrival import ArrivedRead
from openanpr.ingest.device import Sender
from openanpr.ingest.jpeg import JpegError, jpeg_size
from openanpr.ingest.limits import Limits
from openanpr.ingest.prove import Proof, prove
from openanpr.ingest.refusal import Kind, RefusedError, later
from openanpr.ingest.tally import Tally, What, refusals_counted
from openanpr.wire.delivery import PICTURES_PATH
from openanpr.wire.signature import Request

_TYPE = "image/jpeg"
_PATH = re.compile(re.escape(PICTURES_PATH) + r"/([0-9a-f]{64})")


class PictureOutcome(StrEnum):
    """What became of a picture; both are on disk."""

    KEPT = "kept"  # beside its read
    SHELVED = "shelved"  # no read of this sender names it so far: it is in quarantine


class ShelfFullError(Exception):
    """The shelf has no room for more pictures of this device."""


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """How large a picture may be: bytes, and width times height."""

    most_bytes: int
    most_pixels: int

    def __post_init__(self) -> None:
        """Refuse limits that let nothing through."""
        if min(self.most_bytes, self.most_pixels) < 1:
            raise ValueError("most_bytes and most_pixels must be 1 or more")


@dataclass(frozen=True, slots=True)
class Announcement:
    """A read that names a picture: whose camera, and when (UTC)."""

    camera: CameraId
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class ShelvedPicture:
    """A picture that no read names, from whom and since when (UTC)."""

    sha256: str
    device: str
    received_at: datetime
    jpeg: bytes = field(repr=False)


class Announcements(Protocol):
    """Which reads name a picture."""

    def find(self, sha256: str) -> tuple[Announcement, ...]:
        """Return the accepted reads that name the picture, from the moment that they are journalled."""
        ...


class PictureStore(Protocol):
    """Keeps pictures by the day of their read."""

    def keep(self, sha256: str, day: date, jpeg: bytes) -> None:
        """Keep the picture, on disk when this returns; to keep it again changes nothing."""
        ...


class PictureShelf(Protocol):
    """Keeps pictures that no read names, with room for so many of each device; retention empties it."""

    def put(self, picture: ShelvedPicture) -> None:
        """Keep the picture, on disk when this returns, the same one once; raises ShelfFullError."""
        ...

    def find(self, sha256: str) -> tuple[ShelvedPicture, ...]:
        """Return the pictures of this name, one a device."""
        ...

    def among(self, names: Collection[str]) -> frozenset[str]:
        """Return those of the names under which a picture lies here: one question for a whole batch."""
        ...

    def take_off(self, sha256: str, device: str) -> None:
        """Forget the picture of a device, for it is kept beside its read; nothing where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class PictureIntake:
    """What taking a picture needs of the world."""

    proof: Proof
    announcements: Announcements
    store: PictureStore
    shelf: PictureShelf
    tally: Tally


@dataclass(frozen=True, slots=True)
class TakenPicture:
    """The answer to a picture: it is on disk."""

    sha256: str
    outcome: PictureOutcome


def take_picture(
    request: Request,
    intake: PictureIntake,
    *,
    received_at: datetime,
    limits: Limits,
    picture_limits: PictureLimits,
) -> TakenPicture:
    """Return what became of the picture in `request`, which is on disk.

    Raises RefusedError, and nothing else of Exception: then nothing was kept.
    """
    with refusals_counted(intake.tally):
        device = prove(request, intake.proof, now=received_at)
        if {name.lower(): value for name, value in request.headers.items()}["content-type"] != _TYPE:
            raise RefusedError(Kind.UNKNOWN_FORM, "unknown_encoding", f"send pictures as {_TYPE}")
        sha256 = _named(request)
        check_picture(request.body, sha256, picture_limits)
        picture = ShelvedPicture(sha256, device.device_id, received_at, request.body)
        outcome = place_picture(picture, device.sender, intake, oldest=received_at - limits.retention)
        intake.tally.count(What.PICTURES, outcome)
        return TakenPicture(sha256, outcome)


def check_picture(jpeg: bytes, sha256: str, limits: PictureLimits) -> None:
    """Refuse a picture that is too large, no JPEG, or not the one that is named; raises RefusedError."""
    if len(jpeg) > limits.most_bytes:
        raise RefusedError(
            Kind.TOO_LARGE, "picture_too_large", f"a picture has at most {limits.most_bytes} bytes"
        )
    if hashlib.sha256(jpeg).hexdigest() != sha256:
        raise RefusedError(Kind.UNREADABLE, "wrong_picture", "the picture is not the one that is named")
    try:
        size = jpeg_size(jpeg)
    except JpegError as fault:
        raise RefusedError(Kind.UNREADABLE, "no_jpeg", str(fault)) from None
    if size.width * size.height > limits.most_pixels:
        raise RefusedError(
            Kind.TOO_LARGE, "picture_too_large", f"a picture has at most {limits.most_pixels} pixels"
        )


def place_picture(
    picture: ShelvedPicture, sender: Sender, intake: PictureIntake, *, oldest: datetime
) -> PictureOutcome:
    """Keep a checked picture beside its read or on the shelf; raises RefusedError, and what ports raise."""
    if _keep(picture, sender, intake, oldest):
        return PictureOutcome.KEPT
    try:
        intake.shelf.put(picture)
    except ShelfFullError as fault:
        raise later("shelf_full") from fault
    # Its read may have come between the two steps above, when the shelf had nothing for it yet.
    if not _keep(picture, sender, intake, oldest):
        return PictureOutcome.SHELVED
    intake.shelf.take_off(picture.sha256, picture.device)
    return PictureOutcome.KEPT


def claim_shelved(reads: Iterable[ArrivedRead], shelf: PictureShelf, store: PictureStore) -> int:
    """Move pictures from the shelf to the store that journalled reads name; return how many.

    Only a picture of the device that sent the read counts. To do it again is safe. Raises what ports raise.
    """
    waiting = [(read, name) for read in reads for name in {read.record.patch, read.record.overview} if name]
    here = shelf.among({name for _, name in waiting}) if waiting else frozenset[str]()
    moved = 0
    for read, name in waiting:
        for picture in shelf.find(name) if name in here else ():
            if picture.device == read.arrival.device:
                store.keep(picture.sha256, _day(read.record.captured_at), picture.jpeg)
                shelf.take_off(picture.sha256, picture.device)
                moved += 1
    return moved


def _keep(picture: ShelvedPicture, sender: Sender, intake: PictureIntake, oldest: datetime) -> bool:
    """Keep the picture once for each day of the reads that name it; return whether any does."""
    named = [a for a in intake.announcements.find(picture.sha256) if sender.scope.covers(a.camera)]
    days = {_day(a.captured_at) for a in named if a.captured_at >= oldest}
    if named and not days:
        raise RefusedError(Kind.UNREADABLE, "too_old", "the read of this picture is past its time")
    for day in sorted(days):
        intake.store.keep(picture.sha256, day, picture.jpeg)
    return bool(days)


def _named(request: Request) -> str:
    path = "/" + request.url.partition("://")[2].partition("/")[2]
    found = _PATH.fullmatch(path)
    if request.method != "PUT" or found is None:
        raise RefusedError(Kind.UNREADABLE, "unreadable", "PUT a picture under its SHA-256 in lower case")
    return found[1]


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
