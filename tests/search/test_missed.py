"""Between the reads of a vehicle: cameras that should have seen it, with what they did, to who may know."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.core.camera import CameraId
from openanpr.core.role import Role
from openanpr.search.between import OnWhich, WorkedOut
from openanpr.search.desk import SearchDesk
from openanpr.search.found import Did
from openanpr.search.missed import MOST_LEGS, MOST_TOLD, missed_legs, together
from openanpr.search.question import Around, LastSeen, ListOfVehicles, OneVehicle, Spelling, WasItThere
from openanpr.search.redact import results_of
from openanpr.search.roads import roads_of
from openanpr.search.shown import Results
from openanpr.search.sight import Sight
from tests.search.ground import at, layer, road
from tests.search.scene import DAY, FARM, HIGH, MARK, NOW, TOWN, Scene, asked, camera, span

MAIN, BYPASS, END, SECRET = (CameraId(53, 3, n) for n in range(1, 5))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def county(scene: Scene) -> Scene:
    """A scene with two ways from the High Street to the End: one quickest, one by the Bypass."""
    scene.world.cameras += [
        camera(MAIN, "Main Road", at(6, 0)),
        camera(BYPASS, "Bypass", at(6, 2)),
        camera(END, "The End", at(10, 0)),
    ]
    drawn = layer(
        [
            road((0, 0), (2, 0)),
            road((2, 0), (6, 0), (10, 0)),
            road((2, 0), (6, 2), (10, 0)),
            road((10, 0), (90, 0)),
        ]
    )
    scene.parts = replace(scene.parts, roads=roads_of(drawn))
    scene.desk = SearchDesk(scene.parts)
    scene.world.then |= {MAIN: Did.WELL, BYPASS: Did.NOTHING}
    return scene


def found(scene: Scene, question=None, **other) -> Results:
    ann = scene.investigator()
    record = scene.desk.ask(asked(question, **other), ann)
    return scene.desk.run(record.search_id, ann)


def missed(results: Results) -> list[tuple[int, int, str, list[tuple[str, str, str]]]]:
    return [
        (
            leg.start,
            leg.end,
            str(leg.by),
            [(one.camera.name, str(one.on), str(one.did)) for one in leg.missed],
        )
        for leg in results.legs
    ]


BOTH = [("Main Road", "quickest", "well"), ("Bypass", "some", "nothing")]


def test_each_leg_tells_which_cameras_have_no_read_and_what_they_did_then(county) -> None:
    county.read(MARK, HIGH, ago=60 * MINUTE)
    county.read(MARK, END, ago=40 * MINUTE)
    county.read(MARK, HIGH, ago=20 * MINUTE)
    results = found(county)
    assert missed(results) == [(2, 1, "roads", BOTH), (3, 2, "roads", BOTH)]
    first = results.legs[0].missed[0]
    assert NOW - 40 * MINUTE < first.since < first.until < NOW - 20 * MINUTE
    assert first.camera.place == at(6, 0)


def test_a_camera_that_read_it_ends_a_leg_and_is_missed_by_none(county) -> None:
    for minutes, camera_id in ((60, HIGH), (50, MAIN), (40, END)):
        county.read(MARK, camera_id, ago=minutes * MINUTE)
    assert {one for _, _, _, told in missed(found(county)) for one, _, _ in told} == set()


def test_one_that_read_a_possible_misread_of_it_is_not_called_blind(county) -> None:
    county.read(MARK, HIGH, ago=60 * MINUTE)
    county.read("A812CDE", MAIN, ago=50 * MINUTE)
    county.read(MARK, END, ago=40 * MINUTE)
    wide = OneVehicle(MARK, span(), Spelling.MISREAD)
    assert [told for _, _, _, told in missed(found(county, wide))] == [BOTH[1:]]
    assert [told for _, _, _, told in missed(found(county))] == [BOTH]


def test_each_vehicle_of_a_list_has_legs_of_its_own(county) -> None:
    county.read("AA11AAA", HIGH, ago=60 * MINUTE)
    county.read("BB11BBB", MAIN, ago=50 * MINUTE)
    county.read("AA11AAA", END, ago=40 * MINUTE)
    results = found(county, ListOfVehicles(("AA11AAA", "BB11BBB"), span()))
    assert missed(results) == [(3, 1, "roads", BOTH)]


@pytest.mark.parametrize(
    "question", [LastSeen(MARK, span()), WasItThere(MARK, Around(TOWN, 40_000), span())], ids=type
)
def test_of_what_was_not_asked_everywhere_nothing_is_said(county, question) -> None:
    county.read(MARK, HIGH, ago=60 * MINUTE)
    county.read(MARK, END, ago=40 * MINUTE)
    assert found(county, question).legs == ()


def test_a_confidential_camera_is_never_told_nor_counted_but_to_who_is_named(county) -> None:
    county.world.cameras.append(camera(SECRET, "Hidden", at(4, 0)))
    county.world.confidential[SECRET] = frozenset({"eve"})
    county.world.then[SECRET] = Did.WELL
    county.read(MARK, HIGH, ago=60 * MINUTE)
    county.read(MARK, END, ago=40 * MINUTE)
    results = found(county)
    assert missed(results) == [(2, 1, "roads", BOTH)]
    assert results.legs[0].more == 0
    eve = county.asker("eve", Role.INVESTIGATOR)
    own = county.desk.run(county.desk.ask(asked(), eve).search_id, eve)
    assert [one.camera.name for one in own.legs[0].missed] == ["Hidden", "Main Road", "Bypass"]


def test_one_that_became_confidential_after_the_run_is_not_told_when_it_is_seen_again(county) -> None:
    county.read(MARK, HIGH, ago=60 * MINUTE)
    county.read(MARK, END, ago=40 * MINUTE)
    ann = county.investigator()
    search = county.desk.ask(asked(), ann).search_id
    county.desk.run(search, ann)
    county.world.confidential[MAIN] = frozenset({"eve"})
    assert missed(county.desk.results(search, ann)) == [(2, 1, "roads", BOTH[1:])]
    county.world.confidential[END] = frozenset({"eve"})
    assert county.desk.results(search, ann).legs == ()


def test_who_may_not_see_where_cameras_stand_is_told_of_none(county) -> None:
    county.read(MARK, HIGH, ago=60 * MINUTE)
    county.read(MARK, END, ago=40 * MINUTE)
    ann = county.investigator()
    search = county.desk.ask(asked(), ann).search_id
    legs = county.desk.run(search, ann).legs
    kept = county.parts.kept.get(search, now=county.now)
    assert kept is not None
    record = county.desk.find(search, ann)
    blind = Sight({one.camera: one for one in county.world.cameras}, frozenset(), places=False)
    assert results_of(record, kept, blind).legs == ()
    assert results_of(record, kept, replace(blind, places=True)).legs == legs
    assert missed_legs(county.parts, asked().question, kept.found, blind) == ()


def test_cameras_that_were_not_there_then_are_left_out(county) -> None:
    named = {one.camera: one for one in county.world.cameras}
    gone = replace(named[BYPASS], added_at=NOW)
    county.world.cameras[county.world.cameras.index(named[BYPASS])] = gone
    county.read(MARK, HIGH, ago=60 * MINUTE)
    county.read(MARK, END, ago=40 * MINUTE)
    assert missed(found(county)) == [(2, 1, "roads", BOTH[:1])]
    county.world.then[BYPASS] = Did.FEWER  # it read then, so it was there
    assert [name for _, _, _, told in missed(found(county)) for name, _, _ in told] == ["Main Road", "Bypass"]


def test_cameras_beside_a_read_are_left_out_and_driving_ones_are(county) -> None:
    county.world.cameras.append(camera(CameraId(53, 3, 9), "Other lane", at(9.9, 0)))
    county.read(MARK, HIGH, ago=60 * MINUTE)
    county.read(MARK, END, ago=40 * MINUTE)
    assert missed(found(county)) == [(2, 1, "roads", BOTH)]


def test_why_nothing_is_said_of_a_leg_is_told(county) -> None:
    county.read(MARK, HIGH, ago=3 * DAY)
    county.read(MARK, END, ago=DAY)
    county.read(MARK, END, ago=DAY - MINUTE)
    county.read(MARK, HIGH, ago=DAY - 2 * MINUTE)
    county.read(MARK, FARM, ago=DAY - 100 * MINUTE)
    assert [str(leg.by) for leg in found(county).legs] == ["straight", "too-quick", "same-place", "too-long"]


def test_a_leg_tells_so_many_cameras_and_says_how_many_more_there_are(county) -> None:
    county.world.cameras += [
        camera(CameraId(53, 4, n), f"Camera {n}", at(3 + n / 10, 0)) for n in range(MOST_TOLD)
    ]
    county.read(MARK, HIGH, ago=60 * MINUTE)
    county.read(MARK, END, ago=40 * MINUTE)
    (leg,) = found(county).legs
    assert (len(leg.missed), leg.more) == (MOST_TOLD, 2)
    assert {one.on for one in leg.missed} == {OnWhich.QUICKEST}


def test_of_many_legs_the_newest_are_worked_out_and_the_others_say_that_they_are_not(county) -> None:
    for n in range(MOST_LEGS + 3):
        county.read(MARK, (HIGH, END)[n % 2], ago=(n + 1) * 20 * MINUTE)
    legs = found(county).legs
    assert len(legs) == MOST_LEGS + 2
    assert {leg.by for leg in legs[:MOST_LEGS]} == {WorkedOut.ROADS}
    assert {leg.by for leg in legs[MOST_LEGS:]} == {WorkedOut.NOT_REACHED}
    assert legs[0].end == 1


def test_over_a_large_network_fewer_legs_are_worked_out(county) -> None:
    crossed = [road(*((x / 10, n / 10) for x in range(111))) for n in range(110)]
    crossed += [road(*((n / 10, y / 10) for y in range(111))) for n in range(110)]
    county.parts = replace(county.parts, roads=roads_of(layer(crossed)))
    county.desk = SearchDesk(county.parts)
    for n in range(MOST_LEGS + 1):
        county.read(MARK, (HIGH, END)[n % 2], ago=(n + 1) * 20 * MINUTE)
    by = [leg.by for leg in found(county).legs]
    assert 30 < by.count(WorkedOut.ROADS) < MOST_LEGS
    assert by == sorted(by, key=lambda one: one is WorkedOut.NOT_REACHED)
    assert set(by) == {WorkedOut.ROADS, WorkedOut.NOT_REACHED}


@pytest.mark.parametrize(
    ("hours", "did"),
    [
        ([Did.WELL, Did.WELL], Did.WELL),
        ([Did.NOTHING, Did.NOTHING], Did.NOTHING),
        ([Did.WELL, Did.NOTHING], Did.FEWER),
        ([Did.FEWER, Did.WELL], Did.FEWER),
        ([Did.UNKNOWN, Did.NOTHING], Did.FEWER),
        ([Did.UNKNOWN, Did.WELL], Did.UNKNOWN),
        ([], Did.UNKNOWN),
    ],
)
def test_hours_are_told_together_by_the_worst_that_is_known(hours, did) -> None:
    assert together(hours) is did
