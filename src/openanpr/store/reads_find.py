"""The questions that a node itself asks of the stored reads. People ask through the governed search."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Generic, TypeAlias, TypeVar

import msgspec

from openanpr.core.camera import CameraId
from openanpr.core.read_key import ReadKey
from openanpr.core.shape import shape_key
from openanpr.core.span import Span
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
from openanpr.store.sieve import sieve

MOST_ROWS = 100_000
MOST_SHAPES = 10_000
MOST_KEYS = 20_000
LEAST_FIXED = 3
"""Characters that a wildcard must name: with fewer it would sweep in the whole store."""

# A ClickHouse server takes values of up to 128 KB by default (http_max_field_value_size).
_VALUE_LENGTH = 120_000

_FoundT = TypeVar("_FoundT")
_RowT = TypeVar("_RowT")
_ThingT = TypeVar("_ThingT")
_Name: TypeAlias = tuple[str, int, int, int, int]
_EPOCH = date(1970, 1, 1)
_WILDCARD = re.compile(r"[A-Z0-9?*]{1,24}")
# Of the signs that LIKE reads in its own way (% _ \\) none can come in: the form above bars them.
_LIKE = str.maketrans("?*", "_%")


class QuestionError(ValueError):
    """A question that may not be asked so."""


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


class _Brief(msgspec.Struct, frozen=True, array_like=True):
    captured_ms: int
    force: int
    source: int
    camera: int
    vrm: str
    confidence: int | None
    late: bool
    latency_ms: int


class _Whole(msgspec.Struct, Generic[_RowT], frozen=True, array_like=True):
    captured_ms: int
    force: int
    source: int
    camera: int
    vrm: str
    row: _RowT

    @property
    def name(self) -> _Name:
        return self.vrm, self.captured_ms, self.force, self.source, self.camera


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

    `reads_of_shapes` asks for many at once.
    """
    return _brief(engine, "reads_of_shape", {"shape": shape_key(vrm), **_of(span)}, limit)


def reads_of_shapes(engine: ReadEngine, shapes: Sequence[str], span: Span, *, limit: int) -> Found[BriefRead]:
    """The reads of any VRM of these shapes (`core.shape.shape_key`), newest first.

    New entries of a list are tried so on the last 24 hours: up to MOST_SHAPES at a time, in one question
    where they have seven characters. Raises QuestionError and StoreError.
    """
    if not 1 <= len(shapes) <= MOST_SHAPES:
        raise QuestionError(f"name from 1 to {MOST_SHAPES} shapes")
    found = [
        _brief(engine, "reads_of_shapes", {"shapes": part, **_of(span)}, limit)
        for part in _parts(sorted(set(shapes)))
    ]
    if len(found) == 1:
        return found[0]
    rows = sorted((row for part in found for row in part.rows), key=_captured_at, reverse=True)
    return Found(tuple(rows[:limit]), len(rows) > limit or any(part.more for part in found))


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
    form = wildcard_form(wildcard)
    values: dict[str, Value] = {
        "pattern": form.translate(_LIKE),
        "since_month": since.replace(day=1).isoformat(),
        "until_month": until.replace(day=1).isoformat(),
        "whole_from": _whole_from(engine),
        "limit": _checked(limit) + 1,
    }
    asked = "vrms_like"  # by the order in which they are kept, which begins with the first character
    if form[0] in "?*":
        asked = "vrms_sifted"
        for number, (mask, value) in enumerate(sieve(form), 1):
            values |= {f"m{number}": mask, f"v{number}": value}
    found = engine.rows(statement(asked), values, _Seen)
    rows = tuple(VrmSeen(row.vrm, row.n, _day(row.first_day), _day(row.last_day)) for row in found[:limit])
    return Found(rows, len(found) > limit)


def last_seen(engine: ReadEngine, vrm: str) -> BriefRead | None:
    """The newest read of exactly this spelling, None when there is none; raises StoreError."""
    values: dict[str, Value] = {"vrm": vrm, "shape": shape_key(vrm), "whole_from": _whole_from(engine)}
    last = engine.rows(statement("last_day_of_vrm"), values, _LastDay)[0]
    if not last.n:
        return None
    start = datetime.combine(_day(last.day), datetime.min.time(), UTC)
    found = reads_of_vrm(engine, vrm, Span(start, start + timedelta(days=1)), limit=1)
    return found.rows[0] if found.rows else None


def whole_read(engine: ReadEngine, key: ReadKey) -> ArrivedRead | None:
    """One read with all that was stored of it, None when it is not stored; raises StoreError."""
    found = whole_reads(engine, (key,))
    return found[0] if found else None


def whole_reads(engine: ReadEngine, keys: Sequence[ReadKey]) -> tuple[ArrivedRead, ...]:
    """The reads of these keys that are stored, with all that was stored of them, in the order of `keys`.

    Two questions for every two thousand or so; a key that is named twice is answered once. Raises
    QuestionError for more than MOST_KEYS, and StoreError.
    """
    if len(keys) > MOST_KEYS:
        raise QuestionError(f"ask for at most {MOST_KEYS} reads at a time")
    named = list(dict.fromkeys(_named(key) for key in keys))
    return tuple(
        read_of(CameraId(*name[2:]), from_ms(name[1]), name[0], plate, around)
        for part in _parts(named)
        for name, plate, around in _joined(engine, part)
    )


def wildcard_form(wildcard: str) -> str:
    """The wildcard over shapes, in which O is 0 and I is 1; raises QuestionError (see `vrms_like`)."""
    if not _WILDCARD.fullmatch(wildcard):
        raise QuestionError(
            "a wildcard has letters A-Z, digits, ? for one character and * for any run, no more"
        )
    if sum(c not in "?*" for c in wildcard) < LEAST_FIXED:
        raise QuestionError(f"a wildcard names at least {LEAST_FIXED} characters")
    return "".join(c if c in "?*" else shape_key(c) for c in wildcard)


def _whole_from(engine: ReadEngine) -> str:
    """The first day of the first month whose summary stands for all its reads."""
    return engine.rows(statement("months_whole_from"), {}, tuple[str])[0][0]


def _joined(engine: ReadEngine, names: Sequence[_Name]) -> Iterator[tuple[_Name, PlateRow, CameraRow]]:
    """What both orders keep of the reads of these names, where both have them."""
    values: dict[str, Value] = {"keys": names}
    plates = engine.rows(statement("whole_reads_plate"), values, _Whole[PlateRow])
    cameras = engine.rows(statement("whole_reads_camera"), values, _Whole[CameraRow])
    by_plate = {found.name: found.row for found in plates}
    by_camera = {found.name: found.row for found in cameras}
    for name in names:
        if name in by_plate and name in by_camera:
            yield name, by_plate[name], by_camera[name]


def _captured_at(read: BriefRead) -> datetime:
    return read.key.captured_at


def _named(key: ReadKey) -> _Name:
    return key.vrm, to_ms(key.captured_at), key.camera.force, key.camera.source, key.camera.camera


def _parts(things: Sequence[_ThingT]) -> Iterator[Sequence[_ThingT]]:
    """The things, in parts that each fit into one value of a question."""
    start, length = 0, 0
    for at, thing in enumerate(things):
        length += len(repr(thing)) + 1
        if length > _VALUE_LENGTH and at > start:
            yield things[start:at]
            start, length = at, len(repr(thing)) + 1
    if start < len(things):
        yield things[start:]


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
