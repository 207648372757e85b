"""Entries of the journal read back once, however many of the node's threads ask for them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

from openanpr.ingest.arrival import ArrivedRead
from openanpr.ingest.journal import Journalled, read_entry
from openanpr.store.journal import Group

_KEPT = 256


class DecodedEntries:
    """The latest entries, decoded. Every consumer passes the same ones within moments of each other."""

    def __init__(self, most: int = _KEPT) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, Journalled] = OrderedDict()

    def of(self, group: Group) -> tuple[Journalled, ...]:
        """Return the entries of a group in order; raises EntryError, BatchError for a damaged journal."""
        found: list[Journalled] = []
        for batch in group.batches:
            with self._lock:
                known = self._kept.get(batch.position)
            if known is None:
                known = read_entry(batch.body)
                with self._lock:
                    self._kept[batch.position] = known
                    while len(self._kept) > self._most:
                        self._kept.popitem(last=False)
            found.append(known)
        return tuple(found)


def accepted_of(entries: Iterable[Journalled]) -> tuple[ArrivedRead, ...]:
    """Return all reads of some entries that were accepted, in order."""
    return tuple(read for entry in entries for read in entry.accepted)
