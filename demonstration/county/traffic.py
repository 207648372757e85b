"""The traffic of the county: who passes which camera when. Pure: the same for the same seed, at any time.

Time is cut into minutes, and what starts in a minute hangs on nothing but the seed and that minute. A vehicle
starts at most once in ninety minutes, which is longer than any way through the county: none is in two places.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import accumulate

from demonstration.county.routes import TASTES, Roads
from demonstration.county.vehicles import Vehicle, vehicle
from openanpr.core.camera import CameraId
from openanpr.core.read import Direction

SEED = 1099
"""Of the county as it is; another seed makes another county of the same roads."""
LONGEST = timedelta(minutes=75)
"""No way takes longer, however slowly it is driven."""
_EVERY = 90  # minutes between two starts of one vehicle
_HOURS = (
    *(0.12, 0.08, 0.06, 0.06, 0.1, 0.3, 0.9, 1.9, 2.2, 1.4, 1.1, 1.1),
    *(1.2, 1.2, 1.2, 1.5, 2.0, 2.3, 1.8, 1.2, 0.8, 0.6, 0.4, 0.2),
)
_WEEKEND = 0.7
_SIZES = {
    "leonis": 9,
    "port-tristan": 5,
    "galehaven": 5,
    "merlow": 4,
    "sevenstones": 4,
    "isold-cross": 1.5,
    "trevannick": 1.5,
    "lowenick": 1,
    "ninewells": 1,
    "kings-quay": 1,
    "lantern-cove": 1.5,
    "mordrake": 3,
    "highmoor": 1,
    "port-quay": 3,
    "galehaven-harbour": 1.5,
    "merlow-market": 1,
    "leonis-west": 2,
    "leonis-south": 3,
    "leonis-east": 3,
    "sevenstones-beacon": 0.5,
}
"""How many set out from there, one against the other."""
_NAMES, _SUMS = list(_SIZES), list(accumulate(_SIZES.values()))


@dataclass(frozen=True, slots=True)
class Pass:
    """That a vehicle passed a camera."""

    at: datetime
    camera: CameraId
    vehicle: Vehicle
    direction: Direction


@dataclass(frozen=True, slots=True)
class Habits:
    """How much traffic there is: `starts` an hour on average, drawn from so many vehicles for each start.

    `steady`: at every hour the same, as a demonstration may be looked at by night.
    """

    seed: int
    starts: float
    steady: bool = False
    vehicles_a_start: int = 3

    @property
    def fleet(self) -> int:
        """How many vehicles there are."""
        most = 1.0 if self.steady else max(_HOURS)
        return _EVERY * max(4, math.ceil(self.starts / 60 * most * self.vehicles_a_start))


def passes(roads: Roads, habits: Habits, since: datetime, until: datetime) -> Iterator[Pass]:
    """Yield all passes from `since` and before `until`, minute of start by minute of start."""
    minute = int((since - LONGEST).timestamp() // 60)
    while (at := datetime.fromtimestamp(minute * 60, UTC)) < until:
        for one in _of_minute(roads, habits, at):
            if since <= one.at < until:
                yield one
        minute += 1


def share_of_hour(at: datetime) -> float:
    """How busy the roads are: 1 on average over a weekday."""
    return _HOURS[at.hour] * (_WEEKEND if at.weekday() >= 5 else 1.0)


def _of_minute(roads: Roads, habits: Habits, at: datetime) -> Iterator[Pass]:
    minute = int(at.timestamp() // 60)
    chance = random.Random(f"{habits.seed} minute {minute}")
    mean = habits.starts / 60 * (1.0 if habits.steady else share_of_hour(at))
    count = int(mean) + (chance.random() < mean % 1)
    here = range(minute % _EVERY, habits.fleet, _EVERY)
    for number in chance.sample(here, min(count, len(here))):
        yield from _journey(roads, habits, number, at, chance)


def _journey(
    roads: Roads, habits: Habits, number: int, at: datetime, chance: random.Random
) -> Iterator[Pass]:
    home, work = _ends(number, habits.seed)
    commutes = at.weekday() < 5 and chance.random() < 0.6
    if commutes and 5 <= at.hour < 10:
        ends = home, work
    elif commutes and 15 <= at.hour < 20:
        ends = work, home
    else:
        ends = _pair(chance)
    begun = at + timedelta(seconds=chance.uniform(0, 60))
    yield from driven(roads, vehicle(number, seed=habits.seed), ends, begun, chance)


def driven(
    roads: Roads, who: Vehicle, stops: tuple[str, ...], begun: datetime, chance: random.Random
) -> Iterator[Pass]:
    """Yield the passes of one drive over the stops, at a pace of its own."""
    slow = chance.uniform(0.9, 1.3)
    for passing in roads.way(*stops, taste=chance.randrange(TASTES)).passings:
        at = begun + timedelta(milliseconds=round(passing.after_s * slow * 1000))
        yield Pass(at, passing.camera, who, passing.direction)


@lru_cache(maxsize=100_000)
def _ends(number: int, seed: int) -> tuple[str, str]:
    return _pair(random.Random(f"{seed} ends {number}"))


def _pair(chance: random.Random) -> tuple[str, str]:
    start = end = chance.choices(_NAMES, cum_weights=_SUMS)[0]
    while end == start:
        end = chance.choices(_NAMES, cum_weights=_SUMS)[0]
    return start, end
