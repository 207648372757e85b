"""Batches that another node handed on, kept as their devices signed them, and the proof of a read by them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import msgspec

from openanpr.core.capture_record import CaptureRecord
from openanpr.ingest.arrival import ArrivedRead
from openanpr.store.engine import ReadEngine, Value, statement
from openanpr.store.holds import day_bounds
from openanpr.store.native import blobs, block, digests, numbers, texts
from openanpr.store.read_columns import columns_of, from_ms, to_ms
from openanpr.wire.device_key import PublicKey
from openanpr.wire.forwarded import (
    MOST_FORWARDED_BYTES,
    PUBLIC_KEY,
    OriginBatch,
    OriginProof,
    plain_body,
    prove_origin,
)
from openanpr.wire.read_batch import BatchError, Encoding, decode_batch
from openanpr.wire.signature import SignatureError


class OriginError(Exception):
    """A stored read that cannot be shown to be a device's own words."""


@dataclass(frozen=True, slots=True)
class OriginThatCame:
    """A batch as it first came to another node, our name of the batch it came with, its oldest read taken."""

    origin: OriginBatch
    came_with: str
    oldest: datetime


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    received_ms: int
    form: Encoding
    packed: bool
    proof: str
    body: bytes


class _ToHold(msgspec.Struct, frozen=True, array_like=True):
    hold_id: str
    digest: str
    form: Encoding
    packed: bool
    body: bytes
    marks: frozenset[str]


def write_origins(
    engine: ReadEngine, origins: Sequence[OriginThatCame], *, group: str, kept_from: date
) -> int:
    """Keep the batches on disk, once under the name of their group; return how many are kept.

    One whose oldest read was captured before the UTC day `kept_from` is left out: it has that read in it.
    Raises StoreError.
    """
    fresh = [one for one in origins if one.oldest.astimezone(UTC).date() >= kept_from]
    if fresh:
        token = hashlib.sha256(f"origins {group}".encode()).hexdigest()
        engine.insert(statement("origin_batches_insert"), _block(fresh), token=token)
    return len(fresh)


def hold_origins_of_day(engine: ReadEngine, day: date) -> None:
    """Copy for its holds the batches of a day that prove held reads; raises StoreError.

    A signature is over a whole batch: one that names a vehicle which the hold does not keep goes with its
    day, for no hold may keep that one longer.
    """
    wanted: dict[str, list[str]] = defaultdict(list)
    for row in engine.rows(statement("origin_batches_to_hold"), day_bounds(day), _ToHold):
        if _marks(row) <= row.marks:
            wanted[row.hold_id].append(row.digest)
    for hold_id, found in wanted.items():
        values: dict[str, Value] = {"hold_id": hold_id, "digests": found, **day_bounds(day)}
        engine.run(statement("hold_origin_batches"), values)


def held_origins(engine: ReadEngine, day: date) -> int:
    """How many batches whose oldest read is of a day are kept to prove held reads; raises StoreError."""
    return engine.rows(statement("held_origin_batches_of_day"), day_bounds(day), tuple[int])[0][0]


def verify_origin(engine: ReadEngine, read: ArrivedRead) -> str:
    """Prove that the device that `read.origin` names signed exactly this read; return the id of its key.

    From what is stored, or kept for a hold: the batch is asked for by its names, its signature is proved anew
    over its very bytes with the key that came with it (`wire.forwarded.prove_origin`), and the read must be
    in it as it is stored. Whose key it is, the node that handed it on answers for. Raises OriginError where
    anything of that fails, StoreError.
    """
    origin = read.origin
    if origin is None:
        raise OriginError("this read came straight here: no other node handed it on")
    if origin.proof is not OriginProof.VERIFIED:
        raise OriginError("no signature of this read could be verified when it came, so none was proved")
    named: dict[str, Value] = {
        "key": origin.key,
        "came_with": read.arrival.key,
        "captured_ms": to_ms(read.record.captured_at),
    }
    kept = engine.rows(statement("origin_batches_of"), named, _Kept)
    fault = OriginError(
        "the batch that was signed is no longer kept: it goes with the day of its oldest read, and stays "
        "for a hold only where it names no vehicle but the hold's"
    )
    for one in kept:
        try:
            return _prove(_origin_of(origin.key, one), read)
        except OriginError as found:
            fault = found
    raise fault


def _marks(row: _ToHold) -> set[str]:
    """Return the VRMs that a batch names."""
    said = decode_batch(plain_body(row, most=MOST_FORWARDED_BYTES), row.form)
    return {record.vrm for record in said.records}


def _prove(batch: OriginBatch, read: ArrivedRead) -> str:
    """Return which key proves that the batch holds the read, of the device it names; raises OriginError."""
    try:
        proof = prove_origin(batch)
        said = decode_batch(plain_body(batch, most=MOST_FORWARDED_BYTES), batch.form)
    except (SignatureError, BatchError) as fault:
        raise OriginError("the signature does not fit the batch that is kept: one of them changed") from fault
    if proof is not OriginProof.VERIFIED:
        raise OriginError("the batch that is kept has no signature, or no key with it")
    if read.origin is None or said.head.device != read.origin.device:
        raise OriginError("the batch that was signed is of another device than the read")
    if not any(_is_stored_as(record, read) for record in said.records):
        raise OriginError("the batch that was signed does not have this read in it as it is stored")
    return PublicKey.parse(batch.proof[PUBLIC_KEY]).key_id


def _is_stored_as(record: CaptureRecord, read: ArrivedRead) -> bool:
    """Tell whether `read` is what the store keeps of the record: to its steps, its place only if believed."""
    if record.read_id != read.record.read_id:
        return False
    believed = record if read.record.place is not None else replace(record, place=None)
    return columns_of((replace(read, record=believed),)) == columns_of((read,))


def _origin_of(key: str, kept: _Kept) -> OriginBatch:
    """Return the batch with what its signature is over; what a node found of it is with the reads."""
    return OriginBatch(
        key=key,
        received_at=from_ms(kept.received_ms),
        clock_offset_ms=None,
        hops=1,
        form=kept.form,
        packed=kept.packed,
        marks=b"",
        body=kept.body,
        proof=msgspec.json.decode(kept.proof, type=dict[str, str]),
    )


def _block(origins: Sequence[OriginThatCame]) -> bytes:
    batches = [one.origin for one in origins]
    return block(
        (
            texts("key", [batch.key for batch in batches]),
            texts("came_with", [one.came_with for one in origins]),
            digests("digest", [hashlib.sha256(batch.body).digest() for batch in batches]),
            numbers("oldest", "DateTime64(3, 'UTC')", [to_ms(one.oldest) for one in origins]),
            numbers("received_at", "DateTime64(3, 'UTC')", [to_ms(b.received_at) for b in batches]),
            texts("form", [batch.form for batch in batches]),
            numbers("packed", "Bool", [batch.packed for batch in batches]),
            texts("proof", [msgspec.json.encode(b.proof, order="sorted").decode() for b in batches]),
            blobs("body", [batch.body for batch in batches]),
        )
    )
