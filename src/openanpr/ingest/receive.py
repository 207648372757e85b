"""The order of deeds when a batch arrives: prove, decode, judge, journal, and only then acknowledge."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from openanpr.ingest.accept import Cameras, Judgement, accept, reads_digest
from openanpr.ingest.acknowledgement import Acknowledgement
from openanpr.ingest.arrival import Arrival, ArrivedRead
from openanpr.ingest.clock import Clocks, measure, sample_of
from openanpr.ingest.device import Device
from openanpr.ingest.forwarded import HandedOn, flat, judged_on, proofs_of, unfold
from openanpr.ingest.journal import Journal, Said, accepted_of
from openanpr.ingest.keep import Judged, answered_before, batch_key, keep
from openanpr.ingest.limits import Limits
from openanpr.ingest.prove import Proof, prove
from openanpr.ingest.refusal import Kind, RefusedError
from openanpr.ingest.tally import Tally, refusals_counted
from openanpr.wire.device_key import PublicKey
from openanpr.wire.forwarded import (
    FORWARDED_TYPE,
    MOST_FORWARDED_BYTES,
    PUBLIC_KEY,
    OriginProof,
    decode_forwarded,
)
from openanpr.wire.read_batch import (
    BatchError,
    BatchTooLargeError,
    Encoding,
    ReadBatch,
    UnknownVersionError,
    decode_batch,
    unpack,
)
from openanpr.wire.signature import Request

_FORMS = frozenset({*Encoding, FORWARDED_TYPE})
# A quoted name in Signature-Input is a component that was signed, or a parameter, which has no header.
_COMPONENT = re.compile(r'"([a-z0-9-]+)"')
_SIGNED = ("content-type", "content-encoding", "content-digest", "signature-input", "signature")


class Fresh(Protocol):
    """Whoever goes on with the reads of a batch once it is on disk, and would else decode its entry again."""

    def note(self, key: str, reads: tuple[ArrivedRead, ...]) -> None:
        """Take note of the accepted reads of the entry `key`; never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Intake:
    """What taking a batch needs of the world; `fresh` is optional and only saves work."""

    proof: Proof
    cameras: Cameras
    clocks: Clocks
    journal: Journal
    tally: Tally
    fresh: Fresh | None = None


def take_batch(request: Request, intake: Intake, *, received_at: datetime, limits: Limits) -> Acknowledgement:
    """Return the acknowledgement of the batch in `request`: it is on disk, accepted or to be quarantined.

    `received_at` is the node's clock (UTC) when the request began to come. A batch that came before gets the
    acknowledgement of then. Raises RefusedError, and nothing else of Exception: then nothing was kept.
    """
    with refusals_counted(intake.tally):
        device = prove(request, intake.proof, now=received_at)
        said = said_of(request, device.key)
        came = opened(said)
        batch_id = came.batch.head.batch_id
        _refuse_unfit(came, device, limits)
        key = batch_key(device.device_id, batch_id)
        before = answered_before(intake.journal, key, batch_id, came.digest, intake.tally)
        if before is not None:
            return before
        arrival, judgement = _judged(came, device, intake, received_at, limits)
        answer = keep(Judged(arrival, said, judgement, came.digest), intake.journal, intake.tally)
        if intake.fresh is not None and not came.handed_on and answer.received_at == received_at:
            intake.fresh.note(key, accepted_of(came.batch, arrival, judgement.marks))
        return answer


@dataclass(frozen=True, slots=True)
class Opened:
    """A body that was decoded; `digest` is the same when it is sent again.

    `handed_on` has each read of a batch that another node forwards, with its origin; `origins` how far each
    origin is proved. Both are empty for a batch of the device's own.
    """

    batch: ReadBatch
    digest: bytes
    handed_on: tuple[HandedOn, ...] = ()
    origins: tuple[OriginProof, ...] = ()


def said_of(request: Request, key: PublicKey) -> Said:
    """Return the batch as it was sent, and what proves it; raises RefusedError for a form that is not known.

    The proof has each header that was signed, and the key, so that it can be checked again by anyone.
    """
    headers = {name.lower(): value for name, value in request.headers.items()}
    form = headers.get("content-type", "").partition(";")[0].strip().lower()
    packing = headers.get("content-encoding", "identity").strip().lower()
    if form not in _FORMS:
        raise RefusedError(Kind.UNKNOWN_FORM, "unknown_encoding", f"send {' or '.join(Encoding)}")
    if packing not in {"identity", "gzip"}:
        raise RefusedError(Kind.UNKNOWN_FORM, "unknown_packing", "send the body plain or packed by gzip")
    signed = {*_SIGNED, *_COMPONENT.findall(headers.get("signature-input", ""))}
    proof = {name: headers[name] for name in sorted(signed) if name in headers}
    proof |= {"@method": request.method, "@target-uri": request.url, PUBLIC_KEY: key.base64}
    return Said(form, packing == "gzip", request.body, proof)


def opened(said: Said) -> Opened:
    """Return what came, decoded; raises RefusedError by what keeps it from being read."""
    try:
        return _opened(said)
    except BatchTooLargeError as fault:
        raise RefusedError(Kind.TOO_LARGE, "too_large", str(fault)) from None
    except UnknownVersionError as fault:
        raise RefusedError(Kind.UNKNOWN_FORM, "unknown_version", str(fault)) from None
    except BatchError as fault:
        raise RefusedError(Kind.UNREADABLE, "unreadable", str(fault)) from None
    except Exception as fault:  # refuses: the sender then looks for the part that our decoder cannot bear
        raise RefusedError(
            Kind.UNREADABLE, "unreadable", "the body cannot be decoded", counted="decoder_fault"
        ) from fault


def _opened(said: Said) -> Opened:
    if said.form != FORWARDED_TYPE:
        batch = decode_batch(unpack(said.body) if said.packed else said.body, Encoding(said.form))
        return Opened(batch, reads_digest(batch))
    plain = unpack(said.body, most=MOST_FORWARDED_BYTES) if said.packed else said.body
    forwarded = decode_forwarded(plain)
    proofs = proofs_of(forwarded)
    reads = unfold(forwarded, proofs)
    return Opened(flat(forwarded, reads), forwarded.digest, reads, proofs)


def _refuse_unfit(came: Opened, device: Device, limits: Limits) -> None:
    batch = came.batch
    batch_id: UUID = batch.head.batch_id
    if batch.head.device != device.device_id:
        raise RefusedError(
            Kind.NOT_ADMITTED, "wrong_device", "the batch names another device", batch_id=batch_id
        )
    # Of batches that are handed on the format has its own bound: none is cut in two, for it is signed whole.
    if not came.handed_on and len(batch.records) + len(batch.refused) > limits.most_reads:
        raise RefusedError(
            Kind.TOO_LARGE, "too_large", f"send at most {limits.most_reads} reads", batch_id=batch_id
        )


def _judged(
    came: Opened, device: Device, intake: Intake, received_at: datetime, limits: Limits
) -> tuple[Arrival, Judgement]:
    """Return the facts of a batch and what becomes of its reads; the device's clock is noted."""
    head = came.batch.head
    clock = measure(intake.clocks.note(device.device_id, sample_of(head.sent_at, received_at)))
    judgement = accept(
        came.batch,
        sender=replace(device.sender, hands_on=bool(came.handed_on)),
        cameras=intake.cameras,
        clock=clock,
        received_at=received_at,
        limits=limits,
    )
    if came.handed_on:
        judgement = judged_on(judgement, came.handed_on, came.origins, clock=clock, limits=limits)
    arrival = Arrival(
        key=batch_key(device.device_id, head.batch_id),
        batch_id=head.batch_id,
        device=device.device_id,
        signed=True,
        received_at=received_at,
        sent_at=head.sent_at,
        clock_offset_ms=clock.offset_ms,
        clock_lag_ms=clock.lag_ms,
        profile=limits.profile,
    )
    return arrival, judgement
