"""Reads from the journal into the read store, and the pictures that waited for them from the shelf."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from openanpr.ingest.arrival import ArrivedRead
from openanpr.ingest.journal import TooManyHopsError, holds_anything, origins_of, read_entry
from openanpr.ingest.picture import PictureShelf, PictureStore, claim_shelved
from openanpr.ingest.quarantine import Quarantine
from openanpr.run.node.decoded import DecodedEntries
from openanpr.store.announced import Announced
from openanpr.store.engine import ReadEngine
from openanpr.store.journal import Group
from openanpr.store.origins import OriginThatCame, write_origins
from openanpr.store.reads_write import write_reads
from openanpr.wire.forwarded import MOST_FORWARDED_BYTES, OriginBatch, decode_forwarded
from openanpr.wire.read_batch import unpack


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
        kept_from = self._kept_from()
        # Before the reads, so that no read is found without what proves it.
        write_origins(self._engine, tuple(_origins(group, reads)), group=group.name, kept_from=kept_from)
        write_reads(self._engine, reads, group=group.name, kept_from=kept_from)
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


def _origins(group: Group, reads: Sequence[ArrivedRead]) -> Iterator[OriginThatCame]:
    """Yield the batches that other nodes handed on and of which a read was accepted."""
    oldest: dict[str, dict[str, datetime]] = {}
    for read in reads:
        if read.origin is not None:
            of_batch = oldest.setdefault(read.arrival.key, {})
            at = read.record.captured_at
            of_batch[read.origin.key] = min(at, of_batch.get(read.origin.key, at))
    for batch in group.batches:
        taken = oldest.get(batch.key, {})
        for origin in _as_they_came(batch.body) if taken else ():
            if origin.key in taken:
                yield OriginThatCame(origin, batch.key, taken[origin.key])


def _as_they_came(entry: bytes) -> tuple[OriginBatch, ...]:
    try:
        return origins_of(entry)
    except TooManyHopsError:
        # It may not be handed on, which is no reason not to keep it; this way decodes every read once more.
        said = read_entry(entry).said
        plain = unpack(said.body, most=MOST_FORWARDED_BYTES) if said.packed else said.body
        return decode_forwarded(plain).origins
