"""The county as drawn by hand in `roads.toml`: coast, water, places, and the legs of its roads as curves."""

from __future__ import annotations

import math
import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

from openanpr.core.place import Place

Point: TypeAlias = tuple[float, float]
"""Kilometres east and north of the county's origin."""
Line: TypeAlias = tuple[Point, ...]

DRAWING = Path(__file__).with_name("roads.toml")
SPEEDS_KMH: Mapping[str, float] = {"motorway": 105.0, "primary": 70.0, "secondary": 56.0, "street": 34.0}
_KM_A_DEGREE = 111.2
_STEPS = 10  # pieces of a curve between two points that were drawn
_COAST_SEED = 1099


class GroundError(ValueError):
    """The drawing cannot be used; the sentence says where."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """A town or a village: `kind` says which."""

    name: str
    kind: str
    at: Point


@dataclass(frozen=True, slots=True)
class Water:
    """A lake (a closed line) or a river."""

    name: str
    kind: str
    line: Line


@dataclass(frozen=True, slots=True)
class Leg:
    """A road between two nodes: `line` runs from `start` to `end`; it is driven both ways."""

    road: str
    kind: str
    start: str
    end: str
    line: Line

    @property
    def km(self) -> float:
        """How long it is."""
        return sum(math.dist(a, b) for a, b in pairwise(self.line))

    @property
    def seconds(self) -> float:
        """How long it takes at its class's usual speed."""
        return self.km / SPEEDS_KMH[self.kind] * 3600

    def at(self, share: float) -> Point:
        """Return the point at this share (0 to 1) of its length."""
        left = min(max(share, 0.0), 1.0) * self.km
        for a, b in pairwise(self.line):
            long = math.dist(a, b)
            if left <= long and long > 0:
                part = left / long
                return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part
            left -= long
        return self.line[-1]


@dataclass(frozen=True, slots=True)
class Ground:
    """The whole county; `origin` is where kilometre 0, 0 lies."""

    name: str
    origin: Place
    land: tuple[Line, ...]
    water: tuple[Water, ...]
    places: Mapping[str, Settlement]
    nodes: Mapping[str, Point]
    legs: tuple[Leg, ...]

    def degrees(self, point: Point) -> Place:
        """Return where on the earth a point lies, to a metre or so."""
        lat = self.origin.lat + point[1] / _KM_A_DEGREE
        a_degree = _KM_A_DEGREE * math.cos(math.radians(self.origin.lat))
        return Place(round(lat, 5), round(self.origin.lon + point[0] / a_degree, 5))

    def leg(self, start: str, end: str) -> Leg:
        """Return the leg between two nodes, whichever way it was drawn; raises GroundError."""
        for leg in self.legs:
            if {leg.start, leg.end} == {start, end}:
                return leg
        raise GroundError(f"no road runs between {start} and {end}")


def read_ground(path: Path = DRAWING) -> Ground:
    """Return the county of a drawing; raises GroundError, OSError."""
    try:
        said = tomllib.loads(path.read_text("utf-8"))
        return _ground(said)
    except (KeyError, TypeError, tomllib.TOMLDecodeError) as fault:
        raise GroundError(f"{path.name}: {fault}") from fault


def _ground(said: Mapping[str, Any]) -> Ground:
    places = {
        key: Settlement(one["name"], one["class"], _point(one["at"])) for key, one in said["places"].items()
    }
    nodes = {key: place.at for key, place in places.items()}
    nodes |= {key: _point(at) for key, at in said["nodes"].items()}
    chance = random.Random(_COAST_SEED)
    outlines = [said["coast"]["mainland"], *said["coast"]["islands"]]
    return Ground(
        said["name"],
        Place(said["origin"]["lat"], said["origin"]["lon"]),
        tuple(_rough(_closed(list(map(_point, line))), chance) for line in outlines),
        tuple(_water(one) for one in said["water"]),
        places,
        nodes,
        tuple(_leg(road, leg, nodes) for road in said["roads"] for leg in road["legs"]),
    )


def _point(pair: Sequence[float]) -> Point:
    return float(pair[0]), float(pair[1])


def _water(one: Mapping[str, Any]) -> Water:
    points = list(map(_point, one["points"]))
    return Water(one["name"], one["class"], _closed(points) if one["class"] == "lake" else _curve(points))


def _leg(road: Mapping[str, Any], leg: Mapping[str, Any], nodes: Mapping[str, Point]) -> Leg:
    if road["class"] not in SPEEDS_KMH:
        raise GroundError(f"{road['name']}: there is no class {road['class']}")
    points = [nodes[leg["from"]], *map(_point, leg["by"]), nodes[leg["to"]]]
    return Leg(road["name"], road["class"], leg["from"], leg["to"], _curve(points))


def _curve(points: Sequence[Point]) -> Line:
    """A smooth line through all points (Catmull and Rom)."""
    ends = [points[0], *points, points[-1]]
    line = [
        _between(ends[n : n + 4], step / _STEPS) for n in range(len(points) - 1) for step in range(_STEPS)
    ]
    return (*line, points[-1])


def _closed(points: Sequence[Point]) -> Line:
    """The same round about, the first point once more at the end."""
    around = [points[-1], *points, points[0], points[1]]
    line = [_between(around[n : n + 4], step / _STEPS) for n in range(len(points)) for step in range(_STEPS)]
    return (*line, line[0])


def _between(four: Sequence[Point], t: float) -> Point:
    """The point at `t` (0 to 1) between the two in the middle."""

    def one(n: int) -> float:
        a, b, c, d = (p[n] for p in four)
        return 0.5 * (
            2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
        )

    return one(0), one(1)


def _rough(line: Line, chance: random.Random) -> Line:
    """A shore: small coves and points, the same for the same chance; closed as it was."""
    waves = [(chance.uniform(0, 2 * math.pi), chance.uniform(0.7, 1.3)) for _ in range(4)]
    out: list[Point] = []
    gone = 0.0
    for a, b in pairwise(line):
        step = math.dist(a, b)
        gone += step
        off = sum(
            0.16 / (n + 1) * math.sin(gone * 1.9 * (n + 1) * swift + phase)
            for n, (phase, swift) in enumerate(waves)
        )
        off += chance.gauss(0, 0.035)
        if step > 0:
            out.append((a[0] - (b[1] - a[1]) / step * off, a[1] + (b[0] - a[0]) / step * off))
    return (*out, out[0])
