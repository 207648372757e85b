"""The roads of a map layer as a network: who can get from where to where, how soon, and past what. Pure.

A layer draws roads as lines with a class, and says nothing of one-way streets and of turns that are not
allowed: so all is driven both ways here. Times are those of a class's usual speed and serve to tell likely
ways from unlikely ones. Where roads meet, their lines share a point to a tenth of a metre.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import cos, floor, hypot, radians
from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta, Struct

from openanpr.core.place import Place
from openanpr.search.sphere import distance_m

USUAL_KMH: Final[Mapping[str, float]] = {
    "motorway": 105.0,
    "primary": 72.0,
    "secondary": 58.0,
    "street": 35.0,
}
"""Of each class of road; of another class the slowest."""
MOST_OFF_M: Final = 250.0
"""A place further than that from every road is on none."""

Node: TypeAlias = int
Spot: TypeAlias = tuple[int, int]
"""Longitude and latitude in millionths of a degree: a tenth of a metre."""

_CELL: Final = 0.01  # degrees: a kilometre, more than MOST_OFF_M at every latitude with roads
_M_A_DEGREE: Final = 111_195.0


class LayerError(ValueError):
    """A layer whose roads cannot be used; the sentence says what to mend."""


class _Geometry(Struct, frozen=True):
    type: str
    coordinates: msgspec.Raw = msgspec.Raw(b"[]")


class _Properties(Struct, frozen=True):
    kind: object = None
    road_class: object = msgspec.field(default=None, name="class")


class _Feature(Struct, frozen=True):
    geometry: _Geometry | None = None
    properties: _Properties | None = None


class _Layer(Struct, frozen=True):
    features: list[_Feature]


_Pair = Annotated[list[float], Meta(min_length=2)]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A straight piece of a road between two spots, and the seconds that it usually takes."""

    start: Spot
    end: Spot
    seconds: float


@dataclass(frozen=True, slots=True)
class Roads:
    """All stretches, and which of them lie in or touch each cell of a grid of degrees."""

    stretches: tuple[Stretch, ...]
    _cells: Mapping[tuple[int, int], tuple[int, ...]] = field(repr=False)

    def nearest(self, place: Place) -> tuple[int, float] | None:
        """Return the nearest stretch and at which share of it (0 to 1), None for a place on no road."""
        across = cos(radians(place.lat))
        best: tuple[float, int, float] | None = None
        for number in self._near(place):
            off_m, share = _off(place, self.stretches[number], across)
            if off_m <= MOST_OFF_M and (best is None or (off_m, number) < best[:2]):
                best = off_m, number, share
        return None if best is None else best[1:]

    def _near(self, place: Place) -> set[int]:
        x, y = floor(place.lon / _CELL), floor(place.lat / _CELL)
        return {
            number
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            for number in self._cells.get((x + dx, y + dy), ())
        }


@dataclass(frozen=True, slots=True)
class Network:
    """Roads with places on them: each place that is on a road is a node, and so is where roads meet.

    Two places on one spot are one node. `at` names the node of a place.
    """

    at: Mapping[Place, Node] = field(repr=False)
    beside: Mapping[Node, tuple[tuple[Node, float], ...]] = field(repr=False)

    def reached(self, start: Node, *, within_s: float) -> dict[Node, float]:
        """Return the seconds of the quickest way from a node to each that it takes at most so long to."""
        return dict(self._in_turn(start, within_s))

    def seconds(self, start: Node, end: Node, *, within_s: float) -> float | None:
        """Return the seconds of the quickest way between two nodes, None where none is quick enough."""
        return next((seconds for node, seconds in self._in_turn(start, within_s) if node == end), None)

    def _in_turn(self, start: Node, within_s: float) -> Iterator[tuple[Node, float]]:
        """Yield nodes with their seconds, the nearest first (Dijkstra, 1959)."""
        settled: set[Node] = set()
        waiting = [(0.0, start)]
        while waiting:
            seconds, node = heapq.heappop(waiting)
            if node in settled:
                continue
            settled.add(node)
            yield node, seconds
            for other, more in self.beside.get(node, ()):
                if other not in settled and seconds + more <= within_s:
                    heapq.heappush(waiting, (seconds + more, other))


def roads_of(layer: bytes) -> Roads:
    """Return the roads of a GeoJSON FeatureCollection: lines whose `kind` is road. Raises LayerError."""
    try:
        features = msgspec.json.decode(layer, type=_Layer).features
        lines = [
            (str(one.properties.road_class), line)
            for one in features
            if one.geometry is not None and one.properties is not None and one.properties.kind == "road"
            for line in _lines(one.geometry)
        ]
        stretches = tuple(_stretches(lines))
    except (msgspec.DecodeError, ValueError) as fault:
        raise LayerError("the roads of the layer are lines of longitude and latitude with a class") from fault
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, one in enumerate(stretches):
        for cell in _cells(one):
            cells[cell].append(number)
    return Roads(stretches, {cell: tuple(numbers) for cell, numbers in cells.items()})


def network(roads: Roads, places: Iterable[Place]) -> Network:
    """Return the roads with these places on them; those that are on no road are left out."""
    on: dict[int, list[tuple[float, Place]]] = defaultdict(list)
    for place in dict.fromkeys(places):
        if (found := roads.nearest(place)) is not None:
            on[found[0]].append((found[1], place))
    nodes: dict[object, Node] = {}
    at: dict[Place, Node] = {}
    joined: list[tuple[Node, Node, float]] = []
    for number, one in enumerate(roads.stretches):
        stops: list[tuple[float, object]] = [(0.0, one.start), (1.0, one.end)]
        for share, place in on.get(number, ()):
            name = one.start if share <= 0 else one.end if share >= 1 else (number, share, "")
            at[place] = nodes.setdefault(name, len(nodes))
            stops.append((share, name))
        stops.sort(key=lambda stop: stop[0])
        for (since, start), (until, end) in pairwise(stops):
            first, last = nodes.setdefault(start, len(nodes)), nodes.setdefault(end, len(nodes))
            if first != last:
                joined.append((first, last, (until - since) * one.seconds))
    return Network(at, _beside(joined, keep=frozenset(at.values())))


def narrows(beside: Mapping[Node, Iterable[Node]], start: Node, end: Node) -> frozenset[Node]:
    """Return the nodes, ends apart, that every way from start to end goes through; none where there is none.

    Along one way from end to end each node is looked at in turn: what was reached before it without it, and
    no further along the way, must go through it.
    """
    way = _some_way(beside, start, end)
    place = {node: turn for turn, node in enumerate(way)}
    found: set[Node] = set()
    seen: set[Node] = set()
    furthest = 0
    for turn, node in enumerate(way):
        if furthest <= turn and 0 < turn < len(way) - 1:
            found.add(node)
        left = [node]
        while left:
            for other in beside.get(left.pop(), ()):
                if other in place:
                    furthest = max(furthest, place[other])
                elif other not in seen:
                    seen.add(other)
                    left.append(other)
    return frozenset(found)


def _some_way(beside: Mapping[Node, Iterable[Node]], start: Node, end: Node) -> list[Node]:
    came: dict[Node, Node] = {start: start}
    left = [start]
    while left and end not in came:
        ahead: list[Node] = []
        for node in left:
            for other in beside.get(node, ()):
                if other not in came:
                    came[other] = node
                    ahead.append(other)
        left = ahead
    if end not in came:
        return []
    way = [end]
    while way[-1] != start:
        way.append(came[way[-1]])
    return way[::-1]


def _beside(
    joined: Sequence[tuple[Node, Node, float]], *, keep: frozenset[Node]
) -> dict[Node, tuple[tuple[Node, float], ...]]:
    """Each node's neighbours, where nodes that are neither kept nor where roads meet are gone."""
    links: dict[Node, dict[Node, float]] = defaultdict(dict)
    for one, other, seconds in joined:
        for a, b in ((one, other), (other, one)):
            links[a][b] = min(seconds, links[a].get(b, seconds))
    for node in list(links):
        if node in keep or len(links[node]) != 2:
            continue
        (one, first), (other, second) = links.pop(node).items()
        del links[one][node], links[other][node]
        # Of two roads between the same nodes the slower changes neither times nor what must be passed.
        links[one][other] = links[other][one] = min(first + second, links[one].get(other, first + second))
    return {node: tuple(beside.items()) for node, beside in links.items()}


def _lines(geometry: _Geometry) -> Iterator[list[Spot]]:
    if geometry.type == "LineString":
        lines = [msgspec.json.decode(geometry.coordinates, type=list[_Pair])]
    elif geometry.type == "MultiLineString":
        lines = msgspec.json.decode(geometry.coordinates, type=list[list[_Pair]])
    else:
        return
    for line in lines:
        yield [_spot(Place(pair[1], pair[0])) for pair in line]


def _stretches(lines: Iterable[tuple[str, Sequence[Spot]]]) -> Iterator[Stretch]:
    slowest = min(USUAL_KMH.values())
    for named, line in lines:
        kmh = USUAL_KMH.get(named, slowest)
        for start, end in pairwise(line):
            if start != end:
                yield Stretch(start, end, distance_m(_place(start), _place(end)) / kmh * 3.6)


def _spot(place: Place) -> Spot:
    return round(place.lon * 1e6), round(place.lat * 1e6)


def _place(spot: Spot) -> Place:
    return Place(spot[1] / 1e6, spot[0] / 1e6)


def _cells(one: Stretch) -> Iterator[tuple[int, int]]:
    lons, lats = zip(one.start, one.end, strict=True)
    for x in range(floor(min(lons) / 1e6 / _CELL), floor(max(lons) / 1e6 / _CELL) + 1):
        for y in range(floor(min(lats) / 1e6 / _CELL), floor(max(lats) / 1e6 / _CELL) + 1):
            yield x, y


def _off(place: Place, one: Stretch, across: float) -> tuple[float, float]:
    """Metres from a place to a stretch, on a plane, and at which share of it that is."""

    def metres(spot: Spot) -> tuple[float, float]:
        east = (spot[0] / 1e6 - place.lon) * across * _M_A_DEGREE
        return east, (spot[1] / 1e6 - place.lat) * _M_A_DEGREE

    (ax, ay), (bx, by) = metres(one.start), metres(one.end)
    dx, dy = bx - ax, by - ay
    share = min(1.0, max(0.0, -(ax * dx + ay * dy) / (dx * dx + dy * dy)))
    return hypot(ax + share * dx, ay + share * dy), share
