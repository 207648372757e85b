"""Steps on sites as text in a column and back: JSON of their fields, with the number of its form; no place.

A change to the fields of a step needs a new form and a reader for the old one; a recorded document of each
form is in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import msgspec

from openanpr.core.camera import CameraId
from openanpr.sites.case import SiteCamera
from openanpr.sites.life import SiteStep
from openanpr.store.control.engine import DatabaseError

FORM: Final = 2
"""The form that is written now."""
_READ: Final = frozenset({1, FORM})
"""Those that are read: the first knew of no moves, and is read as it is."""

_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
_DECODER: Final = msgspec.json.Decoder(SiteStep)


def write_step(step: SiteStep) -> dict[str, Any]:
    """Return the columns `form` and `document`."""
    case = None if step.case is None else step.case.without_places()
    stands = None if step.stands is None else SiteCamera(step.stands.camera)
    told = replace(step, case=case, stands=stands)
    return {"form": FORM, "document": _ENCODER.encode(told).decode()}


def read_step(form: int, document: str, places: Mapping[CameraId, SiteCamera]) -> SiteStep:
    """Return the step, its cameras with their places; raises DatabaseError for a form of a later version."""
    if form not in _READ:
        raise DatabaseError(
            "the sites were written by a later version: upgrade this node, or restore a backup"
        )
    step = _DECODER.decode(document)
    if step.stands is not None:
        return replace(step, stands=places.get(step.stands.camera, step.stands))
    if step.case is None or not places:
        return step
    cameras = tuple(places.get(one.camera, one) for one in step.case.cameras)
    return replace(step, case=replace(step.case, cameras=cameras))
