"""The life of a site: whatever people try in whatever order, only what is possible is done, by who may."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from openanpr.sites.admission import Cause, Standing, admission, closed, leaves_in, leaves_of_camera
from openanpr.sites.case import DpiaReview
from openanpr.sites.desk import IncompleteCaseError
from openanpr.sites.life import (
    DECISIONS,
    Life,
    NotPossibleStepError,
    SiteStep,
    State,
    Step,
    possible,
    verify_possible,
)
from openanpr.sites.ports import ChangedSinceError
from tests.sites.scene import ANN, BOB, CAMERA, CASE, DAY, NOW, NUMBERS, World, scored

PEOPLE = st.sampled_from([ANN, BOB, "cat"])
WHY = "because"


class Lived(RuleBasedStateMachine):
    """People at one site, on days that go on."""

    case = CASE

    @initialize(who=PEOPLE)
    def begin(self, who) -> None:
        self.world = World()
        self.site = self.world.desk.draft(self.case, self.world.by(who)).site_id
        self.open_until = None

    @property
    def life(self) -> Life:
        return self.world.desk.find(self.site)

    def tries(self, step, who, does) -> bool:
        """Do it; it is done where it is possible, and else refused, and then nothing changed."""
        before = self.life
        try:
            verify_possible(before, step, by=who)
            may = True
        except NotPossibleStepError:
            may = False
        try:
            does(self.world.by(who, WHY))
            done = True
        except (NotPossibleStepError, IncompleteCaseError):
            done = False
        after = self.life
        assert not done or may
        assert done or after == before
        assert len(after.steps) == len(before.steps) + done
        return done

    @rule(days=st.integers(0, 200))
    def time_goes_on(self, days) -> None:
        self.world.now += days * DAY

    @rule(who=PEOPLE)
    def check(self, who) -> None:
        self.tries(Step.CHECKED, who, lambda done: self.world.desk.check(self.site, done))

    @rule(who=PEOPLE, lacking=st.booleans())
    def revise(self, who, lacking) -> None:
        case = replace(self.case, need="" if lacking else "it is needed")
        self.tries(Step.REVISED, who, lambda done: self.world.desk.revise(self.site, case, done))

    @rule(who=PEOPLE)
    def submit(self, who) -> None:
        before = self.life
        if self.tries(Step.SUBMITTED, who, lambda done: self.world.desk.submit(self.site, done)):
            assert self.world.desk.lacks(before, on=self.world.now.date()) == ()

    @rule(who=PEOPLE, step=st.sampled_from([Step.AUTHORISED, Step.SENT_BACK, Step.REFUSED, Step.RENEWED]))
    def decide(self, who, step) -> None:
        workers = self.life.workers(step)
        if self.tries(step, who, lambda done: self.world.desk.decide(self.site, step, done)):
            assert who not in workers

    @rule(who=PEOPLE)
    def withdraw(self, who) -> None:
        self.tries(Step.WITHDRAWN, who, lambda done: self.world.desk.decide(self.site, Step.WITHDRAWN, done))

    @rule(who=PEOPLE)
    def install(self, who) -> None:
        on = self.world.now.date()
        self.tries(Step.INSTALLED, who, lambda done: self.world.desk.installed(self.site, on, done))

    @rule(who=PEOPLE, found=st.sampled_from([1000, 995, 900]))
    def commission(self, who, found) -> None:
        self.world.tests.append(scored(CAMERA, self.world.now, found))
        if self.tries(Step.COMMISSIONED, who, lambda done: self.world.desk.commission(self.site, done)):
            assert (self.life.state is State.STANDS) == (found != 900)

    @rule(who=PEOPLE)
    def review(self, who) -> None:
        self.tries(
            Step.REVIEWED, who, lambda done: self.world.desk.review(self.site, "as before", "good", done)
        )

    @rule(who=PEOPLE, days=st.integers(-5, 500))
    def let_lapse(self, who, days) -> None:
        on = (self.world.now + days * DAY).date()
        before = self.until()
        if self.tries(Step.TO_LAPSE, who, lambda done: self.world.desk.let_lapse(self.site, on, done)):
            assert self.until() <= max(before, self.world.now), "a lapse gives no time"

    @precondition(lambda self: self.life.case.dpia is not None)
    @rule(who=PEOPLE)
    def look_at_dpia(self, who) -> None:
        found = DpiaReview(max(self.world.now.date(), self.life.case.dpia.looked_at), "officer", "no change")
        self.tries(
            Step.DPIA_REVIEWED, who, lambda done: self.world.desk.dpia_reviewed(self.site, found, done)
        )

    @rule()
    def the_usual_way(self) -> None:
        """Two people who know what comes next: else chance would hardly ever come to a site that stands."""
        desk, ann, bob = self.world.desk, self.world.by("ann 2"), self.world.by("bob 2", WHY)
        match self.life.state:
            case State.DRAFT | State.SENT_BACK:
                desk.revise(self.site, replace(self.case, dpia=replace(CASE.dpia, on=ann.at.date())), ann)
                desk.check(self.site, ann)
                desk.submit(self.site, ann)
            case State.SUBMITTED:
                desk.decide(self.site, Step.AUTHORISED, bob)
            case State.AUTHORISED:
                desk.installed(self.site, ann.at.date(), ann)
            case State.INSTALLED:
                self.world.tests.append(scored(CAMERA, ann.at))
                desk.commission(self.site, ann)
            case State.STANDS:
                desk.review(self.site, "as before", "good", ann)
            case State.REVIEWED:
                desk.decide(self.site, Step.RENEWED, bob)
            case _:
                return
        event(self.life.state.value)

    def given(self):
        return given_by(self.life)

    def until(self):
        return admission(self.given(), NUMBERS, now=self.world.now).until

    @invariant()
    def nothing_delivers_without_authority(self) -> None:
        life, now = self.life, self.world.now
        one = admission(self.given(), NUMBERS, now=now)
        if one.standing is not Standing.LAPSED and one.cause is not Cause.NO_CASE:
            assert life.authorised
            assert life.alive
        if not life.alive and (life.authorised or life.state is State.REFUSED):
            assert one.standing is Standing.LAPSED
        if one.cause is Cause.NO_CASE and one.standing is not Standing.LAPSED:
            assert now < NOW + NUMBERS.uncased
            assert not life.authorised

    @invariant()
    def what_is_admitted_now_is_not_closed_now(self) -> None:
        given, now = self.given(), self.world.now
        shut = any(span.since <= now < span.until for span in closed(given))
        assert shut == (admission(given, NUMBERS, now=now).standing is Standing.LAPSED)

    @invariant()
    def the_past_stays_as_it_was(self) -> None:
        """A step changes nothing of what a camera might do before it."""
        steps, now = self.life.steps, self.world.now
        for number in range(1, len(steps)):
            at = steps[number].at
            before = given_by(Life("as it was", steps[:number]))
            earlier = at - DAY / 2
            assert is_shut(before, earlier) == is_shut(self.given(), earlier)
        assert now >= steps[-1].at

    @invariant()
    def every_step_that_is_offered_can_be_taken_by_somebody(self) -> None:
        for step in possible(self.life):
            verify_possible(self.life, step, by="a stranger")


def given_by(life):
    """The leaves of the camera of a site, those that it had without a case among them."""
    found = [leaves_in(life, NUMBERS).get(CAMERA, ())]
    return leaves_of_camera(found, first_added_at=NOW, known_from=NOW, numbers=NUMBERS)


def is_shut(given, at) -> bool:
    return any(span.since <= at < span.until for span in closed(given))


Lived.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestLife = Lived.TestCase


def test_a_site_goes_from_its_draft_to_its_renewal() -> None:
    world = World()
    site = world.standing()
    assert world.desk.find(site).state is State.STANDS
    world.now += 365 * DAY
    world.desk.review(site, "as it was", "burglaries fell by a third", world.by(ANN))
    with pytest.raises(NotPossibleStepError, match="another person"):
        world.desk.decide(site, Step.RENEWED, world.by(ANN, WHY))
    life = world.desk.decide(site, Step.RENEWED, world.by(BOB, WHY))
    assert life.state is State.STANDS
    assert [one.step for one in life.steps] == [
        Step.DRAFTED, Step.CHECKED, Step.SUBMITTED, Step.AUTHORISED, Step.INSTALLED, Step.COMMISSIONED,
        Step.REVIEWED, Step.RENEWED,
    ]  # fmt: skip


@pytest.mark.parametrize("step", sorted(DECISIONS - {Step.RENEWED, Step.TO_LAPSE}))
@pytest.mark.parametrize("who", [ANN, " ANN ", "cat"])
def test_nobody_decides_upon_a_case_that_they_worked_on(step, who) -> None:
    world = World()
    site = world.desk.draft(CASE, world.by("cat")).site_id
    world.desk.check(site, world.by(ANN))
    world.desk.submit(site, world.by(ANN))
    with pytest.raises(NotPossibleStepError, match="another person"):
        world.desk.decide(site, step, world.by(who, WHY))
    assert world.desk.find(site).state is State.SUBMITTED
    world.desk.decide(site, step, world.by(BOB, WHY))


def test_a_step_that_comes_at_the_same_time_as_another_is_not_kept() -> None:
    world = World()
    site = world.submitted()
    life = world.desk.find(site)
    world.desk.decide(site, Step.AUTHORISED, world.by(BOB))
    with pytest.raises(ChangedSinceError):
        world.sites.append(site, len(life.steps), SiteStep(step=Step.REFUSED, at=NOW, by=BOB, why=WHY))


def test_a_clock_that_was_set_back_takes_no_step() -> None:
    world = World()
    site = world.submitted()
    world.now -= DAY
    with pytest.raises(NotPossibleStepError, match="set the clock right"):
        world.desk.decide(site, Step.AUTHORISED, world.by(BOB))


@pytest.mark.parametrize("step", [Step.SENT_BACK, Step.REFUSED, Step.WITHDRAWN, Step.RENEWED, Step.TO_LAPSE])
def test_what_ends_or_renews_needs_a_reason(step) -> None:
    with pytest.raises(ValueError, match="say why"):
        SiteStep(step=step, at=NOW, by=BOB, why=" ")


def test_a_step_comes_with_what_belongs_to_it_and_nothing_else() -> None:
    with pytest.raises(ValueError, match="comes with case"):
        SiteStep(step=Step.DRAFTED, at=NOW, by=ANN)
    with pytest.raises(ValueError, match="comes with nothing"):
        SiteStep(step=Step.SUBMITTED, at=NOW, by=ANN, case=CASE)
    with pytest.raises(ValueError, match="begins with a draft"):
        Life("x", (SiteStep(step=Step.SUBMITTED, at=NOW, by=ANN),))
