"""Between two reads of one vehicle: which places lie on the likely ways, and when they were passed. Pure.

Likely is a way that takes at most a fifth and a minute longer than the quickest, by the usual speed of each
class of road. When a camera was passed is bounded by what nobody drives in: half the usual time. These
numbers are judgement. A vehicle may always have gone another way, or stood; nothing here says where it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from openanpr.core.place import Place
from openanpr.search.roads import Network, Node, narrows
from openanpr.search.sphere import distance_m

ROUNDABOUT: Final = 1.2
"""A likely way takes so many times the quickest at most, and `MORE_S` seconds."""
MORE_S: Final = 60.0
SOONEST: Final = 0.5
"""Nobody drives a way in less than this part of its usual time."""
LONGEST: Final = timedelta(hours=12)
"""Between reads further apart the way may have led anywhere."""
CLOCKS_S: Final = 10.0
"""By how much two cameras' clocks may differ before a drive is called too quick."""
SAME_PLACE_M: Final = 200.0

_STRAIGHT_MS: Final = 29.0  # as the crow flies, usually: 105 km/h, for roads are longer than that
_STRAIGHT_MORE_M: Final = 500.0
_ALIKE_S: Final = 0.001


class WorkedOut(StrEnum):
    """By what the likely ways between two reads are known, or why nothing is said of them."""

    ROADS = "roads"
    STRAIGHT = "straight"  # no roads are known there: near the straight line
    SAME_PLACE = "same-place"
    TOO_LONG = "too-long"  # LONGEST
    TOO_QUICK = "too-quick"  # sooner than anybody drives
    NO_PLACE = "no-place"  # of one of the reads it is not known where it was
    NOT_REACHED = "not-reached"  # too many legs


class OnWhich(StrEnum):
    """Which of the likely ways go by a place."""

    EVERY = "every"
    QUICKEST = "quickest"
    SOME = "some"


@dataclass(frozen=True, slots=True)
class Ends:
    """Two reads of one vehicle, one after the other: where and when."""

    start: Place = field(repr=False)
    end: Place = field(repr=False)
    since: datetime
    until: datetime

    @property
    def length_s(self) -> float:
        """Seconds between them."""
        return (self.until - self.since).total_seconds()


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """That a place lies on a likely way, and on which: it was passed then from `since` until `until`."""

    place: Place = field(repr=False)
    since: datetime
    until: datetime
    on: OnWhich


def between(
    ends: Ends, places: Iterable[Place], roads: Network | None
) -> tuple[WorkedOut, tuple[OnTheWay, ...]]:
    """Return by what was worked out which of these places lie on likely ways, in the order of passing.

    `roads` has both ends and the places on it, as far as they are on a road; None: no roads are known.
    """
    if ends.length_s > LONGEST.total_seconds():
        return WorkedOut.TOO_LONG, ()
    if distance_m(ends.start, ends.end) <= SAME_PLACE_M:
        return WorkedOut.SAME_PLACE, ()
    if roads is not None and (found := _by_road(ends, roads)) is not None:
        return _said(WorkedOut.ROADS, ends, found.quickest_s, found.places(places, roads))
    quickest_s = distance_m(ends.start, ends.end) / _STRAIGHT_MS
    return _said(WorkedOut.STRAIGHT, ends, quickest_s, _near_the_line(ends, places))


@dataclass(frozen=True, slots=True)
class _Ways:
    """Seconds from the start and to the end of each node on a likely way; `narrow`: on every one of them."""

    quickest_s: float
    gone_s: Mapping[Node, float]
    left_s: Mapping[Node, float]
    narrow: frozenset[Node]

    def places(self, places: Iterable[Place], roads: Network) -> Iterator[_Passed]:
        for place in places:
            node = roads.at.get(place)
            if node is not None and node in self.gone_s:
                gone, left = self.gone_s[node], self.left_s[node]
                quickest = gone + left <= self.quickest_s + _ALIKE_S
                some = OnWhich.QUICKEST if quickest else OnWhich.SOME
                yield _Passed(place, gone, left, OnWhich.EVERY if node in self.narrow else some)


@dataclass(frozen=True, slots=True)
class _Passed:
    place: Place
    gone_s: float
    left_s: float
    on: OnWhich


def _by_road(ends: Ends, roads: Network) -> _Ways | None:
    start, end = roads.at.get(ends.start), roads.at.get(ends.end)
    if start is None or end is None or start == end:
        return None
    # Beyond what the time between the reads allows, at the soonest, nothing needs to be looked at.
    quickest = roads.seconds(start, end, within_s=(ends.length_s + CLOCKS_S) / SOONEST)
    if quickest is None:
        quickest = roads.seconds(start, end, within_s=float("inf"))
        return None if quickest is None else _Ways(quickest, {}, {}, frozenset())
    most = quickest * ROUNDABOUT + MORE_S
    gone, left = roads.reached(start, within_s=most), roads.reached(end, within_s=most)
    likely = {node for node, seconds in gone.items() if node in left and seconds + left[node] <= most}
    beside = {
        node: {
            other
            for other, seconds in roads.beside[node]
            if other in likely and min(gone[node] + left[other], gone[other] + left[node]) + seconds <= most
        }
        for node in likely
    }
    _without_ends(beside, keep=frozenset((start, end)))
    on_the_way = {node: gone[node] for node in beside}
    return _Ways(quickest, on_the_way, left, narrows(beside, start, end))


def _without_ends(beside: dict[Node, set[Node]], *, keep: frozenset[Node]) -> None:
    """Take out what is there and back: no way from one read to the other goes into a road without an end."""
    left = [node for node, others in beside.items() if len(others) < 2 and node not in keep]
    while left:
        node = left.pop()
        for other in beside.pop(node, ()):
            beside[other].discard(node)
            if len(beside[other]) < 2 and other not in keep:
                left.append(other)


def _near_the_line(ends: Ends, places: Iterable[Place]) -> Iterator[_Passed]:
    most = distance_m(ends.start, ends.end) * ROUNDABOUT + _STRAIGHT_MORE_M
    for place in places:
        gone, left = distance_m(ends.start, place), distance_m(place, ends.end)
        if gone + left <= most:
            yield _Passed(place, gone / _STRAIGHT_MS, left / _STRAIGHT_MS, OnWhich.SOME)


def _said(
    by: WorkedOut, ends: Ends, quickest_s: float, passed: Iterable[_Passed]
) -> tuple[WorkedOut, tuple[OnTheWay, ...]]:
    if quickest_s * SOONEST > ends.length_s + CLOCKS_S:
        return WorkedOut.TOO_QUICK, ()
    found = [
        (
            one.gone_s,
            OnTheWay(
                one.place,
                ends.since + timedelta(seconds=one.gone_s * SOONEST),
                ends.until - timedelta(seconds=one.left_s * SOONEST),
                one.on,
            ),
        )
        for one in passed
        if (one.gone_s + one.left_s) * SOONEST <= ends.length_s
    ]
    return by, tuple(one for _, one in sorted(found, key=lambda told: told[0]))
