"""Reads from the journal into the read store, and the pictures that waited for them from the shelf."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from openanpr.ingest.journal import holds_anything, read_entry
from openanpr.ingest.picture import PictureShelf, PictureStore, claim_shelved
from openanpr.ingest.quarantine import Quarantine
from openanpr.run.node.decoded import DecodedEntries
from openanpr.store.announced import Announced
from openanpr.store.engine import ReadEngine
from openanpr.store.journal import Group
from openanpr.store.reads_write import write_reads


class StoreReads:
    """The journal's consumer that stores."""

    name = "store"

    def __init__(
        self,
        engine: ReadEngine,
        announced: Announced,
        shelf: PictureShelf,
        pictures: PictureStore,
        kept_from: Callable[[], date],
    ) -> None:
        self._engine, self._announced, self._kept_from = engine, announced, kept_from
        self._shelf, self._pictures = shelf, pictures

    def take(self, group: Group, decoded: DecodedEntries) -> None:
        """Store the group under its name, once; then fetch what lies on the shelf for its reads."""
        reads = decoded.reads(group)
        self._announced.note(reads)
        write_reads(self._engine, reads, group=group.name, kept_from=self._kept_from())
        claim_shelved(reads, self._shelf, self._pictures)


class PutAside:
    """The journal's consumer that puts what was held into quarantine."""

    name = "quarantine"

    def __init__(self, quarantine: Quarantine) -> None:
        self._quarantine = quarantine

    def take(self, group: Group, decoded: DecodedEntries) -> None:
        """Keep the held reads; one that is kept already stays as a person may have changed it."""
        del decoded  # nearly every entry holds nothing, and the others are wanted whole
        for batch in group.batches:
            if holds_anything(batch.body):
                self._quarantine.put(read_entry(batch.body).quarantined)
