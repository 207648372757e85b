"""The stored reads as searches ask them: the port `search.ports.StoredReads`, for chDB and for ClickHouse.

Nobody but the wiring of governed search may import this. Whoever has it can find any vehicle.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeVar

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.read import Direction, Style
from openanpr.core.read_key import ReadKey
from openanpr.core.shape import shape_key
from openanpr.core.span import Span
from openanpr.ingest.arrival import ArrivedRead
from openanpr.search.found import (
    Answer,
    CameraWorked,
    Chance,
    CommonMark,
    Company,
    FoundMark,
    FoundRead,
    WholeRead,
)
from openanpr.search.passes import company, looked, passes_of
from openanpr.search.ports import Bounds, ReadsUnreachableError, Seen, SeenThen, Together, TooMuchError
from openanpr.search.question import Drawn, Spelling
from openanpr.store import reads_find as find
from openanpr.store.engine import ReadEngine, StoreError
from openanpr.store.found_rows import FoundRow, found_reads, joined
from openanpr.store.holds import held_reads
from openanpr.store.read_columns import from_ms
from openanpr.store.reads_named import MOST_KEYS, Name, whole_reads
from openanpr.store.spellings import Asked
from openanpr.store.under_way import Asking, UnderWay
from openanpr.store.wildcard_form import WildcardError, wildcard_form

WORTH_SIFTING: Final = 100_000_000
"""From so many reads of a span on, the monthly summaries are asked first which marks a form has."""

_MOST_SIFTED: Final = 2_000
_MOST_LOOKED_OVER: Final = 20_000
_UNNAMED: Final = "a count by hours"
_COUNT_S: Final = 10

_AnswerT = TypeVar("_AnswerT")
_RowT = TypeVar("_RowT")


class SearchedReads:
    """What `search.ports.StoredReads` asks, of one engine. May be asked from several threads."""

    def __init__(
        self,
        engine: ReadEngine,
        *,
        kept_from: Callable[[], date],
        elapsed_s: Callable[[], float] = time.monotonic,
        worth_sifting: int = WORTH_SIFTING,
    ) -> None:
        """`kept_from` gives the oldest capture day (UTC) that is kept now; older reads are never answered."""
        self._engine, self._kept_from, self._worth_sifting = engine, kept_from, worth_sifting
        self._under_way = UnderWay(engine, elapsed_s=elapsed_s)

    def of_marks(
        self, marks: Sequence[str], spellings: Spelling, span: Span, bounds: Bounds
    ) -> Answer[FoundRead]:
        """Return the reads of these marks, newest first."""
        asked = Asked.of(marks, spellings)
        return self._answered(
            span, bounds, lambda asking, kept: _of_marks(asking, asked, kept, None, bounds.rows)
        )

    def last_of(self, mark: str, spellings: Spelling, span: Span, bounds: Bounds) -> FoundRead | None:
        """Return the newest read of this mark within the span, None where there is none."""
        asked = Asked.of((mark,), spellings)
        found = self._answered(span, bounds, lambda asking, kept: _last_of(asking, asked, kept))
        return found.rows[0] if found.rows else None

    def there(self, mark: str, spellings: Spelling, at: SeenThen, bounds: Bounds) -> Answer[FoundRead]:
        """Return the reads of this mark by these cameras then, newest first.

        A read of another camera is of the place if it says itself where it was, and that lies in the area.
        """
        asked = Asked.of((mark,), spellings)
        return self._answered(
            at.span, bounds, lambda asking, kept: _there(asking, asked, SeenThen(at.seen, kept), bounds.rows)
        )

    def like(self, pattern: str, span: Span, bounds: Bounds) -> Answer[FoundMark]:
        """Return the marks of a form that were read within the span and what of that; last seen first.

        Counts and times are of the span alone. Raises TooMuchError for a form that names too little.
        """
        try:
            form = wildcard_form(pattern)
        except WildcardError as fault:
            raise TooMuchError(str(fault)) from fault
        return self._answered(span, bounds, lambda asking, kept: self._like(asking, form, kept, bounds.rows))

    def passed(
        self, at: SeenThen, direction: Direction | None, styles: Collection[Style], bounds: Bounds
    ) -> Answer[FoundRead]:
        """Return what passed these cameras, and moving ones in the area, newest first."""
        return self._answered(
            at.span,
            bounds,
            lambda asking, kept: _passed(asking, SeenThen(at.seen, kept), direction, styles, bounds.rows),
        )

    def common(self, scenes: Sequence[SeenThen], at_least: int, bounds: Bounds) -> Answer[CommonMark]:
        """Return the marks read at that many of the scenes, those at most scenes first, then the most read.

        Marks of one shape are one; told is the spelling that was read most. A read that lies in two scenes
        counts in both.
        """
        return self._while_kept(bounds, lambda asking, kept: _common(asking, scenes, at_least, kept, bounds))

    def company(
        self, mark: str, spellings: Spelling, span: Span, together: Together, bounds: Bounds
    ) -> Company:
        """Return which marks were read beside this one that often, with what traffic alone would bring."""
        asked = Asked.of((mark,), spellings)

        def answered(asking: Asking, kept_from: date) -> Company:
            kept = _cut(span, kept_from)
            if kept is None:
                return Company((), more=False, chance=Chance(0, None))
            return _company(asking, mark, asked, kept, together, bounds.rows)

        return self._while_kept(bounds, answered)

    def whole(self, keys: Sequence[ReadKey]) -> tuple[WholeRead, ...]:
        """Return the reads of these keys that are stored, in their order."""
        if len(keys) > MOST_KEYS:
            raise TooMuchError(f"open at most {MOST_KEYS} reads at a time")
        try:
            found = whole_reads(self._engine, keys)
        except StoreError as fault:
            raise ReadsUnreachableError(f"the reads were not fetched: {fault}") from fault
        kept_from = _start(self._kept_from())
        return tuple(_whole(read) for read in found if read.record.captured_at >= kept_from)

    def worked(self, cameras: Sequence[CameraId], span: Span) -> tuple[CameraWorked, ...]:
        """Return what each camera did in the span, in the order given.

        `hours` are those of the clock (UTC) that the span touches; of one that it touches in part, only the
        reads within the span count. `usual_share` is of as many hours before the first of them, as far as
        they are kept; None where the camera read nothing in them, for then it may not have been there.
        """
        return self._while_kept(_count(), lambda asking, kept: _worked(asking, cameras, span, kept))

    def estimate(self, cameras: Sequence[CameraId] | None, span: Span) -> int:
        """Return how many reads these cameras (None: all) made in the span, from counts by day and hour."""

        def counted(asking: Asking, kept_from: date) -> int:
            kept = _cut(span, kept_from)
            return 0 if kept is None else find.reads_made(asking, cameras, kept)

        return self._while_kept(_count(), counted)

    def stop(self, search_id: str) -> None:
        """Stop what runs under this id; returns when it has ended, or after five seconds."""
        self._under_way.stop(search_id)

    def _answered(
        self, span: Span, bounds: Bounds, ask: Callable[[Asking, Span], Answer[_RowT]]
    ) -> Answer[_RowT]:
        """Return what is answered of as much of the span as is kept."""

        def answered(asking: Asking, kept_from: date) -> Answer[_RowT]:
            kept = _cut(span, kept_from)
            return Answer((), more=False) if kept is None else ask(asking, kept)

        return self._while_kept(bounds, answered)

    def _while_kept(self, bounds: Bounds, ask: Callable[[Asking, date], _AnswerT]) -> _AnswerT:
        """Return an answer in which no day is that retention let go of while it was made."""
        with self._under_way.asking(bounds) as asking:
            while True:
                kept_from = self._kept_from()
                answer = ask(asking, kept_from)
                if self._kept_from() == kept_from:
                    return answer

    def _like(self, asking: Asking, form: str, span: Span, rows: int) -> Answer[FoundMark]:
        shapes = None
        if form[0] in find.ANYWHERE and find.reads_made(asking, None, span) >= self._worth_sifting:
            sifted = find.shapes_sifted(asking, form, span, limit=_MOST_SIFTED + 1)
            shapes = sifted if len(sifted) <= _MOST_SIFTED else None
        found = find.marks_like(asking, form, span, shapes, limit=rows + 1)
        marks = (FoundMark(row.vrm, row.reads, from_ms(row.first_ms), from_ms(row.last_ms)) for row in found)
        return _cut_short(tuple(marks), rows)


def _of_marks(
    asking: Asking, asked: Asked, span: Span, cameras: Sequence[CameraId] | None, rows: int
) -> Answer[FoundRead]:
    found = {
        row.name: row
        for wanted in asked.parts()
        for row in find.reads_of_marks(asking, wanted, span, cameras, limit=rows + 1)
    }
    newest = sorted(found, key=_newest_first)[:rows]
    return Answer(_shown(asking, asked, {name: found[name] for name in newest}), len(found) > rows)


def _shown(asking: Asking, asked: Asked, plates: Mapping[Name, FoundRow]) -> tuple[FoundRead, ...]:
    halves = _halves(plates)
    rows = {**plates, **joined(halves, plates, find.camera_sides(asking, halves))} if halves else plates
    return found_reads(plates, rows, asked.how)


def _halves(rows: Mapping[Name, FoundRow]) -> list[Name]:
    """Return which reads were stored before each order had all that a table shows."""
    return [name for name, row in rows.items() if not row.tabled]


def _last_of(asking: Asking, asked: Asked, span: Span) -> Answer[FoundRead]:
    """Return the newest read alone: asked for on the days that the summaries name, newest first."""
    for wanted in asked.parts():  # one mark: one part
        months = find.months_of(asking, wanted, span)
        for some in _likely_spans(months, span):
            found = find.reads_of_marks(asking, wanted, some, None, limit=1)
            if rows := _shown(asking, asked, {row.name: row for row in found}):
                return Answer(rows, more=False)
    return Answer((), more=False)


def _likely_spans(months: find.Months, span: Span) -> Iterator[Span]:
    """Yield where the newest read may be: each month's last day, its other days; last what has no summary."""
    for first, last in months.days:
        yield from _overlap(span, _start(last), _start(last) + timedelta(days=1))
        yield from _overlap(span, _start(first), _start(last))
    yield from _overlap(span, span.since, _start(months.whole_from))


def _there(asking: Asking, asked: Asked, at: SeenThen, rows: int) -> Answer[FoundRead]:
    seen = at.seen
    if seen.area is None and len(seen.cameras) <= find.MOST_CAMERAS:
        return (
            _of_marks(asking, asked, at.span, seen.cameras, rows) if seen.cameras else Answer((), more=False)
        )
    everywhere = _of_marks(asking, asked, at.span, None, _MOST_LOOKED_OVER)
    if everywhere.more:
        raise TooMuchError("the mark was read too often to look at each place: ask of less time")
    fixed = frozenset(seen.cameras)
    return _cut_short(tuple(row for row in everywhere.rows if _was_there(row, fixed, seen)), rows)


def _was_there(row: FoundRead, fixed: frozenset[CameraId], seen: Seen) -> bool:
    if row.key.camera in fixed:
        return True
    return seen.area is not None and row.place is not None and lies_in(row.place, seen.area)


def _passed(
    asking: Asking, at: SeenThen, direction: Direction | None, styles: Collection[Style], rows: int
) -> Answer[FoundRead]:
    found = find.reads_passed(asking, at, direction, styles, limit=rows + 1)
    cameras: dict[Name, FoundRow] = {row.name: row for row in found[:rows]}
    halves = _halves(cameras)
    whole = cameras | joined(halves, find.plate_sides(asking, halves), cameras) if halves else cameras
    return Answer(found_reads(cameras, whole, lambda _: Spelling.EXACT), len(found) > rows)


def _common(
    asking: Asking, scenes: Sequence[SeenThen], at_least: int, kept_from: date, bounds: Bounds
) -> Answer[CommonMark]:
    spelt: dict[str, Counter[str]] = {}
    at: dict[str, set[int]] = {}
    for number, scene in enumerate(scenes):
        kept = _cut(scene.span, kept_from)
        for vrm, reads in () if kept is None else find.marks_at(asking, SeenThen(scene.seen, kept)):
            shape = shape_key(vrm)
            spelt.setdefault(shape, Counter())[vrm] += reads
            at.setdefault(shape, set()).add(number)
        # Who can no longer be at enough of them is not carried on.
        left = len(scenes) - number - 1
        for shape in [shape for shape, seen in at.items() if len(seen) + left < at_least]:
            del at[shape], spelt[shape]
    marks = [_common_mark(spelt[shape], numbers) for shape, numbers in at.items()]
    return _cut_short(
        tuple(sorted(marks, key=lambda one: (-len(one.scenes), -one.reads, one.mark))), bounds.rows
    )


def _common_mark(spelt: Counter[str], numbers: Collection[int]) -> CommonMark:
    most_read = min(spelt, key=lambda vrm: (-spelt[vrm], vrm))
    return CommonMark(most_read, tuple(sorted(numbers)), spelt.total())


def _company(asking: Asking, mark: str, asked: Asked, span: Span, together: Together, rows: int) -> Company:
    named = {
        row.name
        for wanted in asked.parts()
        for row in find.reads_of_marks(asking, wanted, span, None, limit=_MOST_LOOKED_OVER + 1)
    }
    if len(named) > _MOST_LOOKED_OVER:
        raise TooMuchError("the mark was read too often to look beside each read: ask of less time")
    reads = ((CameraId(*camera), from_ms(at_ms)) for _, at_ms, *camera in named)
    passes = passes_of(reads, together.within)
    beside = looked(passes, together.within, span)
    own = {shape_key(mark), *(shape_key(vrm) for vrm, *_ in named)}
    found = find.seen_beside(asking, beside, span, own=own, at_least=together.at_least)
    seen = {shape_key(one[0][2]): one for one in found}
    return company(mark, beside, seen, at_least=together.at_least, rows=rows)


def _worked(
    asking: Asking, cameras: Sequence[CameraId], span: Span, kept_from: date
) -> tuple[CameraWorked, ...]:
    kept = _cut(span, kept_from)
    if kept is None:
        return tuple(CameraWorked(camera, 0, 0, None, None) for camera in cameras)
    first = find.hour_of(kept.since)
    hours = -((first - kept.until) // find.HOUR)
    before = max(first - hours * find.HOUR, min(_start(kept_from), first))
    hours_before = (first - before) // find.HOUR
    found = find.cameras_worked(asking, cameras, kept, before=before)
    return tuple(_camera_worked(camera, found.get(camera), hours, hours_before) for camera in cameras)


def _camera_worked(camera: CameraId, told: find.Worked | None, hours: int, before: int) -> CameraWorked:
    if told is None:
        return CameraWorked(camera, 0, hours, None, None)
    usual = told.hours_before / before if told.hours_before else None
    last = from_ms(told.last_ms) if told.last_ms else None
    return CameraWorked(camera, told.hours, hours, usual, last)


def _whole(read: ArrivedRead) -> WholeRead:
    """Return a read for a person: of one that was handed on, what the node said that had it first."""
    origin = read.origin
    return WholeRead(
        record=read.record,
        received_at=read.arrival.received_at,
        late=read.late,
        clock_doubtful=read.clock_doubtful,
        clock_offset_ms=read.arrival.clock_offset_ms if origin is None else origin.clock_offset_ms,
        device=read.arrival.device if origin is None else origin.device,
        signed=read.arrival.signed,
        profile=read.arrival.profile,
        handed_on_by=None if origin is None else read.arrival.device,
    )


def held_for_case(engine: ReadEngine, hold_id: str) -> tuple[WholeRead, ...]:
    """Return the reads that a hold keeps for its case, the oldest first; raises StoreError."""
    return tuple(_whole(read) for read in held_reads(engine, hold_id))


def lies_in(place: Place, area: Drawn) -> bool:
    """Tell whether a place lies in an area, on a plane of degrees."""
    inside = False
    corners = area.corners
    for a, b in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (a.lat > place.lat) != (b.lat > place.lat):
            crossing = a.lon + (place.lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon)
            inside ^= place.lon < crossing
    return inside


def _cut(span: Span, kept_from: date) -> Span | None:
    """Return as much of a span as is kept, None where nothing is."""
    since = max(span.since, _start(kept_from))
    return Span(since, span.until) if since < span.until else None


def _overlap(span: Span, since: datetime, until: datetime) -> Iterator[Span]:
    since, until = max(since, span.since), min(until, span.until)
    if since < until:
        yield Span(since, until)


def _cut_short(found: tuple[_RowT, ...], rows: int) -> Answer[_RowT]:
    return Answer(found[:rows], len(found) > rows)


def _newest_first(name: Name) -> tuple[int, str, int, int, int]:
    vrm, captured_ms, *camera = name
    return -captured_ms, vrm, camera[0], camera[1], camera[2]


def _start(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC)


def _count() -> Bounds:
    return Bounds(_UNNAMED, seconds=_COUNT_S)
