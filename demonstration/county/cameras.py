"""The cameras of the county: fourteen that stand, two that drive, and what is odd about some of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from demonstration.county.ground import Ground, Leg, Point
from openanpr.core.camera import CameraId

FORCE = 53
FILMED = (CameraId(FORCE, 1, 1), CameraId(FORCE, 1, 2))
"""Of these video is drawn, and the recogniser reads it; all others are simulated."""
UNREGISTERED = CameraId(FORCE, 1, 99)
"""A camera that delivers and that nobody has put into the register."""


class Oddity(StrEnum):
    """What is wrong with a camera, for people to find."""

    NONE = "none"
    LATE = "late"  # its line is up every few minutes only
    CLOCK = "clock"  # its clock is behind


@dataclass(frozen=True, slots=True)
class Post:
    """A camera that stands: on the leg from `start` to `end`, looking at what drives towards `end`.

    `both` ways: it reads the rear plates of what drives the other way too.
    """

    camera: CameraId
    name: str
    area: str
    start: str
    end: str
    share: float
    both: bool = True
    oddity: Oddity = Oddity.NONE

    def leg(self, ground: Ground) -> Leg:
        """Return the leg that it stands on; raises GroundError."""
        return ground.leg(self.start, self.end)

    def at(self, ground: Ground) -> Point:
        """Return where it stands."""
        leg = self.leg(ground)
        return leg.at(self.share if leg.start == self.start else 1 - self.share)


@dataclass(frozen=True, slots=True)
class PatrolCar:
    """A camera that drives; `seed` chooses its rounds. `loses_fix`: now and then it knows not where it is."""

    camera: CameraId
    name: str
    area: str
    home: str
    seed: int
    loses_fix: bool = False


def _post(
    number: int,
    name: str,
    area: str,
    stands: tuple[str, str, float],
    *,
    both: bool = True,
    oddity: Oddity = Oddity.NONE,
) -> Post:
    return Post(CameraId(FORCE, 1, number), name, area, *stands, both=both, oddity=oddity)


POSTS = (
    _post(1, "Mill Street, Leonis", "central", ("leonis-east", "leonis-south", 0.5)),
    _post(2, "Quay Street, Port Tristan", "south", ("port-tristan", "port-quay", 0.6)),
    _post(3, "M99 westbound, J2 to J1", "west", ("m99-2", "m99-1", 0.5), both=False),
    _post(4, "M99 eastbound, J2 to J3", "central", ("m99-2", "m99-3", 0.45), both=False),
    _post(5, "M99 westbound, J4 to J3", "east", ("m99-4", "m99-3", 0.5), both=False),
    _post(6, "M99 northbound, J4 to J5", "east", ("m99-4", "m99-5", 0.6), both=False),
    _post(7, "A902 northbound, Leonis", "south", ("port-tristan", "leonis-south", 0.7)),
    _post(8, "A904 northbound, Highmoor", "north", ("m99-3", "highmoor", 0.6), oddity=Oddity.LATE),
    _post(9, "A901 southbound, Galehaven", "north", ("galehaven", "m99-5", 0.35)),
    _post(10, "Lion Street, Leonis", "central", ("leonis-west", "leonis", 0.5)),
    _post(11, "A905 southbound, Lowenick", "west", ("sevenstones", "lowenick", 0.75), oddity=Oddity.CLOCK),
    _post(12, "A903 eastbound, Isold Cross", "east", ("leonis-east", "isold-cross", 0.8)),
    _post(13, "B9901 northbound, Trevannick", "west", ("sevenstones", "trevannick", 0.7)),
    _post(14, "B9906 eastbound, Mordrake", "north", ("galehaven", "mordrake", 0.7)),
)
UNUSED = _post(15, "Old bridge, Lowenick", "west", ("sevenstones", "lowenick", 0.4))
"""A camera whose site has lapsed; its reader was taken down, and nobody has retired it."""
PATROLS = (
    PatrolCar(CameraId(FORCE, 2, 1), "Patrol car LY21", "central", "leonis", 21),
    PatrolCar(CameraId(FORCE, 2, 2), "Patrol car LY34", "south", "port-tristan", 34, loses_fix=True),
)
