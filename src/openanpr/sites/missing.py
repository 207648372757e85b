"""What a case still lacks before it can be submitted, in sentences that hold none of its words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum

from openanpr.core.camera import CameraId
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.sites.case import Case, Form, Than
from openanpr.sites.duplication import Duplication
from openanpr.sites.ground import WORDS
from openanpr.sites.numbers import SiteNumbers


class Part(StrEnum):
    """A part of a case, as people write it one after the other."""

    ABOUT = "about"
    CAMERAS = "cameras"
    GROUNDS = "grounds"
    NEED = "need"
    VIEWS = "views"
    CONSULTED = "consulted"
    ALTERNATIVES = "alternatives"
    EXPECTED = "expected"
    DUPLICATION = "duplication"
    DPIA = "dpia"


_TEXTS = {
    Part.ABOUT: (("area", "name the area"),),
    Part.NEED: (
        ("need", "say what need the camera meets"),
        ("assessment", "add the strategic assessment of the problem"),
        ("doing_nothing", "say what follows if nothing is done"),
    ),
    Part.VIEWS: (
        ("local_views", "say what people who live or work there think of it"),
        ("wider_views", "say what others think of it, beyond those who live there"),
    ),
}


def missing(
    case: Case,
    checked: Duplication | None,
    register: Mapping[CameraId, RegisteredCamera],
    numbers: SiteNumbers,
    *,
    on: date,
) -> dict[Part, tuple[str, ...]]:
    """Return what each part of a case lacks on a day, a sentence each; empty where it can be submitted."""
    return {
        Part.ABOUT: (*_texts(case, Part.ABOUT), *_confidential(case)),
        Part.CAMERAS: (*_cameras(case, register), *_FORMS[case.form](case)),
        Part.GROUNDS: tuple(_grounds(case)),
        Part.NEED: tuple(_texts(case, Part.NEED)),
        Part.VIEWS: tuple(_texts(case, Part.VIEWS)),
        Part.CONSULTED: tuple(_asked(case, on)),
        Part.ALTERNATIVES: tuple(_alternatives(case)),
        Part.EXPECTED: tuple(_expected(case)),
        Part.DUPLICATION: tuple(_duplication(case, checked)),
        Part.DPIA: tuple(_dpia(case, numbers, on)),
    }


def _texts(case: Case, part: Part) -> Iterator[str]:
    return (sentence for name, sentence in _TEXTS[part] if not getattr(case, name).strip())


def _grounds(case: Case) -> Iterator[str]:
    if not case.claims:
        yield "claim at least one of the five grounds"
    for claim in case.claims:
        if not claim.evidence:
            yield f"add evidence for the ground of {WORDS[claim.ground]}"


def _cameras(case: Case, register: Mapping[CameraId, RegisteredCamera]) -> Iterator[str]:
    if not case.cameras:
        yield "name the cameras"
    drives = case.form is Form.VEHICLE_MOUNTED
    for one in case.cameras:
        known = register.get(one.camera)
        if known is not None and known.moving is not drives:
            yield f"camera {one.camera} is in the register as {'moving' if known.moving else 'fixed'}"
        if known is not None and known.retired is not None:
            yield f"camera {one.camera} was retired"


def _fixed(case: Case) -> Iterator[str]:
    for one in case.cameras:
        if one.place is None:
            yield f"say where camera {one.camera} is to stand"
        if not one.looks.strip():
            yield f"say what camera {one.camera} looks at, and what it does not"


def _moveable(case: Case) -> Iterator[str]:
    yield from (
        f"say where camera {one.camera} is to stand first" for one in case.cameras if one.place is None
    )
    if case.stays_days is None:
        yield "say how many days a camera stays at one place at most (stays_days)"


def _mounted(case: Case) -> Iterator[str]:
    if not case.vehicles.strip():
        yield "say which vehicles carry the cameras"
    if not case.driven_for.strip():
        yield "say what the vehicles are driven about for, and who decides it"


_FORMS: Mapping[Form, Callable[[Case], Iterator[str]]] = {
    Form.FIXED: _fixed,
    Form.MOVEABLE: _moveable,
    Form.VEHICLE_MOUNTED: _mounted,
}


def _alternatives(case: Case) -> Iterator[str]:
    for than in Than:
        if all(one.than is not than for one in case.alternatives):
            yield f"name an alternative that intrudes {than.value}, and why it is not the answer"


def _expected(case: Case) -> Iterator[str]:
    if not case.expected:
        yield "say what is expected of the cameras in a year, in numbers"


def _duplication(case: Case, checked: Duplication | None) -> Iterator[str]:
    if case.form is Form.VEHICLE_MOUNTED:
        return
    if checked is None:
        yield "have the places checked against cameras that are there already"
    elif checked.found and not case.duplication.strip():
        yield "say why the cameras near by are not enough (duplication)"


def _dpia(case: Case, numbers: SiteNumbers, on: date) -> Iterator[str]:
    if case.dpia is None:
        yield "add the data-protection impact assessment"
    elif case.dpia.looked_at > on:
        yield "the impact assessment has a day that is still to come"
    elif case.dpia.looked_at < on - timedelta(days=numbers.dpia_review_days):
        yield "have the impact assessment reviewed: it is too old"


def _asked(case: Case, on: date) -> Iterator[str]:
    if not case.consulted:
        yield "say who was consulted, when, and what they said"
    for number, one in enumerate(case.consulted, 1):
        if not one.answered.strip():
            yield f"say what number {number} of those who were consulted was answered"
        if one.on > on:
            yield f"number {number} of those who were consulted has a day that is still to come"


def _confidential(case: Case) -> Iterator[str]:
    if case.confidential and not case.confidential_why.strip():
        yield "say why the site is confidential beyond what all places are"
    if case.confidential and not case.named:
        yield "name who may know of the site; whoever is to authorise it must be among them"
    if case.named and not case.confidential:
        yield "people are named for a site that is not confidential: leave them out, or say confidential"
