"""A delivered read as columns of the store, and a stored row as a read again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.instant import ClockSource
from openanpr.core.place import Place
from openanpr.core.read import Candidate, Character, Direction, Style
from openanpr.ingest.arrival import Arrival, ArrivedRead, Origin
from openanpr.ingest.keep import batch_key
from openanpr.store.native import (
    Column,
    digests,
    maybe_numbers,
    number_lists,
    numbers,
    text_lists,
    texts,
    uuids,
)
from openanpr.wire.forwarded import OriginProof

EARLINESS = 2**40 + 2**20
"""What `earliness` is counted down from, in milliseconds (migrations/reads/0002_reads.sql)."""

CONFIDENCE_STEPS = 10_000
P_STEPS = 1_000_000
DEGREE_STEPS = 10_000_000
_ABSENT = bytes(32)
_NO_HASH = _ABSENT.hex()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(at: datetime) -> int:
    """Milliseconds of Unix time, rounded as `CaptureRecord.read_id` rounds."""
    return round(at.astimezone(UTC).timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    """The UTC time of milliseconds of Unix time."""
    return _EPOCH + timedelta(milliseconds=ms)


def columns_of(reads: Sequence[ArrivedRead]) -> tuple[Column, ...]:
    """The columns of `arrivals`: confidence cut (never up) to 1/10,000, other probabilities to millionths.

    Raises ValueError, OverflowError or struct.error for a value that no column could keep.
    """
    records = [read.record for read in reads]
    arrivals = [read.arrival for read in reads]
    captured_ms = [to_ms(record.captured_at) for record in records]
    earliness = [
        EARLINESS + at - to_ms(arrival.received_at) for at, arrival in zip(captured_ms, arrivals, strict=True)
    ]
    return (
        texts("vrm", [r.vrm for r in records]),
        numbers("captured_at", "DateTime64(3, 'UTC')", captured_ms),
        numbers("force", "UInt32", [r.camera.force for r in records]),
        numbers("source", "UInt32", [r.camera.source for r in records]),
        numbers("camera", "UInt32", [r.camera.camera for r in records]),
        numbers("earliness", "UInt64", earliness),
        maybe_numbers("confidence", "UInt16", [_confidence(r.confidence) for r in records]),
        numbers("late", "Bool", [read.late for read in reads]),
        texts("raw", ["" if r.raw == r.vrm else r.raw for r in records]),
        texts("syntax", [r.syntax for r in records]),
        texts("style", [r.style for r in records]),
        *_doubt_columns(records),
        digests("patch", [_digest(r.patch) for r in records]),
        digests("overview", [_digest(r.overview) for r in records]),
        texts("extra", ["" if r.extra == "{}" else r.extra for r in records]),
        *_circumstance_columns(records),
        *_arrival_columns(arrivals),
        numbers("clock_doubtful", "Bool", [read.clock_doubtful for read in reads]),
        *_origin_columns([read.origin for read in reads], captured_ms),
    )


def _arrival_columns(arrivals: Sequence[Arrival]) -> tuple[Column, ...]:
    return (
        maybe_numbers("clock_offset_ms", "Int32", [a.clock_offset_ms for a in arrivals]),
        texts("device", [a.device for a in arrivals]),
        uuids("batch_id", [a.batch_id for a in arrivals]),
        numbers("signed", "Bool", [a.signed for a in arrivals]),
        texts("profile", [a.profile for a in arrivals]),
        texts("released_from", [a.released_from or "" for a in arrivals]),
    )


def _origin_columns(origins: Sequence[Origin | None], captured_ms: Sequence[int]) -> tuple[Column, ...]:
    latencies = [
        0 if origin is None else to_ms(origin.received_at) - at
        for origin, at in zip(origins, captured_ms, strict=True)
    ]
    return (
        texts("origin_proof", ["" if o is None else o.proof for o in origins]),
        texts("origin_device", ["" if o is None else o.device for o in origins]),
        texts("origin_key", ["" if o is None else o.key for o in origins]),
        numbers("origin_latency_ms", "Int64", latencies),
        maybe_numbers(
            "origin_clock_offset_ms", "Int64", [None if o is None else o.clock_offset_ms for o in origins]
        ),
    )


def _doubt_columns(records: Sequence[CaptureRecord]) -> tuple[Column, ...]:
    rivals = [
        [(at, c, p) for at, character in enumerate(r.characters) for c, p in character.rivals]
        for r in records
    ]
    spelt = [[character.c for character in r.characters] for r in records]
    return (
        text_lists(
            "candidate_plate", [["" if c.plate == r.vrm else c.plate for c in r.candidates] for r in records]
        ),
        number_lists("candidate_p", "UInt32", [[_p(c.p) for c in r.candidates] for r in records]),
        text_lists(
            "character_c",
            [[] if "".join(s) == r.vrm else s for s, r in zip(spelt, records, strict=True)],
        ),
        number_lists("character_p", "UInt32", [[_p(c.p) for c in r.characters] for r in records]),
        number_lists("rival_at", "UInt8", [[at for at, _, _ in row] for row in rivals]),
        text_lists("rival_c", [[c for _, c, _ in row] for row in rivals]),
        number_lists("rival_p", "UInt32", [[_p(p) for _, _, p in row] for row in rivals]),
    )


def _circumstance_columns(records: Sequence[CaptureRecord]) -> tuple[Column, ...]:
    places = [r.place for r in records]
    return (
        texts("clock", [r.clock for r in records]),
        maybe_numbers("clock_error_ms", "Int32", [r.clock_error_ms for r in records]),
        texts("direction", [r.direction for r in records]),
        numbers("frames", "UInt32", [r.frames for r in records]),
        maybe_numbers(
            "lat_e7", "Int32", [None if p is None else round(p.lat * DEGREE_STEPS) for p in places]
        ),
        maybe_numbers(
            "lon_e7", "Int32", [None if p is None else round(p.lon * DEGREE_STEPS) for p in places]
        ),
        maybe_numbers("place_error_m", "Float32", [None if p is None else p.error_m for p in places]),
        texts("model", [r.model for r in records]),
    )


class PlateRow(msgspec.Struct, frozen=True, array_like=True):
    """What the order of plates keeps of one read."""

    confidence: int | None
    late: bool
    latency_ms: int
    raw: str
    syntax: str
    style: str
    candidate_plate: list[str]
    candidate_p: list[int]
    character_c: list[str]
    character_p: list[int]
    rival_at: list[int]
    rival_c: list[str]
    rival_p: list[int]
    patch: str
    overview: str
    extra: str


class CameraRow(msgspec.Struct, frozen=True, array_like=True):
    """What the order of cameras keeps of one read."""

    clock: str
    clock_error_ms: int | None
    clock_offset_ms: int | None
    direction: str
    frames: int
    lat_e7: int | None
    lon_e7: int | None
    place_error_m: float | None
    model: str
    device: str
    batch_id: UUID
    signed: bool
    clock_doubtful: bool
    profile: str
    released_from: str
    origin_proof: str
    origin_device: str
    origin_key: str
    origin_latency_ms: int
    origin_clock_offset_ms: int | None


def read_of(
    camera: CameraId, captured_at: datetime, vrm: str, plate: PlateRow, around: CameraRow
) -> ArrivedRead:
    """The read that was stored, whole again, but for what the sender said of when it sent the batch.

    `sent_at` and `clock_lag_ms` are not kept of a read: they are None.
    """
    record = CaptureRecord(
        camera,
        captured_at,
        vrm,
        plate.raw or vrm,
        plate.syntax,
        None if plate.confidence is None else plate.confidence / CONFIDENCE_STEPS,
        candidates=tuple(
            Candidate(text or vrm, p / P_STEPS)
            for text, p in zip(plate.candidate_plate, plate.candidate_p, strict=True)
        ),
        characters=_characters(vrm, plate),
        clock=ClockSource(around.clock),
        clock_error_ms=around.clock_error_ms,
        style=Style(plate.style),
        direction=Direction(around.direction),
        frames=around.frames,
        place=_place(around),
        patch=None if plate.patch == _NO_HASH else plate.patch,
        overview=None if plate.overview == _NO_HASH else plate.overview,
        model=around.model,
        extra=plate.extra or "{}",
    )
    arrival = Arrival(
        key=_key(around),
        batch_id=around.batch_id,
        device=around.device,
        signed=around.signed,
        received_at=captured_at + timedelta(milliseconds=plate.latency_ms),
        sent_at=None,
        clock_offset_ms=around.clock_offset_ms,
        clock_lag_ms=None,
        profile=around.profile,
        released_from=around.released_from or None,
    )
    return ArrivedRead(
        record,
        arrival,
        late=plate.late,
        clock_doubtful=around.clock_doubtful,
        origin=_origin(around, captured_at),
    )


def _key(row: CameraRow) -> str:
    """The key of the arrival, made again as `ingest` makes it: to keep it would cost more than the rest."""
    if row.released_from:
        return f"{row.released_from}/released"
    # Who does not sign is a feed.
    return batch_key(row.device if row.signed else f"feed:{row.device}", row.batch_id)


def _origin(row: CameraRow, captured_at: datetime) -> Origin | None:
    if not row.origin_proof:
        return None
    return Origin(
        device=row.origin_device,
        key=row.origin_key,
        received_at=captured_at + timedelta(milliseconds=row.origin_latency_ms),
        clock_offset_ms=row.origin_clock_offset_ms,
        proof=OriginProof(row.origin_proof),
    )


def _characters(vrm: str, plate: PlateRow) -> tuple[Character, ...]:
    rivals: dict[int, list[tuple[str, float]]] = {}
    for at, c, p in zip(plate.rival_at, plate.rival_c, plate.rival_p, strict=True):
        rivals.setdefault(at, []).append((c, p / P_STEPS))
    spelt = plate.character_c or list(vrm)
    return tuple(
        Character(c, p / P_STEPS, tuple(rivals.get(at, ())))
        for at, (c, p) in enumerate(zip(spelt, plate.character_p, strict=bool(plate.character_p)))
    )


def _place(row: CameraRow) -> Place | None:
    if row.lat_e7 is None or row.lon_e7 is None:
        return None
    return Place(row.lat_e7 / DEGREE_STEPS, row.lon_e7 / DEGREE_STEPS, row.place_error_m)


def _confidence(p: float | None) -> int | None:
    # The small addend undoes the binary fraction of numbers such as 0.29; it can not reach the next step.
    return None if p is None else int(p * CONFIDENCE_STEPS + 1e-6)


def _p(p: float) -> int:
    return round(p * P_STEPS)


def _digest(sha256: str | None) -> bytes:
    if sha256 is None:
        return _ABSENT
    digest = bytes.fromhex(sha256)
    if len(digest) != 32 or digest == _ABSENT:
        raise ValueError("a picture is named by the SHA-256 of its JPEG: 64 hex digits, not all 0")
    return digest
