"""What a page tells of a decision and an answer: rules in plain words, journeys with legs and gaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from openanpr.core.role import Rank
from openanpr.core.shape import shape_key
from openanpr.policy.decide import Decision, Outcome
from openanpr.policy.tell import plain_words
from openanpr.web.api.questions import Point
from openanpr.web.api.search_told import CommonTold, CompanionTold, LegTold, MarkTold, ReadTold, ResultsTold
from openanpr.web.pages.look import span

GAP: Final = timedelta(minutes=30)
"""Between two reads further apart than that nothing is known of where a vehicle was."""
_LEAST_TOLD: Final = timedelta(minutes=1)
_UNITS: Final = (timedelta(days=1), timedelta(hours=1), _LEAST_TOLD)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its name, and what it says."""

    name: str
    says: str


@dataclass(frozen=True, slots=True)
class PlainDecision:
    """A decision for a person to read. `needs`: the least rank whose authority would do, "" for none.

    `helps`: ways in which it would be allowed, or without an authority.
    """

    outcome: str
    needs: str
    rules: tuple[Rule, ...]
    helps: tuple[str, ...]
    profile: str

    @property
    def allowed(self) -> bool:
        """Whether it is allowed as it stands."""
        return self.outcome == Outcome.ALLOWED


@dataclass(frozen=True, slots=True)
class Leg:
    """From one read to the next in the order of time. `between`: the cameras on the likely ways, if told."""

    start: ReadTold
    end: ReadTold
    between: LegTold | None = None

    @property
    def length(self) -> timedelta:
        """How long between the two."""
        return self.end.captured_at - self.start.captured_at

    @property
    def told(self) -> str:
        """How long between the two, in its greatest unit and the next one: `1 day 2 hours`."""
        great = span(self.length)
        unit = next((one for one in _UNITS if self.length >= one), timedelta(seconds=1))
        rest = self.length % unit
        return f"{great} {span(rest)}" if rest >= _LEAST_TOLD and unit > _LEAST_TOLD else great

    @property
    def gap(self) -> bool:
        """Whether they are so far apart that nothing is known of the way between."""
        return self.length > GAP


@dataclass(frozen=True, slots=True)
class Journey:
    """The reads of one mark in the order of time, and the legs between them."""

    mark: str = field(repr=False)
    reads: tuple[ReadTold, ...]
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An answer as a page shows it: reads, or marks, with the order of time told apart by days.

    `journeys` is empty where no vehicle was named. `places`: some reads say where they were.
    """

    results: ResultsTold
    reads: tuple[ReadTold, ...]
    marks: tuple[MarkTold, ...]
    common: tuple[CommonTold, ...]
    company: tuple[CompanionTold, ...]
    days: Mapping[str, Sequence[ReadTold]] = field(repr=False)
    journeys: tuple[Journey, ...]
    places: bool


def plain_decision(decision: Decision) -> PlainDecision:
    """Return a decision in plain words."""
    said, needed = plain_words(), decision.approval
    return PlainDecision(
        decision.outcome.value,
        "" if needed is None else _rank(needed.least_rank),
        tuple(Rule(name, said.get(name, "A rule of this force's own.")) for name in decision.rules),
        tuple(_helps(one.steps, one.rank) for one in decision.remedies),
        decision.profile,
    )


def decision_of(raw: msgspec.Raw) -> PlainDecision:
    """Return a decision that was kept as JSON in plain words."""
    return plain_decision(msgspec.json.decode(raw, type=Decision))


def found_of(results: ResultsTold, *, named: bool, zone: ZoneInfo) -> Found:
    """Return an answer for a page; `named`: the question names whole marks, and so asks for journeys."""
    reads = tuple(one for one in results.rows if isinstance(one, ReadTold))
    days: dict[str, list[ReadTold]] = {}
    for one in reads:
        at = one.captured_at.astimezone(zone)
        days.setdefault(f"{at:%A} {at.day} {at:%B %Y}", []).append(one)
    return Found(
        results,
        reads,
        tuple(one for one in results.rows if isinstance(one, MarkTold)),
        tuple(one for one in results.rows if isinstance(one, CommonTold)),
        tuple(one for one in results.rows if isinstance(one, CompanionTold)),
        days,
        _journeys(reads, results.legs) if named else (),
        any(place_of(one) is not None for one in reads),
    )


def place_of(read: ReadTold) -> Point | None:
    """Return where a read was made: of a moving camera where that was, else where the camera stands."""
    return read.place or read.camera.place


def _journeys(reads: Iterable[ReadTold], told: Iterable[LegTold]) -> tuple[Journey, ...]:
    """Return the journeys of each mark by itself: spellings of one shape are one, others may be another's."""
    between = {(leg.start, leg.end): leg for leg in told}
    of: dict[str, list[ReadTold]] = {}
    for read in sorted(reads, key=lambda one: one.captured_at):
        of.setdefault(shape_key(read.mark), []).append(read)
    return tuple(
        Journey(
            some[0].mark,
            tuple(some),
            tuple(Leg(one, other, between.get((one.number, other.number))) for one, other in pairwise(some)),
        )
        for some in of.values()
    )


def _helps(steps: Sequence[str], rank: Rank) -> str:
    told = " and ".join(steps)
    if rank is Rank.NONE:
        return told[:1].upper() + told[1:]
    given = f"the authority of {_rank(rank)} or above"
    both = f"{told}, with {given}" if told else given
    return both[:1].upper() + both[1:]


def _rank(rank: Rank) -> str:
    words = rank.replace("-", " ")
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"
