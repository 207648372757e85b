"""Reads into the store: a group of batches at a time, each group once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date

from openanpr.ingest.arrival import ArrivedRead
from openanpr.store.engine import ReadEngine, statement
from openanpr.store.native import block
from openanpr.store.read_columns import columns_of


@dataclass(frozen=True, slots=True)
class Written:
    """How many reads of a group were stored, were a copy of another in it, and were past their time."""

    stored: int
    doubled: int
    too_old: int


def write_reads(engine: ReadEngine, reads: Sequence[ArrivedRead], *, group: str, kept_from: date) -> Written:
    """Store the reads on disk, once; return how many.

    `group` names this group of reads among all that are ever written: a batch id, or the journal's name
    for several batches. Written again under the same name it changes nothing, also after a crash halfway.
    The same reads under another name stay single in the tables (of two copies the first received stands)
    but count twice in the summaries, so a group must be sent again as it was. Reads captured before the
    day `kept_from` are left out: retention has dropped their day. Raises StoreError when the engine
    refuses, ValueError or OverflowError for a value that no column could keep; then nothing was stored.
    """
    fresh: dict[int, ArrivedRead] = {}
    too_old = 0
    for read in reads:
        if read.record.captured_at.astimezone(UTC).date() < kept_from:
            too_old += 1
        else:
            fresh.setdefault(read.record.read_id, read)
    if fresh:
        columns = columns_of(tuple(fresh.values()))
        token = hashlib.sha256(group.encode()).hexdigest()
        engine.insert(statement("arrivals_insert"), block(columns), token=token)
    return Written(len(fresh), len(reads) - too_old - len(fresh), too_old)
