"""Cameras that should have seen a vehicle between two reads and did not, and whether they worked then.

It is told of questions that ask everywhere alone: of one place, nobody knows what was read beside it. What it
takes is bounded: so many legs, the newest first, each over the roads near it; and one question of counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.core.shape import shape_key
from openanpr.search.between import SAME_PLACE_M, Ends, OnTheWay, OnWhich, WorkedOut, between
from openanpr.search.found import CameraMissed, Did, FoundRead, MissedLeg
from openanpr.search.kept import Found
from openanpr.search.parts import Parts
from openanpr.search.question import ListOfVehicles, OneVehicle, Question, Spelling
from openanpr.search.roads import Network, Roads, network
from openanpr.search.sight import Sight
from openanpr.search.sphere import distance_m

MOST_LEGS: Final = 50
MOST_TOLD: Final = 20
"""Cameras of one leg that are told; how many more there are is told too."""
_MOST_NODES: Final = 500_000
"""Of roads that are looked over for one answer: of a large network fewer legs are worked out."""
_ORDER: Final = tuple(OnWhich)
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Leg:
    """Two reads, one after the other, with their numbers among the rows."""

    start: int
    end: int
    first: FoundRead
    last: FoundRead


@dataclass(frozen=True, slots=True)
class _Passed:
    """A camera that would have been passed."""

    one: RegisteredCamera
    way: OnTheWay

    @property
    def hours(self) -> tuple[datetime, ...]:
        """The hours (UTC) in which it would have been."""
        first = self.way.since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return tuple(first + n * _HOUR for n in range(-((first - self.way.until) // _HOUR)))


def missed_legs(parts: Parts, question: Question, found: Found, sight: Sight) -> tuple[MissedLeg, ...]:
    """Return what lies between the reads of each vehicle that was asked for, the newest leg first.

    Nothing for who may not see where cameras stand, and of no camera that the person may not know of. Raises
    ReadsUnreachableError.
    """
    if not isinstance(question, OneVehicle | ListOfVehicles) or not sight.places:
        return ()
    legs = sorted(_legs(found), key=lambda leg: leg.last.key.captured_at, reverse=True)
    stand = [one for one in sight.cameras.values() if not one.moving and one.place is not None]
    roads = _roads(parts.roads, legs[:MOST_LEGS], stand, sight)
    most = MOST_LEGS if roads is None else min(MOST_LEGS, max(1, _MOST_NODES // max(1, len(roads.beside))))
    misread = _misread(found)
    told = [_passed(leg, stand, sight, roads, misread) for leg in legs[:most]]
    did = parts.world.cameras_then.did(_hours(told))
    worked = [_told(leg, by, passed, did) for leg, (by, passed) in zip(legs, told, strict=False)]
    rest = [MissedLeg(leg.start, leg.end, WorkedOut.NOT_REACHED) for leg in legs[most:]]
    return (*worked, *rest)


def _legs(found: Found) -> Iterator[_Leg]:
    """Yield each pair of reads of one shape that nothing found lies between."""
    of: dict[str, list[tuple[int, FoundRead]]] = {}
    for number, row in enumerate(found.rows, 1):
        if isinstance(row, FoundRead):
            of.setdefault(shape_key(row.key.vrm), []).append((number, row))
    for reads in of.values():
        in_turn = sorted(reads, key=lambda one: one[1].key.captured_at)
        yield from (_Leg(one, other, first, last) for (one, first), (other, last) in pairwise(in_turn))


def _roads(
    roads: Roads | None, legs: Sequence[_Leg], stand: Sequence[RegisteredCamera], sight: Sight
) -> Network | None:
    if roads is None or not legs:
        return None
    ends = [_place_of(read, sight) for leg in legs for read in (leg.first, leg.last)]
    return network(roads, (place for place in (*ends, *(one.place for one in stand)) if place is not None))


def _place_of(read: FoundRead, sight: Sight) -> Place | None:
    if read.place is not None:
        return read.place
    known = sight.cameras.get(read.key.camera)
    return None if known is None else known.place


def _misread(found: Found) -> Mapping[CameraId, Sequence[datetime]]:
    """When each camera read what may be a misread of a mark asked for: it may well have seen it then."""
    times: dict[CameraId, list[datetime]] = {}
    for row in found.rows:
        if isinstance(row, FoundRead) and row.spelling is Spelling.MISREAD:
            times.setdefault(row.key.camera, []).append(row.key.captured_at)
    return times


def _passed(
    leg: _Leg,
    stand: Sequence[RegisteredCamera],
    sight: Sight,
    roads: Network | None,
    misread: Mapping[CameraId, Sequence[datetime]],
) -> tuple[WorkedOut, tuple[_Passed, ...]]:
    start, end = _place_of(leg.first, sight), _place_of(leg.last, sight)
    if start is None or end is None:
        return WorkedOut.NO_PLACE, ()
    since, until = leg.first.key.captured_at, leg.last.key.captured_at
    at: dict[Place, list[RegisteredCamera]] = {}
    for one in stand:
        if one.place is not None:
            at.setdefault(one.place, []).append(one)
    by, ways = between(Ends(start, end, since, until), at, roads)
    found = tuple(
        _Passed(one, way)
        for way in ways
        if min(distance_m(way.place, start), distance_m(way.place, end)) > SAME_PLACE_M
        for one in at[way.place]
        if (one.retired is None or one.retired.at > way.until)
        and not any(since <= time <= until for time in misread.get(one.camera, ()))
    )
    return by, found


def _hours(
    told: Sequence[tuple[WorkedOut, tuple[_Passed, ...]]],
) -> Mapping[CameraId, Collection[datetime]]:
    wanted: dict[CameraId, set[datetime]] = {}
    for _, passed in told:
        for one in _first(passed):
            wanted.setdefault(one.one.camera, set()).update(one.hours)
    return wanted


def _first(passed: Sequence[_Passed]) -> Sequence[_Passed]:
    """Those that are told: those on every likely way before those on some."""
    return sorted(passed, key=lambda one: _ORDER.index(one.way.on))[:MOST_TOLD]


def _told(
    leg: _Leg,
    by: WorkedOut,
    passed: Sequence[_Passed],
    did: Mapping[CameraId, Mapping[datetime, Did]],
) -> MissedLeg:
    told: list[CameraMissed] = []
    for one in _first(passed):
        of = did.get(one.one.camera, {})
        worked = together([of.get(hour, Did.UNKNOWN) for hour in one.hours])
        # One that came into the register later and read nothing then was not there to see anything.
        if one.one.added_at < one.way.until or worked in {Did.WELL, Did.FEWER}:
            told.append(CameraMissed(one.one.camera, one.way.since, one.way.until, one.way.on, worked))
    return MissedLeg(leg.start, leg.end, by, tuple(told), max(0, len(passed) - MOST_TOLD))


def together(hours: Sequence[Did]) -> Did:
    """Return what a camera did in some hours together: one in which it read too little is told."""
    found = set(hours)
    if found <= {Did.NOTHING}:
        return Did.NOTHING if found else Did.UNKNOWN
    if found & {Did.NOTHING, Did.FEWER}:
        return Did.FEWER
    return Did.WELL if found == {Did.WELL} else Did.UNKNOWN
