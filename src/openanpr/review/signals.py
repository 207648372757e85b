"""All signals of a stretch of past searches, in one call. Pure: nothing is done upon them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from openanpr.core.span import Span
from openanpr.review.conduct import for_others, looked_and_left
from openanpr.review.duty import off_duty
from openanpr.review.numbers import ReviewNumbers
from openanpr.review.past import PastSearch
from openanpr.review.reasons import pasted
from openanpr.review.references import Retested, reference_signals
from openanpr.review.signal import NotComputed, Signal
from openanpr.review.vehicles import DeclaredVehicle, declared_vehicles, repeated


@dataclass(frozen=True, slots=True)
class Known:
    """What signals are held against: declared vehicles, roster (None: none), references asked of again."""

    declared: Sequence[DeclaredVehicle]
    roster: Mapping[str, Sequence[Span]] | None
    retested: Mapping[str, Retested]


@dataclass(frozen=True, slots=True)
class Signals:
    """What showed, and what could not be worked out."""

    found: tuple[Signal, ...]
    not_computed: tuple[NotComputed, ...]


def find_signals(
    searches: Sequence[PastSearch], known: Known, numbers: ReviewNumbers, *, now: datetime
) -> Signals:
    """Return every signal that these searches give. The time grows with their number, not with its square."""
    found: list[Signal] = []
    missing: list[NotComputed] = []
    for one in _every(searches, known, numbers, now):
        if isinstance(one, Signal):
            found.append(one)
        else:
            missing.append(one)
    return Signals(tuple(found), tuple(missing))


def _every(
    searches: Sequence[PastSearch], known: Known, numbers: ReviewNumbers, now: datetime
) -> Iterator[Signal | NotComputed]:
    yield from declared_vehicles(searches, known.declared)
    yield from repeated(searches, numbers)
    yield from pasted(searches, numbers)
    yield from off_duty(searches, known.roster, numbers)
    yield from reference_signals(searches, known.retested, numbers)
    yield from looked_and_left(searches, numbers, now=now)
    yield from for_others(searches, numbers)
