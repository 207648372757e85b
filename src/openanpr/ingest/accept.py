"""Judges each read of a batch: accepted with its marks, or held for the quarantine with its reason. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.instant import ClockSource
from openanpr.core.span import Span
from openanpr.ingest.clock import ClockReading
from openanpr.ingest.device import Sender
from openanpr.ingest.limits import Limits
from openanpr.wire.forwarded import OriginProof
from openanpr.wire.read_batch import ReadBatch, RefusedRead

HELD, DUPLICATE, LATE, DOUBTFUL, PLACE_IGNORED = 1, 2, 4, 8, 16
"""The marks of one read, added up; a read is accepted unless it is HELD."""

_WEAK_CLOCKS = frozenset({ClockSource.EXIF, ClockSource.FILE})


class Reason(StrEnum):
    """Why a read is held."""

    MALFORMED = "malformed"  # not as the format says
    NOT_UNDERSTOOD = "not_understood"  # another vendor's message that its adapter could not take
    NOT_ITS_CAMERA = "not_its_camera"  # the sender is not enrolled for this camera
    UNKNOWN_CAMERA = "unknown_camera"  # the camera is not in the register
    CAMERA_LAPSED = "camera_lapsed"  # the camera may not deliver what it captured then
    NO_PLACE = "no_place"  # a moving camera that does not say where it was
    CLOCK_OFF = "clock_off"  # the device's clock is beyond what the profile bears
    TOO_OLD = "too_old"  # older than the profile takes
    FROM_THE_FUTURE = "from_the_future"  # captured later than now, beyond the tolerance
    ORIGIN_NOT_PROVED = "origin_not_proved"  # handed on by a node with a proof that does not fit it


DETAILS = {
    Reason.MALFORMED: "the read is not as the format says",
    Reason.NOT_UNDERSTOOD: "the adapter of this vendor could not take it",
    Reason.NOT_ITS_CAMERA: "the sender is not enrolled for this camera",
    Reason.UNKNOWN_CAMERA: "the camera is not in the register: add it, then release the read",
    Reason.CAMERA_LAPSED: "the camera had no leave to deliver when it captured this: see to its case",
    Reason.NO_PLACE: "a moving camera must say where it was",
    Reason.CLOCK_OFF: "the clock of the device is too far off: set it, and mend captured_at if it is wrong",
    Reason.TOO_OLD: "the read is older than the profile takes",
    Reason.FROM_THE_FUTURE: "the read says that it was captured later than now",
    Reason.ORIGIN_NOT_PROVED: "what was handed on does not fit the proof that came with it: it was changed",
}


class Mount(StrEnum):
    """Whether a camera stands or drives."""

    FIXED = "fixed"
    MOVING = "moving"


class Cameras(Protocol):
    """The register of cameras, as far as ingest asks it."""

    def mount(self, camera: CameraId) -> Mount | None:
        """Return whether a camera stands or drives; None for one that is not in the register."""
        ...

    def closed(self, camera: CameraId, *, elsewhere: bool) -> Sequence[Span]:
        """Return the times of capture in which a camera may not deliver; none where it always may.

        `elsewhere`: the node that hands its reads on answers for it, unless this node has a case for it too.
        """
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """A read that is held: its place in the batch from 0, why, and a sentence without any of its values."""

    index: int
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of each read: `marks` has a number for each, in order; `held` tells of the HELD ones.

    `origins` says of each origin of a forwarded batch, in order, how far it is proved.
    """

    marks: bytes
    held: tuple[Held, ...]
    origins: tuple[OriginProof, ...] = ()

    def count(self, mark: int) -> int:
        """Return how many reads have a mark."""
        return sum(1 for marks in self.marks if marks & mark)

    @property
    def accepted(self) -> int:
        """How many reads are accepted, duplicates among them."""
        return len(self.marks) - len(self.held)


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The limits as moments, for one batch."""

    oldest: datetime
    late: datetime
    doubtful: datetime
    newest: datetime


def accept(
    batch: ReadBatch,
    *,
    sender: Sender,
    cameras: Cameras,
    clock: ClockReading,
    received_at: datetime,
    limits: Limits,
) -> Judgement:
    """Return what becomes of each read of `batch`; raises nothing but what `cameras` raises.

    The second read of the same camera, time and VRM is a duplicate: accepted and not kept again.
    """
    judge = _Judge(sender, cameras, clock, received_at, limits)
    marks = bytearray()
    held: list[Held] = []
    seen = set[tuple[CameraId, datetime, str]]()
    for index, read in enumerate(in_order(batch)):
        if isinstance(read, RefusedRead):
            marks.append(HELD)
            held.append(Held(index, Reason.MALFORMED, read.reason))
            continue
        found = judge.read(read)
        if isinstance(found, Reason):
            marks.append(HELD)
            held.append(Held(index, found, DETAILS[found]))
            continue
        same = (read.camera, read.captured_at, read.vrm)
        marks.append(found | DUPLICATE if same in seen else found)
        seen.add(same)
    return Judgement(bytes(marks), tuple(held))


def in_order(batch: ReadBatch) -> Iterator[CaptureRecord | RefusedRead]:
    """Yield the reads of a batch, good and bad, in the order in which they were sent."""
    if not batch.refused:
        yield from batch.records
        return
    refused = {read.index: read for read in batch.refused}
    records = iter(batch.records)
    for index in range(len(batch.records) + len(batch.refused)):
        yield refused[index] if index in refused else next(records)


def reads_digest(batch: ReadBatch) -> bytes:
    """Return a SHA-256 that is the same for a batch sent again, and for no other reads.

    Of each read its camera, time and VRM count, of each bad one its bytes.
    """
    named = [
        f"!{hashlib.sha256(r.raw).hexdigest()}"
        if isinstance(r, RefusedRead)
        else f"{r.camera}|{r.captured_at.isoformat()}|{r.vrm}"
        for r in in_order(batch)
    ]
    return hashlib.sha256("\n".join(named).encode()).digest()


class _Judge:
    """The rules of one batch, each camera asked for once."""

    def __init__(
        self, sender: Sender, cameras: Cameras, clock: ClockReading, received_at: datetime, limits: Limits
    ) -> None:
        self._sender = sender
        self._cameras = cameras
        self._mounts: dict[CameraId, Mount | Reason] = {}
        self._closed: dict[CameraId, Sequence[Span]] = {}
        self._clock_off = clock.off(limits.clock_quarantine_ms)
        self._marks = DOUBTFUL if clock.doubtful(limits.clock_alarm_ms) else 0
        self._alarm_ms = limits.clock_alarm_ms
        self._bounds = _Bounds(
            oldest=received_at - limits.oldest,
            late=received_at - timedelta(seconds=limits.late_after_s),
            doubtful=received_at + timedelta(milliseconds=limits.clock_alarm_ms),
            newest=received_at + timedelta(seconds=limits.future_tolerance_s),
        )

    def read(self, record: CaptureRecord) -> int | Reason:
        """Return the marks of a read, or why it is held."""
        mount = self._mount(record.camera)
        if isinstance(mount, Reason):
            return mount
        at, bounds = record.captured_at, self._bounds
        if any(span.since <= at < span.until for span in self._closed[record.camera]):
            return Reason.CAMERA_LAPSED
        if mount is Mount.MOVING and not _has_fix(record):
            return Reason.NO_PLACE
        if at < bounds.oldest:
            return Reason.TOO_OLD
        if at > bounds.newest:
            return Reason.FROM_THE_FUTURE
        if self._clock_off:
            return Reason.CLOCK_OFF
        marks = self._marks
        if at < bounds.late:
            marks |= LATE
        if at > bounds.doubtful or self._owns_up(record):
            marks |= DOUBTFUL
        if mount is Mount.FIXED and record.place is not None:
            marks |= PLACE_IGNORED
        return marks

    def _mount(self, camera: CameraId) -> Mount | Reason:
        known = self._mounts.get(camera)
        if known is None:
            known = self._asked(camera)
            self._mounts[camera] = known
        return known

    def _asked(self, camera: CameraId) -> Mount | Reason:
        if not self._sender.scope.covers(camera):
            return Reason.NOT_ITS_CAMERA
        mount = self._cameras.mount(camera)
        if mount is None:
            return Reason.UNKNOWN_CAMERA
        self._closed[camera] = self._cameras.closed(camera, elsewhere=self._sender.answers_for(camera))
        return mount

    def _owns_up(self, record: CaptureRecord) -> bool:
        """Return whether the record itself says that its time is not to be trusted."""
        if record.clock_error_ms is None:
            return record.clock in _WEAK_CLOCKS
        return record.clock_error_ms > self._alarm_ms


def _has_fix(record: CaptureRecord) -> bool:
    # Receivers without a fix say 0, 0: a point in the sea.
    place = record.place
    return place is not None and (place.lat != 0 or place.lon != 0)
