"""The questions that a node itself asks of the stored reads. People ask through the governed search."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Generic, TypeVar

import msgspec

from openanpr.core.camera import CameraId
from openanpr.core.shape import shape_key
from openanpr.ingest.arrival import ArrivedRead
from openanpr.store.engine import ReadEngine, Value, statement
from openanpr.store.read_columns import (
    CONFIDENCE_STEPS,
    CameraRow,
    PlateRow,
    from_ms,
    read_of,
    to_ms,
)

MOST_ROWS = 100_000
LEAST_FIXED = 3
"""Characters that a wildcard must name: with fewer it would sweep in the whole store."""

_FoundT = TypeVar("_FoundT")
_EPOCH = date(1970, 1, 1)
_WILDCARD = re.compile(r"[A-Z0-9?*]{1,24}")


class QuestionError(ValueError):
    """A question that may not be asked so."""


@dataclass(frozen=True, slots=True)
class ReadKey:
    """What names one read: by whom, when and which VRM."""

    camera: CameraId
    captured_at: datetime
    vrm: str


@dataclass(frozen=True, slots=True)
class BriefRead:
    """A stored read without its particulars: `whole_read` has them. `confidence` is cut to 1/10,000."""

    key: ReadKey
    confidence: float | None
    late: bool
    received_at: datetime


@dataclass(frozen=True, slots=True)
class VrmSeen:
    """A VRM, how often it was seen in the months asked for, and its first and last day in them (UTC)."""

    vrm: str
    n: int
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Found(Generic[_FoundT]):
    """What was found, and whether the limit cut it short."""

    rows: tuple[_FoundT, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Span:
    """Times from `since` to before `until`."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        """Refuse a span that is empty or has no zone."""
        if self.since.tzinfo is None or self.until.tzinfo is None or self.since >= self.until:
            raise QuestionError("a span needs two times with a zone, the first before the second")


class _Brief(msgspec.Struct, frozen=True, array_like=True):
    captured_ms: int
    force: int
    source: int
    camera: int
    vrm: str
    confidence: int | None
    late: bool
    latency_ms: int


class _Seen(msgspec.Struct, frozen=True, array_like=True):
    vrm: str
    n: int
    first_day: int
    last_day: int


class _LastDay(msgspec.Struct, frozen=True, array_like=True):
    n: int
    day: int


def reads_of_vrm(engine: ReadEngine, vrm: str, span: Span, *, limit: int) -> Found[BriefRead]:
    """The reads of exactly this spelling, newest first; raises QuestionError and StoreError."""
    return _brief(engine, "reads_of_vrm", {"vrm": vrm, "shape": shape_key(vrm), **_of(span)}, limit)


def reads_of_shape(engine: ReadEngine, vrm: str, span: Span, *, limit: int) -> Found[BriefRead]:
    """The reads that look like this VRM (O as 0, I as 1), newest first; raises QuestionError and StoreError.

    A new entry of a list is tried so on the last 24 hours.
    """
    return _brief(engine, "reads_of_shape", {"shape": shape_key(vrm), **_of(span)}, limit)


def reads_of_cameras(
    engine: ReadEngine, cameras: Sequence[CameraId], span: Span, *, limit: int
) -> Found[BriefRead]:
    """What passed these cameras, newest first; raises QuestionError and StoreError."""
    if not cameras:
        raise QuestionError("name at least one camera")
    named = [(camera.force, camera.source, camera.camera) for camera in cameras]
    return _brief(engine, "reads_of_cameras", {"cameras": named, **_of(span)}, limit)


def vrms_like(engine: ReadEngine, wildcard: str, *, since: date, until: date, limit: int) -> Found[VrmSeen]:
    """The VRMs of a form, of the months from that of `since` to that of `until`, last seen first.

    In `wildcard` a `?` is one character and a `*` any run; O and 0, I and 1 are one. Raises QuestionError
    for another form or fewer than three fixed characters, and StoreError.
    """
    values: dict[str, Value] = {
        "pattern": like_pattern(wildcard),
        "since_month": since.replace(day=1).isoformat(),
        "until_month": until.replace(day=1).isoformat(),
        "limit": _checked(limit) + 1,
    }
    found = engine.rows(statement("vrms_like"), values, _Seen)
    rows = tuple(VrmSeen(row.vrm, row.n, _day(row.first_day), _day(row.last_day)) for row in found[:limit])
    return Found(rows, len(found) > limit)


def last_seen(engine: ReadEngine, vrm: str) -> BriefRead | None:
    """The newest read of exactly this spelling, None when there is none; raises StoreError."""
    last = engine.rows(statement("last_day_of_vrm"), {"vrm": vrm, "shape": shape_key(vrm)}, _LastDay)[0]
    if not last.n:
        return None
    start = datetime.combine(_day(last.day), datetime.min.time(), UTC)
    found = reads_of_vrm(engine, vrm, Span(start, start + timedelta(days=1)), limit=1)
    return found.rows[0] if found.rows else None


def whole_read(engine: ReadEngine, key: ReadKey) -> ArrivedRead | None:
    """One read with all that was stored of it, None when it is not stored; raises StoreError."""
    values: dict[str, Value] = {
        "shape": shape_key(key.vrm),
        "vrm": key.vrm,
        "captured_ms": to_ms(key.captured_at),
        "force": key.camera.force,
        "source": key.camera.source,
        "camera": key.camera.camera,
    }
    plate = engine.rows(statement("whole_read_plate"), values, PlateRow)
    around = engine.rows(statement("whole_read_camera"), values, CameraRow)
    if not plate or not around:
        return None
    return read_of(key.camera, from_ms(to_ms(key.captured_at)), key.vrm, plate[0], around[0])


def like_pattern(wildcard: str) -> str:
    """The LIKE pattern, over shapes, of a wildcard; raises QuestionError (see `vrms_like`)."""
    if not _WILDCARD.fullmatch(wildcard):
        raise QuestionError(
            "a wildcard has letters A-Z, digits, ? for one character and * for any run, no more"
        )
    if sum(c not in "?*" for c in wildcard) < LEAST_FIXED:
        raise QuestionError(f"a wildcard names at least {LEAST_FIXED} characters")
    # Of the signs that LIKE reads in its own way (% _ \) none can come in: the form above bars them.
    return "".join({"?": "_", "*": "%"}.get(c) or shape_key(c) for c in wildcard)


def _brief(engine: ReadEngine, name: str, values: dict[str, Value], limit: int) -> Found[BriefRead]:
    found = engine.rows(statement(name), {**values, "limit": _checked(limit) + 1}, _Brief)
    return Found(tuple(_brief_read(row) for row in found[:limit]), len(found) > limit)


def _brief_read(row: _Brief) -> BriefRead:
    camera = CameraId(row.force, row.source, row.camera)
    confidence = None if row.confidence is None else row.confidence / CONFIDENCE_STEPS
    key = ReadKey(camera, from_ms(row.captured_ms), row.vrm)
    return BriefRead(key, confidence, row.late, from_ms(row.captured_ms + row.latency_ms))


def _checked(limit: int) -> int:
    if not 1 <= limit <= MOST_ROWS:
        raise QuestionError(f"a limit is from 1 to {MOST_ROWS} rows")
    return limit


def _of(span: Span) -> dict[str, Value]:
    return {"since_ms": to_ms(span.since), "until_ms": to_ms(span.until)}


def _day(days: int) -> date:
    return _EPOCH + timedelta(days=days)
