"""What is counted of a site: its neighbours, its test against the aim, what it brought, in bands."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.core.camera import CameraId
from openanpr.core.camera_test import PartRates, Rates, Verdict
from openanpr.core.place import Place
from openanpr.core.registered_camera import Retirement
from openanpr.sites.case import Expectation, Form, Measure, SiteCamera
from openanpr.sites.commissioning import Result, judge_test
from openanpr.sites.contribution import Came, Counted, band, contribution
from openanpr.sites.desk import IncompleteCaseError
from openanpr.sites.duplication import Shared, metres, near_ones, told
from openanpr.sites.life import NotPossibleStepError, State, Step
from tests.sites.scene import (
    ANN,
    BOB,
    CAMERA,
    CAR,
    CASE,
    DAY,
    HERE,
    NEAR_BY,
    NOW,
    NUMBERS,
    OTHER,
    World,
    registered,
    scored,
)

AIM = NUMBERS.aims[Form.FIXED]
COUNTED = Counted(reads=9000, hits=70, outcomes=21, arrests=3, seizures=0, days=365)


def test_two_places_are_as_far_apart_as_a_map_says() -> None:
    assert metres(HERE, HERE) == 0
    assert metres(HERE, NEAR_BY) == pytest.approx(200, abs=1)
    assert metres(Place(51.5007, -0.1246), Place(48.8584, 2.2945)) == pytest.approx(340_600, rel=0.005)
    assert metres(Place(0, 179.9995), Place(0, -179.9995)) == pytest.approx(111.2, abs=0.2)
    assert metres(Place(90, 0), Place(-90, 0)) == pytest.approx(math.pi * 6_371_008.8)


def test_cameras_near_by_are_found_and_none_that_drives_is_retired_or_is_the_sites_own() -> None:
    gone = replace(registered(CameraId(53, 1, 9), HERE), retired=Retirement(NOW, BOB, "sold"))
    register = [registered(CAMERA, HERE), registered(OTHER, NEAR_BY), registered(CAR, None), gone]
    ((mine, other, apart),) = near_ones(CASE, register, within_m=1000)
    assert (mine, other) == (CAMERA, OTHER)
    assert near_ones(CASE, register, within_m=int(apart) - 1) == ()


@given(st.floats(0, 5000, allow_nan=False))
def test_a_distance_that_is_told_is_rounded_up_to_fifties(apart) -> None:
    (one,) = told([(CAMERA, OTHER, apart)], {})
    assert one.at_most_m % 50 == 0
    assert apart <= one.at_most_m <= apart + 50
    assert one.shared is None


def test_a_check_keeps_what_was_found_and_a_change_of_place_wants_another() -> None:
    world = World()
    site = world.desk.draft(CASE, world.by(ANN)).site_id
    found = world.desk.check(site, world.by(ANN)).checked
    (near,) = found.found
    assert (near.near, near.at_most_m, near.shared) == (OTHER, 250, Shared(200, 30))
    assert near.shared.share.value == 0.15
    moved = replace(CASE, cameras=(SiteCamera(CAMERA, NEAR_BY, "elsewhere"),))
    world.desk.revise(site, replace(CASE, need="put in other words"), world.by(ANN))
    assert world.desk.lacks(world.desk.find(site), on=NOW.date()) == ()
    world.desk.revise(site, moved, world.by(ANN))
    (lack,) = world.desk.lacks(world.desk.find(site), on=NOW.date())
    assert "checked again" in lack


def test_a_test_that_surely_reaches_the_aim_passes() -> None:
    found = judge_test(scored(CAMERA, NOW, 995), AIM, NUMBERS)
    assert (found.result, found.why) == (Result.PASSED, ())
    assert {one.part for one in found.parts} == {"bright", "dark"}
    assert all(one.judged for one in found.parts)


@pytest.mark.parametrize(
    ("test", "result", "why"),
    [
        (scored(CAMERA, NOW, 960), Result.MISSED, "the whole is surely below"),
        (scored(CAMERA, NOW, 985), Result.OPEN, "more plates would tell"),
        (scored(CAMERA, NOW, 300, plates=300, lights=(150, 150)), Result.OPEN, "it has 300 plates"),
        (scored(CAMERA, NOW, lights=(1000,)), Result.OPEN, "in one light"),
        (scored(CAMERA, NOW, lights=(990, 10)), Result.OPEN, "light dark has 10 plates"),
    ],
    ids=["missed", "undecided", "few", "one light", "few by night"],
)
def test_a_test_that_does_not_pass_says_why(test, result, why) -> None:
    found = judge_test(test, AIM, NUMBERS)
    assert found.result is result
    assert any(why in sentence for sentence in found.why)


def test_a_light_that_surely_misses_keeps_a_camera_from_passing_though_the_whole_reaches() -> None:
    test = scored(CAMERA, NOW, 4960, plates=5000, lights=(400, 4600))
    found = judge_test(test, AIM, NUMBERS)
    assert (found.capture, found.result) == (Verdict.REACHED, Result.MISSED)
    assert found.why == ("light bright is surely below the aim",)


def test_a_kind_of_plate_that_few_bear_is_told_and_not_judged() -> None:
    whole = scored(CAMERA, NOW)
    rare = PartRates("layout", "diplomatic", Rates(12, 3, 3, 3))
    other = PartRates("layout", "current", Rates(988, 988, 988, 988))
    score = replace(whole.score, parts=(*whole.score.parts, rare, other))
    found = judge_test(replace(whole, score=score), AIM, NUMBERS)
    assert found.result is Result.PASSED
    told_of = {one.part: (one.plates, one.judged) for one in found.parts if one.by == "layout"}
    assert told_of == {"diplomatic": (12, False), "current": (988, True)}


def test_a_site_is_commissioned_by_a_test_since_its_installation_alone() -> None:
    world = World()
    site = world.submitted()
    world.desk.decide(site, Step.AUTHORISED, world.by(BOB))
    world.tests.append(scored(CAMERA, NOW - 3 * DAY))
    world.desk.installed(site, NOW.date(), world.by(ANN))
    with pytest.raises(NotPossibleStepError, match="no test since it was installed"):
        world.desk.commission(site, world.by(ANN))
    world.tests.append(scored(CAMERA, NOW, 985))
    assert world.desk.commission(site, world.by(ANN)).state is State.INSTALLED
    world.tests.append(scored(CAMERA, NOW + timedelta(hours=1), 995))
    assert world.desk.commission(site, world.by(ANN)).state is State.STANDS


def test_a_camera_is_of_one_site_at_a_time() -> None:
    world = World()
    first = world.standing()
    with pytest.raises(IncompleteCaseError, match="camera 53/1/7 is of another site"):
        world.submitted()
    world.desk.decide(first, Step.WITHDRAWN, world.by(ANN, "moved"))
    assert world.standing()


def test_of_two_cases_that_wait_for_one_camera_only_one_is_authorised() -> None:
    world = World()
    first, second = world.submitted(), world.submitted()
    world.desk.decide(first, Step.AUTHORISED, world.by(BOB))
    with pytest.raises(IncompleteCaseError, match="of another site"):
        world.desk.decide(second, Step.AUTHORISED, world.by(BOB))


@given(st.integers(-3, 10**7), st.integers(-3, 10**7))
def test_bands_keep_order_and_hold_what_is_in_them(one, other) -> None:
    def bounds(text):
        if text == "none":
            return 0, 0
        if text == "fewer than 5":
            return 1, 4
        low, high = (int(part.replace(",", "")) for part in text.split(" to "))
        return low, high

    low, high = bounds(band(one))
    assert low <= max(one, 0) <= high
    assert bounds(band(min(one, other))) <= bounds(band(max(one, other)))
    assert high - low >= 3 or (low, high) == (0, 0), "no band tells a count"


def test_what_came_is_held_against_what_was_expected() -> None:
    expected = [
        Expectation(Measure.OUTCOMES, 20, "x"),
        Expectation(Measure.ARRESTS, 4, "x"),
    ]
    found = contribution(COUNTED, expected, asked_days=365)
    assert [one.came for one in found.held] == [Came.REACHED, Came.MISSED]
    assert dict(found.bands)[Measure.READS] == "5,000 to 9,999"
    assert "9000" not in repr(found)
    short = contribution(replace(COUNTED, days=200), expected, asked_days=365)
    assert [one.came for one in short.held] == [Came.REACHED, Came.CANNOT_SAY]
    half = contribution(replace(COUNTED, days=182), [expected[1]], asked_days=182)
    nothing = contribution(replace(COUNTED, days=0), [expected[1]], asked_days=0)
    assert nothing.held[0].came is Came.CANNOT_SAY, "no day has passed"
    assert half.held[0].came is Came.REACHED, "half a year is held against half of it"


def test_a_review_counts_the_year_or_the_time_since_it_stands() -> None:
    world = World()
    site = world.standing()
    world.now += 100 * DAY
    world.desk.review(site, "still", "good", world.by(ANN))
    world.now += 365 * DAY
    world.desk.review(site, "still", "good", world.by(ANN))
    assert world.asked == [(NOW, NOW + 100 * DAY), (NOW + 100 * DAY, NOW + 465 * DAY)]
