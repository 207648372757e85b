"""Reads against lists, one by one: an index by shape, so that a read costs the same however long the list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Self

from openanpr.core.capture_record import CaptureRecord
from openanpr.core.entry import Entry
from openanpr.core.hit import Hit, HitKind
from openanpr.core.read import Read
from openanpr.core.shape import shape_key
from openanpr.match.doubt import MatchRules
from openanpr.match.meet import meet
from openanpr.match.said import said_by
from openanpr.match.wildcard import WILDCARDS, WildcardEntries

DEFAULT_RULES = MatchRules()


class ListIndex:
    """Entries of any number of lists, filed by shape."""

    __slots__ = ("_by_shape", "_size", "_wildcards")

    def __init__(self) -> None:
        # One entry stands bare: a list round each of a million would cost ninety megabytes.
        self._by_shape: dict[str, Entry | list[Entry]] = {}
        self._wildcards: WildcardEntries[Entry] = WildcardEntries()
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

    def match(self, read: Read | CaptureRecord, *, rules: MatchRules = DEFAULT_RULES) -> tuple[Hit, ...]:
        """Return the hits of one read, one for each entry: exact first, then the likeliest.

        The list is never scanned: the read's own shape and the few that it leaves open are looked up,
        and only wildcard entries that begin or end alike are tried. `meet` tells what is a hit.
        """
        said = said_by(read, unstated_confidence=rules.unstated_confidence)
        shape = shape_key(said.plate)
        met = meet(said, shape, self._at, self._wildcards.matching(shape), rules)
        hits = (Hit(m.kind, m.reason, m.entry, said.plate, m.entry.vrm, m.positions, m.p) for m in met)
        return tuple(sorted(hits, key=_rank))

    def _at(self, shape: str) -> Sequence[Entry]:
        found = self._by_shape.get(shape, ())
        return (found,) if isinstance(found, Entry) else found

    def _file(self, shape: str, entry: Entry) -> None:
        before = self._by_shape.setdefault(shape, entry)
        if isinstance(before, list):
            before.append(entry)
        elif before is not entry:
            self._by_shape[shape] = [before, entry]


def _rank(hit: Hit) -> tuple[bool, float, str, int]:
    return hit.kind is not HitKind.EXACT, -hit.p, hit.entry.list_name, hit.entry.row


@cache
def _fold() -> dict[int, str]:
    """Return the shape of each character as a table: for VRMs, which are A-Z0-9 already."""
    return {ord(c): shape_key(c) for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"}
