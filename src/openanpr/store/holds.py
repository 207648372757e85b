"""Holds: named reads, with their pictures, kept for a case when retention drops their day."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import msgspec

from openanpr.core.camera import CameraId
from openanpr.core.read_key import ReadKey
from openanpr.core.shape import shape_key
from openanpr.ingest.arrival import ArrivedRead
from openanpr.store.engine import ReadEngine, Value, statement
from openanpr.store.native import block, numbers, texts
from openanpr.store.pictures import PictureName, Pictures, checked_hold_id
from openanpr.store.read_columns import CameraRow, PlateRow, from_ms, read_of, to_ms

MOST_READS = 10_000
_EPOCH = date(1970, 1, 1)


class HoldError(Exception):
    """A hold that cannot be placed as asked; nothing was kept for it."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Reads kept for a case: who asked for it, and the last day on which they are kept."""

    hold_id: str
    case_ref: str
    owner: str
    until: date


@dataclass(frozen=True, slots=True)
class HeldCopies:
    """How many reads and pictures a hold keeps, and how many of its reads' pictures have not come yet."""

    reads: int
    pictures: int
    pictures_to_come: int


class _Hold(msgspec.Struct, frozen=True, array_like=True):
    hold_id: str
    case_ref: str
    owner: str
    until: int


class _There(msgspec.Struct, frozen=True, array_like=True):
    by_plate: int
    by_camera: int


class _Count(msgspec.Struct, frozen=True, array_like=True):
    hold_id: str
    reads: int


class _Picture(msgspec.Struct, frozen=True, array_like=True):
    hold_id: str
    captured_ms: int
    sha256: str


class _Held(msgspec.Struct, frozen=True, array_like=True):
    captured_ms: int
    force: int
    source: int
    camera: int
    vrm: str
    plate: PlateRow
    around: CameraRow


def place_hold(
    engine: ReadEngine, pictures: Pictures, hold: Hold, keys: Sequence[ReadKey], *, at: datetime
) -> HeldCopies:
    """Copy the named reads and their pictures for a case, at once; further reads may be added later.

    Placed again after a crash, it completes. Raises HoldError when a named read is not stored, StoreError,
    PictureError.
    """
    if not keys or len(keys) > MOST_READS:
        raise HoldError(f"a hold names from 1 to {MOST_READS} reads at a time")
    named: dict[str, Value] = {
        "shapes": sorted({shape_key(key.vrm) for key in keys}),
        "cameras": sorted({_camera(key) for key in keys}),
        "keys": sorted({(key.vrm, to_ms(key.captured_at), *_camera(key)) for key in keys}),
    }
    wanted = len({(key.vrm, to_ms(key.captured_at), key.camera) for key in keys})
    there = engine.rows(statement("reads_there"), named, _There)[0]
    found = min(there.by_plate, there.by_camera)
    if found < wanted:
        raise HoldError(f"{wanted - found} of {wanted} named reads are not stored: nothing was held")
    record_hold(engine, hold, at=at)
    engine.run(statement("hold_reads"), {**named, "hold_id": hold.hold_id})
    kept = [pictures.hold(name, hold.hold_id) for name in _pictures(engine, hold.hold_id)]
    return HeldCopies(held_counts(engine)[hold.hold_id], sum(kept), len(kept) - sum(kept))


def record_hold(engine: ReadEngine, hold: Hold, *, at: datetime) -> None:
    """Note a hold, or a new end of it: retention then keeps its copies until that day, and no longer.

    Raises HoldError without a case or an owner, StoreError, PictureError for an id that may not be.
    """
    if not hold.case_ref.strip() or not hold.owner.strip():
        raise HoldError("a hold needs its case and its owner: nobody could say why it is kept otherwise")
    placed_ms = to_ms(at)
    named = f"hold {checked_hold_id(hold.hold_id)} {hold.case_ref} {hold.owner} {hold.until} {placed_ms}"
    row = block(
        (
            texts("hold_id", (hold.hold_id,)),
            texts("case_ref", (hold.case_ref,)),
            texts("owner", (hold.owner,)),
            numbers("until", "Date", ((hold.until - _EPOCH).days,)),
            numbers("placed_at", "DateTime64(3, 'UTC')", (placed_ms,)),
        )
    )
    engine.insert(statement("hold_record"), row, token=hashlib.sha256(named.encode()).hexdigest())


def holds(engine: ReadEngine) -> tuple[Hold, ...]:
    """Every hold that was ever placed, as it stands now; raises StoreError."""
    return tuple(
        Hold(row.hold_id, row.case_ref, row.owner, _EPOCH + timedelta(days=row.until))
        for row in engine.rows(statement("holds_all"), {}, _Hold)
    )


def held_reads(engine: ReadEngine, hold_id: str) -> tuple[ArrivedRead, ...]:
    """The reads that a hold keeps, oldest first; raises StoreError."""
    found = engine.rows(statement("held_reads_of"), {"hold_id": hold_id, "limit": 10 * MOST_READS}, _Held)
    return tuple(
        read_of(
            CameraId(row.force, row.source, row.camera),
            from_ms(row.captured_ms),
            row.vrm,
            row.plate,
            row.around,
        )
        for row in found
    )


def held_counts(engine: ReadEngine, day: date | None = None) -> dict[str, int]:
    """How many reads each hold keeps, of one capture day or of all; raises StoreError."""
    if day is None:
        rows = engine.rows(statement("held_counts"), {}, _Count)
    else:
        rows = engine.rows(statement("held_counts_of_day"), day_bounds(day), _Count)
    return {row.hold_id: row.reads for row in rows}


def hold_pictures_of_day(engine: ReadEngine, pictures: Pictures, day: date) -> None:
    """Copy for its holds what came late of a day's pictures; raises StoreError, PictureError."""
    for row in engine.rows(statement("held_pictures_of_day"), day_bounds(day), _Picture):
        pictures.hold(PictureName(from_ms(row.captured_ms), row.sha256), row.hold_id)


def day_bounds(day: date) -> dict[str, Value]:
    """The values `since_ms` and `until_ms` of a UTC day."""
    start = datetime.combine(day, datetime.min.time(), UTC)
    return {"since_ms": to_ms(start), "until_ms": to_ms(start + timedelta(days=1))}


def _pictures(engine: ReadEngine, hold_id: str) -> set[PictureName]:
    records = [read.record for read in held_reads(engine, hold_id)]
    return {
        PictureName(record.captured_at, sha256)
        for record in records
        for sha256 in (record.patch, record.overview)
        if sha256 is not None
    }


def _camera(key: ReadKey) -> tuple[int, int, int]:
    return key.camera.force, key.camera.source, key.camera.camera
