"""The reads of the last 24 hours, for new entries of lists. Further back, nothing can be asked with it.

The time is worked out here from the moment that is given, and the statements answer nothing of a longer one.
What comes back are keys and shapes: no counts, no first or last time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import msgspec

from openanpr.core.camera import CameraId
from openanpr.core.read_key import ReadKey
from openanpr.store.engine import ReadEngine, Value, statement
from openanpr.store.read_columns import from_ms, to_ms
from openanpr.store.value_parts import value_parts
from openanpr.store.wildcard_form import like_pattern, wildcard_form

LOOKED_BACK: Final = timedelta(hours=24)
AHEAD: Final = timedelta(minutes=5)
"""A clock that is ahead gives its reads times to come."""

MOST_SHAPES = 10_000
MOST_KEYS = 100_000


class LookBackError(ValueError):
    """Reads of the last day that may not be asked for so."""


@dataclass(frozen=True, slots=True)
class SeenKeys:
    """Which reads they were, newest first, and whether there are more."""

    keys: tuple[ReadKey, ...] = field(repr=False)
    more: bool


@dataclass(frozen=True, slots=True)
class SeenShapes:
    """Which shapes they were, and whether there are more."""

    shapes: frozenset[str] = field(repr=False)
    more: bool


class _Key(msgspec.Struct, frozen=True, array_like=True):
    captured_ms: int
    force: int
    source: int
    camera: int
    vrm: str


def keys_of_shapes(engine: ReadEngine, shapes: Sequence[str], *, now: datetime, limit: int) -> SeenKeys:
    """Return which reads of the 24 hours before `now` are of these shapes (`core.shape.shape_key`).

    One question where they have seven characters. Raises LookBackError for none, for more than MOST_SHAPES
    and for a limit over MOST_KEYS; StoreError.
    """
    if not 1 <= len(shapes) <= MOST_SHAPES:
        raise LookBackError(f"name from 1 to {MOST_SHAPES} shapes")
    if not 1 <= limit <= MOST_KEYS:
        raise LookBackError(f"a limit is from 1 to {MOST_KEYS} reads")
    values: dict[str, Value] = {**_last_day(now), "limit": limit + 1}
    rows = [
        row
        for part in value_parts(sorted(set(shapes)))
        for row in engine.rows(statement("look_back_shapes"), {**values, "shapes": part}, _Key)
    ]
    rows.sort(key=lambda row: row.captured_ms, reverse=True)
    return SeenKeys(tuple(_key(row) for row in rows[:limit]), len(rows) > limit)


def shapes_like(engine: ReadEngine, wildcard: str, *, now: datetime, limit: int) -> SeenShapes:
    """Return which shapes of the 24 hours before `now` have this form (`store.wildcard_form`).

    Raises WildcardError for another form or fewer than three fixed characters, LookBackError for a limit
    over MOST_SHAPES, and StoreError.
    """
    if not 1 <= limit <= MOST_SHAPES:
        raise LookBackError(f"a limit is from 1 to {MOST_SHAPES} shapes")
    values: dict[str, Value] = {
        **_last_day(now),
        "pattern": like_pattern(wildcard_form(wildcard)),
        "limit": limit + 1,
    }
    found = [row[0] for row in engine.rows(statement("look_back_like"), values, tuple[str])]
    return SeenShapes(frozenset(found[:limit]), len(found) > limit)


def _last_day(now: datetime) -> dict[str, Value]:
    if now.tzinfo is None:
        raise LookBackError("the moment to look back from needs a zone")
    return {"since_ms": to_ms(now - LOOKED_BACK), "until_ms": to_ms(now + AHEAD)}


def _key(row: _Key) -> ReadKey:
    return ReadKey(CameraId(row.force, row.source, row.camera), from_ms(row.captured_ms), row.vrm)
