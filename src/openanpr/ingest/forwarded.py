"""Batches that another node hands on: proved inside and out, and unfolded into their reads.

The node that forwards is the sender: its signature, its scope and its clock are judged as any device's. What
it says of each origin is kept beside the reads, and can only make a read more doubtful, never less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import msgspec
from msgspec import Raw, Struct

from openanpr.core.capture_record import CaptureRecord
from openanpr.ingest.accept import (
    DETAILS,
    DOUBTFUL,
    HELD,
    LATE,
    Judgement,
    Reason,
    in_order,
)
from openanpr.ingest.arrival import Origin
from openanpr.ingest.clock import ClockReading
from openanpr.ingest.limits import Limits
from openanpr.wire import forwarded as wire
from openanpr.wire.forwarded import ForwardedBatch, OriginBatch, OriginProof, batch_in, plain_body
from openanpr.wire.read_batch import (
    BatchError,
    BatchTooLargeError,
    Encoding,
    ReadBatch,
    RefusedRead,
)
from openanpr.wire.signature import SignatureError

_NO_FIT = "the reads that were handed on cannot be found in what came with them"


class _Reads(Struct, frozen=True):
    reads: list[Raw]


RAW_READS: dict[Encoding, Callable[[bytes], _Reads]] = {
    Encoding.JSON: msgspec.json.Decoder(_Reads).decode,
    Encoding.MESSAGE_PACK: msgspec.msgpack.Decoder(_Reads).decode,
}
"""Take a batch apart into the very bytes of each read."""


@dataclass(frozen=True, slots=True)
class HandedOn:
    """One read that was handed on: the read or why it is none, where it came from, its marks there."""

    read: CaptureRecord | RefusedRead
    origin: Origin
    marks: int
    form: Encoding


def proofs_of(batch: ForwardedBatch) -> tuple[OriginProof, ...]:
    """Return how far each origin is proved; one whose signature does not fit is WRONG, and never raised."""
    return tuple([_proof_of(origin) for origin in batch.origins])


def unfold(batch: ForwardedBatch, proofs: Sequence[OriginProof]) -> tuple[HandedOn, ...]:
    """Return the reads that were handed on, numbered from 0 as the node judges them.

    Those of an origin that is proved wrong, or does not hold what it says, are all refused; their bytes
    are kept. Raises BatchTooLargeError.
    """
    reads: list[HandedOn] = []
    room = wire.MOST_UNPACKED_BYTES
    for origin, proof in zip(batch.origins, proofs, strict=True):
        try:
            plain = plain_body(origin, most=min(room, wire.MOST_FORWARDED_BYTES))
            inner = batch_in(origin, plain)
        except BatchTooLargeError:
            raise
        except BatchError:
            reads.extend(_lost(origin, proof, len(reads)))
            continue
        room -= len(plain)
        reads.extend(_found(origin, proof, inner, plain, len(reads)))
    return tuple(reads)


def raw_reads(batch: ForwardedBatch, wanted: AbstractSet[int]) -> Mapping[int, bytes]:
    """Return the very bytes of some reads, by the numbers that `unfold` gives, of origins that it could."""
    found: dict[int, bytes] = {}
    first = 0
    for origin in batch.origins:
        places = [index for index, marks in enumerate(origin.marks) if marks & wire.TAKEN]
        numbers = [(n, place) for n, place in enumerate(places, first) if n in wanted]
        first += len(places)
        if numbers:
            raws = RAW_READS[origin.form](plain_body(origin, most=wire.MOST_FORWARDED_BYTES)).reads
            found |= {n: bytes(raws[place]) for n, place in numbers}
    return found


def flat(batch: ForwardedBatch, reads: Sequence[HandedOn]) -> ReadBatch:
    """Return the reads as the one batch that is judged: the sender is the node that forwards."""
    records = tuple([r.read for r in reads if isinstance(r.read, CaptureRecord)])
    refused = tuple([r.read for r in reads if isinstance(r.read, RefusedRead)])
    return ReadBatch(batch.head, records, refused)


def judged_on(
    judgement: Judgement,
    reads: Sequence[HandedOn],
    proofs: Sequence[OriginProof],
    *,
    clock: ClockReading,
    limits: Limits,
) -> Judgement:
    """Return the judgement with what the node that forwards found: a clock, a late release, a wrong proof.

    The offsets of both clocks add up; together they make a read doubtful, even where each alone does not.
    """
    marks = bytearray(judgement.marks)
    for index, read in enumerate(reads):
        if marks[index] & HELD:
            continue
        if read.marks & wire.LATE:
            marks[index] |= LATE
        if read.marks & wire.DOUBTFUL or _adds_up(read.origin, clock) > limits.clock_alarm_ms:
            marks[index] |= DOUBTFUL
    held = [
        replace(h, reason=Reason.ORIGIN_NOT_PROVED, detail=DETAILS[Reason.ORIGIN_NOT_PROVED])
        if reads[h.index].origin.proof is OriginProof.WRONG
        else h
        for h in judgement.held
    ]
    return Judgement(bytes(marks), tuple(held), tuple(proofs))


def _proof_of(origin: OriginBatch) -> OriginProof:
    try:
        return wire.prove_origin(origin)
    except SignatureError:
        return OriginProof.WRONG
    except Exception:  # refuses: whatever an origin does to the parsers, it is not proved  # noqa: BLE001
        return OriginProof.WRONG


def _lost(origin: OriginBatch, proof: OriginProof, first: int) -> Iterator[HandedOn]:
    """Yield a refused read for each that was announced; the first one keeps the bytes of them all."""
    facts = _facts(origin, proof, "")
    for number in range(origin.taken):
        raw = origin.body if number == 0 else b""
        yield HandedOn(RefusedRead(first + number, _NO_FIT, raw), facts, wire.TAKEN, origin.form)


def _found(
    origin: OriginBatch, proof: OriginProof, inner: ReadBatch, plain: bytes, first: int
) -> Iterator[HandedOn]:
    facts = _facts(origin, proof, inner.head.device)
    wrong = proof is OriginProof.WRONG
    raws = RAW_READS[origin.form](plain).reads if wrong else []
    number = first
    for index, (read, marks) in enumerate(zip(in_order(inner), origin.marks, strict=False)):
        if not marks & wire.TAKEN:
            continue
        if wrong:
            refused = RefusedRead(number, DETAILS[Reason.ORIGIN_NOT_PROVED], bytes(raws[index]))
            yield HandedOn(refused, facts, marks, origin.form)
        elif isinstance(read, RefusedRead):
            yield HandedOn(replace(read, index=number), facts, marks, origin.form)
        else:
            yield HandedOn(read, facts, marks, origin.form)
        number += 1


def _facts(origin: OriginBatch, proof: OriginProof, device: str) -> Origin:
    return Origin(device, origin.key, origin.received_at, origin.clock_offset_ms, proof)


def _adds_up(origin: Origin, clock: ClockReading) -> int:
    """Return how far the device's clock may be off ours, in milliseconds."""
    return abs((origin.clock_offset_ms or 0) + (clock.offset_ms or 0))
