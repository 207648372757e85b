"""Ways through the county: the quickest over its roads, and which cameras stand along them."""

from __future__ import annotations

import heapq
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from demonstration.county.cameras import Post
from demonstration.county.ground import Ground, Leg, Point
from openanpr.core.camera import CameraId
from openanpr.core.read import Direction

TASTES = 8


@dataclass(frozen=True, slots=True)
class Passing:
    """That a way goes by a camera, so long after it began at the usual speed."""

    camera: CameraId
    after_s: float
    direction: Direction


@dataclass(frozen=True, slots=True)
class Way:
    """From node to node; `passings` in order of time."""

    nodes: tuple[str, ...]
    seconds: float
    passings: tuple[Passing, ...]


class Roads:
    """The county's roads as a graph with cameras on it. Ways are found once and remembered."""

    def __init__(self, ground: Ground, posts: Sequence[Post]) -> None:
        self.ground = ground
        self._posts = _by_leg(ground, posts)
        self._ways: dict[tuple[int, tuple[str, ...]], Way] = {}
        self._costs = tuple(_costs(ground, taste) for taste in range(TASTES))

    @cached_property
    def _next(self) -> Mapping[str, Sequence[tuple[str, Leg]]]:
        beside: dict[str, list[tuple[str, Leg]]] = defaultdict(list)
        for leg in self.ground.legs:
            beside[leg.start].append((leg.end, leg))
            beside[leg.end].append((leg.start, leg))
        return beside

    def way(self, *stops: str, taste: int = 0) -> Way:
        """Return the best way over the stops in turn; raises KeyError for a node that is none.

        By taste 0 that is the quickest; each other taste (below `TASTES`) likes some roads more than others.
        """
        if (taste, stops) not in self._ways:
            nodes = [stops[0]]
            for start, end in pairwise(stops):
                nodes += self._best(start, end, self._costs[taste])[1:]
            self._ways[taste, stops] = self._timed(tuple(nodes))
        return self._ways[taste, stops]

    def at(self, way: Way, after_s: float) -> Point:
        """Return where a way is so long after its beginning, at the usual speed."""
        for start, end in pairwise(way.nodes):
            leg = self.ground.leg(start, end)
            if after_s <= leg.seconds:
                share = max(0.0, after_s) / leg.seconds
                return leg.at(share if leg.start == start else 1 - share)
            after_s -= leg.seconds
        return self.ground.nodes[way.nodes[-1]]

    def _best(self, start: str, end: str, costs: Mapping[Leg, float]) -> list[str]:
        """Dijkstra: among ways equally good the one whose nodes come first by name."""
        best: dict[str, float] = {}
        waiting: list[tuple[float, list[str]]] = [(0.0, [start])]
        while waiting:
            seconds, nodes = heapq.heappop(waiting)
            if nodes[-1] == end:
                return nodes
            if best.setdefault(nodes[-1], seconds) < seconds:
                continue
            for other, leg in self._next[nodes[-1]]:
                if other not in best:
                    heapq.heappush(waiting, (seconds + costs[leg], [*nodes, other]))
        raise KeyError(f"no road leads from {start} to {end}")

    def _timed(self, nodes: tuple[str, ...]) -> Way:
        passings: list[Passing] = []
        gone = 0.0
        for start, end in pairwise(nodes):
            leg = self.ground.leg(start, end)
            here = [
                Passing(post.camera, gone + share * leg.seconds, direction)
                for post in self._posts.get(frozenset((start, end)), ())
                for share, direction in _seen(post, start)
            ]
            passings += sorted(here, key=lambda one: one.after_s)
            gone += leg.seconds
        return Way(nodes, gone, tuple(passings))


def _costs(ground: Ground, taste: int) -> Mapping[Leg, float]:
    """What each leg costs by a taste, in seconds as they are felt."""
    chance = random.Random(f"taste {taste}")
    return {leg: leg.seconds * (chance.uniform(0.5, 1.7) if taste else 1.0) for leg in ground.legs}


def _by_leg(ground: Ground, posts: Sequence[Post]) -> Mapping[frozenset[str], list[Post]]:
    found: dict[frozenset[str], list[Post]] = defaultdict(list)
    for post in posts:
        post.leg(ground)
        found[frozenset((post.start, post.end))].append(post)
    return found


def _seen(post: Post, start: str) -> list[tuple[float, Direction]]:
    """At which share of a leg driven from `start` the camera sees it, and how; nothing where it does not."""
    if start == post.start:
        return [(post.share, Direction.TOWARDS)]
    return [(1 - post.share, Direction.AWAY)] if post.both else []
