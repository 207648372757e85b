"""Millions of entries in a few sorted arrays: found by shape, by many shapes at once, and by id."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from openanpr.match.listed import ListedEntry
from openanpr.match.pack import Keys, vrm_at

_BITS_AN_ENTRY = 24  # one key in thirty that is not there passes the filter; a longer filter leaves the cache
_LEAST_BITS = 16
_AT_ONCE = 50_000  # keys added in one go: it holds the interpreter's lock, and matching waits for that
_SPREAD = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio: neighbours of a key land far apart
_WORD = 2**64 - 1


class KeyFilter:
    """A bit for the hash of every key that was ever added: false means surely absent."""

    __slots__ = ("_bits", "_shift")

    def __init__(self, room_for: int) -> None:
        size = max(_LEAST_BITS, (room_for * _BITS_AN_ENTRY - 1).bit_length())
        self._shift = 64 - size
        self._bits = np.zeros(2 ** (size - 3), np.uint8)

    def add(self, keys: Keys) -> None:
        """Add many keys."""
        for begin in range(0, len(keys), _AT_ONCE):
            slots = self._slots(keys[begin : begin + _AT_ONCE])
            np.bitwise_or.at(self._bits, slots >> np.uint64(3), _bit(slots))

    def add_one(self, key: int) -> None:
        """Add one key."""
        slot = (key * _SPREAD & _WORD) >> self._shift
        self._bits[slot >> 3] |= np.uint8(1 << (slot & 7))

    def maybe(self, keys: Keys) -> NDArray[np.intp]:
        """Return the places of the keys that may have been added."""
        slots = self._slots(keys)
        return np.flatnonzero(self._bits[slots >> np.uint64(3)] & _bit(slots))

    @property
    def nbytes(self) -> int:
        """Memory in bytes."""
        return self._bits.nbytes

    def _slots(self, keys: Keys) -> Keys:
        return keys * np.uint64(_SPREAD) >> np.uint64(self._shift)


def _bit(slots: Keys) -> NDArray[np.uint8]:
    return np.left_shift(np.uint8(1), (slots & np.uint64(7)).astype(np.uint8))


@dataclass(frozen=True, slots=True, eq=False)
class PackedList:
    """Entries by key, all arrays (n,) in the order of `keys`; only `alive` ever changes.

    `letters` tell which 1 and 0 of the shape are spelt I and O. `by_id` are the places in the order of
    `entry_ids`. An entry that is removed stays as a tombstone: not `alive`.
    """

    keys: Keys
    letters: NDArray[np.uint16]
    entry_ids: NDArray[np.int64]
    list_ids: NDArray[np.int32]
    by_id: NDArray[np.int32]
    alive: NDArray[np.bool_]

    @classmethod
    def sorted_from(
        cls,
        keys: Keys,
        letters: NDArray[np.uint16],
        entry_ids: NDArray[np.int64],
        list_ids: NDArray[np.int32],
    ) -> Self:
        """Return the list of these entries in any order; raises ValueError where an id comes twice."""
        order = np.argsort(keys, kind="stable")
        ids = entry_ids[order]
        by_id = np.argsort(ids, kind="stable").astype(np.int32)
        in_turn = ids[by_id]
        if (in_turn[1:] == in_turn[:-1]).any():
            msg = "an entry id stands twice: every entry of a node has its own"
            raise ValueError(msg)
        alive = np.ones(len(order), np.bool_)
        return cls(keys[order], letters[order], ids, list_ids[order], by_id, alive)

    def holding(self, keys: Keys) -> NDArray[np.bool_]:
        """Return for each key whether it is here, living or removed."""
        if not len(self.keys):
            return np.zeros(len(keys), np.bool_)
        places = np.searchsorted(self.keys, keys)
        return self.keys[np.minimum(places, len(self.keys) - 1)] == keys

    def at(self, key: int) -> tuple[ListedEntry, ...]:
        """Return the living entries of one key."""
        low, high = (int(np.searchsorted(self.keys, np.uint64(key), side=side)) for side in ("left", "right"))
        return tuple(self._entry(place) for place in range(low, high) if self.alive[place])

    def bury(self, entry_id: int) -> bool:
        """Make the entry of this id a tombstone; false where none lives."""
        place = self._place(entry_id)
        if place is None or not self.alive[place]:
            return False
        self.alive[place] = False
        return True

    def has(self, entry_id: int) -> bool:
        """Return whether an entry of this id lives here."""
        place = self._place(entry_id)
        return place is not None and bool(self.alive[place])

    def with_more(self, more: Self, *, without: Iterable[int] = ()) -> Self:
        """Return the living entries of both, less those of mine whose ids are in `without`.

        Raises ValueError where both have one of an id.
        """
        mine, theirs = self._alive_without(np.fromiter(without, np.int64)), more.alive
        return self.sorted_from(
            np.concatenate((self.keys[mine], more.keys[theirs])),
            np.concatenate((self.letters[mine], more.letters[theirs])),
            np.concatenate((self.entry_ids[mine], more.entry_ids[theirs])),
            np.concatenate((self.list_ids[mine], more.list_ids[theirs])),
        )

    @property
    def nbytes(self) -> int:
        """Memory in bytes."""
        arrays = (self.keys, self.letters, self.entry_ids, self.list_ids, self.by_id, self.alive)
        return sum(array.nbytes for array in arrays)

    def _alive_without(self, entry_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        alive = self.alive.copy()
        in_turn = self.entry_ids[self.by_id]
        turns = np.searchsorted(in_turn, entry_ids)
        turns = turns[turns < len(in_turn)] if len(turns) else turns
        found = self.by_id[turns]
        alive[found[np.isin(self.entry_ids[found], entry_ids)]] = False
        return alive

    def _place(self, entry_id: int) -> int | None:
        # Not `searchsorted` with a sorter: it copies the whole sorter to 64 bits at each call.
        turn = bisect_left(self.by_id, entry_id, key=lambda place: self.entry_ids[place])
        if turn == len(self.by_id) or self.entry_ids[self.by_id[turn]] != entry_id:
            return None
        return int(self.by_id[turn])

    def _entry(self, place: int) -> ListedEntry:
        vrm = vrm_at(int(self.keys[place]), int(self.letters[place]))
        return ListedEntry(int(self.entry_ids[place]), int(self.list_ids[place]), vrm)
