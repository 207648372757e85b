"""Days and times of forms: three fields and a clock on the wall, and what is said of what is none."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from openanpr.web.pages.days import read_day, read_moment
from openanpr.web.pages.form import Form, FormFaultsError

LONDON = ZoneInfo("Europe/London")


def form(day: str = "", month: str = "", year: str = "", time: str = "") -> Form:
    said = {"on_day": day, "on_month": month, "on_year": year, "on_time": time}
    return Form({name: (text,) for name, text in said.items()})


def test_a_day_is_read_and_an_empty_one_is_none() -> None:
    assert read_day(form("9", "03", "2027"), "on") == date(2027, 3, 9)
    assert read_day(form("29", "2", "2028"), "on") == date(2028, 2, 29)
    assert read_day(form(), "on") is None


@pytest.mark.parametrize(
    ("said", "field", "word"),
    [
        (("9", "", "2027"), "on_month", "the month too"),
        (("", "3", "2027"), "on_day", "the day too"),
        (("9", "3", "27"), "on_year", "the year in figures"),
        (("9", "März", "2027"), "on_month", "the month in figures"),
        (("٩", "3", "2027"), "on_day", "the day in figures"),
        (("29", "2", "2027"), "on_day", "the calendar"),
        (("0", "2", "2027"), "on_day", "the calendar"),
        (("1", "1", "0000"), "on_day", "the calendar"),
    ],
)
def test_what_is_no_day_is_told_at_the_part_that_is_wrong(said, field, word) -> None:
    with pytest.raises(FormFaultsError) as fault:
        read_day(form(*said), "on")
    assert list(fault.value.faults) == [field]
    assert word in fault.value.faults[field]


@pytest.mark.parametrize("time", ["06:30", "6:30", "06.30", "0630", "630"])
def test_a_time_is_read_as_people_write_it(time) -> None:
    assert read_moment(form("9", "3", "2027", time), "on", LONDON) == datetime(2027, 3, 9, 6, 30, tzinfo=UTC)


def test_in_summer_the_clock_on_the_wall_is_an_hour_ahead() -> None:
    assert read_moment(form("9", "7", "2027", "06:30"), "on", LONDON) == datetime(
        2027, 7, 9, 5, 30, tzinfo=UTC
    )


def test_of_an_hour_that_comes_twice_the_first_is_taken_and_one_that_never_came_is_told() -> None:
    twice = read_moment(form("31", "10", "2027", "01:30"), "on", LONDON)
    assert twice == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    with pytest.raises(FormFaultsError) as fault:
        read_moment(form("28", "3", "2027", "01:30"), "on", LONDON)
    assert "clocks went forward" in fault.value.faults["on_time"]


def test_a_day_and_a_time_that_are_both_wrong_are_both_told() -> None:
    for time in ("", "25:00", "12:60", "noon", "6"):
        with pytest.raises(FormFaultsError) as fault:
            read_moment(form("", "", "", time), "on", LONDON)
        assert list(fault.value.faults) == ["on_day", "on_time"], time
