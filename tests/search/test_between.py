"""Cameras on likely ways: on roads drawn by hand, and on many by chance beside a plain walk of all ways."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.core.place import Place
from openanpr.search.between import (
    CLOCKS_S,
    LONGEST,
    MORE_S,
    ROUNDABOUT,
    SOONEST,
    Ends,
    OnWhich,
    WorkedOut,
    between,
)
from openanpr.search.roads import USUAL_KMH, LayerError, Network, narrows, network, roads_of
from openanpr.search.sphere import distance_m
from tests.search.ground import at, layer, road

AT = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

START, END = at(0, 0), at(10, 0)
SHARED, MAIN, BYPASS, FAR, SPUR, OFF = at(1, 0), at(6, 0), at(6, 2), at(6, 8), at(6, -0.2), at(4, -0.3)
"""On what all ways share, the quickest, one a tenth longer, one far longer, a road without an end, none."""
PLACES = (SHARED, MAIN, BYPASS, FAR, SPUR, OFF)
DRAWN = (
    road((0, 0), (2, 0)),
    road((2, 0), (6, 0), (10, 0)),
    road((2, 0), (6, 2), (10, 0)),
    road((2, 0), (6, 8), (10, 0)),
    road((6, 0), (6, -0.2), (6, -0.4)),
)


def net(*features: object, places: tuple[Place, ...] = (START, END, *PLACES)) -> Network:
    return network(roads_of(layer(features or DRAWN)), places)


def told(length: timedelta, roads: Network | None, *, start: Place = START, end: Place = END):
    by, ways = between(Ends(start, end, AT, AT + length), PLACES, roads)
    return by, {way.place: way.on for way in ways}


def test_likely_ways_are_told_by_how_many_of_them_go_by_a_camera() -> None:
    by, found = told(timedelta(minutes=20), net())
    assert by is WorkedOut.ROADS
    assert found == {SHARED: OnWhich.EVERY, MAIN: OnWhich.QUICKEST, BYPASS: OnWhich.SOME}


def test_a_network_takes_the_time_of_its_roads_class_by_class() -> None:
    roads = net(
        road((0, 0), (10, 0), kind="motorway"), road((0, 0), (0, 5), kind="lane"), places=(START, END)
    )
    seconds = roads.seconds(roads.at[START], roads.at[END], within_s=1e9)
    assert seconds == pytest.approx(distance_m(START, END) / USUAL_KMH["motorway"] * 3.6)
    assert roads.seconds(roads.at[START], roads.at[END], within_s=seconds / 2) is None


def test_a_camera_was_passed_no_sooner_and_no_later_than_the_two_reads_allow() -> None:
    length = timedelta(minutes=20)
    by, ways = between(Ends(START, END, AT, AT + length), (MAIN,), net())
    (way,) = ways
    # Six kilometres of ten at 72 an hour take 300 seconds, and nobody takes less than half of it.
    assert by is WorkedOut.ROADS
    assert (way.since - AT).total_seconds() == pytest.approx(150, abs=0.5)
    assert (AT + length - way.until).total_seconds() == pytest.approx(100, abs=0.5)


def test_in_less_time_than_anybody_drives_nothing_is_said_but_that() -> None:
    # Ten kilometres at 72 an hour take 500 seconds.
    for seconds, by in ((250 - CLOCKS_S - 1, WorkedOut.TOO_QUICK), (250 - CLOCKS_S + 1, WorkedOut.ROADS)):
        assert told(timedelta(seconds=seconds), net())[0] is by
    straight = told(timedelta(seconds=60), None)
    assert straight == (WorkedOut.TOO_QUICK, {})


def test_a_way_that_the_time_does_not_allow_is_none() -> None:
    _, found = told(timedelta(seconds=255), net())
    assert found == {SHARED: OnWhich.EVERY, MAIN: OnWhich.QUICKEST}


def test_two_reads_at_one_place_or_half_a_day_apart_tell_of_no_way() -> None:
    assert told(HOUR, net(), end=at(0.1, 0)) == (WorkedOut.SAME_PLACE, {})
    assert told(LONGEST, net())[0] is WorkedOut.ROADS
    assert told(LONGEST + timedelta(seconds=1), net()) == (WorkedOut.TOO_LONG, {})


def test_reads_at_one_moment_at_two_places_are_too_quick() -> None:
    assert told(timedelta(0), net()) == (WorkedOut.TOO_QUICK, {})


def test_without_roads_at_both_ends_it_is_the_straight_line_that_is_told_of() -> None:
    elsewhere = net(road((50, 50), (60, 60)))
    apart = net(road((0, 0), (2, 0)), road((9, 0), (10, 0)))
    for roads in (None, elsewhere, apart):
        by, found = told(HOUR, roads)
        assert by is WorkedOut.STRAIGHT
        assert found.keys() == {SHARED, MAIN, BYPASS, SPUR, OFF}
        assert set(found.values()) == {OnWhich.SOME}


def test_a_place_is_on_the_nearest_road_and_on_none_beyond_a_quarter_of_a_kilometre() -> None:
    roads = roads_of(layer([road((0, 0), (4, 0)), road((0, 0.3), (4, 0.3), kind="street")]))
    for north, nearest in ((0.1, 0), (0.2, 1), (0.5, 1), (0.56, None), (-0.24, 0), (-0.26, None)):
        found = roads.nearest(at(2, north))
        assert (None if found is None else found[0]) == nearest


def test_only_lines_that_are_roads_are_roads() -> None:
    line, point = road((0, 0), (1, 1))["geometry"], {"type": "Point", "coordinates": [0, 0]}
    others = [
        {"type": "Feature", "properties": None, "geometry": None},
        {"type": "Feature", "properties": {"kind": "place"}, "geometry": point},
        {"type": "Feature", "properties": {"kind": 5, "class": 7}, "geometry": line},
        {"type": "Feature", "properties": {"kind": "road"}, "geometry": point},
    ]
    assert roads_of(layer(others)).stretches == ()
    many = road((0, 0), (1, 0), (2, 0))
    many["geometry"] = {"type": "MultiLineString", "coordinates": [many["geometry"]["coordinates"]]}
    assert roads_of(layer([many])).stretches == roads_of(layer([road((0, 0), (1, 0), (2, 0))])).stretches


@pytest.mark.parametrize(
    "coordinates", [[[1, 91], [1, 2]], [["a", 1], [1, 2]], [[1], [2]], 5, [[181, 1], [1, 1]]], ids=str
)
def test_a_road_that_lies_nowhere_is_refused(coordinates) -> None:
    bad = road((0, 0), (1, 1))
    bad["geometry"] = {"type": "LineString", "coordinates": coordinates}
    with pytest.raises(LayerError, match="longitude and latitude"):
        roads_of(layer([bad]))


CROSSINGS = [(x, y) for x in range(3) for y in range(3)]
BLOCKS = [(a, b) for a, b in itertools.combinations(CROSSINGS, 2) if abs(a[0] - b[0]) + abs(a[1] - b[1]) == 1]
TOWNS = st.lists(
    st.tuples(st.sampled_from(BLOCKS), st.sampled_from(sorted(USUAL_KMH))),
    min_size=2, max_size=len(BLOCKS), unique_by=lambda one: one[0],
)  # fmt: skip


def middle(block) -> Place:
    (ax, ay), (bx, by) = block
    return at((ax + bx) / 2, (ay + by) / 2)


def every_way(town, start: Place, end: Place) -> Iterator[tuple[float, tuple[object, ...]]]:
    """Yield each way that passes no point twice, by a plain walk: how long it takes, and what it passes."""
    beside: dict[object, dict[object, float]] = {}
    for block, kind in town:
        half = distance_m(at(*block[0]), at(*block[1])) / USUAL_KMH[kind] * 3.6 / 2
        for corner in block:
            beside.setdefault(corner, {})[middle(block)] = half
            beside.setdefault(middle(block), {})[corner] = half

    def walk(way: tuple[object, ...], seconds: float):
        if way[-1] == end:
            yield seconds, way
            return
        for other, more in beside[way[-1]].items():
            if other not in way:
                yield from walk((*way, other), seconds + more)

    return walk((start,), 0.0)


@settings(max_examples=150, deadline=None)
@given(TOWNS, st.integers(1, 40))
def test_what_is_told_is_what_a_plain_walk_of_all_ways_finds(town, minutes) -> None:
    cameras = [middle(block) for block, _ in town]
    start, end = cameras[0], cameras[1]
    roads = net(*(road(*block, kind=kind) for block, kind in town), places=tuple(cameras))
    by, found = between(Ends(start, end, AT, AT + timedelta(minutes=minutes)), cameras[2:], roads)
    ways = list(every_way(town, start, end))
    if not ways:
        assert by in {WorkedOut.STRAIGHT, WorkedOut.TOO_QUICK}
        return
    quickest = min(seconds for seconds, _ in ways)
    assert roads.seconds(roads.at[start], roads.at[end], within_s=1e9) == pytest.approx(quickest, abs=0.2)
    if by is WorkedOut.TOO_QUICK:
        assert quickest * SOONEST > minutes * 60 + CLOCKS_S - 0.2
        return
    assert by is WorkedOut.ROADS
    most = quickest * ROUNDABOUT + MORE_S
    likely = [way for seconds, way in ways if seconds <= most - 0.2]
    for one in found:
        if one.on is OnWhich.EVERY:
            assert all(one.place in way for way in likely)
        if one.on is OnWhich.QUICKEST:
            assert any(one.place in way for seconds, way in ways if seconds <= quickest + 0.2)
    allowed = min(most, (minutes * 60) / SOONEST) - 0.2
    for camera in cameras[2:]:
        if any(camera in way for seconds, way in ways if seconds <= allowed):
            assert camera in {one.place for one in found}


@settings(max_examples=200, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] < pair[1])))
def test_a_narrow_is_where_no_way_is_left_without_it(pairs) -> None:
    beside: dict[int, set[int]] = {node: set() for node in range(8)}
    for a, b in pairs:
        beside[a].add(b)
        beside[b].add(a)

    def leads(without: int | None) -> bool:
        seen, left = {0}, [0]
        while left:
            for other in beside[left.pop()] - seen - {without}:
                seen.add(other)
                left.append(other)
        return 7 in seen

    needed = {node for node in range(1, 7) if not leads(node)} if leads(None) else set()
    assert narrows(beside, 0, 7) == needed
