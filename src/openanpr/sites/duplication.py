"""Whether a camera would see what others see already: how far they are, what traffic they share. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.core.share import Share
from openanpr.sites.case import Case

_EARTH_M = 6_371_008.8
STEP_M = 50
"""Distances are told in steps of so many metres."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Reads of one camera in some days, and how many were of marks that another saw within some minutes."""

    reads: int
    seen_too: int

    @property
    def share(self) -> Share:
        """The share of the reads that the other camera had too."""
        return Share(self.seen_too, self.reads)


@dataclass(frozen=True, slots=True)
class Near:
    """A camera of the register near one of the site: metres between them, rounded up to whole fifties.

    `shared` is None where the one of the site has read nothing yet, so that nothing can be shared.
    """

    camera: CameraId
    near: CameraId
    at_most_m: int
    shared: Shared | None


@dataclass(frozen=True, slots=True)
class Duplication:
    """What was found when somebody looked, and by which numbers."""

    at: datetime
    within_m: int
    minutes: int
    days: int
    found: tuple[Near, ...]


def metres(one: Place, other: Place) -> float:
    """Return how far two places are apart on a sphere, in metres."""
    lat, other_lat = math.radians(one.lat), math.radians(other.lat)
    by_lat, by_lon = other_lat - lat, math.radians(other.lon - one.lon)
    half = math.sin(by_lat / 2) ** 2 + math.cos(lat) * math.cos(other_lat) * math.sin(by_lon / 2) ** 2
    return 2 * _EARTH_M * math.asin(min(1.0, math.sqrt(half)))


def near_ones(
    case: Case, register: Iterable[RegisteredCamera], *, within_m: int
) -> tuple[tuple[CameraId, CameraId, float], ...]:
    """Return the camera of the site, the one of the register and metres of each near pair, nearest first.

    Cameras of the site itself, those that drive and those that are retired are left out.
    """
    own = set(case.camera_ids)
    stand = [
        (one.camera, one.place)
        for one in register
        if one.place is not None and not one.moving and one.retired is None and one.camera not in own
    ]
    found = [
        (mine.camera, other, apart)
        for mine in case.cameras
        if mine.place is not None
        for other, place in stand
        if (apart := metres(mine.place, place)) <= within_m
    ]
    return tuple(sorted(found, key=lambda pair: (pair[2], pair[0], pair[1])))


def told(
    pairs: Iterable[tuple[CameraId, CameraId, float]],
    shared: Mapping[tuple[CameraId, CameraId], Shared],
) -> tuple[Near, ...]:
    """Return the pairs as they are told: a distance is rounded up, so that it gives away no place."""
    return tuple(
        Near(camera, other, max(1, math.ceil(apart / STEP_M)) * STEP_M, shared.get((camera, other)))
        for camera, other, apart in pairs
    )
