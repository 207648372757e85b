"""The case for a site: why there must be a camera, what else was thought of, who was asked, what is expected.

A draft may lack nearly all of it (`missing` tells what); what it has is sound. Where its cameras stand is in
`SiteCamera.place` and `SiteCamera.looks` alone, so that a case can be told without them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.sites.ground import CaseError, Claim, Ground, fits, said

TEAM = "team:"
"""How a team begins where people are named who may know of a site."""
_MOST_PARTS = 200
_MOST_COUNT = 10**9


class Form(StrEnum):
    """How the cameras of a site are mounted."""

    FIXED = "fixed"
    MOVEABLE = "moveable"  # stands for days or weeks, then elsewhere
    VEHICLE_MOUNTED = "vehicle-mounted"


@dataclass(frozen=True, slots=True)
class SiteCamera:
    """A camera of the site. `place` is where it stands, `looks` the same in words: both are confidential."""

    camera: CameraId
    place: Place | None = field(default=None, repr=False)
    looks: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Refuse words without end."""
        fits("words on where a camera stands", self.looks)


class Than(StrEnum):
    """How an alternative compares with the cameras that are asked for."""

    LESS = "less"  # it intrudes less
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Alternative:
    """Something else that could be done, how far it intrudes, and why it is not enough, or too much."""

    than: Than
    what: str
    why_not: str

    def __post_init__(self) -> None:
        """Refuse one that says nothing."""
        said("what of an alternative", self.what)
        said("why_not of an alternative", self.why_not)


class Measure(StrEnum):
    """What can be counted of a site in a year."""

    READS = "reads"
    HITS = "hits"
    OUTCOMES = "outcomes"  # that the law has a name for: see `contribution`
    ARRESTS = "arrests"
    SEIZURES = "seizures"


@dataclass(frozen=True, slots=True)
class Expectation:
    """So many of something at least are expected in a year; the review holds it against what came."""

    measure: Measure
    at_least: int
    why: str

    def __post_init__(self) -> None:
        """Refuse one that cannot be missed, and one without a reason."""
        if not 1 <= self.at_least <= _MOST_COUNT:
            raise CaseError(f"at_least of what is expected must be from 1 to {_MOST_COUNT}")
        said("why of what is expected", self.why)


@dataclass(frozen=True, slots=True)
class DpiaReview:
    """That somebody went through the data-protection impact assessment again, and what came of it."""

    on: date
    by: str
    found: str

    def __post_init__(self) -> None:
        """Refuse one of nobody."""
        said("by of a review of the impact assessment", self.by)
        said("found of a review of the impact assessment", self.found)


@dataclass(frozen=True, slots=True)
class Dpia:
    """The data-protection impact assessment: where it is kept, and who approved it when."""

    reference: str
    on: date
    by: str
    risks: str
    reviews: tuple[DpiaReview, ...] = ()

    def __post_init__(self) -> None:
        """Refuse one that nobody could look up."""
        said("reference of the impact assessment", self.reference)
        said("by of the impact assessment", self.by)
        said("risks of the impact assessment", self.risks)

    @property
    def looked_at(self) -> date:
        """The day on which somebody went through it last."""
        return max([self.on, *(one.on for one in self.reviews)])


@dataclass(frozen=True, slots=True)
class Consulted:
    """Somebody who was asked: when, what they said, and what they were answered."""

    who: str
    on: date
    said: str
    answered: str = ""

    def __post_init__(self) -> None:
        """Refuse one of nobody, and one in which nothing was said."""
        said("who of a consultation", self.who)
        said("said of a consultation", self.said)
        fits("answered of a consultation", self.answered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The case for one site; what is empty is not said yet.

    `confidential`: that there is a camera is for those in `named` and ANPR managers alone. Named are people
    by their sign-in names, and teams as `team:NAME`, who know of it and see no place.
    `stays_days` is how long a moveable camera stays at one place at most; `vehicles` says which vehicles
    carry one, and `driven_for` what they may be driven about for.
    """

    title: str
    form: Form
    area: str = ""
    confidential: bool = False
    confidential_why: str = ""
    named: tuple[str, ...] = ()
    cameras: tuple[SiteCamera, ...] = ()
    stays_days: int | None = None
    vehicles: str = ""
    driven_for: str = ""
    claims: tuple[Claim, ...] = ()
    need: str = ""
    assessment: str = ""
    doing_nothing: str = ""
    local_views: str = ""
    wider_views: str = ""
    alternatives: tuple[Alternative, ...] = ()
    expected: tuple[Expectation, ...] = ()
    duplication: str = ""
    dpia: Dpia | None = None
    consulted: tuple[Consulted, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no draft may say."""
        said("title", self.title)
        for name in _TEXTS:
            fits(name, getattr(self, name))
        for name in ("cameras", "claims", "alternatives", "expected", "consulted", "named"):
            if len(getattr(self, name)) > _MOST_PARTS:
                raise CaseError(f"a case has at most {_MOST_PARTS} {name}")
        _once("camera", [one.camera for one in self.cameras])
        _once("ground", [one.ground for one in self.claims])
        _once("expectation of a kind", [one.measure for one in self.expected])
        if any(not name.strip() for name in self.named):
            raise CaseError("one of the people who are named has no name")
        if self.stays_days is not None and self.stays_days < 1:
            raise CaseError("stays_days must be 1 or more")
        if self.form is not Form.MOVEABLE and self.stays_days is not None:
            raise CaseError("only moveable cameras say how long they stay: leave stays_days out")
        if self.form is not Form.VEHICLE_MOUNTED and (self.vehicles or self.driven_for):
            raise CaseError("only cameras in vehicles say which: leave vehicles and driven_for out")
        if self.form is Form.VEHICLE_MOUNTED and any(one.place or one.looks for one in self.cameras):
            raise CaseError("a camera in a vehicle stands nowhere: leave its place and looks out")

    @property
    def camera_ids(self) -> tuple[CameraId, ...]:
        """Its cameras, in their order."""
        return tuple(one.camera for one in self.cameras)

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """The grounds that it claims, in their order."""
        return tuple(one.ground for one in self.claims)

    def without_places(self) -> Case:
        """The same case, and nothing of where its cameras stand."""
        return replace(self, cameras=tuple(SiteCamera(one.camera) for one in self.cameras))


_TEXTS = (
    "area",
    "confidential_why",
    "vehicles",
    "driven_for",
    "need",
    "assessment",
    "doing_nothing",
    "local_views",
    "wider_views",
    "duplication",
)


def _once(what: str, values: list[object] | list[CameraId] | list[Ground] | list[Measure]) -> None:
    if len(set(values)) != len(values):
        raise CaseError(f"a case names each {what} once")
