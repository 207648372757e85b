"""What the journal keeps of a batch: its bytes as they came, and all that was found of it on arrival.

The journal is written once, in one step, before the sender is answered. Whatever follows (quarantine,
matching, stores, forwarding) is made from an entry by `read_entry`, which gives the same for the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, Protocol

import msgspec
from msgspec import Struct

from openanpr.core.capture_record import CaptureRecord
from openanpr.ingest.accept import DOUBTFUL, DUPLICATE, HELD, LATE, PLACE_IGNORED, Judgement, Reason, in_order
from openanpr.ingest.arrival import Arrival, ArrivedRead
from openanpr.ingest.forwarded import RAW_READS, HandedOn, raw_reads, unfold
from openanpr.ingest.quarantine import QuarantinedRead, item_id
from openanpr.wire import forwarded as wire
from openanpr.wire.forwarded import (
    FORWARDED_TYPE,
    MOST_FORWARDED_BYTES,
    ForwardedBatch,
    OriginBatch,
    OriginProof,
    decode_forwarded,
)
from openanpr.wire.read_batch import (
    MOST_BATCH_BYTES,
    Encoding,
    ReadBatch,
    RefusedRead,
    decode_batch,
    unpack,
)

_VERSION = 1


class EntryError(ValueError):
    """Bytes of the journal that are no entry of a version that this program knows."""


class TooManyHopsError(ValueError):
    """A batch was handed on so often already that nodes must be forwarding in a circle."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One batch for the journal: `answer` is what the sender is told, `digest` tells other reads apart.

    `sender`, and how many reads it has and how many of them are held, are for the audit log.
    """

    key: str
    at: datetime
    digest: bytes
    body: bytes = field(repr=False)
    answer: bytes = field(repr=False)
    sender: str = ""
    reads: int = 0
    held: int = 0


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
    # As literals, because a number of names is checked when it is decoded.
    form: Literal["application/json", "application/vnd.msgpack", "application/vnd.openanpr.forwarded+msgpack"]
    packed: bool
    body: bytes
    proof: dict[str, str]
    marks: bytes
    held: list[_HeldForm]
    message: bytes
    message_form: str
    origins: list[OriginProof] = []


_ENTRIES = msgspec.msgpack.Decoder(_Form)


def write_entry(arrival: Arrival, said: Said, judgement: Judgement, *, message: Said | None = None) -> bytes:
    """Return the bytes that the journal keeps; `said.body` must be a batch that `wire` can decode.

    It may be a forwarded one; `judgement.origins` must then have the proof of each origin.

    `message` is a vendor's message as it came, given where a part of it is held: a read of a number beyond
    those of the batch stands for it.
    """
    form = _Form(
        version=_VERSION,
        arrival=arrival,
        form=FORWARDED_TYPE if said.form == FORWARDED_TYPE else Encoding(said.form).value,
        packed=said.packed,
        body=said.body,
        proof=dict(said.proof),
        marks=judgement.marks,
        held=[_HeldForm(h.index, h.reason, h.detail) for h in judgement.held],
        message=b"" if message is None else message.body,
        message_form="" if message is None else message.form,
        origins=list(judgement.origins),
    )
    return msgspec.msgpack.encode(form)


def read_entry(body: bytes) -> Journalled:
    """Return what an entry holds; raises EntryError, BatchError where the journal is damaged."""
    form = _opened(body)
    said = Said(form.form, form.packed, form.body, form.proof)
    if form.form == FORWARDED_TYPE:
        batch, reads = _handed_on(form)
        held = _quarantined_of(form, batch, reads)
        return Journalled(form.arrival, tuple(_accepted_of(form, reads)), tuple(held), said)
    encoding = Encoding(form.form)
    plain = _plain(form)
    batch = decode_batch(plain, encoding)
    if len(batch.records) + len(batch.refused) > len(form.marks):
        raise EntryError("an entry of the journal has fewer marks than reads")
    accepted = accepted_of(batch, form.arrival, form.marks)
    return Journalled(form.arrival, accepted, _quarantined(form, plain, encoding), said)


def accepted_of(batch: ReadBatch, arrival: Arrival, marks: bytes) -> tuple[ArrivedRead, ...]:
    """Return the accepted reads of a judged batch: the same that `read_entry` gives for its entry."""
    return tuple(
        [
            _arrived(read, arrival, mark)
            for read, mark in zip(in_order(batch), marks, strict=False)  # a vendor's message has a mark more
            if not mark & (HELD | DUPLICATE) and not isinstance(read, RefusedRead)
        ]
    )


def holds_anything(body: bytes) -> bool:
    """Return whether an entry has reads for the quarantine, told without decoding its batch."""
    return bool(_opened(body).held)


def origins_of(body: bytes) -> tuple[OriginBatch, ...]:
    """Return what an entry hands on to another node: its accepted reads, in the very bytes that came.

    Empty where none was accepted. A batch that was handed on to us keeps its first origins; one that was
    handed on `wire.forwarded.MOST_HOPS` times already raises TooManyHopsError. Raises EntryError, BatchError.
    """
    form = _opened(body)
    marks = bytes([_taken(m, released=form.arrival.released_from is not None) for m in form.marks])
    if form.form == FORWARDED_TYPE:
        return tuple(_handed_further(form, marks))
    arrival = form.arrival
    origin = OriginBatch(
        key=arrival.key,
        received_at=arrival.received_at,
        clock_offset_ms=arrival.clock_offset_ms,
        hops=1,
        form=Encoding(form.form),
        packed=form.packed,
        marks=marks,
        body=form.body,
        proof=form.proof,
    )
    return (origin,) if origin.taken else ()


def held_of(judgement: Judgement) -> Mapping[Reason, int]:
    """Return how many reads are held, by reason."""
    counts: dict[Reason, int] = {}
    for held in judgement.held:
        counts[held.reason] = counts.get(held.reason, 0) + 1
    return counts


def _opened(body: bytes) -> _Form:
    try:
        form = _ENTRIES.decode(body)
    except msgspec.DecodeError as fault:
        raise EntryError("the journal holds something that is no batch") from fault
    if form.version != _VERSION:
        raise EntryError(f"an entry of version {form.version}: a newer program wrote this journal")
    return form


def _plain(form: _Form) -> bytes:
    most = MOST_FORWARDED_BYTES if form.form == FORWARDED_TYPE else MOST_BATCH_BYTES
    return unpack(form.body, most=most) if form.packed else form.body


def _handed_on(form: _Form) -> tuple[ForwardedBatch, tuple[HandedOn, ...]]:
    batch = decode_forwarded(_plain(form))
    if len(batch.origins) != len(form.origins):
        raise EntryError("an entry of the journal has other origins than were proved")
    reads = unfold(batch, form.origins)
    if len(reads) != len(form.marks):
        raise EntryError("an entry of the journal has other marks than reads")
    return batch, reads


def _accepted_of(form: _Form, reads: Sequence[HandedOn]) -> Iterator[ArrivedRead]:
    for marks, read in zip(form.marks, reads, strict=True):
        if marks & (HELD | DUPLICATE):
            continue
        if isinstance(read.read, RefusedRead):
            raise EntryError("an entry of the journal accepts what is no read")
        yield replace(_arrived(read.read, form.arrival, marks), origin=read.origin)


def _quarantined_of(
    form: _Form, batch: ForwardedBatch, reads: Sequence[HandedOn]
) -> Iterator[QuarantinedRead]:
    sound = {h.index for h in form.held if not isinstance(reads[h.index].read, RefusedRead)}
    raws = raw_reads(batch, sound)
    for held in form.held:
        read = reads[held.index]
        raw = read.read.raw if isinstance(read.read, RefusedRead) else raws[held.index]
        yield QuarantinedRead(
            item_id=item_id(form.arrival.key, held.index),
            arrival=form.arrival,
            index=held.index,
            reason=held.reason,
            detail=held.detail,
            form=read.form,
            raw=raw,
        )


def _taken(marks: int, *, released: bool) -> int:
    """Return the marks of a read as `wire.forwarded` has them, 0 for one that is not handed on."""
    if marks & (HELD | DUPLICATE):
        return 0
    late = wire.LATE if released else 0
    return wire.TAKEN | late | (wire.DOUBTFUL if marks & DOUBTFUL else 0)


def _handed_further(form: _Form, marks: bytes) -> Iterator[OriginBatch]:
    """Yield the origins of a forwarded batch as they came, with what was found of them here."""
    ours = iter(marks)
    for origin in decode_forwarded(_plain(form)).origins:
        found = bytes([_both(m, next(ours)) if m & wire.TAKEN else 0 for m in origin.marks])
        offsets = (origin.clock_offset_ms, form.arrival.clock_offset_ms)
        further = replace(
            origin,
            marks=found,
            hops=origin.hops + 1,
            clock_offset_ms=None if None in offsets else sum(o for o in offsets if o is not None),
        )
        if not further.taken:
            continue
        if further.hops > wire.MOST_HOPS:
            raise TooManyHopsError(
                f"a batch was handed on {origin.hops} times: do two nodes forward to each other?"
            )
        yield further


def _both(theirs: int, ours: int) -> int:
    return theirs | ours if ours & wire.TAKEN else 0


def _arrived(record: CaptureRecord, arrival: Arrival, marks: int) -> ArrivedRead:
    if marks & PLACE_IGNORED:
        record = replace(record, place=None)
    return ArrivedRead(record, arrival, late=bool(marks & LATE), clock_doubtful=bool(marks & DOUBTFUL))


def _quarantined(form: _Form, plain: bytes, encoding: Encoding) -> tuple[QuarantinedRead, ...]:
    if not form.held:
        return ()
    raws = RAW_READS[encoding](plain).reads
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
