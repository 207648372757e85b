"""What a person does to a quarantined read: set fields right, let it through, put it away. The raw stays."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, TypeAlias, cast

import msgspec

from openanpr.core.capture_record import CaptureRecord
from openanpr.ingest.accept import DOUBTFUL, LATE, Cameras, Judgement, Reason, accept
from openanpr.ingest.acknowledgement import acknowledgement_of, write_acknowledgement
from openanpr.ingest.clock import ClockReading
from openanpr.ingest.device import Sender
from openanpr.ingest.journal import Entry, Journal, Said, write_entry
from openanpr.ingest.limits import Limits
from openanpr.ingest.quarantine import (
    ChangedMeanwhileError,
    Deed,
    Mend,
    Quarantine,
    QuarantinedRead,
    State,
)
from openanpr.wire.delivered_read import ReadShapeError, record_of_said
from openanpr.wire.read_batch import BatchHead, Encoding, ReadBatch, encode_batch, encode_read

MOST_PATCH_BYTES = 64 * 1024
_Fields: TypeAlias = dict[str, Any]


class MendError(ValueError):
    """A change to a quarantined read cannot be made; the sentence says why and holds none of its values."""


class StillHeldError(Exception):
    """The read cannot be let through as it is now; `reason` says why, as on arrival."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Senders(Protocol):
    """Who may speak for which cameras now."""

    def sender(self, device_id: str) -> Sender | None:
        """Return a device or feed, also a revoked one; None where it was never enrolled."""
        ...


@dataclass(frozen=True, slots=True)
class ReleaseDesk:
    """What letting a read through needs of the world."""

    quarantine: Quarantine
    senders: Senders
    cameras: Cameras
    journal: Journal


def mend(item: QuarantinedRead, patch: bytes, deed: Deed) -> QuarantinedRead:
    """Return the next version of `item`, with fields of the read set right; keep it by `Quarantine.change`.

    `patch` is a JSON merge patch (RFC 7396) over the read as it came and the mends before: fields with new
    values, null for a field to be left out. What is no object of ours is patched as if it were empty. Raises
    MendError.
    """
    _refuse_ended(item)
    if len(patch) > MOST_PATCH_BYTES:
        raise MendError(f"the change must have at most {MOST_PATCH_BYTES} bytes")
    _patch_fields(patch)
    return replace(item, mends=(*item.mends, Mend(deed, patch)), version=item.version + 1)


def mended_record(item: QuarantinedRead) -> CaptureRecord:
    """Return the read with all its mends; raises MendError where it still is no read, naming the field."""
    fields: object = _raw_fields(item)
    for done in item.mends:
        fields = merge_patch(fields, _patch_fields(done.patch))
    try:
        return record_of_said(fields)
    except ReadShapeError as fault:
        raise MendError(str(fault)) from None


def discard(item: QuarantinedRead, deed: Deed) -> QuarantinedRead:
    """Return the next version of `item`, put away; it can still be seen until retention. Raises MendError."""
    _refuse_ended(item)
    return replace(item, state=State.DISCARDED, end=deed, version=item.version + 1)


def emptied(item: QuarantinedRead, *, at: datetime) -> QuarantinedRead:
    """Return the next version of `item` without anything that a sender or mender said: for retention.

    Who did what and why stays, and so does the reason; one that still waited is discarded by retention.
    """
    mends = tuple([Mend(m.deed, b"{}") for m in item.mends])
    gone = replace(item, raw=b"", mends=mends, raw_gone_at=at, version=item.version + 1)
    if item.state in {State.RELEASED, State.DISCARDED}:
        return gone
    return replace(gone, state=State.DISCARDED, end=Deed("retention", at, "kept as long as may be"))


def overdue(item: QuarantinedRead, *, now: datetime, limits: Limits) -> bool:
    """Return whether retention must empty this item: it came longer ago than anything may be kept."""
    return item.raw_gone_at is None and item.arrival.received_at < now - limits.retention


def release(item_id: str, deed: Deed, desk: ReleaseDesk, *, limits: Limits, version: int) -> QuarantinedRead:
    """Let a read through, on disk when this returns; return the item as it is then.

    It is judged as on arrival, by today's limits, scopes and register, and at `deed.at` for its age; the
    clock of the batch is not asked again, for a person vouches. It goes on marked late, and doubtful if its
    clock was why it was held. After a fault in the middle the item is RELEASING: release it again to finish.
    Raises MendError, StillHeldError, ChangedMeanwhileError (the item is not in the `version` that the
    person saw) and what the ports raise.
    """
    item = desk.quarantine.find(item_id)
    if item is None:
        raise MendError("there is no quarantined read of this id")
    if item.state is State.RELEASED:
        return item
    if item.state is not State.RELEASING:
        item = _begun(item, deed, desk, limits, version)
    return _finished(item, deed, desk, limits)


def _begun(
    item: QuarantinedRead, deed: Deed, desk: ReleaseDesk, limits: Limits, version: int
) -> QuarantinedRead:
    """Note that the item is to go through, so that nobody changes it any more."""
    _refuse_ended(item)
    if item.version != version:
        raise ChangedMeanwhileError("somebody else changed this read since you looked at it: look again")
    _judged(mended_record(item), item, deed.at, desk, limits)
    begun = replace(item, state=State.RELEASING, end=deed, version=item.version + 1)
    desk.quarantine.change(begun)
    return begun


def _finished(item: QuarantinedRead, deed: Deed, desk: ReleaseDesk, limits: Limits) -> QuarantinedRead:
    """Put the read into the journal, once; where it may not go through any more the item waits again."""
    if desk.journal.find(_key(item)) is None:
        record = mended_record(item)
        try:
            judgement = _judged(record, item, deed.at, desk, limits)
        except StillHeldError:
            desk.quarantine.change(replace(item, state=State.WAITING, end=None, version=item.version + 1))
            raise
        desk.journal.append(_entry(record, item, judgement, limits))
    done = replace(item, state=State.RELEASED, version=item.version + 1)
    desk.quarantine.change(done)
    return done


def _judged(
    record: CaptureRecord, item: QuarantinedRead, at: datetime, desk: ReleaseDesk, limits: Limits
) -> Judgement:
    sender = desk.senders.sender(item.arrival.device)
    if sender is None:
        raise StillHeldError(Reason.NOT_ITS_CAMERA, "its sender is not enrolled here")
    # Of a batch that was handed on the item does not tell: one that no case kept out is not kept out now.
    sender = replace(sender, hands_on=item.reason is not Reason.CAMERA_LAPSED)
    vouched = ClockReading(None, item.arrival.clock_offset_ms, None, sure=False)
    batch = ReadBatch(_head(item), (record,))
    found = accept(batch, sender=sender, cameras=desk.cameras, clock=vouched, received_at=at, limits=limits)
    if found.held:
        raise StillHeldError(found.held[0].reason, found.held[0].detail)
    if record.captured_at > item.arrival.received_at + limits.future_tolerance:
        raise StillHeldError(Reason.FROM_THE_FUTURE, "the read says that it was captured after it came")
    extra = DOUBTFUL if item.reason in {Reason.CLOCK_OFF, Reason.FROM_THE_FUTURE} else 0
    return replace(found, marks=bytes([found.marks[0] | LATE | extra]))


def _entry(record: CaptureRecord, item: QuarantinedRead, judgement: Judgement, limits: Limits) -> Entry:
    arrival = replace(
        item.arrival,
        key=_key(item),
        profile=limits.profile,
        released_from=item.item_id,
    )
    body = encode_batch(_head(item), [encode_read(record)])
    answer = acknowledgement_of(arrival.batch_id, judgement, arrival.received_at)
    return Entry(
        key=arrival.key,
        at=arrival.received_at,
        digest=hashlib.sha256(body).digest(),
        body=write_entry(arrival, Said(Encoding.MESSAGE_PACK, packed=False, body=body), judgement),
        answer=write_acknowledgement(answer),
        sender=arrival.device,
        reads=1,
    )


def _key(item: QuarantinedRead) -> str:
    return f"{item.item_id}/released"


def _head(item: QuarantinedRead) -> BatchHead:
    arrival = item.arrival
    return BatchHead(arrival.batch_id, arrival.device, arrival.sent_at or arrival.received_at)


def _refuse_ended(item: QuarantinedRead) -> None:
    if item.state is not State.WAITING:
        raise MendError(f"this read is {item.state} already: it cannot be changed")


def _raw_fields(item: QuarantinedRead) -> object:
    """Return what came as fields; an empty object for what is none, such as a vendor's message."""
    try:
        if item.form == Encoding.JSON:
            return msgspec.json.decode(item.raw)
        if item.form == Encoding.MESSAGE_PACK:
            return msgspec.msgpack.decode(item.raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError):
        pass  # it may be why it is held; all its fields must then be given
    return {}


def _patch_fields(patch: bytes) -> _Fields:
    try:
        fields = msgspec.json.decode(patch)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise MendError("the change must be a JSON object of the fields to set right")
    return cast("_Fields", fields)


def merge_patch(target: object, patch: object) -> object:
    """Return MergePatch(target, patch) of RFC 7396, section 2."""
    if not isinstance(patch, dict):
        return patch
    merged: _Fields = dict(cast("_Fields", target)) if isinstance(target, dict) else {}
    for name, value in cast("_Fields", patch).items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged
