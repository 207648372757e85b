"""A node's lists in memory, kept as the control database has them while reads are matched with them."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openanpr.core.capture_record import CaptureRecord
from openanpr.core.voi_list import ListStanding
from openanpr.match.doubt import MatchRules
from openanpr.match.listed import ListedHit
from openanpr.match.live import LiveLists
from openanpr.match.seek import seek
from openanpr.store.control.live_entries import ListChanges, LiveEntries

_FEW: Final = 500  # changes made while matching waits: some ten milliseconds
_LEAST_MERGED: Final = 10_000  # entries beside the arrays, below which they cost matching nothing
_MERGED_SHARE: Final = 0.1
_FREED: Final = 50_000  # texts set free in one go


@dataclass(frozen=True, slots=True, eq=False)
class Refreshed:
    """What a refresh changed, in entries.

    `new` (n,) int64 are the ids of vehicles that were not on their list before, to be run against stored
    reads: not those of which only the particulars changed. Where the lists were loaded `whole`, those are
    among them too.
    """

    new: NDArray[np.int64]
    put: int
    removed: int
    whole: bool


class NodeLists:
    """All lists of a node for matching. Safe to share between threads.

    One thread at a time changes them. Many changes are made on a copy that takes the place of the lists
    when it is done, all at once: matching goes on meanwhile, and never sees half a revision.
    """

    __slots__ = ("_changing", "_entries", "_lists", "_matching", "_standings")

    def __init__(self, entries: LiveEntries) -> None:
        """Load all lists: nothing can be matched before, so that no read is let pass unmatched."""
        self._entries = entries
        self._changing = threading.Lock()
        self._matching = threading.Lock()
        self._lists, self._standings = _loaded(entries)

    def __len__(self) -> int:
        with self._matching:
            return len(self._lists)

    def standings(self) -> Mapping[int, ListStanding]:
        """Return how each list stood at the last refresh, by the id that hits name it by."""
        with self._matching:
            return self._standings

    def match(self, records: Sequence[CaptureRecord], rules: MatchRules) -> dict[int, tuple[ListedHit, ...]]:
        """Return the hits of each read of a batch that has any, by its place in the batch, in order."""
        sought = seek(records, rules)  # asks nothing of the lists: no reason to hold others up
        with self._matching:
            return self._lists.match_sought(sought, records, rules=rules)

    def refresh(self) -> Refreshed:
        """Return what the database has changed since the last time; the next batch is matched with it.

        To be asked several times a second: when nothing has changed it costs a look at the revisions.
        """
        with self._changing:
            changes = self._entries.changes_since(_revisions(self._standings))
            if changes.whole:
                return self._replace_all()
            if changes.put or changes.removed:
                self._apply(changes)
            with self._matching:
                self._standings = changes.standings
            self._merge_if_due()
            before = {(entry.list_id, entry.vrm) for entry in changes.removed}
            new = [one.entry_id for one in changes.put if (one.list_id, one.vrm) not in before]
            ids = np.array(new, np.int64)
            return Refreshed(ids, len(changes.put), len(changes.removed), whole=False)

    def _apply(self, changes: ListChanges) -> None:
        if len(changes.put) + len(changes.removed) > _FEW:
            lists = self._lists.changed(changes.put, (entry.entry_id for entry in changes.removed))
            with self._matching:
                self._lists = lists
            return
        with self._matching:
            for entry in changes.removed:
                self._lists.remove(entry.entry_id)
            for entry in changes.put:
                self._lists.put(entry)

    def _merge_if_due(self) -> None:
        if self._lists.unmerged > max(_LEAST_MERGED, _MERGED_SHARE * len(self._lists)):
            lists = self._lists.changed((), ())
            with self._matching:
                self._lists = lists

    def _replace_all(self) -> Refreshed:
        lists, standings = _loaded(self._entries)
        before, after = self._lists.ids(), lists.ids()
        new = np.setdiff1d(after, before, assume_unique=True)
        removed = len(before) - (len(after) - len(new))
        with self._matching:
            self._lists, self._standings = lists, standings
        return Refreshed(new, len(new), removed, whole=True)


def _loaded(entries: LiveEntries) -> tuple[LiveLists, Mapping[int, ListStanding]]:
    found = entries.all_alive()
    lists = LiveLists.build(found.vrms, found.entry_ids, found.list_ids)
    while found.vrms:  # all at once would hold the interpreter's lock, for which matching would wait
        del found.vrms[-_FREED:]
    return lists, found.standings


def _revisions(standings: Mapping[int, ListStanding]) -> dict[int, int]:
    return {list_id: one.revision for list_id, one in standings.items()}
