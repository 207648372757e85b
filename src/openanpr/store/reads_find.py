"""What finds stored reads by question, a statement each. `store.searched_reads` alone may import it.

Every function asks within the limits of a search (`store.under_way`), and raises StoppedError, TooMuchError
and ReadsUnreachableError. Spans are from their first moment to before their last.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec

from openanpr.core.camera import CameraId
from openanpr.core.read import Direction, Style
from openanpr.core.span import Span
from openanpr.search.ports import Seen, SeenThen, TooMuchError
from openanpr.search.question import Drawn
from openanpr.store.engine import Value
from openanpr.store.found_rows import CameraSide, PlateSide
from openanpr.store.read_columns import DEGREE_STEPS, to_ms
from openanpr.store.reads_named import Name
from openanpr.store.sieve import sieve
from openanpr.store.spellings import Wanted
from openanpr.store.under_way import Asking
from openanpr.store.value_parts import value_parts
from openanpr.store.wildcard_form import like_pattern

MOST_CAMERAS: Final = 3_000
"""That one statement names; so many fit into one value, whatever their numbers."""

HOUR: Final = timedelta(hours=1)
_EPOCH = date(1970, 1, 1)
_NOWHERE: Final = ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0))


class MarkSeen(msgspec.Struct, frozen=True, array_like=True):
    """A mark, how many reads of it there are, and the capture of the first and the last in milliseconds."""

    vrm: str
    reads: int
    first_ms: int
    last_ms: int


class Worked(msgspec.Struct, frozen=True, array_like=True):
    """What a camera did: hours with reads in the span and before it; its last read in it (0: none)."""

    force: int
    source: int
    camera: int
    hours: int
    hours_before: int
    last_ms: int

    @property
    def id(self) -> CameraId:
        """Which camera."""
        return CameraId(self.force, self.source, self.camera)


@dataclass(frozen=True, slots=True)
class Months:
    """On which days marks were seen first and last in each month, newest first.

    Before `whole_from` no month is told of: there the reads themselves must be asked.
    """

    whole_from: date
    days: tuple[tuple[date, date], ...]


class _Months(msgspec.Struct, frozen=True, array_like=True):
    whole_from: int
    days: list[tuple[int, int]]


def reads_of_marks(
    asking: Asking, wanted: Wanted, span: Span, cameras: Sequence[CameraId] | None, *, limit: int
) -> list[Name]:
    """Return which are the newest reads of these marks, by these cameras (None: by any)."""
    values: dict[str, Value] = {
        **_spelt(wanted),
        **_in(span),
        "cameras": [] if cameras is None else _named(cameras),
        "everywhere": cameras is None,
        "without": asking.without,
        "limit": limit,
    }
    name = "search_marks_misread" if wanted.held else "search_marks"
    return asking.rows(name, values, tuple[str, int, int, int, int])


def months_of(asking: Asking, wanted: Wanted, span: Span) -> Months:
    """Return in which months of the span, and on which days, marks that may answer were seen."""
    name = "search_months_misread" if wanted.held else "search_months"
    found = asking.rows(name, {**_spelt(wanted), **_in(span)}, _Months)[0]
    return Months(_day(found.whole_from), tuple((_day(first), _day(last)) for first, last in found.days))


def reads_passed(
    asking: Asking, at: SeenThen, direction: Direction | None, styles: Collection[Style], *, limit: int
) -> list[CameraSide]:
    """Return the newest reads of a place and a time."""
    values = {
        **_there(at.seen),
        **_in(at.span),
        "direction": "" if direction is None else direction.value,
        "without": asking.without,
        "limit": limit,
    }
    if not styles:
        return asking.rows("search_passed", values, CameraSide)
    return asking.rows("search_passed_styles", {**values, "styles": sorted(styles)}, CameraSide)


def marks_at(asking: Asking, at: SeenThen) -> list[tuple[str, int]]:
    """Return the marks that were read at a place and a time, and how often."""
    values = {**_there(at.seen), **_in(at.span), "without": asking.without}
    return asking.rows("search_scene", values, tuple[str, int])


def plate_sides(asking: Asking, names: Sequence[Name]) -> dict[Name, PlateSide]:
    """Return what the order of plates keeps of these reads."""
    rows = [
        row
        for part in value_parts(names)
        for row in asking.rows("search_plate_sides", {"keys": part}, PlateSide)
    ]
    return {row.name: row for row in rows}


def camera_sides(asking: Asking, names: Sequence[Name]) -> dict[Name, CameraSide]:
    """Return what the order of cameras keeps of these reads."""
    rows = [
        row
        for part in value_parts(names)
        for row in asking.rows("search_camera_sides", {"keys": part}, CameraSide)
    ]
    return {row.name: row for row in rows}


def marks_like(
    asking: Asking, form: str, span: Span, shapes: Collection[str] | None, *, limit: int
) -> list[MarkSeen]:
    """Return the marks of a form that were read in a span, last seen first.

    Where `shapes` are given the form has no others.
    """
    values: dict[str, Value] = {"pattern": like_pattern(form), **_in(span), "limit": limit}
    values["without"] = asking.without
    if shapes is None:
        return asking.rows("search_like", values, MarkSeen)
    return asking.rows("search_like_of", {**values, "alike": sorted(shapes)}, MarkSeen)


def shapes_sifted(asking: Asking, form: str, span: Span, *, limit: int) -> list[str]:
    """Return the shapes of a form that were seen on the days of a span, by the monthly summaries."""
    values: dict[str, Value] = {"pattern": like_pattern(form), **_in(span), "limit": limit}
    for number, (mask, value) in enumerate(sieve(form), 1):
        values |= {f"m{number}": mask, f"v{number}": value}
    return [row[0] for row in asking.rows("search_sifted", values, tuple[str])]


def reads_made(asking: Asking, cameras: Sequence[CameraId] | None, span: Span) -> int:
    """Return how many reads these cameras (None: all) made; of part of an hour its share counts."""
    whole_since, whole_until = _midnight_after(span.since), _midnight_before(span.until)
    values: dict[str, Value] = {
        "since_s": span.since.timestamp(),
        "until_s": span.until.timestamp(),
        "whole_since": f"{min(whole_since, whole_until):%Y-%m-%d}",
        "whole_until": f"{whole_until:%Y-%m-%d}",
        "everywhere": cameras is None,
    }
    parts: list[Sequence[tuple[int, int, int]]] = [()]
    if cameras is not None:
        parts = list(value_parts(_named(cameras)))
    return sum(
        asking.rows("search_estimate", {**values, "cameras": list(part)}, tuple[int])[0][0] for part in parts
    )


def cameras_worked(
    asking: Asking, cameras: Sequence[CameraId], span: Span, *, before: datetime
) -> dict[CameraId, Worked]:
    """Return in how many hours of the span each camera read anything, and in how many from `before` to it.

    Hours are those of the clock (UTC), and `before` begins one. A camera that read nothing is left out.
    """
    first, last = hour_of(span.since + HOUR - timedelta.resolution), hour_of(span.until)
    values: dict[str, Value] = {
        **_in(span),
        "first_s": int(first.timestamp()),
        "last_s": int(max(first, last).timestamp()),
        "before_s": int(before.timestamp()),
    }
    rows = [
        row
        for part in value_parts(_named(cameras))
        for row in asking.rows("search_worked", {**values, "cameras": part}, Worked)
    ]
    return {row.id: row for row in rows}


def hour_of(at: datetime) -> datetime:
    """Return when the hour of a moment began."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _spelt(wanted: Wanted) -> dict[str, Value]:
    alike = list(wanted.alike)
    if wanted.held:
        return {"alike": alike, "likely": list(wanted.likely), "held": list(wanted.held)}
    return {"alike": alike, "exact": list(wanted.exact)}


def _in(span: Span) -> dict[str, Value]:
    return {"since_ms": to_ms(span.since), "until_ms": to_ms(span.until)}


def _there(seen: Seen) -> dict[str, Value]:
    if len(seen.cameras) > MOST_CAMERAS:
        raise TooMuchError(f"a place has more than {MOST_CAMERAS} cameras: ask of a smaller one")
    corners = _NOWHERE if seen.area is None else _corners(seen.area)
    lon, lat = zip(*corners, strict=True)
    return {
        "cameras": _named(seen.cameras),
        "moving": seen.area is not None,
        "corners": list(corners),
        "ends": [*corners[1:], corners[0]],
        "south": math.floor(min(lat) * DEGREE_STEPS),
        "north": math.ceil(max(lat) * DEGREE_STEPS),
        "west": math.floor(min(lon) * DEGREE_STEPS),
        "east": math.ceil(max(lon) * DEGREE_STEPS),
    }


def _corners(area: Drawn) -> tuple[tuple[float, float], ...]:
    return tuple((float(corner.lon), float(corner.lat)) for corner in area.corners)


def _named(cameras: Sequence[CameraId]) -> list[tuple[int, int, int]]:
    return [(camera.force, camera.source, camera.camera) for camera in cameras]


def _midnight_before(at: datetime) -> datetime:
    return hour_of(at).replace(hour=0)


def _midnight_after(at: datetime) -> datetime:
    return _midnight_before(at + timedelta(days=1) - timedelta.resolution)


def _day(days: int) -> date:
    return _EPOCH + timedelta(days=days)
