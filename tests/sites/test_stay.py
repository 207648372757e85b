"""Moveable cameras: each stay ends, a step aside makes none longer, nothing that is said opens the past."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from openanpr.core.place import Place
from openanpr.sites.admission import Cause, Standing, admission, closed, leaves_in
from openanpr.sites.case import Form, SiteCamera
from openanpr.sites.life import NotPossibleStepError, SiteStep, State, Step, possible
from openanpr.sites.stay import stands_now, stays
from tests.sites.scene import ANN, BOB, CAMERA, CASE, DAY, HERE, NOW, NUMBERS, OTHER, World, registered
from tests.sites.test_life import PEOPLE, Lived, given_by

FAR, FURTHER = Place(51.95, -2.2382), Place(52.05, -2.2382)
"""Each further than `near_m` from the others."""
MOVES = replace(CASE, form=Form.MOVEABLE, stays_days=28)
STAY = timedelta(days=28)
GRACE, WARN = timedelta(days=NUMBERS.stay_grace_days), timedelta(days=NUMBERS.stay_warn_days)
DAWN = NOW.replace(hour=0)
SECOND = timedelta(seconds=1)


def at(world: World, site: str, when):
    life = world.desk.find(site)
    return admission(given_by(life), NUMBERS, now=when)


def to(place=FAR, camera=CAMERA) -> SiteCamera:
    return SiteCamera(camera, place, "the other bridge")


def moved(world: World, site: str, place=FAR, *, days_ago: int = 0):
    on = (world.now - days_ago * DAY).date()
    return world.desk.move(site, to(place), on, world.by(ANN))


def test_a_stay_is_warned_of_then_overdue_then_over() -> None:
    world = World()
    site = world.standing(MOVES)
    due = DAWN + STAY
    assert at(world, site, due - WARN - SECOND).standing is Standing.ADMITTED
    warned = at(world, site, due - WARN)
    assert (warned.standing, warned.cause, warned.due) == (Standing.WARNED, Cause.STAY, due)
    assert at(world, site, due + GRACE - SECOND).standing is Standing.WARNED
    over = at(world, site, due + GRACE)
    assert (over.standing, over.cause, over.until) == (Standing.LAPSED, Cause.STAY, due + GRACE)


def test_a_review_that_is_near_is_warned_of_also_while_a_stay_goes_on() -> None:
    world = World()
    site = world.standing(MOVES)
    world.now = DAWN + timedelta(days=NUMBERS.review_days - NUMBERS.warn_days + 5)
    moved(world, site)
    assert at(world, site, world.now).standing is Standing.WARNED


def test_moved_in_time_it_goes_on_without_a_gap_and_the_register_has_its_place() -> None:
    world = World()
    site = world.standing(MOVES)
    world.now += 20 * DAY
    life = moved(world, site)
    assert [(one.since, one.ended is None) for one in stays(life)] == [
        (DAWN, False),
        (world.now.replace(hour=0), True),
    ]
    shut = [span for span in closed(leaves_in(life, NUMBERS)[CAMERA]) if span.since > NOW]
    assert shut[0].since == world.now.replace(hour=0) + STAY + GRACE
    assert next(one.place for one in world.cameras if one.camera == CAMERA) == FAR
    assert stands_now(life)[CAMERA].looks == "the other bridge"
    assert world.desk.misplaced(life) == ()


def test_moved_late_it_delivers_again_from_then_and_what_was_captured_between_stays_out() -> None:
    world = World()
    site = world.standing(MOVES)
    world.now = DAWN + STAY + GRACE + 3 * DAY + DAY / 2
    moved(world, site, days_ago=10)
    assert at(world, site, world.now).standing is not Standing.LAPSED
    assert at(world, site, world.now - SECOND).standing is Standing.LAPSED
    # The stay counts from the day on which it was moved, and not from when somebody said so.
    assert at(world, site, world.now).due == (world.now - 10 * DAY).replace(hour=0) + STAY


def test_what_was_taken_down_delivers_no_more_and_is_not_seen_to_until_it_is_moved() -> None:
    world = World()
    site = world.standing(MOVES)
    world.now += 2 * DAY
    world.desk.take_down(site, CAMERA, world.now.date(), world.by(ANN))
    tomorrow = world.now.replace(hour=0) + DAY
    assert at(world, site, tomorrow - SECOND).cause is Cause.TAKEN_DOWN
    gone = at(world, site, tomorrow)
    assert (gone.standing, gone.cause) == (Standing.LAPSED, Cause.TAKEN_DOWN)
    with pytest.raises(NotPossibleStepError, match="taken down before"):
        world.desk.take_down(site, CAMERA, world.now.date(), world.by(ANN))
    world.now += 5 * DAY
    moved(world, site)
    assert at(world, site, world.now).standing is Standing.ADMITTED
    assert at(world, site, world.now - DAY).standing is Standing.LAPSED


@pytest.mark.parametrize("place", [HERE, Place(51.8670, -2.2382)])
def test_a_step_aside_and_a_way_there_and_back_make_no_stay_longer(place) -> None:
    world = World()
    site = world.standing(MOVES)
    world.now += 20 * DAY
    with pytest.raises(NotPossibleStepError, match="the same stay") as refused:
        moved(world, site, place)
    assert "51.8" not in str(refused.value)
    moved(world, site, FAR)
    world.now += 2 * DAY
    with pytest.raises(NotPossibleStepError, match="the same stay"):
        moved(world, site, place)
    world.now += 27 * DAY
    moved(world, site, place)


def test_cameras_of_one_site_do_not_take_turns_at_one_place() -> None:
    world = World()
    world.cameras[1] = registered(OTHER, FAR)
    both = replace(MOVES, cameras=(*MOVES.cameras, to(FAR, OTHER)))
    site = world.standing(both)
    world.now += 20 * DAY
    moved(world, site, FURTHER)
    with pytest.raises(NotPossibleStepError, match="the same stay"):
        world.desk.move(site, to(HERE, OTHER), world.now.date(), world.by(ANN))


@pytest.mark.parametrize(
    ("where", "days", "said"),
    [
        (SiteCamera(CAMERA, None, "x"), 0, "say where"),
        (SiteCamera(CAMERA, FAR, " "), 0, "looks at"),
        (SiteCamera(OTHER, FAR, "x"), 0, "not of this site"),
        (SiteCamera(CAMERA, FAR, "x"), 1, "still to come"),
        (SiteCamera(CAMERA, FAR, "x"), -1, "later than that already"),
    ],
)
def test_a_move_that_cannot_have_been_is_refused(where, days, said) -> None:
    world = World()
    site = world.standing(MOVES)
    with pytest.raises((ValueError, NotPossibleStepError), match=said):
        world.desk.move(site, where, (world.now + days * DAY).date(), world.by(ANN))
    assert len(stays(world.desk.find(site))) == 1


def test_what_stands_fast_is_neither_moved_nor_taken_down() -> None:
    world = World()
    site = world.standing()
    assert not {Step.MOVED, Step.TAKEN_DOWN} & set(possible(world.desk.find(site)))
    with pytest.raises(NotPossibleStepError, match="only moveable"):
        moved(world, site)
    with pytest.raises(NotPossibleStepError, match="only moveable"):
        world.desk.take_down(site, CAMERA, world.now.date(), world.by(ANN))


def test_what_is_not_up_yet_is_not_moved() -> None:
    world = World()
    site = world.submitted(MOVES)
    with pytest.raises(NotPossibleStepError, match="cannot be moved now"):
        moved(world, site)
    world.desk.decide(site, Step.AUTHORISED, world.by(BOB))
    with pytest.raises(NotPossibleStepError, match="cannot be moved now"):
        moved(world, site)


def test_a_node_that_ended_in_between_is_told_of_as_a_camera_that_the_register_has_elsewhere() -> None:
    world = World()
    site = world.standing(MOVES)
    life = world.desk.find(site)
    step = SiteStep(step=Step.MOVED, at=world.now, by=ANN, on=world.now.date(), stands=to())
    world.sites.append(site, len(life.steps), step)
    assert world.desk.misplaced(world.desk.find(site)) == (CAMERA,)


class Moved(Lived):
    """The same with a camera that is moved about."""

    case = MOVES

    @precondition(lambda self: self.life.state in {State.INSTALLED, State.STANDS, State.REVIEWED})
    @rule(who=PEOPLE, place=st.sampled_from([HERE, FAR, FURTHER]), days=st.integers(0, 40))
    def move(self, who, place, days) -> None:
        on = (self.world.now - days * DAY).date()
        try:
            self.world.desk.move(self.site, to(place), on, self.world.by(who))
        except NotPossibleStepError:
            return
        assert stands_now(self.life)[CAMERA].place == place

    @precondition(lambda self: CAMERA in stands_now(self.life))
    @rule(who=PEOPLE, days=st.integers(0, 3))
    def take_down(self, who, days) -> None:
        on = (self.world.now - days * DAY).date()
        try:
            self.world.desk.take_down(self.site, CAMERA, on, self.world.by(who))
        except NotPossibleStepError:
            return
        assert CAMERA not in stands_now(self.life)


Moved.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestMoved = Moved.TestCase
