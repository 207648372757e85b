"""Cameras in a browser: the register, how each does against what it usually reads, its clock, its place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Annotated, Final

from msgspec import Meta, Struct

from openanpr.core.camera import CameraId
from openanpr.ingest.camera_health import ClockState, State
from openanpr.policy.ask import Act
from openanpr.web.api.route import Text
from openanpr.web.pages.camera_tests import PARTS, VERDICTS, ScoredTold
from openanpr.web.pages.form import Form, FormFaultsError
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent

_SECTION: Final = "/cameras"
_ID: Final = r"^\s*[0-9]{1,10}/[0-9]{1,10}/[0-9]{1,10}\s*$"
_WORDS: Final = {
    "camera": "Enter force, source and camera, such as 53/1/7",
    "name": "Enter what the camera is called",
    "area": "Enter an area of at most 128 characters",
    "mount": "Choose whether it stands or drives",
    "lat": "Enter the latitude in degrees, such as 51.4501",
    "lon": "Enter the longitude in degrees, such as -2.5902",
}
_WHY: Final = {"why": "Say why it is retired"}
STATES: Final = {
    State.SILENT: ("Silent", "red"),
    State.NEVER: ("Never read", "red"),
    State.FEWER: ("Far fewer than usual", "yellow"),
    State.NEW: ("Too new to say", "grey"),
    State.WELL: ("Well", "green"),
    State.RETIRED: ("Retired", "grey"),
}
"""Each state in words, with its colour."""
CLOCKS: Final = {
    ClockState.FAR_OFF: ("Far off: reads are held", "red"),
    ClockState.OFF: ("Off", "yellow"),
    ClockState.DOUBTFUL: ("Doubtful", "yellow"),
    ClockState.WELL: ("Well", "green"),
    ClockState.NOT_MEASURED: ("Not measured", "grey"),
}
_STATE_PLACES: Final = {
    State.SILENT: 0,
    State.NEVER: 1,
    State.FEWER: 3,
    State.NEW: 6,
    State.WELL: 7,
    State.RETIRED: 8,
}
_CLOCK_PLACES: Final = {ClockState.FAR_OFF: 2, ClockState.OFF: 4, ClockState.DOUBTFUL: 5}
"""Where a camera stands among others, the gravest first: of a clock that is far off what is read is held."""
_CLOCKS_OFF: Final = {ClockState.OFF, ClockState.FAR_OFF}


@dataclass(frozen=True, slots=True)
class CameraPages:
    """What the pages need."""

    inside: Inside


class ExpectedTold(Struct, frozen=True):
    """What a camera usually reads in an hour."""

    median: float
    low: float
    high: float
    days: int


class HealthTold(Struct, frozen=True):
    """How a camera does."""

    state: State
    last_at: datetime | None
    last_day: date | None
    last_hour: int
    so_far: int
    expected: ExpectedTold | None
    reads: int
    unsure_share: float | None
    late_share: float | None
    clock: ClockState
    clock_offset_ms: int | None


class RetiredTold(Struct, frozen=True):
    """When, by whom and why a camera was retired."""

    at: datetime
    by: str
    why: str


class CameraTold(Struct, frozen=True):
    """A camera of the register with how it does and its newest test; no place."""

    camera: str
    name: str
    area: str
    mount: str
    added_by: str
    retired: RetiredTold | None
    senders: list[str]
    health: HealthTold
    test: ScoredTold | None = None

    @property
    def id(self) -> str:
        """The camera as it stands in an address."""
        return self.camera.replace("/", ".")


class HourTold(Struct, frozen=True):
    """One hour of a camera."""

    hour: datetime
    reads: int
    expected: ExpectedTold | None


class WholeCamera(CameraTold, frozen=True, kw_only=True):
    """A camera with its hours and its tests, the newest first."""

    hours: list[HourTold]
    tests: list[ScoredTold]
    added_at: datetime


class PlaceTold(Struct, frozen=True):
    """Where a camera stands."""

    camera: str
    name: str
    area: str
    mount: str
    place: tuple[float, float] | None
    retired: bool

    @property
    def id(self) -> str:
        """The camera as it stands in an address."""
        return self.camera.replace("/", ".")


class CameraFields(Struct, frozen=True):
    """A camera for the register; one that stands needs its place."""

    camera: Annotated[str, Meta(pattern=_ID)]
    name: Annotated[str, Meta(min_length=1, max_length=128)]
    mount: Annotated[str, Meta(pattern="^(fixed|moving)$")]
    area: Annotated[str, Meta(max_length=128)] = ""
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None


class RetireFields(Struct, frozen=True):
    """Why a camera delivers no more."""

    why: Text


class Camera(Struct, frozen=True):
    """What an act on a camera gives."""

    camera: str


def camera_pages(pages: CameraPages) -> list[PageRoute]:
    """Return the pages of cameras."""
    keep = Act.MANAGE_DEVICES
    return [
        page("/cameras", Act.SEE_PLACE, partial(_all, pages), asks=("state", "area")),
        page("/cameras/add", keep, lambda visit: _form(visit, {})),
        sent("/cameras/add", keep, partial(_add, pages)),
        page("/cameras/{camera}", keep, partial(_one, pages)),
        sent("/cameras/{camera}/retire", keep, partial(_retire, pages)),
    ]


def _all(pages: CameraPages, visit: Visit) -> Answer:
    """Show the register; how cameras do to whoever keeps it, and where they are to whoever may see places."""
    places = _places(pages, visit)
    if Act.MANAGE_DEVICES not in visit.may:
        return Shown("cameras/places.html", {"section": _SECTION, "places": places, "faults": {}})
    every = pages.inside.ask(visit, Question("GET", "/cameras/health"), list[CameraTold])
    state, area = visit.asked.query.get("state", ""), visit.asked.query.get("area", "")
    standing = [one for one in every if one.retired is None]
    shown = [
        one
        for one in (every if state == State.RETIRED else standing)
        if _is_shown(one, state) and area in {"", one.area}
    ]
    values = {
        "section": _SECTION,
        "cameras": sorted(shown, key=_gravest_first),
        "every": every,
        "counts": Counter(one.health.state for one in every),
        "clocks_off": sum(one.health.clock in _CLOCKS_OFF for one in standing),
        "untested": sum(one.test is None for one in standing),
        "areas": sorted({one.area for one in every if one.area}),
        "area": area,
        "state": state,
        "places": _of(places, {one.camera for one in shown}),
        "states": STATES,
        "clocks": CLOCKS,
        "verdicts": VERDICTS,
    }
    return Shown("cameras/all.html", values)


def _is_shown(one: CameraTold, state: str) -> bool:
    if state == "clock":
        return one.health.clock in _CLOCKS_OFF
    if state == "untested":
        return one.test is None
    return state in {"", one.health.state}


def _gravest_first(one: CameraTold) -> tuple[int, CameraId]:
    """Return where a camera stands among others, by the graver of what it reads and how its clock does."""
    place = _STATE_PLACES[one.health.state]
    clock = place if one.retired else _CLOCK_PLACES.get(one.health.clock, place)
    return min(place, clock), CameraId.parse(one.camera)


def _places(pages: CameraPages, visit: Visit) -> list[PlaceTold]:
    """Return where cameras stand, for whoever may see places; nothing for others."""
    if Act.SEE_PLACE not in visit.may:
        return []
    return pages.inside.ask(visit, Question("GET", "/cameras/places"), list[PlaceTold])


def _of(places: list[PlaceTold], cameras: set[str]) -> list[PlaceTold]:
    return [one for one in places if one.camera in cameras and one.place is not None]


def _one(pages: CameraPages, visit: Visit) -> Answer:
    return _shown(pages, visit, {})


def _shown(pages: CameraPages, visit: Visit, faults: dict[str, str]) -> Shown:
    place = {"camera": visit.place("camera")}
    told = pages.inside.ask(visit, Question("GET", "/cameras/{camera}/health", place), WholeCamera)
    values = {
        "section": _SECTION,
        "told": told,
        "counting": [one for one in told.tests if one.withdrawn is None],
        "withdrawn": [one for one in told.tests if one.withdrawn is not None],
        "places": _of(_places(pages, visit), {told.camera}),
        "states": STATES,
        "clocks": CLOCKS,
        "verdicts": VERDICTS,
        "kinds": PARTS,
        "faults": faults,
    }
    return Shown("cameras/one.html", values, 422 if faults else 200)


def _form(visit: Visit, faults: dict[str, str]) -> Shown:
    values = {"section": _SECTION, "form": visit.form, "faults": faults}
    return Shown("cameras/add.html", values, 422 if faults else 200)


def _add(pages: CameraPages, visit: Visit) -> Answer:
    try:
        said = _said(visit.form)
    except FormFaultsError as fault:
        return _form(visit, fault.faults)
    place = {} if said.lat is None else {"lat": said.lat, "lon": said.lon}
    asked = {
        "camera": said.camera,
        "mount": said.mount,
        "name": said.name,
        "area": said.area,
        **place,
    }
    made = pages.inside.ask(visit, Question("POST", "/cameras", form=asked), Camera)
    return SeeOther(f"/cameras/{made.camera.replace('/', '.')}")


def _said(form: Form) -> CameraFields:
    """Return what was filled in; raises FormFaultsError, also for a camera that stands nowhere."""
    said = form.read(CameraFields, _WORDS)
    both = said.lat is not None, said.lon is not None
    if any(both) and not all(both):
        raise FormFaultsError({"lon" if both[0] else "lat": "A place is both: latitude and longitude"})
    if said.mount == "fixed" and not any(both):
        raise FormFaultsError({"lat": "A camera that stands needs its place"})
    return said


def _retire(pages: CameraPages, visit: Visit) -> Answer:
    try:
        said = visit.form.read(RetireFields, _WHY)
    except FormFaultsError as fault:
        return _shown(pages, visit, fault.faults)
    form = {"camera": visit.place("camera").replace(".", "/"), "why": said.why}
    pages.inside.ask(visit, Question("POST", "/cameras/retire", form=form), Camera)
    return SeeOther(f"/cameras/{visit.place('camera')}")
