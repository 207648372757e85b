"""The patrol cars: where each is at any time, and what it passes. Pure, from the car's own seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from demonstration.county.cameras import PatrolCar
from demonstration.county.ground import Point
from demonstration.county.routes import TASTES, Roads, Way
from demonstration.county.traffic import Pass
from demonstration.county.vehicles import vehicle
from openanpr.core.read import Direction

KERBSIDE = 3_000_000
"""Vehicles from this number on stand at kerbs and are met by patrol cars alone."""
_STANDING = 20_000
_HOUR_S = 3600
_SLOW = 1.25  # a patrol does not hurry
_BETWEEN_S = (8.0, 40.0)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A pass by a patrol car, and where the car was; None where it did not know."""

    seen: Pass
    at: Point | None


def position(roads: Roads, car: PatrolCar, at: datetime) -> Point:
    """Return where a car is: each hour it makes a round from home over two places and home, then stands."""
    hour, second = divmod(at.timestamp(), _HOUR_S)
    return roads.at(_round(roads, car, int(hour)), second / _SLOW)


def sightings(
    roads: Roads, car: PatrolCar, since: datetime, until: datetime, *, seed: int
) -> Iterator[Sighting]:
    """Yield what a car passes from `since` and before `until`, in order."""
    for hour in range(int(since.timestamp()) // _HOUR_S, int(until.timestamp()) // _HOUR_S + 1):
        chance = random.Random(f"{car.seed} met {hour}")
        ends = _round(roads, car, hour).seconds * _SLOW
        second = chance.uniform(*_BETWEEN_S)
        while second < min(ends, _HOUR_S):
            at = datetime.fromtimestamp(hour * _HOUR_S + second, UTC)
            number = KERBSIDE + chance.randrange(_STANDING)
            lost = car.loses_fix and chance.random() < 0.06
            if since <= at < until:
                direction = chance.choice((Direction.TOWARDS, Direction.AWAY))
                seen = Pass(at, car.camera, vehicle(number, seed=seed), direction)
                yield Sighting(seen, None if lost else position(roads, car, at))
            second += timedelta(seconds=chance.uniform(*_BETWEEN_S)).total_seconds()


def _round(roads: Roads, car: PatrolCar, hour: int) -> Way:
    chance = random.Random(f"{car.seed} round {hour}")
    others = sorted(key for key in roads.ground.places if key != car.home)
    stops = chance.sample(others, 2)
    taste = chance.randrange(TASTES)
    return roads.way(car.home, *stops, car.home, taste=taste)
