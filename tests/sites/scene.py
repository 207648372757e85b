"""A case with nothing missing, the numbers of the profile, and a world of sites in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from openanpr.core.camera import CameraId
from openanpr.core.camera_test import (
    CameraScore,
    CameraTest,
    FalseReads,
    LeftOut,
    PartRates,
    Rates,
)
from openanpr.core.place import Place
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.policy.profile import load_profile
from openanpr.run.node.site_rules import site_numbers
from openanpr.sites.case import (
    Alternative,
    Case,
    Consulted,
    Dpia,
    Expectation,
    Form,
    Measure,
    SiteCamera,
    Than,
)
from openanpr.sites.contribution import Counted
from openanpr.sites.desk import Done, SiteDesk
from openanpr.sites.duplication import Shared
from openanpr.sites.ground import Claim, Evidence, Ground
from openanpr.sites.life import Life, SiteStep, Step
from openanpr.sites.ports import ChangedSinceError

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NUMBERS = site_numbers(load_profile("nadc-2018"))
CAMERA, OTHER, CAR = CameraId(53, 1, 7), CameraId(53, 1, 8), CameraId(53, 2, 1)
HERE, NEAR_BY = Place(51.8642, -2.2382), Place(51.8660, -2.2382)
ANN, BOB = "ann", "bob"

CASE = Case(
    title="A bridge without a reader",
    form=Form.FIXED,
    area="north",
    cameras=(SiteCamera(CAMERA, HERE, "the western end of a bridge, both lanes; no house"),),
    claims=(
        Claim(
            Ground.LOCAL_CRIME,
            (Evidence("burglaries of a year", "CR/2026/7", date(2026, 9, 1), "analyst 12"),),
        ),
    ),
    need="burglars come over it by car",
    assessment="a third of all burglaries of the county lie beyond it",
    doing_nothing="they go on",
    local_views="the parish asked for it",
    wider_views="a driver's club was against it",
    alternatives=(
        Alternative(Than.LESS, "a patrol on Friday nights", "was tried, found two"),
        Alternative(Than.MORE, "readers on all six bridges", "five of them are not used so"),
    ),
    expected=(Expectation(Measure.OUTCOMES, 20, "two in three of the burglaries by car"),),
    duplication="the one near by looks at the other road",
    dpia=Dpia(
        "DPIA/7", date(2026, 10, 1), "officer for data protection", "who lives beyond it is seen daily"
    ),
    consulted=(Consulted("the parish", date(2026, 10, 2), "they want it", "they were told how it works"),),
)


def registered(camera: CameraId, place: Place | None, **more) -> RegisteredCamera:
    """A camera of the register."""
    said = {"added_at": NOW - 400 * DAY, "moving": place is None, **more}
    return RegisteredCamera(
        camera=camera,
        name="a name that tells a place",
        area="north",
        place=place,
        added_by=BOB,
        first_added_at=said["added_at"],
        **said,
    )


def scored(
    camera: CameraId, at: datetime, found: int = 1000, *, plates: int = 1000, lights=(600, 400)
) -> CameraTest:
    """A test in which so many of the plates were found, and all of those read right."""
    rates = Rates(plates, found, found, found)
    missed = plates - found
    parts = [
        PartRates(
            "light", name, Rates(n, n - (missed if not i else 0), *(2 * (n - (missed if not i else 0),)))
        )
        for i, (name, n) in enumerate(zip(("bright", "dark"), lights, strict=False))
    ]
    score = CameraScore(
        digest="0" * 64,
        made_at=at,
        country="gb",
        model="m",
        settings="s",
        pictures=plates,
        clips=0,
        rates=rates,
        false_reads=FalseReads(0, 0),
        left_out=LeftOut(0, 0, 0),
        parts=tuple(parts),
    )
    return CameraTest(test_id=f"t-{at:%j%H}", camera=camera, score=score, kept_by=BOB, kept_at=at)


class MemorySites:
    """Sites in memory, as `sites.ports.Sites`."""

    def __init__(self) -> None:
        self.lives: dict[str, list[SiteStep]] = {}

    def append(self, site_id, number, step) -> None:
        steps = self.lives.setdefault(site_id, [])
        if len(steps) != number:
            raise ChangedSinceError("look again")
        steps.append(step)

    def find(self, site_id) -> Life | None:
        steps = self.lives.get(site_id)
        return None if steps is None else Life(site_id, tuple(steps))

    def every(self) -> tuple[Life, ...]:
        lives = (Life(site_id, tuple(steps)) for site_id, steps in self.lives.items())
        return tuple(sorted(lives, key=lambda life: life.steps[0].at))


@dataclass
class World:
    """All that a desk of sites asks, in memory; the clock goes on by `days`."""

    cameras: list[RegisteredCamera] = field(
        default_factory=lambda: [registered(CAMERA, HERE), registered(OTHER, NEAR_BY)]
    )
    tests: list[CameraTest] = field(default_factory=list)
    came: Counted = field(
        default_factory=lambda: Counted(reads=9000, hits=70, outcomes=21, arrests=3, seizures=2, days=365)
    )
    now: datetime = NOW
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sites = MemorySites()
        numbers = count(1)
        self.desk = SiteDesk(
            sites=self.sites,
            register=self,
            tests=self,
            traffic=self,
            contributions=self,
            numbers=NUMBERS,
            fresh_id=lambda: f"site-{next(numbers)}",
        )

    def every(self):
        return tuple(self.cameras)

    def put(self, cameras) -> None:
        new = {one.camera: one for one in cameras}
        self.cameras = [new.get(one.camera, one) for one in self.cameras]

    def of(self, camera, *, most):
        found = sorted((one for one in self.tests if one.camera == camera), key=lambda one: one.score.made_at)
        return tuple(reversed(found))[:most]

    def shared(self, pairs, *, since, within) -> Mapping[tuple[CameraId, CameraId], Shared]:
        assert self.now - since == timedelta(days=NUMBERS.shared_days)
        return {pair: Shared(200, 30) for pair in pairs}

    def counted(self, cameras: Collection[CameraId], *, since, until) -> Counted:
        self.asked.append((since, until))
        return replace(self.came, days=min(self.came.days, (until - since) // DAY))

    def by(self, who: str, why: str = "") -> Done:
        return Done(who, self.now, why)

    def submitted(self, case: Case = CASE) -> str:
        """A site that waits for its authority; returns its id."""
        site = self.desk.draft(case, self.by(ANN)).site_id
        if case.form is not Form.VEHICLE_MOUNTED:
            self.desk.check(site, self.by(ANN))
        self.desk.submit(site, self.by(ANN))
        return site

    def standing(self, case: Case = CASE) -> str:
        """A site that stands from now on."""
        site = self.submitted(case)
        self.desk.decide(site, Step.AUTHORISED, self.by(BOB))
        self.desk.installed(site, self.now.date(), self.by(ANN))
        self.tests += [scored(camera, self.now) for camera in case.camera_ids]
        self.desk.commission(site, self.by(ANN))
        return site
