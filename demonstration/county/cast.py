"""The story: listed vehicles, a pair that travels together, a mark on two vehicles, and where they drive.

Whoever is here drives a round of stops again and again; in the days past less often. Their marks are of no
maker of traffic (`vehicles.py` makes none with a vowel at the end), so that nobody else carries them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from demonstration.county.cameras import FILMED
from demonstration.county.routes import Roads
from demonstration.county.traffic import LONGEST, Pass, driven
from demonstration.county.vehicles import Vehicle

_DAY_S = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the story. `why` is what a list says of the vehicle, empty where it is on none.

    Live it drives the `round` every `every_s` seconds, and meets its first camera `first_s` seconds after all
    began; on days past it drives `a_day` times.
    """

    vehicle: Vehicle
    round: tuple[str, ...]
    every_s: int
    first_s: int
    a_day: int = 0
    why: str = ""
    action: str = "STOP"


def _car(mark: str, colour: str, kind: str, make: str = "Arden") -> Vehicle:
    return Vehicle(mark, kind, colour, make)


STOLEN = Member(
    _car("LB19 ROE", "red", "hatch"),
    ("sevenstones", "leonis", "galehaven", "leonis", "sevenstones"),
    2700,
    25,
    1,
    "Stolen from a forecourt",
)
ROBBERY = Member(
    _car("KM65 DAE", "navy", "suv", "Corvane"),
    ("galehaven", "mordrake", "merlow", "leonis", "port-tristan"),
    2400,
    150,
    1,
    "Seen leaving a robbery",
)
FUEL = Member(
    _car("HX04 UNE", "grey", "estate", "Dunmere"),
    ("port-tristan", "leonis", "ninewells", "trevannick", "sevenstones"),
    3000,
    500,
    1,
    "Fuel taken without paying",
    "INTELLIGENCE",
)
MISSING = Member(
    _car("NV14 HAE", "blue", "estate", "Elstow"),
    ("lowenick", "leonis-west", "leonis", "isold-cross", "merlow"),
    3600,
    400,
    1,
    "Missing person's car",
    "SILENT",
)
MISSPELT = Member(
    # The list says zero where the plate has the letter: one shape, two spellings.
    _car("YO08 KPE", "silver", "saloon", "Bellman"),
    ("leonis", "m99-3", "highmoor", "galehaven", "m99-5", "m99-4", "merlow"),
    1800,
    50,
    1,
    "Used by a burglar",
    "STOP",
)
COVERT = Member(
    _car("BD51 SUE", "green", "saloon", "Farrant"),
    ("kings-quay", "isold-cross", "leonis-east", "leonis-south", "port-tristan", "port-quay"),
    1500,
    70,
    1,
    "Long-term interest",
    "SILENT",
)
LEADER = Member(
    _car("WP12 FOE", "black", "suv", "Dunmere"),
    ("port-tristan", "leonis-south", "leonis-east", "isold-cross", "merlow", "m99-4", "m99-5", "galehaven"),
    3300,
    90,
    2,
)
FOLLOWER = Member(_car("RX17 ZUA", "white", "van", "Bellman"), LEADER.round, 3300, 135, 2)
"""Forty-five seconds behind the leader, each time."""
CLONED = Member(
    _car("FG73 HUE", "white", "van", "Corvane"),
    ("galehaven", "m99-5", "m99-4", "m99-3", "m99-2", "m99-1", "sevenstones"),
    1800,
    40,
    1,
)
"""The van that carries the mark of `TRUE_ONE`, which is filmed at the other end of the county."""
TRUE_ONE = _car("FG73 HUE", "blue", "hatch", "Arden")
LOCAL = Member(
    _car("EA16 LOE", "orange", "hatch", "Elstow"), (), 0, 0, 0, "Seen where tools were taken", "ASSESS"
)
"""It is filmed, and never leaves its street."""
_REASONS = (
    ("Sought after an assault", "STOP"),
    ("Drugs", "INTELLIGENCE"),
    ("Left a filling station without paying", "ASSESS"),
    ("Distraction burglary", "STOP"),
)
_ROUNDS = (
    ("merlow", "isold-cross", "leonis", "lowenick", "sevenstones"),
    ("highmoor", "m99-3", "m99-2", "leonis-north", "leonis-south", "port-tristan"),
    ("galehaven", "mordrake", "m99-5", "m99-4", "m99-3", "m99-2", "m99-1", "sevenstones"),
    ("port-tristan", "lowenick", "leonis-west", "leonis", "m99-2", "ninewells"),
)


def _others() -> Iterator[Member]:
    """Eight more that are wanted, so that there is something every few minutes."""
    for n in range(8):
        mark = f"{'BKLS'[n % 4]}{'ADFH'[n // 2]}{58 + n} {'TRVNXC'[n % 6]}{'KWPM'[n % 4]}E"
        colour, kind = ("white", "black", "red", "grey")[n % 4], ("van", "saloon", "hatch")[n % 3]
        why, action = _REASONS[n % len(_REASONS)]
        turn = _ROUNDS[n % len(_ROUNDS)][:: -1 if n >= len(_ROUNDS) else 1]
        yield Member(_car(mark, colour, kind), turn, 2400 + 60 * n, 200 + 75 * n, 1, why, action)


OTHERS = tuple(_others())
WANTED = (STOLEN, ROBBERY, FUEL, MISSING, MISSPELT, LOCAL, *OTHERS)
CAST = (STOLEN, ROBBERY, FUEL, MISSING, MISSPELT, *OTHERS, COVERT, LEADER, FOLLOWER, CLONED)


def listed_as(member: Member) -> str:
    """Return the mark as its list spells it."""
    return "Y008KPE" if member is MISSPELT else member.vehicle.vrm


def cast_live(roads: Roads, anchor: datetime, since: datetime, until: datetime) -> Iterator[Pass]:
    """Yield the passes of everybody from `since` and before `until`, where all began at `anchor`."""
    for member in CAST:
        first = anchor + timedelta(seconds=member.first_s)
        turn = int((since - LONGEST - first).total_seconds() // member.every_s)
        while (at := first + timedelta(seconds=turn * member.every_s)) < until + LONGEST:
            yield from _within(_met_at(roads, member, at, f"live {turn}"), since, until)
            turn += 1


def cast_past(roads: Roads, since: datetime, until: datetime) -> Iterator[Pass]:
    """Yield the same of days past: fewer rounds, at hours that differ from day to day."""
    day = int((since - LONGEST).timestamp() // _DAY_S)
    while (begun := _EPOCH + timedelta(days=day)) < until:
        for member in CAST:
            for turn in range(member.a_day):
                # The pair sets out together: its hours hang on the round, not on who drives.
                hour = random.Random(f"{day} {turn} {member.round}").uniform(6, 22)
                at = begun + timedelta(hours=hour, seconds=member.first_s)
                yield from _within(_driven(roads, member, at, f"past {day} {turn}"), since, until)
        day += 1


def _met_at(roads: Roads, member: Member, at: datetime, named: str) -> Iterator[Pass]:
    """A round that reaches the first camera which is not a filmed one at that time."""
    found = list(_driven(roads, member, at, named))
    first = next((one.at for one in found if one.camera not in FILMED), at)
    return (replace(one, at=one.at - first + at) for one in found)


def _driven(roads: Roads, member: Member, at: datetime, named: str) -> Iterator[Pass]:
    # The same chance for the same round: who drives it together keeps the same pace and takes the same roads.
    chance = random.Random(f"{member.round} {named}")
    return driven(roads, member.vehicle, member.round, at, chance)


def _within(found: Iterator[Pass], since: datetime, until: datetime) -> Iterator[Pass]:
    return (one for one in found if since <= one.at < until)
