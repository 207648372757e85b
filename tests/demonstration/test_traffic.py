"""Vehicles, ways, traffic, the story and patrols: the same for the same seed, and possible on the road."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from demonstration.county.asked import Past, Wanted
from demonstration.county.cameras import PATROLS, POSTS
from demonstration.county.cast import (
    CAST,
    CLONED,
    COVERT,
    FOLLOWER,
    LEADER,
    LOCAL,
    MISSPELT,
    STOLEN,
    TRUE_ONE,
    WANTED,
    cast_live,
    cast_past,
    listed_as,
)
from demonstration.county.ground import read_ground
from demonstration.county.lists import listed_marks
from demonstration.county.past import past_reads, without_listed
from demonstration.county.patrols import position, sightings
from demonstration.county.routes import TASTES, Roads
from demonstration.county.traffic import LONGEST, SEED, Habits, passes, share_of_hour
from demonstration.county.vehicles import vehicle
from openanpr.core.layout import Syntax
from openanpr.core.plate import Plate
from openanpr.core.read import Direction
from openanpr.core.shape import shape_key

ROADS = Roads(read_ground(), POSTS)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HABITS = Habits(7, 1200.0)


def by_vehicle(found):
    seen = defaultdict(list)
    for one in sorted(found, key=lambda one: one.at):
        seen[one.vehicle.vrm].append(one)
    return seen


def test_no_two_vehicles_have_one_mark_and_all_are_of_the_british_grammar() -> None:
    marks = [vehicle(number, seed=7).vrm for number in range(20_000)]
    assert len(set(marks)) == len(marks)
    assert {Plate.parse(mark).syntax for mark in marks[:3000]} == {Syntax.GB_CURRENT, Syntax.GB_PREFIX}


def test_marks_of_the_story_are_of_no_traffic() -> None:
    assert all(vehicle(number, seed=7).vrm[-1] not in "AEIOU" for number in range(3000))
    assert all(one.vehicle.vrm[-1] in "AEIOU" for one in (*CAST, LOCAL))


def test_the_same_window_gives_the_same_traffic_however_it_is_cut() -> None:
    whole = set(passes(ROADS, HABITS, NOON, NOON + HOUR))
    cut = NOON + timedelta(minutes=17, seconds=3)
    assert whole == {*passes(ROADS, HABITS, NOON, cut), *passes(ROADS, HABITS, cut, NOON + HOUR)}
    assert len(whole) > 500


def test_rush_hour_is_busier_than_night_and_steady_traffic_is_the_same_at_both() -> None:
    night, rush = NOON.replace(hour=2), NOON.replace(hour=8)
    assert share_of_hour(rush) > 10 * share_of_hour(night)
    counts = {
        steady: [
            len(list(passes(ROADS, Habits(7, 1200.0, steady=steady), at, at + HOUR))) for at in (night, rush)
        ]
        for steady in (False, True)
    }
    assert counts[False][1] > 5 * counts[False][0]
    assert counts[True][1] == pytest.approx(counts[True][0], rel=0.15)


def test_the_feed_makes_about_as_many_reads_a_second_as_it_is_asked_for() -> None:
    found = [one for one in passes(ROADS, Wanted(4.0).habits, NOON, NOON + HOUR) if one.camera.camera > 2]
    assert len(found) / 3600 == pytest.approx(4.0, rel=0.2)


def test_no_vehicle_of_the_traffic_is_in_two_places() -> None:
    places = {post.camera: post.at(ROADS.ground) for post in POSTS}
    seen = by_vehicle(passes(ROADS, HABITS, NOON, NOON + 4 * HOUR))
    legs = [(a, b) for row in seen.values() for a, b in itertools.pairwise(row) if a.camera != b.camera]
    assert legs
    for a, b in legs:
        km_h = math.dist(places[a.camera], places[b.camera]) / ((b.at - a.at).total_seconds() / 3600)
        assert km_h < 140


def test_every_camera_sees_traffic_and_each_way_is_short_enough() -> None:
    found = list(passes(ROADS, HABITS, NOON, NOON + 4 * HOUR))
    assert {one.camera for one in found} == {post.camera for post in POSTS}
    ends = list(ROADS.ground.places)
    longest = max(
        ROADS.way(a, b, taste=taste).seconds for a in ends for b in ends if a != b for taste in range(TASTES)
    )
    assert timedelta(seconds=longest * 1.3) < LONGEST


def test_a_one_way_camera_reads_no_rear_plates() -> None:
    ways = {post.camera: post.both for post in POSTS}
    found = list(passes(ROADS, HABITS, NOON, NOON + 2 * HOUR))
    assert {ways[one.camera] for one in found if one.direction is Direction.AWAY} == {True}


def test_a_way_goes_from_end_to_end_and_nowhere_is_told() -> None:
    way = ROADS.way("sevenstones", "galehaven")
    assert ROADS.at(way, 0) == ROADS.ground.nodes["sevenstones"]
    assert ROADS.at(way, way.seconds + 1) == ROADS.ground.nodes["galehaven"]
    with pytest.raises(KeyError):
        ROADS.way("sevenstones", "avalon")


def test_the_pair_passes_the_same_cameras_under_a_minute_apart_again_and_again() -> None:
    seen = by_vehicle(cast_live(ROADS, NOON, NOON, NOON + 6 * HOUR))
    lead, follow = seen[LEADER.vehicle.vrm], seen[FOLLOWER.vehicle.vrm]
    assert len(lead) >= 12
    after = {(one.camera, one.at - timedelta(seconds=45)) for one in follow}
    assert {(one.camera, one.at) for one in lead if one.at < NOON + 5.9 * HOUR} <= after
    assert len({one.camera for one in lead}) >= 3


def test_the_pair_travels_together_in_the_past_too() -> None:
    since, until = NOON - timedelta(days=9), NOON - timedelta(days=2)
    seen = by_vehicle(cast_past(ROADS, since, until))
    lead, follow = seen[LEADER.vehicle.vrm], seen[FOLLOWER.vehicle.vrm]
    assert len({one.at.date() for one in lead}) >= 6
    assert [one.camera for one in lead] == [one.camera for one in follow]
    assert all(40 <= (b.at - a.at).total_seconds() <= 50 for a, b in zip(lead, follow, strict=True))


def test_no_listed_mark_is_read_in_the_last_hours_of_a_past_and_before_them_many_are() -> None:
    until, since = NOON, NOON - timedelta(days=3)
    listed, turn = listed_marks(SEED), NOON - timedelta(hours=25)
    whole = list(past_reads(Past(), ROADS, since, until))
    kept = list(without_listed(iter(whole), listed, since=turn))
    assert {one.record.vrm for one in whole if one.record.captured_at >= turn} & listed
    assert not {one.record.vrm for one in kept if one.record.captured_at >= turn} & listed
    assert {one.record.vrm for one in kept} & listed
    assert len(kept) > 0.9 * len(whole)


def test_the_days_just_past_were_busier_and_nothing_in_them_is_ahead_of_its_time() -> None:
    until, since = NOON, NOON - timedelta(hours=6)
    plain, recent = (
        [one.record.captured_at for one in past_reads(Past(), ROADS, since, until, recent=busy)]
        for busy in (False, True)
    )
    assert len(recent) > 4 * len(plain)
    assert all(since <= at < until for at in (*plain, *recent))


def test_the_story_begins_when_the_feed_does_a_stolen_car_within_half_a_minute() -> None:
    seen = by_vehicle(cast_live(ROADS, NOON, NOON, NOON + timedelta(minutes=3)))
    firsts = {mark: (row[0].at - NOON).total_seconds() for mark, row in seen.items()}
    assert firsts[STOLEN.vehicle.vrm] == 25
    assert {MISSPELT.vehicle.vrm, COVERT.vehicle.vrm, CLONED.vehicle.vrm} <= set(firsts)


def test_the_cloned_mark_is_on_two_vehicles_that_look_otherwise() -> None:
    assert CLONED.vehicle.vrm == TRUE_ONE.vrm
    assert (CLONED.vehicle.kind, CLONED.vehicle.colour) != (TRUE_ONE.kind, TRUE_ONE.colour)


def test_one_list_entry_is_spelt_otherwise_and_has_the_same_shape() -> None:
    assert listed_as(MISSPELT) != MISSPELT.vehicle.vrm
    assert shape_key(listed_as(MISSPELT)) == shape_key(MISSPELT.vehicle.vrm)
    assert listed_as(STOLEN) == STOLEN.vehicle.vrm


def test_something_wanted_passes_every_few_minutes() -> None:
    listed = {one.vehicle.vrm for one in WANTED}
    times = sorted(one.at for one in cast_live(ROADS, NOON, NOON, NOON + HOUR) if one.vehicle.vrm in listed)
    assert len(times) > 20
    assert max(b - a for a, b in itertools.pairwise(times)) < timedelta(minutes=10)


def test_a_patrol_car_moves_along_the_roads_without_a_leap() -> None:
    points = [point for leg in ROADS.ground.legs for point in leg.line]
    spots = [position(ROADS, PATROLS[0], NOON + timedelta(seconds=s)) for s in range(0, 3600, 10)]
    assert len(set(spots)) > 100
    assert all(math.dist(a, b) < 0.35 for a, b in itertools.pairwise(spots))
    assert all(min(math.dist(spot, point) for point in points) < 0.6 for spot in spots)


def test_a_patrol_car_reads_where_it_is_and_one_of_them_loses_its_place_now_and_then() -> None:
    for car in PATROLS:
        found = list(sightings(ROADS, car, NOON, NOON + 5 * HOUR, seed=7))
        lost = [one for one in found if one.at is None]
        assert len(found) > 100
        assert bool(lost) == car.loses_fix
        assert len(lost) < len(found) / 8
        assert all(one.at == position(ROADS, car, one.seen.at) for one in found if one.at is not None)
