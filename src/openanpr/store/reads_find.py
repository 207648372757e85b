"""What finds stored reads by question, a statement each. `store.searched_reads` alone may import it.

Every function asks within the limits of a search (`store.under_way`), and raises StoppedError, TooMuchError
and ReadsUnreachableError. Spans are from their first moment to before their last.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec

from openanpr.core.camera import CameraId
from openanpr.core.read import Direction, Style
from openanpr.core.shape import shape_key
from openanpr.core.span import Span
from openanpr.search.passes import Looked
from openanpr.search.passes import Seen as SeenBeside
from openanpr.search.ports import Seen, SeenThen, TooMuchError
from openanpr.search.question import Drawn
from openanpr.store.engine import Value
from openanpr.store.found_rows import FoundRow
from openanpr.store.read_columns import DEGREE_STEPS, from_ms, to_ms
from openanpr.store.reads_named import Name
from openanpr.store.sieve import sieve
from openanpr.store.spellings import Wanted
from openanpr.store.under_way import Asking
from openanpr.store.value_parts import value_parts
from openanpr.store.wildcard_form import like_pattern

MOST_CAMERAS: Final = 3_000
"""That one statement names; so many fit into one value, whatever their numbers."""

MOST_PASSES: Final = 1_500
"""Of one vehicle that is asked beside; so many fit into one value."""
ANYWHERE: Final = "?*"
"""What a form begins with for which the order of plates is of no use."""

HOUR: Final = timedelta(hours=1)
_EPOCH = date(1970, 1, 1)
_NOWHERE: Final = ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0))


class MarkSeen(msgspec.Struct, frozen=True, array_like=True):
    """A mark, how many reads of it there are, and the capture of the first and the last in milliseconds."""

    vrm: str
    reads: int
    first_ms: int
    last_ms: int


class _MarkRows(msgspec.Struct, frozen=True, array_like=True):
    """A mark, its rows, at how many moments they were captured, and the first and last in milliseconds."""

    vrm: str
    rows: int
    moments: int
    first_ms: int
    last_ms: int

    @property
    def seen(self) -> MarkSeen:
        return MarkSeen(self.vrm, self.rows, self.first_ms, self.last_ms)


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
) -> list[FoundRow]:
    """Return the newest reads of these marks, by these cameras (None: by any)."""
    values: dict[str, Value] = {
        **_spelt(wanted),
        **_in(span),
        "cameras": [] if cameras is None else _named(cameras),
        "everywhere": cameras is None,
        "without": asking.without,
        "limit": limit,
    }
    name = "search_marks_misread" if wanted.held else "search_marks"
    return asking.rows(name, values, FoundRow)


def months_of(asking: Asking, wanted: Wanted, span: Span) -> Months:
    """Return in which months of the span, and on which days, marks that may answer were seen."""
    name = "search_months_misread" if wanted.held else "search_months"
    found = asking.rows(name, {**_spelt(wanted), **_in(span)}, _Months)[0]
    return Months(_day(found.whole_from), tuple((_day(first), _day(last)) for first, last in found.days))


def reads_passed(
    asking: Asking, at: SeenThen, direction: Direction | None, styles: Collection[Style], *, limit: int
) -> list[FoundRow]:
    """Return the newest reads of a place and a time."""
    values = {
        **_there(at.seen),
        **_in(at.span),
        "direction": "" if direction is None else direction.value,
        "without": asking.without,
        "limit": limit,
    }
    if not styles:
        return asking.rows("search_passed", values, FoundRow)
    return asking.rows("search_passed_styles", {**values, "styles": sorted(styles)}, FoundRow)


def marks_at(asking: Asking, at: SeenThen) -> list[tuple[str, int]]:
    """Return the marks that were read at a place and a time, and how often."""
    values = {**_there(at.seen), **_in(at.span), "without": asking.without}
    return asking.rows("search_scene", values, tuple[str, int])


def seen_beside(
    asking: Asking, looked: Looked, span: Span, *, own: Collection[str], at_least: int
) -> list[list[SeenBeside]]:
    """Return what was seen of each mark beside passes, shifted or not, of marks that were seen often enough.

    `own`: shapes that are not asked of, those of the vehicle itself. Raises TooMuchError for too many passes.
    """
    if not looked.passes:
        return []
    if len(looked.passes) > MOST_PASSES:
        raise TooMuchError(f"the vehicle passed cameras more than {MOST_PASSES} times: ask of less time")
    within = _ms(looked.within)
    shifts = [(turn, _ms(by)) for turn, by in enumerate(looked.steps)]
    windows = [
        (*_named([one.camera])[0], to_ms(one.first) - within, to_ms(one.last) + within)
        for one in looked.passes
    ]
    values: dict[str, Value] = {
        **_in(span),
        "passes": windows,
        "shifts": shifts,
        "left_out": sorted((number + 1, turn) for number, turn in looked.left_out),
        "named": sorted({window[:3] for window in windows}),
        "bucket_ms": 2 * within,
        "from_ms": min(window[3] for window in windows) + min(by for _, by in shifts),
        "to_ms": max(window[4] for window in windows) + max(by for _, by in shifts),
        "own": sorted(own),
        "at_least": at_least,
        "without": asking.without,
    }
    found = asking.rows("search_company", values, tuple[list[tuple[int, int, str, int]]])
    return [[(at - 1, turn, vrm, from_ms(ms)) for at, turn, vrm, ms in seen] for (seen,) in found]


def plate_sides(asking: Asking, names: Sequence[Name]) -> dict[Name, FoundRow]:
    """Return what the order of plates keeps of these reads."""
    return _sides(asking, "search_plate_sides", names)


def camera_sides(asking: Asking, names: Sequence[Name]) -> dict[Name, FoundRow]:
    """Return what the order of cameras keeps of these reads."""
    return _sides(asking, "search_camera_sides", names)


def _sides(asking: Asking, statement: str, names: Sequence[Name]) -> dict[Name, FoundRow]:
    rows = [row for part in value_parts(names) for row in asking.rows(statement, {"keys": part}, FoundRow)]
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
        values |= _sieved(form)
        return (
            _anywhere(asking, values) if form[0] in ANYWHERE else asking.rows("search_like", values, MarkSeen)
        )
    return asking.rows("search_like_of", {**values, "alike": sorted(shapes)}, MarkSeen)


def _anywhere(asking: Asking, values: Mapping[str, Value]) -> list[MarkSeen]:
    """Return the marks of a form that begins with a wildcard; reads are told apart only where there is doubt.

    Two rows of one moment are two cameras' reads, or one that came twice and is not merged yet.
    """
    found = asking.rows("search_like_anywhere", values, _MarkRows)
    unsure = sorted({shape_key(row.vrm) for row in found if row.rows != row.moments})
    if not unsure:
        return [row.seen for row in found]
    told_apart = asking.rows("search_like_of", {**values, "alike": unsure}, MarkSeen)
    counted = {row.vrm: row for row in told_apart}
    return [counted.get(row.vrm, row.seen) for row in found]


def shapes_sifted(asking: Asking, form: str, span: Span, *, limit: int) -> list[str]:
    """Return the shapes of a form that were seen on the days of a span, by the monthly summaries."""
    values: dict[str, Value] = {"pattern": like_pattern(form), **_in(span), **_sieved(form), "limit": limit}
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


def _ms(length: timedelta) -> int:
    return length // timedelta(milliseconds=1)


def _spelt(wanted: Wanted) -> dict[str, Value]:
    alike = list(wanted.alike)
    if wanted.held:
        return {"alike": alike, "likely": list(wanted.likely), "held": list(wanted.held)}
    return {"alike": alike, "exact": list(wanted.exact)}


def _sieved(form: str) -> dict[str, Value]:
    return {
        name: number
        for n, (mask, value) in enumerate(sieve(form), 1)
        for name, number in ((f"m{n}", mask), (f"v{n}", value))
    }


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
