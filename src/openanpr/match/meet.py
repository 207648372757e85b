"""One read against the entries that it may mean: which it meets, why, and how surely."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from openanpr.core.hit import HitKind, Reason
from openanpr.match.differ import differing
from openanpr.match.doubt import MatchRules, otherwise, shape_probability, spelling_is_open
from openanpr.match.said import Said


class Listed(Protocol):
    """An entry of a list, of which only the VRM (A-Z0-9, `?` and `*`) counts here."""

    @property
    def vrm(self) -> str:
        """The mark as the list spells it."""
        ...


EntryT = TypeVar("EntryT", bound=Listed)


@dataclass(frozen=True, slots=True)
class Met(Generic[EntryT]):
    """An entry that a read meets; the fields mean what `core.hit.Hit` says."""

    kind: HitKind
    reason: Reason
    entry: EntryT
    positions: tuple[int, ...]
    p: float


def meet(
    read: Said,
    shape: str,
    at: Callable[[str], Sequence[EntryT]],
    wild: Iterable[tuple[EntryT, tuple[int, ...]]],
    rules: MatchRules,
) -> list[Met[EntryT]]:
    """Return what a read of this `shape` meets, each entry once, with its strongest reason.

    Exact: spelt as listed, surely read, and no other spelling is open. All else is possible, with its
    reason. `at` gives the entries of a shape; `wild` are the wildcard entries that `shape` fits, each with
    the positions that it leaves open.
    """
    met: dict[int, Met[EntryT]] = {}
    for one in _all(read, shape, at, wild, rules):
        met.setdefault(id(one.entry), one)
    return list(met.values())


def _all(
    read: Said,
    shape: str,
    at: Callable[[str], Sequence[EntryT]],
    wild: Iterable[tuple[EntryT, tuple[int, ...]]],
    rules: MatchRules,
) -> Iterator[Met[EntryT]]:
    """Yield what is met, the strongest reason for an entry first."""
    for entry in at(shape):
        yield _same_shape(read, entry, shape, rules)
    for entry, covered in wild:
        yield Met(HitKind.POSSIBLE, Reason.WILDCARD, entry, covered, shape_probability(read, shape))
    for other in otherwise(read, shape, rules):
        for entry in at(other.shape):
            yield _possible(read, entry, other.reason, other.p)


def _same_shape(read: Said, entry: EntryT, shape: str, rules: MatchRules) -> Met[EntryT]:
    p = shape_probability(read, shape)
    if entry.vrm != read.plate or spelling_is_open(read, shape, rules):
        return _possible(read, entry, Reason.SAME_SHAPE, p)
    if not read.stated or read.confidence < rules.exact_confidence:
        return _possible(read, entry, Reason.LOW_CONFIDENCE, read.confidence)
    return Met(HitKind.EXACT, Reason.SAME_PLATE, entry, (), read.confidence)


def _possible(read: Said, entry: EntryT, reason: Reason, p: float) -> Met[EntryT]:
    return Met(HitKind.POSSIBLE, reason, entry, differing(read.plate, entry.vrm), p)
