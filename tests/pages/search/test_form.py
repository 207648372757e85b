"""What the form of a search is read as: times of the clock on the wall, places told in three ways."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from openanpr.core.purpose import SearchKind
from openanpr.search.question import (
    Around,
    Cameras,
    CommonPlates,
    Convoy,
    Drawn,
    OneVehicle,
    Spelling,
    kind_of,
)
from openanpr.web.pages.form import Form
from openanpr.web.pages.search.filled import asked_fields, empty
from openanpr.web.pages.search.form import Reading, day_of
from tests.search.scene import HIGH, MARK, TOWN, asked, at_place, span

LONDON = ZoneInfo("Europe/London")


def reading(**fields: str | tuple[str, ...]) -> Reading:
    texts = {name: (one,) if isinstance(one, str) else one for name, one in fields.items()}
    return Reading(Form(texts), LONDON)


TIMES = {"since_date": "1/7/2026", "since_time": "09:30", "until_date": "02/07/2026", "until_time": "10.15"}


def test_times_are_of_the_clock_on_the_wall_with_summer_time() -> None:
    question = reading(mark="ab12 cde", **TIMES).question(SearchKind.ONE_VEHICLE)
    assert question is not None
    asks = question.question()
    assert isinstance(asks, OneVehicle)
    assert asks.mark == "AB12CDE"
    assert asks.span.since == datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
    assert asks.span.until == datetime(2026, 7, 2, 9, 15, tzinfo=UTC)
    assert asks.spellings is Spelling.SAME_SHAPE


def test_the_hour_that_comes_twice_is_asked_whole() -> None:
    twice = {
        "since_date": "25/10/2026",
        "since_time": "01:30",
        "until_date": "25/10/2026",
        "until_time": "01:30",
    }
    told = reading(mark="AB12CDE", **twice).span()
    assert told["until"] - told["since"] == timedelta(hours=1)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"mark": ""}, "mark"),
        ({"mark": "?"}, "mark"),
        ({"mark": "AB12CDE", "since_date": "2026-07-01"}, "since_date"),
        ({"mark": "AB12CDE", "since_date": "31/6/2026"}, "since_date"),
        ({"mark": "AB12CDE", "until_time": "25:00"}, "until_date"),
        ({"mark": "AB12CDE", "until_time": "noon"}, "until_time"),
        ({"mark": "AB12CDE", "until_date": "30/06/2026"}, "until_date"),
        ({"mark": "AB12CDE", "spellings": "any"}, "mark"),
    ],
)
def test_a_field_that_cannot_be_taken_is_named(fields, named) -> None:
    read = reading(**{**TIMES, **fields})
    assert read.question(SearchKind.ONE_VEHICLE) is None
    assert set(read.faults) == {named}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({}, "where"),
        ({"where": "cameras"}, "camera"),
        ({"where": "cameras", "camera": ("53/1/1", "53/1/x")}, "where"),
        ({"where": "area", "corners": "51.4, -2.5\n51.5, -2.5"}, "corners"),
        ({"where": "area", "corners": "51.4, -2.5\n51.5, -2.5\nhere"}, "corners"),
        ({"where": "area", "corners": "0,0\n1,1\n1,0\n0,1"}, "corners"),
        ({"where": "radius", "lat": "51.4", "lon": "-2.5", "radius_m": "wide"}, "radius_m"),
        ({"where": "radius", "lat": "91", "lon": "-2.5", "radius_m": "100"}, "where"),
    ],
)
def test_a_place_that_cannot_be_taken_is_named(fields, named) -> None:
    read = reading(**{**TIMES, **fields})
    assert read.question(SearchKind.PLACE_AND_TIME) is None
    assert set(read.faults) == {named}


@pytest.mark.parametrize("said", ["", "0", "31", "inf", "nan", "2.5", "1e1", "٣", "999999999999"])
def test_a_number_that_is_none_or_too_many_is_named(said) -> None:
    whole = {"mark": "AB12CDE", "within_min": "5", "at_least": "3", **TIMES}
    read = reading(**{**whole, "within_min": said})
    assert read.question(SearchKind.CONVOY) is None
    assert set(read.faults) == {"within_min"}
    of_scenes = reading(scenes="2", at_least=said)
    assert of_scenes.question(SearchKind.COMMON_PLATES) is None
    assert "at_least" in of_scenes.faults


@pytest.mark.parametrize("least", ["1", "101", "two"])
def test_how_often_at_least_is_named_where_it_is_no_company(least) -> None:
    read = reading(mark="AB12CDE", within_min="30", at_least=least, **TIMES)
    assert read.question(SearchKind.CONVOY) is None
    assert set(read.faults) == {"at_least"}


@pytest.mark.parametrize(
    "question",
    [
        at_place(Cameras((HIGH,))),
        at_place(Around(TOWN, 500)),
        at_place(Drawn((TOWN, type(TOWN)(51.9, -2.2), type(TOWN)(51.8, -2.1)))),
        asked().question,
        Convoy(MARK, span(2), 7, 4, Spelling.EXACT),
    ],
    ids=["cameras", "radius", "area", "one vehicle", "convoy"],
)
def test_a_question_that_is_filled_in_is_read_as_the_same(question) -> None:
    kind = kind_of(question)
    read = Reading(Form(asked_fields(question, LONDON)), LONDON)
    again = read.question(kind)
    assert read.faults == {}
    assert again is not None
    assert again.question() == question


def test_common_plates_are_read_scene_by_scene_and_filled_in_again() -> None:
    one = empty(SearchKind.ONE_VEHICLE, now=span().until, zone=LONDON)
    times = {f"s{number}_{name}": value for number in (1, 2) for name, value in one.fields.items()}
    cameras = {
        "s1_where": ("cameras",),
        "s1_camera": ("53/1/1",),
        "s2_where": ("cameras",),
        "s2_camera": ("53/1/2",),
    }
    read = Reading(Form({**times, **cameras, "scenes": ("2",), "at_least": ("2",)}), LONDON)
    question = read.question(SearchKind.COMMON_PLATES)
    assert read.faults == {}
    assert question is not None
    asks = question.question()
    assert isinstance(asks, CommonPlates)
    again = Reading(Form(asked_fields(asks, LONDON)), LONDON).question(SearchKind.COMMON_PLATES)
    assert again == question


def test_a_day_is_written_as_britain_writes_it() -> None:
    assert str(day_of("30/06/2027")) == "2027-06-30"
    assert day_of("2027-06-30") is None
    assert day_of("31/06/2027") is None
