"""The desk at which sites are worked on: each step judged, and kept by whoever keeps them.

The store that it is given logs each step before it keeps it (docs/decisions/0028).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from openanpr.core.camera import CameraId
from openanpr.core.camera_test import CameraTest
from openanpr.core.place import Place
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.sites.case import Case, DpiaReview, SiteCamera
from openanpr.sites.commissioning import Result, Tested, judge_test
from openanpr.sites.contribution import Contribution, contribution
from openanpr.sites.duplication import STEP_M, Duplication, metres, near_ones, told
from openanpr.sites.life import Life, NotPossibleStepError, SiteStep, State, Step, Written, verify_possible
from openanpr.sites.missing import Part, missing
from openanpr.sites.numbers import Aim, SiteNumbers
from openanpr.sites.ports import Contributions, Register, Sites, Tests, Traffic
from openanpr.sites.stay import stands_now, verify_moves, verify_takes_down

_MOST_TESTS = 50
_YEAR_DAYS = 365


class IncompleteCaseError(Exception):
    """A case lacks something; the sentences say what."""

    def __init__(self, lacks: tuple[str, ...]) -> None:
        super().__init__("the case is not whole: " + "; ".join(lacks))
        self.lacks = lacks


@dataclass(frozen=True, slots=True)
class Done:
    """Who takes a step, when (UTC) and why."""

    by: str
    at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """The newest test of a camera since it was installed and what it says of it, or what it lacks."""

    camera: CameraId
    aim: Aim
    lacks: str = ""
    test: CameraTest | None = None
    judged: Tested | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDesk:
    """What is done to sites. Every method raises LookupError where there is no such site.

    Those that take a step raise NotPossibleStepError, ChangedSinceError and what the store raises.
    """

    sites: Sites
    register: Register
    tests: Tests
    traffic: Traffic
    contributions: Contributions
    numbers: SiteNumbers
    fresh_id: Callable[[], str]

    def find(self, site_id: str) -> Life:
        """Return a site."""
        found = self.sites.find(site_id)
        if found is None:
            raise LookupError("there is no such site")
        return found

    def draft(self, case: Case, done: Done) -> Life:
        """Begin a site with the draft of its case."""
        life = Life(self.fresh_id(), (SiteStep(step=Step.DRAFTED, at=done.at, by=done.by, case=case),))
        self.sites.append(life.site_id, 0, life.steps[0])
        return life

    def revise(self, site_id: str, case: Case, done: Done) -> Life:
        """Put another text of the case in the place of the last; its form cannot change."""
        life = self.find(site_id)
        if life.case.form is not case.form:
            raise NotPossibleStepError("the form of a site does not change: draft another case")
        return self._taken(life, SiteStep(step=Step.REVISED, at=done.at, by=done.by, why=done.why, case=case))

    def check(self, site_id: str, done: Done) -> Life:
        """Hold the site against the cameras that are there, and keep what was found."""
        life = self.find(site_id)
        verify_possible(life, Step.CHECKED, by=done.by)
        numbers = self.numbers
        pairs = near_ones(life.case, self.register.every(), within_m=numbers.near_m)
        shared = self.traffic.shared(
            [(camera, other) for camera, other, _ in pairs],
            since=done.at - timedelta(days=numbers.shared_days),
            within=numbers.shared,
        )
        found = Duplication(
            done.at, numbers.near_m, numbers.shared_minutes, numbers.shared_days, told(pairs, shared)
        )
        return self._taken(life, SiteStep(step=Step.CHECKED, at=done.at, by=done.by, checked=found))

    def lacks(self, life: Life, *, on: date) -> tuple[str, ...]:
        """Return what a site lacks before it can be submitted."""
        return tuple(one for some in self.lacking(life, on=on).values() for one in some)

    def lacking(self, life: Life, *, on: date) -> dict[Part, tuple[str, ...]]:
        """Return what each part of a case lacks before it can be submitted."""
        found = missing(life.case, life.checked, self._registered(), self.numbers, on=on)
        found[Part.CAMERAS] += tuple(self._elsewhere(life))
        found[Part.DUPLICATION] += _stale(life)
        return found

    def submit(self, site_id: str, done: Done) -> Life:
        """Put a whole case before an authorising officer; raises IncompleteCaseError."""
        life = self.find(site_id)
        verify_possible(life, Step.SUBMITTED, by=done.by)
        if lacks := self.lacks(life, on=done.at.date()):
            raise IncompleteCaseError(lacks)
        return self._step(life, Step.SUBMITTED, done)

    def decide(self, site_id: str, step: Step, done: Done) -> Life:
        """Authorise, send back or refuse what was submitted; renew what was reviewed; or withdraw."""
        life = self.find(site_id)
        if step is Step.AUTHORISED and (elsewhere := tuple(self._elsewhere(life))):
            raise IncompleteCaseError(elsewhere)
        return self._step(life, step, done)

    def installed(self, site_id: str, on: date, done: Done) -> Life:
        """Say on which day the cameras were put up."""
        life = self.find(site_id)
        if on > done.at.date():
            raise ValueError("the day of the installation is still to come")
        return self._taken(life, SiteStep(step=Step.INSTALLED, at=done.at, by=done.by, why=done.why, on=on))

    def commission(self, site_id: str, done: Done) -> Life:
        """Judge the newest test of each camera since the installation; the site stands where all pass.

        Raises NotPossibleStepError where a camera is not in the register, or was not tested since.
        """
        life = self.find(site_id)
        verify_possible(life, Step.COMMISSIONED, by=done.by)
        tested = tuple(self._tested(life, camera) for camera in life.case.camera_ids)
        passed = all(one.result is Result.PASSED for one in tested)
        step = Step.COMMISSIONED if passed else Step.TESTED
        return self._taken(life, SiteStep(step=step, at=done.at, by=done.by, why=done.why, tested=tested))

    def contribution(self, life: Life, *, until: datetime) -> Contribution:
        """Return what a site contributed in the year up to a time, or since it stands."""
        since = max(until - timedelta(days=_YEAR_DAYS), _stands_since(life) or until)
        days = (until - since) // timedelta(days=1)
        counted = self.contributions.counted(life.case.camera_ids, since=since, until=until)
        return contribution(counted, life.case.expected, asked_days=days)

    def review(self, site_id: str, need_now: str, effect: str, done: Done) -> Life:
        """Write the review of a year, with what the site contributed."""
        life = self.find(site_id)
        verify_possible(life, Step.REVIEWED, by=done.by)
        written = Written(self.contribution(life, until=done.at), need_now, effect)
        return self._taken(life, SiteStep(step=Step.REVIEWED, at=done.at, by=done.by, written=written))

    def let_lapse(self, site_id: str, on: date, done: Done) -> Life:
        """Decide that a site which was reviewed delivers no more from a day on."""
        life = self.find(site_id)
        return self._taken(life, SiteStep(step=Step.TO_LAPSE, at=done.at, by=done.by, why=done.why, on=on))

    def move(self, site_id: str, to: SiteCamera, on: date, done: Done) -> Life:
        """Say that a moveable camera stands elsewhere since a day; the register has its place then too.

        Should the node end in between, the register has the place of before, and `misplaced` tells of it.
        """
        life = self.find(site_id)
        verify_possible(life, Step.MOVED, by=done.by)
        verify_moves(life, to, on, self.numbers, today=done.at.date())
        step = SiteStep(step=Step.MOVED, at=done.at, by=done.by, why=done.why, on=on, stands=to)
        moved = self._taken(life, step)
        known = self._registered().get(to.camera)
        if known is not None and known.retired is None:
            self.register.put([replace(known, place=to.place, added_by=done.by, added_at=done.at)])
        return moved

    def take_down(self, site_id: str, camera: CameraId, on: date, done: Done) -> Life:
        """Say that a moveable camera was taken down on a day, and stands nowhere until it is moved."""
        life = self.find(site_id)
        verify_possible(life, Step.TAKEN_DOWN, by=done.by)
        verify_takes_down(life, camera, on, today=done.at.date())
        gone = SiteCamera(camera)
        step = SiteStep(step=Step.TAKEN_DOWN, at=done.at, by=done.by, why=done.why, on=on, stands=gone)
        return self._taken(life, step)

    def review_due(self, life: Life) -> datetime | None:
        """Return when the review of a site that stands falls due; None for one that does not stand."""
        if life.state not in {State.STANDS, State.REVIEWED}:
            return None
        begins = {Step.COMMISSIONED, Step.RENEWED}
        return next(one.at for one in reversed(life.steps) if one.step in begins) + self.numbers.review

    def misplaced(self, life: Life) -> tuple[CameraId, ...]:
        """Return the cameras at work that the register has elsewhere than the case, or without a place."""
        if not (life.alive and life.authorised):
            return ()
        moved = stands_now(life)
        stand = {one.camera: one.place for one in life.case.cameras}
        stand |= {camera: one.place for camera, one in moved.items()}
        known = self._registered()
        return tuple(camera for camera, place in stand.items() if _elsewhere(known.get(camera), place))

    def dpia_reviewed(self, site_id: str, review: DpiaReview, done: Done) -> Life:
        """Say that the impact assessment was gone through again."""
        life = self.find(site_id)
        if life.case.dpia is not None and review.on < life.case.dpia.looked_at:
            raise ValueError("the impact assessment was looked at later than that already")
        if review.on > done.at.date():
            raise ValueError("the day of the review is still to come")
        step = SiteStep(step=Step.DPIA_REVIEWED, at=done.at, by=done.by, why=done.why, dpia=review)
        return self._taken(life, step)

    def _step(self, life: Life, step: Step, done: Done) -> Life:
        return self._taken(life, SiteStep(step=step, at=done.at, by=done.by, why=done.why))

    def _taken(self, life: Life, step: SiteStep) -> Life:
        after = life.after(step)
        self.sites.append(life.site_id, len(life.steps), step)
        return after

    def _registered(self) -> Mapping[CameraId, RegisteredCamera]:
        return {one.camera: one for one in self.register.every()}

    def _elsewhere(self, life: Life) -> tuple[str, ...]:
        """Return the cameras that another site has at work: two cases would hide each other."""
        taken = {
            camera
            for other in self.sites.every()
            if other.site_id != life.site_id and other.alive and other.authorised
            if other.state is not State.TO_LAPSE
            for camera in other.case.camera_ids
        }
        return tuple(
            f"camera {camera} is of another site: withdraw that one, or let it lapse"
            for camera in life.case.camera_ids
            if camera in taken
        )

    def trials(self, life: Life) -> tuple[Trial, ...]:
        """Return what the newest test of each camera would say now; no step is taken."""
        return tuple(self._trial(life, camera) for camera in life.case.camera_ids)

    def _tested(self, life: Life, camera: CameraId) -> Tested:
        trial = self._trial(life, camera)
        if trial.judged is None:
            raise NotPossibleStepError(trial.lacks)
        return trial.judged

    def _trial(self, life: Life, camera: CameraId) -> Trial:
        aim = self.numbers.aims[life.case.form]
        registered = self._registered().get(camera)
        if registered is None or registered.retired is not None:
            return Trial(camera, aim, f"camera {camera} is not in the register: put it there first")
        on = next((one.on for one in reversed(life.steps) if one.step is Step.INSTALLED), None)
        test = next((one for one in self.tests.of(camera, most=_MOST_TESTS) if _counts(one, on)), None)
        if test is None:
            lacks = (
                f"camera {camera} has no test since it was installed: score one, and keep it with the camera"
            )
            return Trial(camera, aim, lacks)
        return Trial(camera, aim, "", test, judge_test(test, aim, self.numbers))


def _counts(test: CameraTest, installed_on: date | None) -> bool:
    return test.withdrawn is None and installed_on is not None and test.score.made_at.date() >= installed_on


def _stale(life: Life) -> tuple[str, ...]:
    """Return that cameras or places were changed after they were held against others."""
    checks = [number for number, one in enumerate(life.steps, 1) if one.step is Step.CHECKED]
    if not checks or Life(life.site_id, life.steps[: checks[-1]]).case.cameras == life.case.cameras:
        return ()
    return ("the cameras or their places were changed: have them checked again",)


def _stands_since(life: Life) -> datetime | None:
    return next((one.at for one in life.steps if one.step is Step.COMMISSIONED), None)


def _elsewhere(known: RegisteredCamera | None, place: Place | None) -> bool:
    """Return whether a camera of the register stands further from a place than distances are told by."""
    if known is None or known.retired is not None or place is None or known.moving:
        return False
    return known.place is None or metres(known.place, place) > STEP_M
