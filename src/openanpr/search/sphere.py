"""Distances and areas on the ground: the earth as a sphere, which is right to half a hundredth part. Pure.

Sides of an area are straight in degrees, as the store of reads takes them too: so a fixed camera and a
moving one at the same place are both inside, or neither. No area may cross the 180th meridian or reach a
pole: there, what is inside is no longer one thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import asin, atan2, cos, degrees, pi, radians, sin, sqrt

from openanpr.core.place import Place
from openanpr.search.question import Around, Drawn, QuestionError

EARTH_M = 6_371_008.8
"""The mean radius of the earth (WGS 84: two thirds of the long axis and a third of the short)."""
_SIDES = 64
_POLE = 89.0


def distance_m(a: Place, b: Place) -> float:
    """Return the metres between two places along the ground (haversine: right for near ones too)."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half_lat, half_lon = (lat_b - lat_a) / 2, radians(b.lon - a.lon) / 2
    chord = sin(half_lat) ** 2 + cos(lat_a) * cos(lat_b) * sin(half_lon) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(chord)))


def verify_area(corners: Sequence[Place]) -> None:
    """Raise QuestionError for an area across the 180th meridian, at a pole, or without any ground in it."""
    ring = [*corners, corners[0]]
    if any(abs(b.lon - a.lon) >= 180 for a, b in pairwise(ring)):
        raise QuestionError("an area may not cross the 180th meridian: draw one on each side of it")
    if any(abs(corner.lat) >= _POLE for corner in corners):
        raise QuestionError("an area may not reach within a degree of a pole")
    if area_km2(corners) < 1e-6:
        raise QuestionError("an area needs some ground in it: its corners lie on a line")


def inside(place: Place, corners: Sequence[Place]) -> bool:
    """Tell whether a place lies in an area: whether the way north from it leaves the area an odd time."""
    crossed = False
    for a, b in pairwise([*corners, corners[0]]):
        # Half open, so that a corner is crossed once and not twice.
        if (a.lon > place.lon) != (b.lon > place.lon) and place.lat < _lat_at(a, b, place.lon):
            crossed = not crossed
    return crossed


def area_km2(corners: Sequence[Place]) -> float:
    """Return the square kilometres of an area (Chamberlain and Duquette, 2007)."""
    total = sum(
        radians(b.lon - a.lon) * (2 + sin(radians(a.lat)) + sin(radians(b.lat)))
        for a, b in pairwise([*corners, corners[0]])
    )
    return abs(total) * (EARTH_M / 1000) ** 2 / 2


def circle(around: Around) -> Drawn:
    """Return an area with all of a circle in it, of 64 corners. Raises QuestionError as `verify_area`."""
    lat, lon = radians(around.centre.lat), radians(around.centre.lon)
    arc = around.radius_m / EARTH_M / cos(pi / _SIDES)  # the sides touch the circle, the corners stand out
    if abs(around.centre.lat) + degrees(arc) >= _POLE:
        raise QuestionError("an area may not reach within a degree of a pole")
    corners: list[Place] = []
    for side in range(_SIDES):
        bearing = 2 * pi * side / _SIDES
        up = asin(sin(lat) * cos(arc) + cos(lat) * sin(arc) * cos(bearing))
        across = lon + atan2(sin(bearing) * sin(arc) * cos(lat), cos(arc) - sin(lat) * sin(up))
        if not -pi <= across <= pi:
            raise QuestionError("an area may not cross the 180th meridian: ask on each side of it")
        corners.append(Place(degrees(up), degrees(across)))
    return Drawn(tuple(corners))


def _lat_at(a: Place, b: Place, lon: float) -> float:
    """The latitude in degrees of the side from a to b at a longitude between them."""
    return a.lat + (b.lat - a.lat) * (lon - a.lon) / (b.lon - a.lon)
