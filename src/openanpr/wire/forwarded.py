"""Batches that a node hands on to another: each as it first came, with the proof of who signed it.

The node that forwards signs the whole as any device does. What the first device signed is inside, byte for
byte, so that it can be shown later that this device said exactly these reads (docs/reference/read-batch.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal, Protocol
from uuid import UUID

import msgspec
from msgspec import Meta, Raw, Struct

from openanpr.wire.device_key import DeviceKeyError, PublicKey
from openanpr.wire.read_batch import (
    MOST_READS,
    BatchError,
    BatchHead,
    BatchTooLargeError,
    Encoding,
    ReadBatch,
    UnknownVersionError,
    decode_batch,
    unpack,
)
from openanpr.wire.signature import (
    Limits,
    MissingComponentError,
    Request,
    UnknownKeyError,
    WrongSignatureError,
    verify,
)

FORWARDED_TYPE = "application/vnd.openanpr.forwarded+msgpack"
"""The Content-Type of forwarded batches."""

MOST_FORWARDED_BYTES = 8 * 1024 * 1024
MOST_UNPACKED_BYTES = 32 * 1024 * 1024
"""Of all origins of one forwarded batch together."""

MOST_HOPS = 4
"""How often a batch may be handed on: two nodes that forward to each other must not do so for ever."""

TAKEN, LATE, DOUBTFUL = 1, 2, 4
"""The marks of one read of an origin, added up: handed on; let through late by a person; clock doubtful."""

PUBLIC_KEY = "@public-key"
"""The member of a proof that holds the device's public key as base64; no header can have this name."""

_VERSION = 1
_DERIVED = ("@method", "@target-uri")
# The age of a signature was asked when it first came, and is not asked again.
_ANY_AGE = Limits(tolerance_s=2**31, longest_life_s=2**31)


class OriginProof(StrEnum):
    """How far an origin can be shown to be its device's own words."""

    VERIFIED = "verified"  # the signature fits these bytes and the key that came with it
    KEY_UNKNOWN = "key_unknown"  # signed, but no key came with it: not verified
    UNSIGNED = "unsigned"  # of a sender that cannot sign, or let through by a person
    WRONG = "wrong"  # the signature does not fit: the reads are held


@dataclass(frozen=True, slots=True)
class OriginBatch:
    """A batch as it first came to a node, and what that node found of it.

    `key` names it there. `marks` has one for each read in it. `clock_offset_ms` is the clock of the node that
    hands it on less the device's, None when not measured. `hops` counts from 1 how often it was handed on.
    `proof` is what was signed beside the body, and the key; empty where nobody signed.
    """

    key: str
    received_at: datetime
    clock_offset_ms: int | None
    hops: int
    form: Encoding
    packed: bool
    marks: bytes
    body: bytes = field(repr=False)
    proof: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)

    @property
    def taken(self) -> int:
        """How many reads are handed on."""
        return sum(marks & TAKEN for marks in self.marks)


@dataclass(frozen=True, slots=True)
class ForwardedBatch:
    """Origins on their way from one node to another; `digest` is the same when they are sent again."""

    head: BatchHead
    origins: tuple[OriginBatch, ...]
    digest: bytes


class _Origin(Struct, frozen=True):
    key: Annotated[str, Meta(min_length=1, max_length=256)]
    received_at: Annotated[datetime, Meta(tz=True)]
    clock_offset_ms: Annotated[int, Meta(ge=-(2**31), le=2**31)] | None
    hops: Annotated[int, Meta(ge=1, le=MOST_HOPS)]
    form: Encoding
    packed: bool
    marks: Annotated[bytes, Meta(max_length=MOST_READS + 1)]
    body: bytes
    proof: Annotated[dict[str, str], Meta(max_length=64)]


class _Head(Struct, frozen=True):
    version: int


class _Forwarded(Struct, frozen=True):
    version: Literal[1]
    batch_id: UUID
    device: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}\Z")]
    sent_at: Annotated[datetime, Meta(tz=True)]
    origins: Annotated[Sequence[Raw], Meta(max_length=MOST_READS)]


_ORIGINS = msgspec.msgpack.Decoder(_Origin)
_HEADS = msgspec.msgpack.Decoder(_Head)
_BATCHES = msgspec.msgpack.Decoder(_Forwarded)


def encode_origin(origin: OriginBatch) -> bytes:
    """Return one origin as it stands in a forwarded batch; `decode_origin` tells whether it may be sent."""
    return msgspec.msgpack.encode(
        _Origin(
            origin.key,
            origin.received_at.astimezone(UTC),
            origin.clock_offset_ms,
            origin.hops,
            origin.form,
            origin.packed,
            origin.marks,
            origin.body,
            dict(origin.proof),
        )
    )


def decode_origin(encoded: bytes | Raw) -> OriginBatch:
    """Return the origin; raises BatchError, also for one of which no read is handed on."""
    try:
        said = _ORIGINS.decode(encoded)
        at = said.received_at.astimezone(UTC)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError):
        raise BatchError("an origin is not as the format says; see docs/reference/read-batch.md") from None
    origin = OriginBatch(
        said.key, at, said.clock_offset_ms, said.hops, said.form, said.packed, said.marks, said.body,
        said.proof,
    )  # fmt: skip
    if not origin.taken:
        raise BatchError("marks: an origin must hand on one read at least")
    return origin


def encode_forwarded(head: BatchHead, origins: Sequence[bytes]) -> bytes:
    """Return a batch of origins that `encode_origin` made; raises BatchTooLargeError."""
    body = msgspec.msgpack.encode(
        _Forwarded(
            _VERSION, head.batch_id, head.device, head.sent_at.astimezone(UTC), [Raw(o) for o in origins]
        )
    )
    _refuse_large(len(body))
    return body


def decode_forwarded(body: bytes) -> ForwardedBatch:
    """Return the forwarded batch in `body`; nothing inside is proved or read yet.

    Raises BatchTooLargeError, UnknownVersionError or BatchError.
    """
    _refuse_large(len(body))
    try:
        if _HEADS.decode(body).version != _VERSION:
            raise UnknownVersionError(f"version: this program knows version {_VERSION} of forwarded batches")
        said = _BATCHES.decode(body)
        head = BatchHead(said.batch_id, said.device, said.sent_at.astimezone(UTC))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError):
        raise BatchError("the body is not a forwarded batch; see docs/reference/read-batch.md") from None
    origins = tuple([decode_origin(raw) for raw in said.origins])
    taken = sum(origin.taken for origin in origins)
    if taken > MOST_READS:
        raise BatchTooLargeError(f"at most {MOST_READS} reads are forwarded at once; these are {taken}")
    digest = hashlib.sha256()
    for raw in said.origins:
        digest.update(hashlib.sha256(raw).digest())
    return ForwardedBatch(head, origins, digest.digest())


class Packable(Protocol):
    """The body of a batch as it is kept: `packed` says whether it must be unpacked."""

    @property
    def packed(self) -> bool: ...  # noqa: D102 - as the class says
    @property
    def body(self) -> bytes: ...  # noqa: D102 - as the class says


def plain_body(origin: Packable, *, most: int) -> bytes:
    """Return the batch of an origin unpacked, at most `most` bytes; raises BatchError."""
    if origin.packed:
        return unpack(origin.body, most=most)
    if len(origin.body) > most:
        raise BatchTooLargeError(f"more than {most} bytes in one origin")
    return origin.body


def batch_in(origin: OriginBatch, plain: bytes) -> ReadBatch:
    """Return the reads of an origin from its unpacked body; raises BatchError where marks and reads differ.

    Marks beyond the reads stand for parts of a vendor's message that were never taken.
    """
    batch = decode_batch(plain, origin.form)
    count = len(batch.records) + len(batch.refused)
    if len(origin.marks) < count or any(marks & TAKEN for marks in origin.marks[count:]):
        raise BatchError("marks: they do not fit the reads of the origin")
    return batch


def prove_origin(origin: OriginBatch) -> OriginProof:
    """Return how far the origin is proved; raises SignatureError where its signature does not fit it.

    Neither the age nor the nonce is asked: the node to which it first came did. The key is the one that
    came with it, for which the node that forwards answers with its own signature.
    """
    if "signature" not in origin.proof:
        return OriginProof.UNSIGNED
    if PUBLIC_KEY not in origin.proof:
        return OriginProof.KEY_UNKNOWN
    try:
        key = PublicKey.parse(origin.proof[PUBLIC_KEY])
    except DeviceKeyError:
        raise UnknownKeyError("the key that came with the origin is no key") from None
    verify(
        _request_of(origin),
        keys=lambda key_id: key if key_id == key.key_id else None,
        nonces=_NeverSeen(),
        now=origin.received_at,
        limits=_ANY_AGE,
    )
    _refuse_other_form(origin)
    return OriginProof.VERIFIED


class _NeverSeen:
    """No nonce counts as used: replays were refused where the batch first came."""

    def seen(self, keyid: str, nonce: str, until: datetime) -> bool:
        """Return that it was not."""
        del keyid, nonce, until
        return False


def _request_of(origin: OriginBatch) -> Request:
    """Return the request as the device signed it."""
    missing = [name for name in _DERIVED if name not in origin.proof]
    if missing:
        raise MissingComponentError(f"the proof of the origin must have {', '.join(missing)}")
    headers = {name: value for name, value in origin.proof.items() if name not in {*_DERIVED, PUBLIC_KEY}}
    return Request(origin.proof["@method"], origin.proof["@target-uri"], headers, origin.body)


def _refuse_other_form(origin: OriginBatch) -> None:
    """Refuse bytes that are said to be in another form than the device signed."""
    form = origin.proof.get("content-type", "").partition(";")[0].strip().lower()
    packing = origin.proof.get("content-encoding", "identity").strip().lower()
    if form != origin.form or (packing == "gzip") != origin.packed:
        raise WrongSignatureError("the origin is said to be in another form than was signed")


def _refuse_large(size: int) -> None:
    if size > MOST_FORWARDED_BYTES:
        raise BatchTooLargeError(
            f"a forwarded batch has at most {MOST_FORWARDED_BYTES} bytes; this one has {size}"
        )
