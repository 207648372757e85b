"""Stored reads by the key that names each: for who knows already that a read is there, and which.

Nothing can be searched with it: a key is camera, time to the millisecond, and mark.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic, TypeAlias, TypeVar

import msgspec

from openanpr.core.camera import CameraId
from openanpr.core.read_key import ReadKey
from openanpr.ingest.arrival import ArrivedRead
from openanpr.store.engine import ReadEngine, Value, statement
from openanpr.store.read_columns import CameraRow, PlateRow, from_ms, read_of, to_ms
from openanpr.store.value_parts import value_parts

MOST_KEYS = 20_000

_RowT = TypeVar("_RowT")
Name: TypeAlias = tuple[str, int, int, int, int]
"""A key as statements take it: VRM, capture in milliseconds, force, source, camera."""


class TooManyKeysError(ValueError):
    """More reads than may be fetched at a time."""


class _Whole(msgspec.Struct, Generic[_RowT], frozen=True, array_like=True):
    captured_ms: int
    force: int
    source: int
    camera: int
    vrm: str
    row: _RowT

    @property
    def name(self) -> Name:
        return self.vrm, self.captured_ms, self.force, self.source, self.camera


def whole_read(engine: ReadEngine, key: ReadKey) -> ArrivedRead | None:
    """One read with all that was stored of it, None when it is not stored; raises StoreError."""
    found = whole_reads(engine, (key,))
    return found[0] if found else None


def whole_reads(engine: ReadEngine, keys: Sequence[ReadKey]) -> tuple[ArrivedRead, ...]:
    """The reads of these keys that are stored, with all that was stored of them, in the order of `keys`.

    Two questions for every two thousand or so; a key that is named twice is answered once. Raises
    TooManyKeysError for more than MOST_KEYS, and StoreError.
    """
    if len(keys) > MOST_KEYS:
        raise TooManyKeysError(f"ask for at most {MOST_KEYS} reads at a time")
    named = list(dict.fromkeys(name_of(key) for key in keys))
    return tuple(
        read_of(CameraId(*name[2:]), from_ms(name[1]), name[0], plate, around)
        for part in value_parts(named)
        for name, plate, around in _joined(engine, part)
    )


def name_of(key: ReadKey) -> Name:
    """Return a key as statements take it."""
    return key.vrm, to_ms(key.captured_at), key.camera.force, key.camera.source, key.camera.camera


def _joined(engine: ReadEngine, names: Sequence[Name]) -> Iterator[tuple[Name, PlateRow, CameraRow]]:
    """What both orders keep of the reads of these names, where both have them."""
    values: dict[str, Value] = {"keys": names}
    plates = engine.rows(statement("whole_reads_plate"), values, _Whole[PlateRow])
    cameras = engine.rows(statement("whole_reads_camera"), values, _Whole[CameraRow])
    by_plate = {found.name: found.row for found in plates}
    by_camera = {found.name: found.row for found in cameras}
    for name in names:
        if name in by_plate and name in by_camera:
            yield name, by_plate[name], by_camera[name]
