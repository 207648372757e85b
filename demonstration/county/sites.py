"""The cases for the county's cameras, written into the control database of a node that is not begun yet.

Their steps lie in the past, as the past reads do, so that there is one of each kind to see: most stand, the
review of one falls due, one is overdue, one has lapsed; one waits for authority, one for its test, and
one is a draft. All is invented, and none of these steps is in the node's audit log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from pathlib import Path

from demonstration.county.cameras import PATROLS, POSTS, UNUSED, Post
from demonstration.county.ground import Ground as Roads
from openanpr.core.camera import CameraId
from openanpr.core.camera_test import Verdict
from openanpr.sites.case import (
    Alternative,
    Case,
    Consulted,
    Dpia,
    DpiaReview,
    Expectation,
    Form,
    Measure,
    SiteCamera,
    Than,
)
from openanpr.sites.commissioning import PartJudged, Result, Tested
from openanpr.sites.contribution import Counted, contribution
from openanpr.sites.duplication import Duplication
from openanpr.sites.ground import Claim, Evidence, Ground
from openanpr.sites.life import Life, SiteStep, Step, Written
from openanpr.store.control.engine import open_database
from openanpr.store.control.migrate import migrate
from openanpr.store.control.site_store import SiteStore

_WRITER, _OFFICER = "max", "sue"
_DAY = timedelta(days=1)
_YEAR = timedelta(days=365)
_LOOKED_AGAIN, _FORGOTTEN = 100 * _DAY, 365 * _DAY
"""Impact assessments were gone through so long ago, but for those of sites that nobody looks after."""


class Stage(Enum):
    """How far a site has come."""

    DRAFT = auto()
    SUBMITTED = auto()
    INSTALLED = auto()
    STANDS = auto()


@dataclass(frozen=True, slots=True)
class Told:
    """How far the site of a camera has come, how many days ago, and what it is said to be for.

    `renewed`: it stood a year before, was reviewed, and renewed so many days ago.
    """

    stage: Stage
    days_ago: int
    ground: Ground
    need: str
    renewed: bool = False

    def began(self, now: datetime) -> datetime:
        """When it came so far for the first time."""
        return now - self.days_ago * _DAY - (_YEAR if self.renewed else timedelta())


_THEFT = "Vehicles that are taken here leave the county within the hour, by this road."
_TOLD = {
    1: Told(
        Stage.STANDS, 120, Ground.LOCAL_CRIME, "Shops in the street are robbed by people who come by car."
    ),
    2: Told(Stage.STANDS, 95, Ground.SERIOUS_CRIME, "What comes over the quay unseen leaves by this street."),
    3: Told(Stage.STANDS, 200, Ground.SERIOUS_CRIME, _THEFT, renewed=True),
    4: Told(Stage.STANDS, 200, Ground.SERIOUS_CRIME, _THEFT),
    5: Told(Stage.STANDS, 60, Ground.SERIOUS_CRIME, "Gangs from beyond the county come by the motorway."),
    6: Told(
        Stage.STANDS,
        60,
        Ground.NATIONAL_SECURITY,
        "The works to the north were looked over twice by strangers.",
    ),
    7: Told(Stage.STANDS, 250, Ground.LOCAL_CRIME, _THEFT, renewed=True),
    8: Told(
        Stage.STANDS, 380, Ground.LOCAL_CRIME, "Plant is stolen from farms on the moor, a dozen times a year."
    ),
    9: Told(
        Stage.STANDS,
        330,
        Ground.CONFIDENCE,
        "After three burglaries people asked for somebody to watch the road.",
    ),
    10: Told(Stage.STANDS, 30, Ground.PREVENTION, "Races at night, with two deaths in a year."),
    11: Told(Stage.INSTALLED, 20, Ground.LOCAL_CRIME, "Fly-tipping by lorries that come from elsewhere."),
    12: Told(
        Stage.SUBMITTED, 4, Ground.SERIOUS_CRIME, "Diesel is stolen from lorries that wait at the crossroads."
    ),
    13: Told(Stage.DRAFT, 2, Ground.LOCAL_CRIME, ""),
    15: Told(
        Stage.STANDS, 410, Ground.LOCAL_CRIME, "Lead was stolen from the church; the thieves were caught."
    ),
}
"""By the number of the camera. Camera 14 has no case; number 15 is the one that lapsed."""


def write_sites(data: Path, roads: Roads, *, now: datetime) -> int:
    """Write the sites into the control database of a node that is not running, and return how many."""
    engine = open_database(f"sqlite:///{data / 'control.db'}")
    try:
        migrate(engine)
        store, lives = SiteStore(engine), list(county_lives(roads, now=now))
        for life in lives:
            for number, step in enumerate(life.steps):
                store.append(life.site_id, number, step)
    finally:
        engine.dispose()
    return len(lives)


def county_lives(roads: Roads, *, now: datetime) -> Iterator[Life]:
    """Yield every site of the county, each step as it would have been taken."""
    for post in (*POSTS, UNUSED):
        told = _TOLD.get(post.camera.camera)
        if told is not None:
            yield _life(f"demo-{post.camera.camera:04}", _case(post, roads, told, now), told, now)
    cars = Told(
        Stage.STANDS, 150, Ground.LOCAL_CRIME, "Officers see one stolen car in twenty that they pass."
    )
    yield _life("demo-cars", _cars(cars, now), cars, now)


def _case(post: Post, roads: Roads, told: Told, now: datetime) -> Case:
    case = _whole(f"Site {post.camera.camera}, {post.area}", Form.FIXED, told, now)
    camera = SiteCamera(
        post.camera, roads.degrees(post.at(roads)), f"{post.name}, from the verge; no house in sight"
    )
    return replace(case, area=post.area, cameras=(camera,))


def _cars(told: Told, now: datetime) -> Case:
    return replace(
        _whole("Readers in two patrol cars", Form.VEHICLE_MOUNTED, told, now),
        area="central",
        cameras=tuple(SiteCamera(car.camera) for car in PATROLS),
        vehicles="LY21 and LY34, of roads policing",
        driven_for="Tasked by the duty inspector, for at most one shift at a time.",
    )


def _whole(title: str, form: Form, told: Told, now: datetime) -> Case:
    """A case as it was when it was written; a draft lacks most of it."""
    on = told.began(now).date() - 60 * _DAY
    bare = Case(title=title, form=form, claims=(Claim(told.ground),))
    if told.stage is Stage.DRAFT:
        return bare
    shown = Evidence(
        "Crimes of three years by road and hour", f"LY/AN/{told.days_ago:03}/25", on, "Nia Brook"
    )
    return replace(
        bare,
        claims=(Claim(told.ground, (shown,)),),
        need=told.need,
        assessment="One of the eight roads by which three quarters of what is stolen here leave the county.",
        doing_nothing="It goes on: two years of patrols at changing hours have not changed it.",
        local_views="The parish is for it, two of its nine members against.",
        wider_views="A group of drivers doubts that it does any good, and wants to see figures each year.",
        alternatives=(
            Alternative(
                Than.LESS, "A patrol on Friday and Saturday nights", "Was tried for six months: two arrests."
            ),
            Alternative(
                Than.MORE, "A reader at each way out of the county", "Most of them see nothing of this."
            ),
        ),
        expected=(
            Expectation(Measure.HITS, 200, "One in ten of the vehicles sought in a year passes here."),
            Expectation(Measure.OUTCOMES, 12, "One in ten of what such readers brought elsewhere."),
        ),
        duplication="The nearest other camera looks at another road.",
        dpia=Dpia(
            f"LY/DPIA/{told.days_ago:03}", on, "Data protection officer", "Who lives here is seen each day."
        ),
        consulted=(
            Consulted("The parish", on, "For it", "Told how it works, and when it is looked at again."),
        ),
    )


def _life(site_id: str, case: Case, told: Told, now: datetime) -> Life:
    last = told.began(now)
    life = Life(site_id, (_step(Step.DRAFTED, last - 40 * _DAY, _WRITER, case=case),))
    for step in _steps(case, told, last, now):
        life = life.after(step)
    return life


def _steps(case: Case, told: Told, last: datetime, now: datetime) -> Iterator[SiteStep]:
    """Yield the steps after the draft; the last of them was taken at `last`."""
    if told.stage is Stage.DRAFT:
        return
    if case.form is not Form.VEHICLE_MOUNTED:
        at = min(last, now) - 20 * _DAY
        yield _step(Step.CHECKED, at, _WRITER, checked=Duplication(at, 1000, 10, 28, ()))
    if told.stage is Stage.SUBMITTED:
        yield _step(Step.SUBMITTED, last, _WRITER)
        return
    yield _step(Step.SUBMITTED, last - 19 * _DAY, _WRITER)
    yield _step(Step.AUTHORISED, last - 14 * _DAY, _OFFICER)
    at = last if told.stage is Stage.INSTALLED else last - 3 * _DAY
    yield _step(Step.INSTALLED, at, _WRITER, on=at.date())
    if told.stage is Stage.STANDS:
        tested = tuple(map(_tested, case.camera_ids))
        yield _step(Step.COMMISSIONED, last, _WRITER, tested=tested)
    if told.renewed:
        yield from _renewal(case, last + _YEAR)
    if _LOOKED_AGAIN < told.days_ago * _DAY < _FORGOTTEN:
        review = DpiaReview((now - _LOOKED_AGAIN).date(), "Data protection officer", "No change.")
        yield _step(Step.DPIA_REVIEWED, now - _LOOKED_AGAIN, _WRITER, dpia=review)


def _renewal(case: Case, at: datetime) -> Iterator[SiteStep]:
    """Yield the review of a year and what an officer made of it."""
    counted = Counted(reads=180_000, hits=240, outcomes=16, arrests=5, seizures=7, days=356)
    brought = contribution(counted, case.expected, asked_days=356)
    effect = "Two gangs were stopped on this road; the thefts of the year before have halved."
    written = Written(brought, "Fewer vehicles are taken, and those that are still leave by here.", effect)
    dpia = DpiaReview(at.date() - 12 * _DAY, "Data protection officer", "No change.")
    yield _step(Step.DPIA_REVIEWED, at - 12 * _DAY, _WRITER, dpia=dpia)
    yield _step(Step.REVIEWED, at - 9 * _DAY, _WRITER, written=written)
    yield _step(Step.RENEWED, at, _OFFICER, why="It brought what was expected of it, and the need is there.")


def _step(step: Step, at: datetime, by: str, **more: object) -> SiteStep:
    return SiteStep(step=step, at=at.astimezone(UTC), by=by, **more)


def _tested(camera: CameraId) -> Tested:
    """A test that passed: invented, and not among the tests that are kept with the camera."""
    parts = tuple(
        PartJudged("light", light, plates, Verdict.REACHED, Verdict.REACHED, judged=True)
        for light, plates in (("bright", 720), ("dark", 480))
    )
    return Tested(camera, "demo", Result.PASSED, 1200, Verdict.REACHED, Verdict.REACHED, parts, ())
