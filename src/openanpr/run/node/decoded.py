"""Entries of the journal read back once, however many of the node's threads ask for them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

from openanpr.ingest.arrival import ArrivedRead
from openanpr.ingest.journal import Journalled, read_entry
from openanpr.store.journal import Group, JournalledBatch

_MOST_ENTRIES = 256
_MOST_BYTES = 16 * 2**20  # as they lie in the journal; decoded they take several times as much


class DecodedEntries:
    """The entries that were asked for last, decoded, up to so many and so many bytes of the journal.

    Every consumer passes the same ones within moments of each other. Safe to share between threads.
    """

    def __init__(self, most_entries: int = _MOST_ENTRIES, most_bytes: int = _MOST_BYTES) -> None:
        self._most_entries, self._most_bytes = most_entries, most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, tuple[Journalled, int]] = OrderedDict()
        self._bytes = 0

    def of(self, group: Group) -> tuple[Journalled, ...]:
        """Return the entries of a group in order; raises EntryError, BatchError for a damaged journal."""
        return tuple(map(self._one, group.batches))

    def _one(self, batch: JournalledBatch) -> Journalled:
        with self._lock:
            known = self._kept.get(batch.position)
        if known is not None:
            return known[0]
        entry = read_entry(batch.body)  # two that come at once both decode it: that costs less than waiting
        with self._lock:
            if batch.position not in self._kept:
                self._kept[batch.position] = entry, len(batch.body)
                self._bytes += len(batch.body)
            while len(self._kept) > self._most_entries or self._bytes > self._most_bytes:
                _, (_, size) = self._kept.popitem(last=False)
                self._bytes -= size
        return entry


def accepted_of(entries: Iterable[Journalled]) -> tuple[ArrivedRead, ...]:
    """Return all reads of some entries that were accepted, in order."""
    return tuple(read for entry in entries for read in entry.accepted)
