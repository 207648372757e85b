"""What a camera may deliver, by the clock: warned before, grace after, refused then, renewed late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.sites.admission import (
    FOREVER,
    Cause,
    Leave,
    Standing,
    admission,
    closed,
    leaves,
    leaves_of_camera,
)
from openanpr.sites.life import Step
from tests.sites.scene import ANN, BOB, CASE, DAY, NOW, NUMBERS, World

REVIEW, GRACE = timedelta(days=NUMBERS.review_days), timedelta(days=NUMBERS.grace_days)
WARN, UNCASED = timedelta(days=NUMBERS.warn_days), timedelta(days=NUMBERS.uncased_days)
SECOND = timedelta(seconds=1)


def given(world: World, added=NOW - 400 * DAY, known=NOW - 400 * DAY):
    return leaves_of_camera(
        [leaves(life.steps, NUMBERS) for life in world.sites.every()],
        first_added_at=added,
        known_from=known,
        numbers=NUMBERS,
    )


def at(world: World, when, **more):
    return admission(given(world, **more), NUMBERS, now=when)


def test_a_camera_that_stands_is_admitted_then_warned_then_lapsed() -> None:
    world = World()
    world.standing()
    due = NOW + REVIEW
    assert at(world, NOW).standing is Standing.ADMITTED
    assert at(world, due - WARN - SECOND).standing is Standing.ADMITTED
    warned = at(world, due - WARN)
    assert (warned.standing, warned.cause, warned.due) == (Standing.WARNED, Cause.REVIEW, due)
    assert warned.days_left == NUMBERS.warn_days + NUMBERS.grace_days
    last = at(world, due + GRACE - SECOND)
    assert (last.standing, last.days_left) == (Standing.WARNED, 0)
    lapsed = at(world, due + GRACE)
    assert (lapsed.standing, lapsed.until) == (Standing.LAPSED, due + GRACE)


def test_a_late_renewal_opens_it_again_and_what_was_captured_between_stays_out() -> None:
    world = World()
    site = world.standing()
    lapsed = NOW + REVIEW + GRACE
    world.now = lapsed + 10 * DAY
    world.desk.review(site, "still", "less than hoped", world.by(ANN))
    world.desk.decide(site, Step.RENEWED, world.by(BOB, "the need is shown"))
    assert at(world, world.now).standing is Standing.ADMITTED
    first, second, last = closed(given(world))
    assert first.until == NOW, "the time without a case was over long before it was authorised"
    assert (second.since, second.until) == (lapsed, world.now)
    assert (last.since, last.until) == (world.now + REVIEW + GRACE, FOREVER)


def test_an_early_renewal_leaves_no_gap() -> None:
    world = World()
    site = world.standing()
    world.now = NOW + REVIEW - 5 * DAY
    world.desk.review(site, "still", "as hoped", world.by(ANN))
    world.desk.decide(site, Step.RENEWED, world.by(BOB, "the need is shown"))
    assert [span.since for span in closed(given(world))][1:] == [world.now + REVIEW + GRACE]


def test_a_review_by_itself_gives_no_time() -> None:
    world = World()
    site = world.standing()
    world.now = NOW + REVIEW + GRACE
    world.desk.review(site, "still", "as hoped", world.by(ANN))
    assert at(world, world.now).standing is Standing.LAPSED


@pytest.mark.parametrize("later", ["added", "known"])
def test_a_camera_without_a_case_has_its_time_from_the_later_of_two_days(later) -> None:
    world = World()
    dates = {"added": NOW - 50 * DAY, "known": NOW - 50 * DAY, later: NOW}
    warned = at(world, NOW, **dates)
    assert (warned.standing, warned.cause, warned.until) == (Standing.WARNED, Cause.NO_CASE, NOW + UNCASED)
    assert at(world, NOW + UNCASED - SECOND, **dates).standing is Standing.WARNED
    assert at(world, NOW + UNCASED, **dates).standing is Standing.LAPSED
    (span,) = closed(given(world, **dates))
    assert (span.since, span.until) == (NOW + UNCASED, FOREVER)


def test_a_draft_gives_no_time_and_takes_none() -> None:
    world, fresh = World(), {"added": NOW, "known": NOW}
    site = world.submitted()
    assert at(world, NOW, **fresh) == at(World(), NOW, **fresh)
    world.desk.decide(site, Step.WITHDRAWN, world.by(ANN, "another place"))
    assert at(world, NOW, **fresh) == at(World(), NOW, **fresh)


def test_a_refusal_ends_the_time_without_a_case() -> None:
    world, fresh = World(), {"added": NOW, "known": NOW}
    site = world.submitted()
    world.desk.decide(site, Step.REFUSED, world.by(BOB, "no need is shown"))
    found = at(world, NOW, **fresh)
    assert (found.standing, found.cause) == (Standing.LAPSED, Cause.REFUSED)
    world.standing()
    assert at(world, NOW, **fresh).standing is Standing.ADMITTED, "another case can be made"


def test_authority_gives_time_for_the_test_and_no_more() -> None:
    world = World()
    site = world.submitted()
    world.desk.decide(site, Step.AUTHORISED, world.by(BOB))
    until = NOW + timedelta(days=NUMBERS.commission_days)
    warned = at(world, NOW)
    assert (warned.standing, warned.cause, warned.until) == (Standing.WARNED, Cause.COMMISSIONING, until)
    assert at(world, until).standing is Standing.LAPSED


def test_a_withdrawn_site_delivers_no_more_and_another_site_of_the_camera_does() -> None:
    world, fresh = World(), {"added": NOW, "known": NOW}
    first = world.standing()
    world.now += DAY
    world.desk.decide(first, Step.WITHDRAWN, world.by(ANN, "moved"))
    found = at(world, world.now, **fresh)
    assert (found.standing, found.cause) == (Standing.LAPSED, Cause.WITHDRAWN), (
        "no time without a case is left"
    )
    world.now += DAY
    world.standing(CASE)
    assert at(world, world.now, **fresh).standing is Standing.ADMITTED
    gap, _ = closed(given(world, **fresh))
    assert (gap.since, gap.until) == (NOW + DAY, NOW + 2 * DAY)


@pytest.mark.parametrize(
    ("days", "until"),
    [(-9, 0), (0, 0), (10, 10), (5000, NUMBERS.review_days + NUMBERS.grace_days - 300)],
    ids=["a day that was", "today", "soon", "longer than it had"],
)
def test_a_decision_that_a_site_lapses_takes_time_and_never_gives_any(days, until) -> None:
    world = World()
    site = world.standing()
    world.now = NOW.replace(hour=0) + 300 * DAY
    world.desk.review(site, "no more", "little", world.by(ANN))
    world.desk.let_lapse(site, (world.now + days * DAY).date(), world.by(BOB, "the need has gone"))
    found = at(world, world.now)
    assert found.cause is Cause.DECIDED
    assert (found.until - world.now) // DAY == until
    assert found.standing is (Standing.WARNED if until else Standing.LAPSED)
    assert at(world, found.until).standing is Standing.LAPSED


def test_another_case_can_be_made_while_a_site_runs_to_its_end() -> None:
    world = World()
    site = world.standing()
    world.now += 300 * DAY
    world.desk.review(site, "another place is better", "little", world.by(ANN))
    world.desk.let_lapse(site, (world.now + 30 * DAY).date(), world.by(BOB, "it is moved"))
    again = replace(CASE, dpia=replace(CASE.dpia, on=world.now.date()))
    second = world.submitted(again)
    world.desk.decide(second, Step.AUTHORISED, world.by(BOB))
    assert at(world, world.now + 40 * DAY).cause is Cause.COMMISSIONING


def test_leave_that_begins_where_another_ends_is_no_gap() -> None:
    one = Leave(NOW, NOW + DAY, NOW + DAY, Cause.REVIEW)
    two = Leave(NOW + DAY, NOW + 2 * DAY, NOW + 2 * DAY, Cause.REVIEW)
    assert [span.since for span in closed([two, one])][1:] == [NOW + 2 * DAY]
