"""Signals about references, which the case system is asked of again: closed, unknown, never known. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from openanpr.core.purpose import ReferenceState
from openanpr.review.numbers import ReviewNumbers
from openanpr.review.past import Came, PastSearch, reference_key
from openanpr.review.signal import NotComputed, Signal, SignalKind, Strength, story, times

_NOT_KNOWN = frozenset({ReferenceState.UNKNOWN, ReferenceState.NONE})


@dataclass(frozen=True, slots=True)
class Retested:
    """What the case system said of a reference when asked again. `key`: as `reference_key` gives it."""

    key: str
    state: ReferenceState
    at: datetime


def due_for_retest(
    searches: Iterable[PastSearch], told: Mapping[str, Retested], numbers: ReviewNumbers, *, now: datetime
) -> Mapping[str, str]:
    """Return the references to ask of again, by their keys, each as it was spelt last.

    A reference is asked of once it was searched under so many days ago, and again after each search since.
    """
    after = timedelta(days=numbers.retest_days.value)
    due: dict[str, str] = {}
    for one in searches:
        if not one.reference or one.at + after > now or one.came is Came.REFUSED:
            continue
        key = reference_key(one.reference)
        last = told.get(key)
        if last is None or last.at < one.at + after:
            due[key] = one.reference
    return due


def retest(
    due: Mapping[str, str], state_of: Callable[[str], ReferenceState], *, now: datetime
) -> Iterator[Retested]:
    """Ask of each reference again, once; what could not be asked is left out, and due again the next time."""
    for key, reference in due.items():
        state = state_of(reference)
        if state is not ReferenceState.UNREACHABLE:
            yield Retested(key, state, now)


def reference_signals(
    searches: Iterable[PastSearch], told: Mapping[str, Retested], numbers: ReviewNumbers
) -> Iterator[Signal | NotComputed]:
    """Give signals of references that are no longer, or never were, what the search said.

    Only what was asked of after the search counts.
    """
    found: dict[tuple[SignalKind, str], list[PastSearch]] = defaultdict(list)
    keys: dict[tuple[SignalKind, str], set[str]] = defaultdict(set)
    if not told:
        yield NotComputed(SignalKind.REFERENCE_UNKNOWN, "no reference was asked of again yet")
        return
    for one in searches:
        if one.came is not Came.RAN or not one.reference:
            continue
        key = reference_key(one.reference)
        later = told.get(key)
        if later is None or later.at <= one.at:
            continue
        kind = _kind(one.purpose.reference, later.state)
        if kind is not None:
            found[kind, one.asked_by].append(one)
            keys[kind, one.asked_by].add(key)
    for (kind, person), searched in found.items():
        signal = _signal(kind, person, searched, keys[kind, person], numbers)
        if signal is not None:
            yield signal


def _kind(then: ReferenceState, later: ReferenceState) -> SignalKind | None:
    if later in _NOT_KNOWN:
        known = then in {ReferenceState.OPEN, ReferenceState.CLOSED}
        return SignalKind.REFERENCE_UNKNOWN if known else SignalKind.REFERENCE_NEVER_MATCHED
    return SignalKind.REFERENCE_CLOSED if later is ReferenceState.CLOSED else None


def _signal(
    kind: SignalKind, person: str, searched: list[PastSearch], keys: Collection[str], numbers: ReviewNumbers
) -> Signal | None:
    references = times(len(keys), "reference")
    if kind is SignalKind.REFERENCE_CLOSED:
        kept = any(one.did.kept for one in searched)
        if len(keys) < numbers.closed_references.value or kept:
            return None
        why = f"{references} that this person searched under closed since; nothing was kept for any of them."
        return story(kind, person, searched, why=why, strength=Strength.WEAK)
    if kind is SignalKind.REFERENCE_UNKNOWN:
        why = f"{references} that the case system knew at the time, and does not know now."
        return story(kind, person, searched, why=why, strength=Strength.MIDDLE)
    why = f"{references} that the case system has never known, neither at the time nor since."
    return story(kind, person, searched, why=why, strength=Strength.STRONG)
