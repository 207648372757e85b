"""What the journal keeps of a batch: its bytes as they came, and all that was found of it on arrival.

The journal is written once, in one step, before the sender is answered. Whatever follows (quarantine,
matching, stores, forwarding) is made from an entry by `read_entry`, which gives the same for the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec import Raw, Struct

from openanpr.core.capture_record import CaptureRecord
from openanpr.ingest.accept import DOUBTFUL, DUPLICATE, HELD, LATE, PLACE_IGNORED, Judgement, Reason
from openanpr.ingest.arrival import Arrival, ArrivedRead
from openanpr.ingest.quarantine import QuarantinedRead, item_id
from openanpr.wire.read_batch import Encoding, RefusedRead, decode_batch, unpack

_VERSION = 1


class EntryError(ValueError):
    """Bytes of the journal that are no entry of a version that this program knows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One batch for the journal: `answer` is what the sender is told, `digest` tells other reads apart."""

    key: str
    at: datetime
    digest: bytes
    body: bytes = field(repr=False)
    answer: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is remembered of an entry, also after its body was trimmed."""

    digest: bytes
    answer: bytes = field(repr=False)


class Journal(Protocol):
    """Keeps batches on disk, in order.

    Keys, digests and answers are remembered longer than bodies: as long as the profile takes a read
    (`Limits.oldest_days`), for until then a batch that comes again would be taken as new.
    """

    def find(self, key: str) -> Kept | None:
        """Return what was kept under `key`, None for a batch that never came."""
        ...

    def append(self, entry: Entry) -> Kept:
        """Keep the entry and return it, on disk (fsync) when this returns.

        Where its key is known already nothing changes and what was kept then is returned, also when two
        come at once. Whatever is raised means: not to be acknowledged.
        """
        ...


@dataclass(frozen=True, slots=True)
class Said:
    """What a sender sent. `form` is its Content-Type, `packed` whether by gzip.

    `proof` has what was signed beside the body, for who wants to check the signature again; empty for a
    sender that does not sign.
    """

    form: str
    packed: bool
    body: bytes = field(repr=False)
    proof: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


@dataclass(frozen=True, slots=True)
class Journalled:
    """An entry read back: what goes on to the stores and to matching, and what goes to quarantine."""

    arrival: Arrival
    accepted: tuple[ArrivedRead, ...]
    quarantined: tuple[QuarantinedRead, ...]
    said: Said


class _HeldForm(Struct, frozen=True, array_like=True):
    index: int
    reason: Reason
    detail: str


class _Form(Struct, frozen=True):
    version: int
    arrival: Arrival
    form: Encoding
    packed: bool
    body: bytes
    proof: dict[str, str]
    marks: bytes
    held: list[_HeldForm]
    message: bytes
    message_form: str


class _Reads(Struct, frozen=True):
    reads: list[Raw]


_ENTRIES = msgspec.msgpack.Decoder(_Form)
_READS = {
    Encoding.JSON: msgspec.json.Decoder(_Reads).decode,
    Encoding.MESSAGE_PACK: msgspec.msgpack.Decoder(_Reads).decode,
}


def write_entry(arrival: Arrival, said: Said, judgement: Judgement, *, message: Said | None = None) -> bytes:
    """Return the bytes that the journal keeps; `said.body` must be a batch that `wire` can decode.

    `message` is a vendor's message as it came, given where a part of it is held: a read of a number beyond
    those of the batch stands for it.
    """
    form = _Form(
        version=_VERSION,
        arrival=arrival,
        form=Encoding(said.form),
        packed=said.packed,
        body=said.body,
        proof=dict(said.proof),
        marks=judgement.marks,
        held=[_HeldForm(h.index, h.reason, h.detail) for h in judgement.held],
        message=b"" if message is None else message.body,
        message_form="" if message is None else message.form,
    )
    return msgspec.msgpack.encode(form)


def read_entry(body: bytes) -> Journalled:
    """Return what an entry holds; raises EntryError, BatchError where the journal is damaged."""
    try:
        form = _ENTRIES.decode(body)
    except msgspec.DecodeError as fault:
        raise EntryError("the journal holds something that is no batch") from fault
    if form.version != _VERSION:
        raise EntryError(f"an entry of version {form.version}: a newer program wrote this journal")
    plain = unpack(form.body) if form.packed else form.body
    batch = decode_batch(plain, form.form)
    records = _by_index(form, batch.records, batch.refused)
    accepted = [
        _arrived(records[index], form.arrival, marks)
        for index, marks in enumerate(form.marks)
        if not marks & (HELD | DUPLICATE)
    ]
    said = Said(form.form, form.packed, form.body, form.proof)
    return Journalled(form.arrival, tuple(accepted), _quarantined(form, plain), said)


def held_of(judgement: Judgement) -> Mapping[Reason, int]:
    """Return how many reads are held, by reason."""
    counts: dict[Reason, int] = {}
    for held in judgement.held:
        counts[held.reason] = counts.get(held.reason, 0) + 1
    return counts


def _by_index(
    form: _Form, records: tuple[CaptureRecord, ...], refused: tuple[RefusedRead, ...]
) -> Mapping[int, CaptureRecord]:
    bad = {read.index for read in refused}
    places = [index for index in range(len(records) + len(bad)) if index not in bad]
    if len(places) + len(bad) > len(form.marks):
        raise EntryError("an entry of the journal has fewer marks than reads")
    return dict(zip(places, records, strict=True))


def _arrived(record: CaptureRecord, arrival: Arrival, marks: int) -> ArrivedRead:
    if marks & PLACE_IGNORED:
        record = replace(record, place=None)
    return ArrivedRead(record, arrival, late=bool(marks & LATE), clock_doubtful=bool(marks & DOUBTFUL))


def _quarantined(form: _Form, plain: bytes) -> tuple[QuarantinedRead, ...]:
    if not form.held:
        return ()
    raws = _READS[form.form](plain).reads
    items: list[QuarantinedRead] = []
    for held in form.held:
        ours = held.index < len(raws)
        items.append(
            QuarantinedRead(
                item_id=item_id(form.arrival.key, held.index),
                arrival=form.arrival,
                index=held.index,
                reason=held.reason,
                detail=held.detail,
                form=form.form if ours else form.message_form,
                raw=bytes(raws[held.index]) if ours else form.message,
            )
        )
    return tuple(items)
