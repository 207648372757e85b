"""Accepted reads on their way from ingest to those who go on with them, decoded once for all of them."""

from __future__ import annotations

import threading
from collections import OrderedDict

from openanpr.ingest.arrival import ArrivedRead
from openanpr.ingest.journal import read_entry
from openanpr.store.journal import Group, JournalledBatch

_MOST_READS = 20_000
"""Some 100 MB of them; who is further behind decodes from the journal."""


class DecodedEntries:
    """The reads of the latest entries of the journal. Safe to share between threads."""

    def __init__(self, most_reads: int = _MOST_READS) -> None:
        self._most_reads = most_reads
        self._lock = threading.Lock()
        self._decoding = threading.Lock()
        self._kept: OrderedDict[str, tuple[ArrivedRead, ...]] = OrderedDict()
        self._reads = 0

    def note(self, key: str, reads: tuple[ArrivedRead, ...]) -> None:
        """Keep the accepted reads of an entry for those who will ask; the oldest make room."""
        with self._lock:
            before = self._kept.pop(key, ())
            self._kept[key] = reads
            self._reads += len(reads) - len(before)
            while self._reads > self._most_reads and len(self._kept) > 1:
                _, gone = self._kept.popitem(last=False)
                self._reads -= len(gone)

    def reads(self, group: Group) -> tuple[ArrivedRead, ...]:
        """Return all accepted reads of a group, in order; raises EntryError, BatchError for a damaged one."""
        found: list[ArrivedRead] = []
        for batch in group.batches:
            found += self._reads_of(batch)
        return tuple(found)

    def _reads_of(self, batch: JournalledBatch) -> tuple[ArrivedRead, ...]:
        known = self._known(batch.key)
        if known is None:
            # One at a time: whoever waits finds it done.
            with self._decoding:
                known = self._known(batch.key)
                if known is None:
                    known = read_entry(batch.body).accepted
                    self.note(batch.key, known)
        return known

    def _known(self, key: str) -> tuple[ArrivedRead, ...] | None:
        with self._lock:
            return self._kept.get(key)
