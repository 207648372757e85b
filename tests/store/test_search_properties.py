"""Searches answer what a plain reading of all reads answers, whatever is asked. On the embedded engine."""

from __future__ import annotations

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from openanpr.core.camera import CameraId
from openanpr.core.confusion import confusion_weight
from openanpr.core.place import Place
from openanpr.core.read import Candidate, Direction, Style
from openanpr.core.shape import shape_key
from openanpr.core.span import Span
from openanpr.ingest.arrival import ArrivedRead
from openanpr.search.ports import MOST_ROWS, Seen, SeenThen
from openanpr.search.question import Drawn, Spelling
from openanpr.store.reads_write import write_reads
from openanpr.store.searched_reads import SearchedReads, lies_in
from openanpr.store.spellings import LIKELY
from tests.store.asked import bounds
from tests.store.conftest import FILLED, Statement, key_of
from tests.store.reads import AT, LONG_AGO, arrived

FEW = "0OB8IZ"
MARK = st.text(FEW, min_size=3, max_size=4)
CAMERAS = [CameraId(53, 1, n) for n in range(4)]
CARS = [CameraId(53, 900, n) for n in range(2)]
START = AT.replace(day=29, month=9, hour=0, minute=0, second=0, microsecond=0)
MOMENT = st.integers(0, 96 * 4).map(lambda quarter: START + timedelta(minutes=15 * quarter))
SPAN = st.tuples(MOMENT, MOMENT).filter(lambda ends: ends[0] < ends[1]).map(lambda ends: Span(*ends))
DEGREE = st.integers(0, 8).map(lambda n: n / 2 + 0.013)
CORNER = st.builds(Place, DEGREE, DEGREE)
SOME_CAMERAS = st.sets(st.sampled_from(CAMERAS)).map(lambda some: tuple(sorted(some)))
EACH = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)


class World:
    """A store with reads of four days over a month's end, and the reads."""

    def __init__(self, asked: SearchedReads, sifting: SearchedReads, reads: Sequence[ArrivedRead]) -> None:
        self.asked, self.sifting, self.reads = asked, sifting, reads

    def within(self, span: Span, fits: Callable[[ArrivedRead], bool]) -> list[ArrivedRead]:
        """The reads of a span that fit, newest first."""
        found = [r for r in self.reads if span.since <= r.record.captured_at < span.until and fits(r)]
        return sorted(found, key=order)


def order(read: ArrivedRead):
    record = read.record
    return -record.captured_at.timestamp(), record.vrm, record.camera


@pytest.fixture(scope="module")
def world(chdb_store) -> World:
    for (table,) in chdb_store.rows(FILLED, {}, tuple[str]):
        chdb_store.run(Statement("truncate", f"TRUNCATE TABLE {table}"), {})
    dice = random.Random(7)
    reads = []
    for n in range(700):
        vrm = "".join(dice.choices(FEW, k=dice.choice((3, 4))))
        camera = dice.choice(CAMERAS + CARS)
        others = tuple(
            Candidate("".join(dice.choices(FEW, k=len(vrm))), 0.1) for _ in range(dice.randrange(3))
        )
        place = Place(dice.randrange(-20, 420) / 100, dice.randrange(-20, 420) / 100)
        reads.append(
            arrived(
                vrm,
                at=START + timedelta(seconds=dice.randrange(4 * 86_400), milliseconds=n),
                camera=camera,
                candidates=others,
                direction=dice.choice(list(Direction)),
                style=dice.choice(list(Style)),
                place=place if camera in CARS and dice.random() < 0.9 else None,
            )
        )
    write_reads(chdb_store, reads, group="the world", kept_from=LONG_AGO)
    plain = {"kept_from": lambda: LONG_AGO}
    return World(
        SearchedReads(chdb_store, **plain), SearchedReads(chdb_store, worth_sifting=0, **plain), reads
    )


def keys(reads) -> list:
    return [key_of(read) for read in reads]


def found_keys(answer) -> list:
    assert not answer.more
    return [row.key for row in answer.rows]


def answers(read: ArrivedRead, marks: Sequence[str], spellings: Spelling) -> bool:
    """Whether a read answers, by the words of the reference page."""
    record = read.record
    shapes = {shape_key(mark) for mark in marks}
    if spellings is Spelling.EXACT:
        return record.vrm in marks
    if shape_key(record.vrm) in shapes:
        return True
    if spellings is Spelling.SAME_SHAPE:
        return False
    return any(misread(record, shape) for shape in shapes) or holds_one_away(record, shapes)


def apart(a: str, b: str) -> list[tuple[str, str]] | None:
    """Where two texts differ; None where they differ in length."""
    return None if len(a) != len(b) else [(x, y) for x, y in zip(a, b, strict=True) if x != y]


def misread(record, shape: str) -> bool:
    differ = apart(shape_key(record.vrm), shape)
    return differ is not None and len(differ) == 1 and confusion_weight(*differ[0]) >= LIKELY


def holds_one_away(record, shapes) -> bool:
    held = {shape_key(candidate.plate) for candidate in record.candidates} & shapes
    near = [apart(shape_key(record.vrm), shape) for shape in shapes]
    return bool(held) and any(differ is not None and len(differ) == 1 for differ in near)


@EACH
@given(st.lists(MARK, min_size=1, max_size=5, unique_by=shape_key), st.sampled_from(Spelling), SPAN)
def test_of_marks(world, marks, spellings, span) -> None:
    expected = world.within(span, lambda read: answers(read, marks, spellings))
    answer = world.asked.of_marks(marks, spellings, span, bounds())
    assert found_keys(answer) == keys(expected)
    for row in answer.rows:
        exact, alike = row.key.vrm in marks, shape_key(row.key.vrm) in {shape_key(m) for m in marks}
        told = Spelling.EXACT if exact else Spelling.SAME_SHAPE if alike else Spelling.MISREAD
        assert row.spelling is told


@EACH
@given(MARK, st.sampled_from(Spelling), SPAN)
def test_last_of(world, mark, spellings, span) -> None:
    expected = keys(world.within(span, lambda read: answers(read, [mark], spellings)))
    found = world.asked.last_of(mark, spellings, span, bounds())
    if not expected:
        assert found is None
    else:
        assert found is not None
        assert found.key.captured_at == expected[0].captured_at


@st.composite
def places(draw) -> Seen:
    corners = draw(st.none() | st.lists(CORNER, min_size=3, max_size=6, unique=True))
    if corners is None:
        return Seen(draw(SOME_CAMERAS))
    lat, lon = (sum(c.lat for c in corners) / len(corners), sum(c.lon for c in corners) / len(corners))
    corners.sort(key=lambda c: math.atan2(c.lat - lat, c.lon - lon))  # so that no side crosses another
    return Seen(draw(SOME_CAMERAS), Drawn(tuple(corners)))


# The engine's own test for points in an area took points in its corner for outside.
NARROW = Seen((), Drawn((Place(0.013, 0.013), Place(0.013, 3.513), Place(0.513, 0.013))))


def was_at(read: ArrivedRead, seen: Seen) -> bool:
    record = read.record
    if record.camera in seen.cameras:
        return True
    return seen.area is not None and record.place is not None and lies_in(record.place, seen.area)


@EACH
@given(MARK, st.sampled_from(Spelling), places(), SPAN)
def test_there(world, mark, spellings, seen, span) -> None:
    expected = world.within(span, lambda read: answers(read, [mark], spellings) and was_at(read, seen))
    answer = world.asked.there(mark, spellings, SeenThen(seen, span), bounds())
    assert found_keys(answer) == keys(expected)


@EACH
@given(places(), SPAN, st.none() | st.sampled_from(Direction), st.sets(st.sampled_from(Style), max_size=3))
@example(
    NARROW, Span(datetime(2026, 9, 29, tzinfo=UTC), datetime(2026, 9, 30, 15, 15, tzinfo=UTC)), None, set()
)
def test_passed(world, seen, span, direction, styles) -> None:
    def fits(read: ArrivedRead) -> bool:
        record = read.record
        return (
            was_at(read, seen)
            and direction in {None, record.direction}
            and (not styles or record.style in styles)
        )

    answer = world.asked.passed(SeenThen(seen, span), direction, styles, bounds())
    assert found_keys(answer) == keys(world.within(span, fits))


@EACH
@given(st.text(FEW + "?*", min_size=3, max_size=5), SPAN)
def test_like(world, pattern, span) -> None:
    assume(sum(c not in "?*" for c in pattern) >= 3)
    form = re.compile("".join({"?": ".", "*": ".*"}.get(c, shape_key(c)) for c in pattern))
    expected: dict[str, list] = defaultdict(list)
    for read in world.within(span, lambda read: form.fullmatch(shape_key(read.record.vrm)) is not None):
        expected[read.record.vrm].append(read.record.captured_at)
    for asked in (world.asked, world.sifting):
        rows = asked.like(pattern, span, bounds()).rows
        told = {row.mark: (row.reads, row.first_at, row.last_at) for row in rows}
        assert told == {vrm: (len(at), at[-1], at[0]) for vrm, at in expected.items()}
        assert [row.last_at for row in rows] == sorted((row.last_at for row in rows), reverse=True)


@EACH
@given(st.lists(st.builds(SeenThen, places(), SPAN), min_size=2, max_size=5), st.integers(2, 5))
def test_common(world, scenes, at_least) -> None:
    assume(at_least <= len(scenes))
    at: dict[str, set[int]] = defaultdict(set)
    reads: Counter[str] = Counter()
    for number, scene in enumerate(scenes):
        for read in world.within(scene.span, lambda read, scene=scene: was_at(read, scene.seen)):
            shape = shape_key(read.record.vrm)
            at[shape].add(number)
            reads[shape] += 1
    expected = {
        shape: (tuple(sorted(numbers)), reads[shape])
        for shape, numbers in at.items()
        if len(numbers) >= at_least
    }
    rows = world.asked.common(scenes, at_least, bounds()).rows
    assert {shape_key(row.mark): (row.scenes, row.reads) for row in rows} == expected
    ranks = [(-len(row.scenes), -row.reads) for row in rows]
    assert ranks == sorted(ranks)


@EACH
@given(st.lists(st.sampled_from(CAMERAS), unique=True, max_size=4), SPAN)
def test_worked(world, cameras, span) -> None:
    hours = {read.record.camera: set() for read in world.reads}
    last: dict[CameraId, object] = {}
    hour_of = lambda at: at.replace(minute=0, second=0, microsecond=0)  # noqa: E731 - said in a line
    for read in reversed(world.within(span, lambda _: True)):
        hours[read.record.camera].add(hour_of(read.record.captured_at))
        last[read.record.camera] = read.record.captured_at
    touched = -((hour_of(span.since) - span.until) // timedelta(hours=1))
    for camera, did in zip(cameras, world.asked.worked(cameras, span), strict=True):
        assert did.camera == camera
        assert (did.hours_with_reads, did.hours) == (len(hours.get(camera, ())), touched)
        assert did.last_read_at == last.get(camera)


@EACH
@given(st.none() | SOME_CAMERAS, SPAN)
def test_estimate(world, cameras, span) -> None:
    counted = 0.0
    for read in world.reads:
        if cameras is not None and read.record.camera not in cameras:
            continue
        begins = read.record.captured_at.replace(minute=0, second=0, microsecond=0)
        ends = begins + timedelta(hours=1)
        counted += max(min(ends, span.until) - max(begins, span.since), timedelta()) / timedelta(hours=1)
    assert abs(world.asked.estimate(cameras, span) - counted) <= 0.5001


def test_the_world_has_all_that_is_asked_about(world) -> None:
    assert {read.record.style for read in world.reads} == set(Style)
    assert len({shape_key(read.record.vrm) for read in world.reads}) < len(
        {r.record.vrm for r in world.reads}
    )
    assert any(len(set(pair)) == 2 for pair in product(FEW, FEW) if confusion_weight(*pair) >= LIKELY)
    day = Span(START, START + timedelta(days=4))
    everything = world.asked.passed(SeenThen(Seen(tuple(CAMERAS + CARS)), day), None, (), bounds(MOST_ROWS))
    assert len(everything.rows) == len(world.reads)
