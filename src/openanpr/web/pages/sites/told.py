"""Sites as the socket answers them, for pages."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from openanpr.sites.admission import Cause, Standing
from openanpr.sites.case import Case, DpiaReview, Form
from openanpr.sites.commissioning import Result, Tested
from openanpr.sites.contribution import Held
from openanpr.sites.ground import Ground
from openanpr.sites.life import State, Step
from openanpr.sites.missing import Part
from openanpr.web.pages.camera_tests import ScoredTold
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.route import Visit


class SiteHead(Struct, frozen=True, kw_only=True):
    """A site in short."""

    site: str
    title: str
    form: Form
    state: State
    area: str
    confidential: bool
    grounds: list[Ground]
    cameras: list[str]
    standing: list[Standing]
    due: datetime | None
    until: datetime | None
    days_left: int | None
    review_due: datetime | None
    drafted_at: datetime


class AdmissionTold(Struct, frozen=True):
    """What a camera may deliver, by what and until when."""

    camera: str
    site: str | None
    standing: Standing
    cause: Cause
    due: datetime
    until: datetime
    days_left: int


class ContributionTold(Struct, frozen=True):
    """What a site brought, in bands."""

    asked_days: int
    days: int
    bands: dict[str, str]
    held: list[Held]


class ReviewTold(Struct, frozen=True):
    """The review of a year."""

    need_now: str
    effect: str
    contribution: ContributionTold


class StepTold(Struct, frozen=True):
    """A step on a site."""

    number: int
    step: Step
    at: datetime
    by: str
    why: str
    on: date | None
    tested: list[Tested]
    dpia: DpiaReview | None
    camera: str | None
    review: ReviewTold | None


class NearTold(Struct, frozen=True):
    """A camera near one of the site, and the share of traffic that both had."""

    camera: str
    near: str
    at_most_m: int
    reads: int | None
    share: float | None
    interval: tuple[float, float] | None


class CheckTold(Struct, frozen=True):
    """What was found when a site was held against cameras that are there."""

    at: datetime
    within_m: int
    minutes: int
    days: int
    near: list[NearTold]


class StayTold(Struct, frozen=True):
    """A stay of a moveable camera."""

    camera: str
    since: datetime
    due: datetime
    ended: datetime | None


class PlaceTold(Struct, frozen=True):
    """Where a camera of a site stands."""

    camera: str
    place: tuple[float, float] | None
    error_m: float | None
    looks: str

    @property
    def id(self) -> str:
        """The camera as it stands in an address."""
        return self.camera.replace("/", ".")


class TrialTold(Struct, frozen=True):
    """What the newest test of a camera would say."""

    camera: str
    aim_capture: float
    aim_read: float
    result: Result | None
    why: list[str]
    judged_parts: list[str]
    test: ScoredTold | None

    @property
    def id(self) -> str:
        """The camera as it stands in an address."""
        return self.camera.replace("/", ".")


class WholeSite(SiteHead, frozen=True, kw_only=True):
    """All of a site but its places."""

    case: Case
    missing: list[str]
    lacking: dict[Part, list[str]]
    possible: list[Step]
    kept_from: dict[str, str]
    misplaced: list[str]
    checked: CheckTold | None
    steps: list[StepTold]
    stays: list[StayTold]
    admissions: list[AdmissionTold]

    @property
    def path(self) -> str:
        """Its page."""
        return f"/sites/{self.site}"

    @property
    def seen(self) -> str:
        """How many steps were taken on it: whoever saw fewer looks again before they write."""
        return str(len(self.steps))

    @property
    def writing(self) -> bool:
        """Whether its case is being written."""
        return self.state in {State.DRAFT, State.SENT_BACK}

    @property
    def last(self) -> dict[Step, StepTold]:
        """The last step of each kind."""
        return {one.step: one for one in self.steps}


def site_of(inside: Inside, visit: Visit) -> WholeSite:
    """Return the site of the address; raises LookupError for one that whoever asks may not know of."""
    return inside.ask(visit, Question("GET", "/sites/{site}", {"site": visit.place("site")}), WholeSite)
