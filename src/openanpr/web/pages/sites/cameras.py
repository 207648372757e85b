"""The cameras of a case that is being written: which they are, where they are to stand, how long they stay.

Places are shown to whoever may see them alone, and each such look is logged.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from openanpr.policy.ask import Act
from openanpr.sites.case import Case, Form
from openanpr.sites.missing import Part
from openanpr.web.pages.administration.act_form import ActForm, ActPage, Field, act_routes
from openanpr.web.pages.form import FormFaultsError
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.route import Answer, PageRoute, Shown, Visit, page
from openanpr.web.pages.sites import words
from openanpr.web.pages.sites.lists import RemoveFields
from openanpr.web.pages.sites.overview import SECTION
from openanpr.web.pages.sites.told import PlaceTold, WholeSite
from openanpr.web.pages.sites.writing import (
    WRITE,
    Draft,
    WritingPages,
    essay,
    part_page,
    part_question,
    saved,
    seen_field,
    writable,
)

_ID: Final = r"^\s*[0-9]{1,10}/[0-9]{1,10}/[0-9]{1,10}\s*$"
_PATH: Final = "/sites/{site}/write/cameras"
LAT: Final = Field(
    "lat",
    "Latitude",
    "Enter the latitude in degrees, such as 51.4501",
    hint="Degrees, WGS 84, such as 51.4501.",
    width=10,
)
LON: Final = Field(
    "lon",
    "Longitude",
    "Enter the longitude in degrees, such as -2.5902",
    hint="West of Greenwich with a minus, such as -2.5902.",
    width=10,
)
LOOKS: Final = Field(
    "looks",
    "What it looks at, and what it does not",
    "Write at most 4,000 characters",
    "long",
    "This is confidential, as the place is: say here, and nowhere else, where it stands.",
)
North = Annotated[float, Meta(ge=-90, le=90)]
East = Annotated[float, Meta(ge=-180, le=180)]


class CameraFields(Struct, frozen=True):
    """A camera of the site."""

    seen: int
    camera: Annotated[str, Meta(pattern=_ID)]
    lat: North | None = None
    lon: East | None = None
    looks: Draft = ""


class StaysFields(Struct, frozen=True):
    """How long a moveable camera stays at one place at most."""

    seen: int
    stays_days: Annotated[int, Meta(ge=1, le=3650)]


class DrivenFields(Struct, frozen=True):
    """Which vehicles carry the cameras, and what they are driven about for."""

    seen: int
    vehicles: Draft = ""
    driven_for: Draft = ""


def case_camera_pages(pages: WritingPages) -> list[PageRoute]:
    """Return the pages of the cameras of a case."""
    inside = pages.inside
    add = ActForm(
        f"{_PATH}/add",
        WRITE,
        partial(_adds, inside),
        CameraFields,
        partial(_puts, inside),
        saved(Part.CAMERAS),
    )
    change = ActForm(
        f"{_PATH}/{{camera}}/change",
        Act.SEE_SITE_PLACE,
        partial(_changes, inside),
        CameraFields,
        partial(_puts, inside),
        saved(Part.CAMERAS),
    )
    remove = ActForm(
        f"{_PATH}/{{camera}}/remove",
        WRITE,
        partial(_removes, inside),
        RemoveFields,
        _takes_out,
        saved(Part.CAMERAS),
    )
    stay = ActForm(f"{_PATH}/stay", WRITE, partial(_stay, inside), StaysFields, _says, saved(Part.CAMERAS))
    driven = ActForm(
        f"{_PATH}/vehicles", WRITE, partial(_driven, inside), DrivenFields, _says, saved(Part.CAMERAS)
    )
    return [
        page(_PATH, WRITE, partial(_shown, inside)),
        *act_routes(inside, add, stay, driven, change, remove),
    ]


def _shown(inside: Inside, visit: Visit) -> Answer:
    told = writable(inside, visit)
    return Shown("sites/write_cameras.html", {"section": SECTION, "told": told, "words": words})


def _fields(told: WholeSite, camera: Field) -> tuple[Field, ...]:
    place = () if told.form is Form.VEHICLE_MOUNTED else (LAT, LON, LOOKS)
    return (seen_field(told), camera, *place)


_CAMERA: Final = Field(
    "camera",
    "Number of the camera",
    "Enter force, source and camera, such as 53/1/7",
    hint="Force, source and camera, such as 53/1/7. It need not be in the register yet.",
    width=10,
)


def _adds(inside: Inside, visit: Visit) -> ActPage:
    told = writable(inside, visit)
    return _page(told, "Add a camera", _fields(told, _CAMERA))


def _page(told: WholeSite, title: str, fields: tuple[Field, ...]) -> ActPage:
    return ActPage(title, (), "Save", f"{told.path}/write/cameras", SECTION, about=told.title, fields=fields)


def _changes(inside: Inside, visit: Visit) -> ActPage:
    """Return the form of a camera with its place in it: that it is shown is logged."""
    told = writable(inside, visit)
    asked = Question("GET", "/sites/{site}/places", {"site": told.site})
    places = inside.ask(visit, asked, list[PlaceTold])
    one = next((one for one in places if one.id == visit.place("camera")), None)
    if one is None:
        raise LookupError("the case names no such camera")
    lat, lon = ("", "") if one.place is None else map(str, one.place)
    begins = {"camera": one.camera, "lat": lat, "lon": lon, "looks": one.looks}
    fields = tuple(
        replace(field, begins=begins.get(field.name, field.begins)) for field in _fields(told, _CAMERA)
    )
    return _page(told, f"Change camera {one.camera}", fields)


def _puts(inside: Inside, visit: Visit, form: CameraFields) -> Question:
    """Return the demand that puts a camera; raises FormFaultsError for half a place."""
    both = form.lat is not None, form.lon is not None
    if any(both) and not all(both):
        raise FormFaultsError({"lon" if both[0] else "lat": "A place is both: latitude and longitude"})
    name = form.camera.strip()
    put: dict[str, Any] = {"camera": name, "looks": form.looks}
    if form.lat is not None:
        put |= {"lat": form.lat, "lon": form.lon}
    before = visit.asked.path.get("camera", "").replace(".", "/")
    told = writable(inside, visit)
    if before != name and name in told.cameras:
        raise FormFaultsError({"camera": "The case names this camera already"})
    other = {"without": before} if before and before != name else {}
    return part_question(visit, form, {}, put=put, **other)


def _removes(inside: Inside, visit: Visit) -> ActPage:
    told = writable(inside, visit)
    camera = visit.place("camera").replace(".", "/")
    if camera not in told.cameras:
        raise LookupError("the case names no such camera")
    return ActPage(
        f"Take camera {camera} out of the case",
        ("What the case says of its place goes with it.",),
        "Take it out",
        f"{told.path}/write/cameras",
        SECTION,
        about=told.title,
        stops=True,
        fields=(seen_field(told),),
    )


def _takes_out(visit: Visit, form: RemoveFields) -> Question:
    return part_question(visit, form, {}, without=visit.place("camera").replace(".", "/"))


def _stay(inside: Inside, visit: Visit) -> ActPage:
    told = _of_form(writable(inside, visit), Form.MOVEABLE)
    days = told.case.stays_days
    field = Field(
        "stays_days",
        "Days at one place at most",
        "Enter a number of days, from 1 up",
        "number",
        "After so many days it is moved, or taken down; what it captures later is not taken.",
        width=5,
        begins="" if days is None else str(days),
    )
    return part_page(told, Part.CAMERAS, (field,), back=f"{told.path}/write/cameras")


def _driven(inside: Inside, visit: Visit) -> ActPage:
    told = _of_form(writable(inside, visit), Form.VEHICLE_MOUNTED)
    case: Case = told.case
    fields = (
        essay(
            "vehicles",
            "Which vehicles carry the cameras?",
            "Such as two marked cars of roads policing.",
            case,
            rows=3,
        ),
        essay("driven_for", "What may they be driven about for, and who decides it?", "", case, rows=5),
    )
    return part_page(told, Part.CAMERAS, fields, back=f"{told.path}/write/cameras")


def _of_form(told: WholeSite, form: Form) -> WholeSite:
    if told.form is not form:
        raise LookupError("a case of this form does not say that")
    return told


def _says(visit: Visit, form: StaysFields | DrivenFields) -> Question:
    if isinstance(form, StaysFields):
        return part_question(visit, form, {"stays_days": form.stays_days})
    return part_question(visit, form, {"vehicles": form.vehicles, "driven_for": form.driven_for})
