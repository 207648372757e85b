"""The meter: how wide a search is, from general traffic, in figures too round to tell of any one vehicle."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import cos, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.core.place import Place
from openanpr.core.purpose import Category
from openanpr.core.role import Role
from openanpr.search.faults import RefusedError
from openanpr.search.question import (
    Around,
    Cameras,
    CommonPlates,
    Convoy,
    Drawn,
    LastSeen,
    ListOfVehicles,
    OneVehicle,
    PartOfAMark,
    PlaceAndTime,
    QuestionError,
    Spelling,
    WasItThere,
)
from openanpr.search.question import Scene as At
from openanpr.search.sphere import EARTH_M, area_km2, circle, distance_m, inside, verify_area
from openanpr.search.typical import rounded, share_of_marks, spellings_beside
from tests.search.scene import BRIDGE, CAR, DAY, FARM, HIGH, MARK, NOW, SECRET, TOWN, Scene, camera, span

QUESTIONS = (
    OneVehicle(MARK, span(), Spelling.MISREAD),
    LastSeen(MARK, span()),
    PartOfAMark("AB1*", span()),
    WasItThere(MARK, Around(TOWN, 5000), span(2)),
    PlaceAndTime(Around(TOWN, 5000), span(2)),
    CommonPlates((At(Cameras((HIGH,)), span(1)), At(Cameras((BRIDGE,)), span(1))), 2),
    ListOfVehicles((MARK, "ZZ99ZZZ"), span()),
    Convoy(MARK, span()),
)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: type(one).__name__)
def test_it_is_the_same_whether_a_vehicle_was_seen_or_not(scene: Scene, question) -> None:
    ann = scene.asker("ann", Role.INVESTIGATOR)
    for number in (HIGH, BRIDGE):
        scene.traffic(number, 900)
    before = scene.desk.measure(question, ann)
    for n in range(5):
        scene.read(camera_id=HIGH, ago=timedelta(minutes=n + 1))
    assert scene.desk.measure(question, ann) == before


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: type(one).__name__)
def test_every_narrower_way_sweeps_in_no_more_and_what_it_offers_can_be_asked(scene: Scene, question) -> None:
    ann = scene.asker("ann", Role.INVESTIGATOR)
    for number in (HIGH, BRIDGE):
        scene.traffic(number, 5000)
    meter = scene.desk.measure(question, ann)
    assert meter.narrower
    for way in meter.narrower:
        now, then = meter.figures, way.figures
        assert (then.cameras, then.days, then.reads) <= (now.cameras, now.days, now.reads)
        if way.question is not None:
            scene.desk.measure(way.question, ann)


def test_the_figures_of_a_place_are_its_cameras_days_and_traffic(scene: Scene) -> None:
    ann = scene.investigator()
    scene.traffic(HIGH, 900)
    scene.traffic(FARM, 90_000)
    meter = scene.desk.measure(PlaceAndTime(Around(TOWN, 300), span(2)), ann)
    assert (meter.figures.cameras, meter.figures.days, meter.oldest_days) == (2, 2, 2)  # with the car
    assert 900 <= meter.figures.reads <= 2500
    assert {way.step for way in meter.narrower} >= {"the last 1 of the 2 days", "one direction alone"}


def test_a_meter_is_recorded_with_the_search_and_is_what_is_judged(scene: Scene) -> None:
    import json  # noqa: PLC0415

    from tests.search.scene import asked  # noqa: PLC0415

    ann = scene.investigator()
    scene.traffic(HIGH, 6000)
    record = scene.desk.ask(asked(PlaceAndTime(Cameras((HIGH,)), span(1))), ann)
    judged = json.loads(record.judged.request_json)["search"]
    assert judged["reads"] == record.meter.figures.reads == 10_000
    assert record.judged.rules == ("search-bulk-authority",)
    assert scene.logged()[0]["cameras"] == 1


def test_who_may_not_search_gets_no_meter_and_that_is_logged(scene: Scene) -> None:
    for role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.LIST_OWNER):
        with pytest.raises(RefusedError):
            scene.desk.measure(QUESTIONS[0], scene.asker("eve", role))
    assert scene.stages() == ["refusal measure"] * 3


@given(st.floats(0, 1e9))
def test_a_rounded_figure_is_never_less_and_at_most_two_and_a_half_times_more(estimate) -> None:
    told = rounded(estimate)
    assert told >= 10
    assert estimate <= told <= max(10, 2.5 * estimate)


def test_one_read_more_on_a_quiet_camera_changes_no_figure(scene: Scene) -> None:
    ann = scene.investigator()
    question = PlaceAndTime(Cameras((FARM,)), span(0.1))
    seen = set()
    for _ in range(5):
        seen.add(scene.desk.measure(question, ann).figures)
        scene.read("ONLY1", FARM, ago=timedelta(hours=1, minutes=len(seen)))
    assert len(seen) == 1


def test_spans_of_every_length_tell_the_same_of_a_day_with_one_read_more(scene: Scene) -> None:
    """Else a jump of the rounded figure would tell the exact count, and the count a single read."""
    ann = scene.investigator()
    scene.traffic(HIGH, 700)
    places = [PlaceAndTime(Cameras((HIGH,)), span(minutes / 1440)) for minutes in range(5, 700, 5)]
    before = [scene.desk.measure(one, ann).figures for one in places]
    scene.read()
    assert [scene.desk.measure(one, ann).figures for one in places] == before


def test_two_sets_of_cameras_are_blurred_each_by_a_factor_of_its_own(scene: Scene) -> None:
    from openanpr.search.traffic import Traffic  # noqa: PLC0415

    counts = {}
    for key in (b"one", b"two"):
        traffic = Traffic(scene.world.reads, key, NOW)
        for cameras in ((HIGH,), (BRIDGE,), (HIGH, BRIDGE), (BRIDGE, HIGH)):
            counts[key, cameras] = traffic._blur(cameras, span(1))
    assert counts[b"one", (HIGH, BRIDGE)] == counts[b"one", (BRIDGE, HIGH)]
    assert len(set(counts.values())) == 6
    assert all(1 <= factor <= 1.25 for factor in counts.values())


def test_a_confidential_camera_is_in_no_figure_and_named_it_is_no_camera(scene: Scene) -> None:
    ann, bob = scene.investigator(), scene.investigator("bob")
    everywhere = PartOfAMark("ZZ0*", span())
    place = PlaceAndTime(Around(TOWN, 300), span(1))
    before = [scene.desk.measure(one, ann) for one in (everywhere, place)]
    scene.world.cameras.append(camera(SECRET, "Behind the pub", TOWN))
    scene.world.confidential[SECRET] = frozenset({"bob"})
    scene.traffic(SECRET, 50_000)
    assert [scene.desk.measure(one, ann) for one in (everywhere, place)] == before
    assert scene.desk.measure(place, bob).figures.cameras == before[1].figures.cameras + 1
    told = []
    for number in (SECRET, replace(SECRET, camera=1)):
        with pytest.raises(QuestionError) as refused:
            scene.desk.measure(PlaceAndTime(Cameras((number,)), span(1)), ann)
        told.append(str(refused.value))
    assert told[0] == told[1]


def test_a_place_with_a_confidential_camera_alone_is_a_place_with_none(scene: Scene) -> None:
    scene.world.cameras[:] = [camera(SECRET, "Behind the pub", TOWN)]
    scene.world.confidential[SECRET] = frozenset({"bob"})
    with pytest.raises(QuestionError) as hidden:
        scene.desk.measure(PlaceAndTime(Around(TOWN, 300), span(1)), scene.investigator())
    scene.world.cameras.clear()
    with pytest.raises(QuestionError) as empty:
        scene.desk.measure(PlaceAndTime(Around(TOWN, 300), span(1)), scene.investigator())
    assert str(hidden.value) == str(empty.value)


def test_a_retired_camera_counts_for_a_time_when_it_stood(scene: Scene) -> None:
    from openanpr.core.registered_camera import Retirement  # noqa: PLC0415

    gone = Retirement(NOW - 10 * DAY, "x", "moved")
    scene.world.cameras[:] = [camera(HIGH, "High Street", TOWN, retired=gone)]
    ann = scene.investigator()
    then = span(1, NOW - 10 * DAY)
    assert scene.desk.measure(PlaceAndTime(Around(TOWN, 300), then), ann).figures.cameras == 1
    with pytest.raises(QuestionError):
        scene.desk.measure(PlaceAndTime(Around(TOWN, 300), span(10)), ann)


def test_a_pattern_sweeps_in_its_share_of_all_marks() -> None:
    assert share_of_marks("AB12CDE") < share_of_marks("AB12C??") < share_of_marks("AB12*") <= 1
    assert share_of_marks("AB1*") == pytest.approx(5 / 20 / 20 / 10)
    assert share_of_marks("*1*1*1*") == pytest.approx(5 / 1000)


def test_spellings_beside_a_mark_are_those_that_would_answer() -> None:
    assert [spellings_beside("AB12CDE", one) for one in Spelling][:2] == [0, 1]
    assert spellings_beside("AB12CDE", Spelling.MISREAD) > 5


# Places on a sphere.


def test_a_degree_of_latitude_is_111_km_and_one_of_longitude_less() -> None:
    assert distance_m(Place(51, 0), Place(52, 0)) == pytest.approx(111_195, abs=1)
    assert distance_m(Place(60, 0), Place(60, 1)) == pytest.approx(55_597, rel=1e-3)
    assert distance_m(Place(51, 0), Place(51, 0)) == 0
    assert distance_m(Place(0, -90), Place(0, 90)) == pytest.approx(EARTH_M * 3.14159265, rel=1e-6)


@given(st.floats(-75, 75), st.floats(-170, 170), st.floats(10, 50_000), st.floats(0, 360))
def test_all_of_a_circle_is_in_its_area_and_little_more(lat, lon, radius_m, bearing) -> None:
    centre = Place(lat, lon)
    corners = circle(Around(centre, radius_m)).corners
    for share, within in ((0.99, True), (1.01, False)):
        north = radius_m * share * cos(radians(bearing)) / EARTH_M
        east = radius_m * share * cos(radians(90 - bearing)) / EARTH_M / cos(radians(lat))
        point = Place(lat + north / radians(1), lon + east / radians(1))
        off = distance_m(centre, point) / radius_m
        if off < 0.998 or off > 1.003:
            assert inside(point, corners) is (off < 1) or within is not (off < 1)
    assert all(0.999 <= distance_m(centre, one) / radius_m <= 1.002 for one in corners)


def test_an_area_holds_what_a_map_shows_in_it() -> None:
    ring = (Place(51, -3), Place(51, -2), Place(52, -2), Place(52, -3))
    assert inside(Place(51.5, -2.5), ring)
    assert inside(Place(51.5, -2.5), ring[::-1])
    assert not any(
        inside(at, ring) for at in (Place(50.9, -2.5), Place(51.5, -1.9), Place(53, -2.5), Place(51.5, 177))
    )
    assert not inside(Place(52.0005, -2.5), ring)
    bent = (Place(0, 0), Place(4, 0), Place(4, 4), Place(3, 1), Place(0, 4))
    assert not inside(Place(2, 3), bent)
    assert inside(Place(1, 1), bent)


def test_square_kilometres_are_those_of_the_sphere() -> None:
    ring = (Place(0, 0), Place(0, 1), Place(1, 1), Place(1, 0))
    assert area_km2(ring) == pytest.approx(12_363, rel=1e-3)


@pytest.mark.parametrize(
    "corners",
    [
        (Place(51, 179), Place(51, -179), Place(52, 180)),
        (Place(51, 0), Place(52, 0), Place(53, 0)),
        (Place(89.5, 0), Place(88, 10), Place(88, -10)),
    ],
)
def test_an_area_that_cannot_be_told_is_refused_with_a_sentence(scene: Scene, corners) -> None:
    with pytest.raises(QuestionError):
        verify_area(corners)
    with pytest.raises(QuestionError):
        scene.desk.measure(PlaceAndTime(Drawn(corners), span(1)), scene.investigator())


@pytest.mark.parametrize("centre", [Place(51, 179.9), Place(51, -179.9), Place(88.9, 0), Place(-88.9, 0)])
def test_a_circle_across_the_180th_meridian_or_a_pole_is_refused(centre) -> None:
    with pytest.raises(QuestionError):
        circle(Around(centre, 50_000))


def test_a_moving_camera_is_found_by_where_its_reads_were(scene: Scene) -> None:
    from tests.search.scene import asked  # noqa: PLC0415

    ann = scene.investigator()
    scene.read("NEAR1", CAR, place=TOWN)
    scene.read("FAR1", CAR, place=Place(52.5, -2))
    record = scene.desk.ask(asked(PlaceAndTime(Around(TOWN, 300), span(0.5)), category=Category.SERIOUS), ann)
    rows = scene.desk.run(record.search_id, ann).rows
    assert [(row.mark, row.place) for row in rows] == [("NEAR1", TOWN)]
