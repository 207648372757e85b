"""A batch of reads on its way from a device to a node: version 1, as JSON or as MessagePack.

Both encodings carry the same fields (docs/reference/read-batch.md). One bad read does not lose the others:
decoding gives the good ones and, for each bad one, where it stood, why, and its bytes for the quarantine.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib import resources
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Raw, Struct

from openanpr.core.capture_record import CaptureRecord
from openanpr.wire.delivered_read import (
    ReadForm,
    ReadShapeError,
    extra_text,
    form_of,
    record_of,
    record_of_said,
)

VERSION = 1
"""The version of the format; it grows when a field changes its meaning or goes, never for a new field."""

MOST_READS = 1000
MOST_BATCH_BYTES = 4 * 1024 * 1024
"""Of one batch, unpacked."""

_GZIP = 16 + zlib.MAX_WBITS
_DeviceId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}\Z")]
_Time = Annotated[datetime, Meta(tz=True)]


class Encoding(StrEnum):
    """How a batch is written; the value is its Content-Type."""

    JSON = "application/json"
    MESSAGE_PACK = "application/vnd.msgpack"


class BatchError(ValueError):
    """The whole batch cannot be read; the sentence says why and holds nothing of what was sent."""


class BatchTooLargeError(BatchError):
    """More bytes or reads than one batch may have: send them in several."""


class UnknownVersionError(BatchError):
    """A version of the format that this program does not know."""


@dataclass(frozen=True, slots=True)
class BatchHead:
    """What a batch says of itself: its own id, the device that sends it, and when, by the device's clock.

    A retry keeps `batch_id` and the reads; `sent_at` is the time of this try, UTC, and serves to measure
    how far the device's clock is off. `extra` is a JSON object with fields that this version does not know.
    """

    batch_id: UUID
    device: str
    sent_at: datetime
    extra: str = "{}"


@dataclass(frozen=True, slots=True)
class RefusedRead:
    """A read that could not be taken: its place in the batch from 0, why, and its bytes as they came.

    `reason` holds no plate; `raw` does, and is for the quarantine alone.
    """

    index: int
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class ReadBatch:
    """A decoded batch: every read that came is either among `records` or among `refused`, in order."""

    head: BatchHead
    records: tuple[CaptureRecord, ...]
    refused: tuple[RefusedRead, ...] = ()


class _Batch(Struct, frozen=True, forbid_unknown_fields=True):
    """The batch of a sender that says nothing but what this version knows: decoded in one go."""

    version: Literal[1]
    batch_id: UUID
    device: _DeviceId
    sent_at: _Time
    reads: Annotated[list[ReadForm], Meta(max_length=MOST_READS)]


class _Written(Struct, frozen=True):
    """The batch as it is written, from reads that are encoded already."""

    version: int
    batch_id: UUID
    device: _DeviceId
    sent_at: _Time
    reads: Sequence[Raw]


@dataclass(frozen=True, slots=True)
class _Codec:
    """The two encodings behind one set of functions."""

    write: Callable[[object], bytes]
    whole: Callable[[bytes], _Batch]
    read: Callable[[bytes], ReadForm]
    parts: Callable[[bytes], dict[str, Raw]]
    raws: Callable[[Raw], list[Raw]]
    value: Callable[[Raw | bytes], object]


def encode_read(record: CaptureRecord, encoding: Encoding = Encoding.MESSAGE_PACK) -> bytes:
    """Return one read as it stands in a batch of `encoding`; raises ReadShapeError."""
    codec = _CODECS[encoding]
    try:
        encoded = codec.write(form_of(record))
        record_of(codec.read(encoded))
    except ReadShapeError:
        raise
    except (TypeError, ValueError, OverflowError):
        raise ReadShapeError(
            "a read holds what the format cannot carry; see docs/reference/read-batch.md"
        ) from None
    return encoded


def encode_batch(
    head: BatchHead, reads: Sequence[bytes], encoding: Encoding = Encoding.MESSAGE_PACK
) -> bytes:
    """Return a batch of reads that `encode_read` made in the same encoding; raises BatchTooLargeError."""
    if len(reads) > MOST_READS:
        raise BatchTooLargeError(f"a batch has at most {MOST_READS} reads; this one has {len(reads)}")
    batch = _Written(
        VERSION, head.batch_id, head.device, head.sent_at.astimezone(UTC), [Raw(r) for r in reads]
    )
    body = _CODECS[encoding].write(batch)
    if len(body) > MOST_BATCH_BYTES:
        raise BatchTooLargeError(f"a batch has at most {MOST_BATCH_BYTES} bytes; this one has {len(body)}")
    return body


def decode_batch(body: bytes, encoding: Encoding) -> ReadBatch:
    """Return the batch in `body`, good reads and bad ones apart.

    Raises BatchTooLargeError, UnknownVersionError or BatchError, and nothing else whatever the bytes are.
    """
    if len(body) > MOST_BATCH_BYTES:
        raise BatchTooLargeError(f"a batch has at most {MOST_BATCH_BYTES} bytes; this one has {len(body)}")
    try:
        return _decode_plain(_CODECS[encoding].whole(body))
    except (msgspec.DecodeError, ReadShapeError, UnicodeDecodeError, RecursionError, OverflowError):
        # Not plain: an unknown field, or something wrong somewhere. Each read is now looked at alone.
        return _decode_apart(body, encoding)


def pack(body: bytes) -> bytes:
    """Return `body` packed by gzip for a thin line (Content-Encoding: gzip)."""
    packer = zlib.compressobj(level=1, wbits=_GZIP)
    return packer.compress(body) + packer.flush()


def unpack(packed: bytes, *, most: int = MOST_BATCH_BYTES) -> bytes:
    """Return what gzip packed, never more than `most` bytes of it; raises BatchError, BatchTooLargeError."""
    unpacker = zlib.decompressobj(wbits=_GZIP)
    try:
        body = unpacker.decompress(packed, most + 1)
    except zlib.error:
        raise BatchError("the body is not gzip although Content-Encoding says so") from None
    if len(body) > most:
        raise BatchTooLargeError(f"a batch has at most {most} bytes unpacked; this one has more")
    if not unpacker.eof or unpacker.unused_data:
        raise BatchError("the gzip body is cut short, or something follows it")
    return body


def batch_schema() -> str:
    """Return the JSON Schema (2020-12) of a batch, as shipped with the program."""
    return resources.files("openanpr.wire").joinpath("batch.schema.json").read_text(encoding="utf-8")


def _codec_of(encoding: Encoding) -> _Codec:
    m = msgspec.json if encoding is Encoding.JSON else msgspec.msgpack
    return _Codec(
        write=m.Encoder().encode,
        whole=m.Decoder(_Batch).decode,
        read=m.Decoder(ReadForm).decode,
        parts=m.Decoder(dict[str, Raw]).decode,
        raws=m.Decoder(Annotated[list[Raw], Meta(max_length=MOST_READS)]).decode,
        value=m.Decoder().decode,
    )


# Made when this file is imported, by one thread: msgspec prepares a type when it is first used, and a second
# thread that comes meanwhile takes it half prepared, which ends the whole process (seen with 0.22).
_CODECS = {encoding: _codec_of(encoding) for encoding in Encoding}


def _decode_plain(batch: _Batch) -> ReadBatch:
    records = tuple([record_of(form) for form in batch.reads])
    return ReadBatch(BatchHead(batch.batch_id, batch.device, _utc(batch.sent_at)), records)


def _decode_apart(body: bytes, encoding: Encoding) -> ReadBatch:
    codec = _CODECS[encoding]
    try:
        parts = codec.parts(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BatchError(f"the body is not an object in {encoding}") from None
    if "reads" not in parts:
        raise BatchError("reads: it must be a list of reads")
    raws = parts.pop("reads")
    head = _head(parts, codec)
    try:
        reads = codec.raws(raws)
    except msgspec.ValidationError:
        raise BatchTooLargeError(f"reads: it must be a list of at most {MOST_READS} reads") from None
    records: list[CaptureRecord] = []
    refused: list[RefusedRead] = []
    for index, raw in enumerate(reads):
        try:
            records.append(_decode_read(raw, encoding))
        except ReadShapeError as fault:
            refused.append(RefusedRead(index, str(fault), bytes(raw)))
    return ReadBatch(head, tuple(records), tuple(refused))


def _decode_read(raw: Raw | bytes, encoding: Encoding) -> CaptureRecord:
    try:
        said = _CODECS[encoding].value(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError):
        raise ReadShapeError("a read must be an object that can be decoded") from None
    return record_of_said(said)


_HEAD: dict[str, tuple[object, str]] = {
    "batch_id": (UUID, "a UUID"),
    "device": (_DeviceId, "1 to 64 characters A-Z, a-z, 0-9, . _ and -"),
    "sent_at": (_Time, "an RFC 3339 time with its zone"),
}


def _head(parts: dict[str, Raw], codec: _Codec) -> BatchHead:
    said: dict[str, Any] = {}
    for name, raw in parts.items():
        try:
            said[name] = codec.value(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError):
            raise BatchError("a field of the batch, beside its reads, cannot be decoded") from None
    version = said.pop("version", None)
    if type(version) is not int or version != VERSION:
        raise UnknownVersionError(f"version: this program knows version {VERSION} of the batch format")
    known: dict[str, Any] = {}
    for name, (kind, wanted) in _HEAD.items():
        try:
            known[name] = msgspec.convert(said.pop(name, None), kind)
        except msgspec.ValidationError:
            raise BatchError(f"{name}: it must be {wanted}") from None
    try:
        extra = extra_text(said)
    except ReadShapeError as fault:
        raise BatchError(f"fields of the batch that are not known: {fault}") from None
    return BatchHead(known["batch_id"], known["device"], _utc(known["sent_at"]), extra)


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise BatchError("sent_at: it must be an RFC 3339 time with its zone") from None
