"""How a read arrived: what ingest knows of it beyond what its sender says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from openanpr.core.capture_record import CaptureRecord
from openanpr.wire.forwarded import OriginProof


@dataclass(frozen=True, slots=True)
class Arrival:
    """The facts of one batch.

    `key` names the batch wherever it is handled again: the same for the same batch, and for no other, whoever
    sent it. `signed` is false for senders that cannot sign. `received_at` is UTC by the node's clock,
    `sent_at` by the sender's. `clock_offset_ms` is the node's clock less the sender's, `clock_lag_ms` the
    same with the way of this batch in it (`ingest.clock`); None when not measured. `profile` names the
    limits that judged it. `released_from` names the quarantined read that a person let through.
    """

    key: str
    batch_id: UUID
    device: str
    signed: bool
    received_at: datetime
    sent_at: datetime | None
    clock_offset_ms: int | None
    clock_lag_ms: int | None
    profile: str
    released_from: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a read first came, before another node handed it on.

    `device` is the id of its sender at that node, empty where it cannot be read; `key` is the name of its
    batch there. `clock_offset_ms` is the clock of the node that handed it on less the device's.
    """

    device: str
    key: str
    received_at: datetime
    clock_offset_ms: int | None
    proof: OriginProof


@dataclass(frozen=True, slots=True)
class ArrivedRead:
    """A read that was accepted, and how it arrived.

    `late`: it raises no live stop. `clock_doubtful`: its time may be wrong by more than the profile allows.
    The record of a fixed camera has no place of its own: the register has it. `origin` is None unless
    another node handed it on; then `arrival` tells of that node.
    """

    record: CaptureRecord
    arrival: Arrival
    late: bool
    clock_doubtful: bool
    origin: Origin | None = None
