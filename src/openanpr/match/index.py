"""Reads against lists: an index by shape, so that a read costs the same however long the list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Self

from openanpr.core.entry import Entry
from openanpr.core.hit import Hit, HitKind, Reason
from openanpr.core.read import Read
from openanpr.core.shape import shape_key
from openanpr.match.differ import differing
from openanpr.match.doubt import MatchRules, otherwise, spelling_is_open
from openanpr.match.wildcard import WILDCARDS, WildcardEntries

DEFAULT_RULES = MatchRules()


class ListIndex:
    """Entries of any number of lists, filed by shape."""

    __slots__ = ("_by_shape", "_size", "_wildcards")

    def __init__(self) -> None:
        # One entry stands bare: a list round each of a million would cost ninety megabytes.
        self._by_shape: dict[str, Entry | list[Entry]] = {}
        self._wildcards = WildcardEntries()
        self._size = 0

    @classmethod
    def build(cls, entries: Iterable[Entry]) -> Self:
        """Return the index of `entries`, whose VRMs are A-Z0-9, with `?` and `*` as wildcards."""
        index = cls()
        fold = _fold()
        for entry in entries:
            index._size += 1
            if WILDCARDS.isdisjoint(entry.vrm):
                index._file(entry.vrm.translate(fold), entry)
            else:
                index._wildcards.add(entry)
        return index

    def __len__(self) -> int:
        return self._size

    def match(self, read: Read, *, rules: MatchRules = DEFAULT_RULES) -> tuple[Hit, ...]:
        """Return the hits of one read, one for each entry: exact first, then the likeliest.

        Exact: spelt as listed, surely read, and no other spelling is open. All else is possible,
        with its reason. The list is never scanned: the read's own shape and the few that it leaves
        open are looked up, and only wildcard entries that begin or end alike are tried.
        """
        shape = shape_key(read.plate)
        hits: dict[int, Hit] = {}
        for hit in self._all(read, shape, rules):
            hits.setdefault(id(hit.entry), hit)
        return tuple(sorted(hits.values(), key=_rank))

    def _all(self, read: Read, shape: str, rules: MatchRules) -> Iterator[Hit]:
        """Yield hits, the strongest reason for an entry first."""
        for entry in self._at(shape):
            yield _same_shape(read, entry, shape, rules)
        for entry, covered in self._wildcards.matching(shape):
            yield _possible(read, entry, Reason.WILDCARD, read.shapes_p, positions=covered)
        for other in otherwise(read, shape, rules):
            for entry in self._at(other.shape):
                yield _possible(read, entry, other.reason, other.p)

    def _at(self, shape: str) -> Sequence[Entry]:
        found = self._by_shape.get(shape, ())
        return (found,) if isinstance(found, Entry) else found

    def _file(self, shape: str, entry: Entry) -> None:
        before = self._by_shape.setdefault(shape, entry)
        if isinstance(before, list):
            before.append(entry)
        elif before is not entry:
            self._by_shape[shape] = [before, entry]


def _same_shape(read: Read, entry: Entry, shape: str, rules: MatchRules) -> Hit:
    if entry.vrm != read.plate or spelling_is_open(read, shape, rules):
        return _possible(read, entry, Reason.SAME_SHAPE, read.shapes_p)
    if read.confidence < rules.exact_confidence:
        return _possible(read, entry, Reason.LOW_CONFIDENCE, read.confidence)
    return Hit(HitKind.EXACT, Reason.SAME_PLATE, entry, read.plate, entry.vrm, (), read.confidence)


def _possible(
    read: Read, entry: Entry, reason: Reason, p: float, *, positions: tuple[int, ...] | None = None
) -> Hit:
    where = differing(read.plate, entry.vrm) if positions is None else positions
    return Hit(HitKind.POSSIBLE, reason, entry, read.plate, entry.vrm, where, p)


def _rank(hit: Hit) -> tuple[bool, float, str, int]:
    return hit.kind is not HitKind.EXACT, -hit.p, hit.entry.list_name, hit.entry.row


@cache
def _fold() -> dict[int, str]:
    """Return the shape of each character as a table: for VRMs, which are A-Z0-9 already."""
    return {ord(c): shape_key(c) for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"}
