"""Wildcard entries against many reads at once, each found by the shapes that it does tell.

A pattern is filed under one mask: the fixed shapes, four at most, that best tell it from others. Patterns
of one mask share a table, so a batch of reads costs one look for each mask and not for each pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from openanpr.match.listed import ListedEntry
from openanpr.match.pack import FIELD_BITS, LONGEST, Keys, key_of
from openanpr.match.wildcard import Pattern, WildcardEntries, pattern_of

_WIDE = 4  # shapes of a mask: more tell little more and make more masks
_SHIFT = 48  # 64 less the sixteen bits of a slot
_SPREAD = 0x9E3779B97F4A7C15
_WORD = 2**64 - 1
_FIELD = 2**FIELD_BITS - 1


@dataclass(frozen=True, slots=True)
class Anchor:
    """Fixed shapes of a pattern: `value` under `mask` of the read's key, or of its key shifted to the end."""

    from_end: bool
    mask: int
    value: int


@dataclass(slots=True)
class _Window:
    """The patterns of one mask, by value; `slots` is a table of the hashes of their values."""

    by_value: dict[int, list[Pattern[ListedEntry]]] = field(
        default_factory=dict[int, list[Pattern[ListedEntry]]]
    )
    slots: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(2**16, np.bool_))

    def add(self, value: int, pattern: Pattern[ListedEntry]) -> None:
        """File a pattern."""
        self.by_value.setdefault(value, []).append(pattern)
        self.slots[(value * _SPREAD & _WORD) >> _SHIFT] = True

    def drop(self, value: int, pattern: Pattern[ListedEntry]) -> None:
        """Take a pattern out; its slot stays, which only costs a look."""
        left = [p for p in self.by_value[value] if p is not pattern]
        if left:
            self.by_value[value] = left
        else:
            del self.by_value[value]

    def found(self, values: Keys) -> Iterator[tuple[int, list[Pattern[ListedEntry]]]]:
        """Yield the places of `values` that patterns have, with the patterns."""
        places = np.flatnonzero(self.slots[values * np.uint64(_SPREAD) >> np.uint64(_SHIFT)])
        for place, value in zip(places.tolist(), values[places].tolist(), strict=True):
            patterns = self.by_value.get(value)
            if patterns is not None:
                yield place, patterns


class Patterns:
    """The wildcard entries of a node, by id; `put` and `drop` take effect at the next look."""

    __slots__ = ("_by_id", "_filed", "_windows")

    def __init__(self, entries: Iterable[ListedEntry] = ()) -> None:
        self._by_id: dict[int, Pattern[ListedEntry]] = {}
        self._windows: dict[tuple[bool, int], _Window] = {}
        self._filed: WildcardEntries[ListedEntry] = WildcardEntries()
        for entry in entries:
            self.put(entry)

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def masks(self) -> int:
        """How many looks a batch costs."""
        return len(self._windows)

    def put(self, entry: ListedEntry) -> None:
        """File an entry whose id is not here yet."""
        self.file(pattern_of(entry))

    def copied(self) -> Self:
        """Return the same entries filed anew: what is put or dropped there leaves these as they are."""
        copy = type(self)()
        for pattern in self._by_id.values():
            copy.file(pattern)
        return copy

    def file(self, pattern: Pattern[ListedEntry]) -> None:
        """File a pattern that is made already."""
        self._by_id[pattern.entry.entry_id] = pattern
        self._filed.file(pattern)
        for anchor in anchors_of(pattern.text):
            window = self._windows.setdefault((anchor.from_end, anchor.mask), _Window())
            window.add(anchor.value, pattern)

    def drop(self, entry_id: int) -> bool:
        """Take the entry of this id out; false where it is not here."""
        pattern = self._by_id.pop(entry_id, None)
        if pattern is None:
            return False
        self._filed.drop(pattern)
        for anchor in anchors_of(pattern.text):
            self._windows[anchor.from_end, anchor.mask].drop(anchor.value, pattern)
        return True

    def screen(self, keys: Keys, lengths: NDArray[np.uint8]) -> dict[int, list[Pattern[ListedEntry]]]:
        """Return for each place of `keys` the patterns that its shape may fit, and never too few of them."""
        found: dict[int, list[Pattern[ListedEntry]]] = {}
        if not self._windows:
            return found
        room = np.uint64(LONGEST) - lengths
        ends = keys << room * np.uint64(FIELD_BITS)
        for (from_end, mask), window in self._windows.items():
            values = (ends if from_end else keys) & np.uint64(mask)
            for place, patterns in window.found(values):
                found.setdefault(place, []).extend(patterns)
        return found

    def matching(self, shape: str) -> Iterator[tuple[ListedEntry, tuple[int, ...]]]:
        """Yield what one shape fits, as `WildcardEntries.matching`: for a shape too long for a key."""
        return self._filed.matching(shape)


def anchors_of(text: str) -> tuple[Anchor, ...]:
    """Return where to file a pattern: any shape of ten or fewer that fits it has one of these anchors.

    None where only a longer shape can fit.
    """
    parts = text.split("*")
    if sum(map(len, parts)) > LONGEST:
        return ()
    ways: list[tuple[float, tuple[Anchor, ...]]] = []
    for from_end, part in ((False, parts[0]), (True, parts[-1])):
        begins = LONGEST - len(part) if from_end else 0
        offset, run = _best_run(part)
        ways.append((len(run), (_anchor(run, begins + offset, from_end=from_end),)))
        # Fixed shapes with gaps between them make a mask that few share: only where no run is as long.
        gapped = min(len(part) - part.count("?"), _WIDE) - 0.5
        ways.append((gapped, (_anchor(part, begins, from_end=from_end),)))
    for part in parts[1:-1]:
        _, run = _best_run(part)
        floating = tuple(_anchor(run, at, from_end=False) for at in range(LONGEST - len(run) + 1))
        ways.append((len(run) - 0.6, floating))
    return max(ways, key=lambda way: way[0])[1]


def _best_run(part: str) -> tuple[int, str]:
    """Return where the longest run of fixed shapes begins and four of it at most; the first of equals."""
    runs = [(found.start(), found[0]) for found in re.finditer(rf"[^?]{{1,{_WIDE}}}", part)]
    return max(runs, key=lambda run: len(run[1]), default=(0, ""))


def _anchor(part: str, offset: int, *, from_end: bool) -> Anchor:
    mask = sum(_FIELD << FIELD_BITS * i for i, c in enumerate(part, offset) if c != "?")
    value = key_of(part.replace("?", "0")) or 0
    return Anchor(from_end, mask, value << FIELD_BITS * offset & mask)
