"""All lists of a node, against which batches of reads are matched while entries come and go.

Two stages: a screen over arrays finds the few reads of a batch that may meet an entry, and never loses one
that does; `meet` then says of those what each meets, just as it does for a single read in `index`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from openanpr.core.capture_record import CaptureRecord
from openanpr.core.hit import HitKind
from openanpr.core.shape import shape_key
from openanpr.match.doubt import MatchRules
from openanpr.match.listed import ListedEntry, ListedHit
from openanpr.match.meet import meet
from openanpr.match.pack import Keys, key_of, letters_in, pack, shape_at
from openanpr.match.packed_list import KeyFilter, PackedList
from openanpr.match.patterns import Patterns
from openanpr.match.said import said_by
from openanpr.match.seek import Sought, seek
from openanpr.match.wildcard import WILDCARDS, Pattern

DEFAULT_RULES = MatchRules()
_VRM = re.compile(r"[A-Z0-9?*]+")
_AT_ONCE = 20_000
_PlaceT = TypeVar("_PlaceT", int, str)


class LiveLists:
    """The entries of all lists of a node.

    Most stand in a `PackedList`; what came since stands beside it in dicts until `merge`. Belongs to one
    thread at a time: whoever changes it and whoever matches take turns. `changed` only looks, and may look
    while another thread matches.
    """

    __slots__ = ("_added", "_base", "_dead", "_filter", "_longer", "_outside", "_patterns")

    def __init__(self) -> None:
        self._settle(_packed(()))
        self._patterns = Patterns()
        self._added: dict[int, tuple[ListedEntry, ...]] = {}  # by key
        self._longer: dict[str, tuple[ListedEntry, ...]] = {}  # by shape that has no key
        self._outside: dict[int, ListedEntry] = {}  # by id: every living entry that is not in the base
        self._dead = 0

    @classmethod
    def build(
        cls,
        vrms: Sequence[str],
        entry_ids: Sequence[int],
        list_ids: Sequence[int],
    ) -> Self:
        """Return the lists with these entries, given as columns of one length.

        VRMs are A-Z0-9, with `?` and `*` as wildcards. Raises ValueError for another VRM, for columns of
        unlike length and for an id that comes twice; OverflowError for an id past 64 bits or a list id
        past 32.
        """
        if not len(vrms) == len(entry_ids) == len(list_ids):
            msg = "LiveLists.build needs as many VRMs as entry ids and list ids"
            raise ValueError(msg)
        keys, letters = _keys_and_letters(vrms)
        ids, of_list = np.array(entry_ids, np.int64), np.array(list_ids, np.int32)
        plain = keys != 0
        lists = cls()
        lists._settle(PackedList.sorted_from(keys[plain], letters[plain], ids[plain], of_list[plain]))
        for i in np.flatnonzero(~plain).tolist():
            entry = ListedEntry(int(ids[i]), int(of_list[i]), vrms[i])
            _check(entry)
            if entry.entry_id in lists._outside or lists._base.has(entry.entry_id):
                msg = "an entry id stands twice: every entry of a node has its own"
                raise ValueError(msg)
            lists._file(entry)
        return lists

    def __len__(self) -> int:
        return len(self._base.keys) - self._dead + len(self._outside)

    @property
    def unmerged(self) -> int:
        """How many entries came or went since the last `merge`: worth one at a tenth of all, not before."""
        return self._dead + sum(map(len, self._added.values()))

    @property
    def nbytes(self) -> int:
        """Memory of the arrays in bytes; wildcard, long and unmerged entries are not counted."""
        return self._base.nbytes + self._filter.nbytes

    def put(self, entry: ListedEntry) -> None:
        """Add an entry, or change the one that has its id; the next batch is matched with it.

        Raises ValueError where the VRM is not A-Z0-9 with `?` and `*`; nothing has changed then.
        """
        _check(entry)
        self.remove(entry.entry_id)
        self._file(entry)

    def remove(self, entry_id: int) -> bool:
        """Take an entry out; the next batch is matched without it. False where there is none of this id."""
        entry = self._outside.pop(entry_id, None)
        if entry is None:
            buried = self._base.bury(entry_id)
            self._dead += buried
            return buried
        if self._patterns.drop(entry_id):
            return True
        shape = shape_key(entry.vrm)
        key = key_of(shape)
        if key is None:
            _take_out(self._longer, shape, entry)
        else:
            _take_out(self._added, key, entry)
        return True

    def merge(self) -> None:
        """Sort what came since into the arrays and clear away what went. Matching waits meanwhile."""
        entries = [entry for found in self._added.values() for entry in found]
        self._settle(self._base.with_more(_packed(entries)))
        for entry in entries:
            del self._outside[entry.entry_id]
        self._added = {}

    def changed(self, put: Iterable[ListedEntry], removed: Iterable[int]) -> Self:
        """Return the lists with these entries put and these ids removed, all of them merged.

        What is here stays as it is, so that another thread may go on matching with it meanwhile.
        Raises as `put` does.
        """
        coming = {entry.entry_id: entry for entry in put}
        for entry in coming.values():
            _check(entry)
        going = set(removed) - coming.keys()
        patterns = self._patterns.copied()
        for entry_id in going | coming.keys():
            patterns.drop(entry_id)
        outside = {i: entry for i, entry in self._outside.items() if i not in going} | coming
        wild = {i: entry for i, entry in outside.items() if not WILDCARDS.isdisjoint(entry.vrm)}
        plain = [entry for i, entry in outside.items() if i not in wild]
        packed = [entry for entry in plain if key_of(shape_key(entry.vrm)) is not None]
        base = self._base.with_more(_packed(packed), without=going | coming.keys())
        lists = self._of(base, patterns, {i: entry for i, entry in wild.items() if i not in coming})
        for entry in plain:
            if key_of(shape_key(entry.vrm)) is None:
                lists.put(entry)
        for i in wild.keys() & coming.keys():
            lists.put(wild[i])
        return lists

    @classmethod
    def _of(cls, base: PackedList, patterns: Patterns, wild: dict[int, ListedEntry]) -> Self:
        lists = cls()
        lists._settle(base)
        lists._patterns, lists._outside = patterns, wild
        return lists

    def ids(self) -> NDArray[np.int64]:
        """Return the ids of all entries (n,), in no order."""
        outside = np.fromiter(self._outside, np.int64, len(self._outside))
        return np.concatenate((self._base.entry_ids[self._base.alive], outside))

    def match(
        self, records: Sequence[CaptureRecord], *, rules: MatchRules = DEFAULT_RULES
    ) -> dict[int, tuple[ListedHit, ...]]:
        """Return the hits of each read of a batch that has any, by its place in the batch, in order.

        A read's hits are one for each entry: exact first, then the likeliest; `match.meet` tells what is a
        hit. A batch of some thousand reads is quickest.
        """
        return self.match_sought(seek(records, rules), records, rules=rules)

    def match_sought(
        self, sought: Sought, records: Sequence[CaptureRecord], *, rules: MatchRules = DEFAULT_RULES
    ) -> dict[int, tuple[ListedHit, ...]]:
        """Return what `match` does, for `records` of which `sought` was made with the same rules."""
        entries, concerned = self._look_up(sought)
        wild = self._patterns.screen(sought.keys[: sought.reads], sought.lengths)
        hits: dict[int, tuple[ListedHit, ...]] = {}
        for i in sorted(concerned.union(wild, sought.own_longer)):
            shape = shape_key(records[i].vrm)
            filed = (
                self._patterns.matching(shape) if i in sought.own_longer else _fitting(wild.get(i, ()), shape)
            )
            fits = list(filed)
            if not fits and i not in concerned:
                continue  # as nearly all that only begin or end like a wildcard entry
            said = said_by(records[i], unstated_confidence=rules.unstated_confidence)
            met = meet(said, shape, lambda other: entries.get(other, ()), fits, rules)
            if met:
                made = (ListedHit(m.kind, m.reason, m.entry, said.plate, m.positions, m.p) for m in met)
                hits[i] = tuple(sorted(made, key=_rank))
        return hits

    def _look_up(self, sought: Sought) -> tuple[dict[str, tuple[ListedEntry, ...]], set[int]]:
        """Return the entries of every shape that was sought and found, and the reads that sought it."""
        maybe = self._filter.maybe(sought.keys)
        keys = sought.keys[maybe]
        here = self._base.holding(keys)
        if self._added:
            here |= np.fromiter((key in self._added for key in keys.tolist()), np.bool_, len(keys))
        entries: dict[str, tuple[ListedEntry, ...]] = {}
        for key in set(keys[here].tolist()):
            entries[shape_at(key)] = self._base.at(key) + self._added.get(key, ())
        concerned = set(sought.of[maybe[here]].tolist())
        for i, shape in sought.longer:
            found = self._longer.get(shape)
            if found is not None:
                entries[shape] = found
                concerned.add(i)
        return entries, concerned

    def _settle(self, base: PackedList) -> None:
        self._base, self._dead = base, 0
        self._filter = KeyFilter(len(base.keys))
        self._filter.add(base.keys)

    def _file(self, entry: ListedEntry) -> None:
        self._outside[entry.entry_id] = entry
        if not WILDCARDS.isdisjoint(entry.vrm):
            self._patterns.put(entry)
            return
        shape = shape_key(entry.vrm)
        key = key_of(shape)
        if key is None:
            self._longer[shape] = (*self._longer.get(shape, ()), entry)
        else:
            self._added[key] = (*self._added.get(key, ()), entry)
            self._filter.add_one(key)


def _check(entry: ListedEntry) -> None:
    if _VRM.fullmatch(entry.vrm) is None:
        msg = "a listed VRM is A-Z0-9 with ? and * as wildcards: normalise it first (core.normalise)"
        raise ValueError(msg)
    if not (-(2**63) <= entry.entry_id < 2**63 and -(2**31) <= entry.list_id < 2**31):
        msg = "an entry id has 64 bits at most, a list id 32"
        raise OverflowError(msg)


def _keys_and_letters(vrms: Sequence[str]) -> tuple[Keys, NDArray[np.uint16]]:
    """Return the keys of plain VRMs, 0 for all others, and their letters.

    Some at a time: text is made into arrays under the interpreter's lock, for which matching would wait.
    """
    keys, letters = np.zeros(len(vrms), np.uint64), np.zeros(len(vrms), np.uint16)
    for begin in range(0, len(vrms), _AT_ONCE):
        some = vrms[begin : begin + _AT_ONCE]
        packed = pack(some)
        packed.keys[list(packed.odd)] = 0
        keys[begin : begin + len(some)] = packed.keys
        letters[begin : begin + len(some)] = letters_in(some)
    return keys, letters


def _packed(entries: Sequence[ListedEntry]) -> PackedList:
    """Return entries without wildcards, whose shapes have keys, as arrays."""
    keys, letters = _keys_and_letters([entry.vrm for entry in entries])
    ids = np.array([entry.entry_id for entry in entries], np.int64)
    return PackedList.sorted_from(
        keys, letters, ids, np.array([entry.list_id for entry in entries], np.int32)
    )


def _take_out(filed: dict[_PlaceT, tuple[ListedEntry, ...]], place: _PlaceT, entry: ListedEntry) -> None:
    left = tuple(one for one in filed[place] if one is not entry)
    if left:
        filed[place] = left
    else:
        del filed[place]


def _fitting(
    patterns: Iterable[Pattern[ListedEntry]], shape: str
) -> Iterator[tuple[ListedEntry, tuple[int, ...]]]:
    for pattern in patterns:
        covered = pattern.covered(shape)
        if covered is not None:
            yield pattern.entry, covered


def _rank(hit: ListedHit) -> tuple[bool, float, int, int]:
    return hit.kind is not HitKind.EXACT, -hit.p, hit.entry.list_id, hit.entry.entry_id
