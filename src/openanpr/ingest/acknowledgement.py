"""What the node answers once a batch is on its disk; the answer is kept beside it and given again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from openanpr.ingest.accept import DUPLICATE, LATE, Held, Judgement, Reason


@dataclass(frozen=True, slots=True)
class HeldRead:
    """A read that went to quarantine: its place in the batch from 0, and the name of the reason."""

    index: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The batch is on disk: `accepted` and `quarantined` add up to the reads that were sent.

    `duplicates` and `late` are among the accepted. `held` names each quarantined read. `received_at` is the
    node's clock (UTC) when the batch first came.
    """

    batch_id: UUID
    accepted: int
    duplicates: int
    late: int
    held: tuple[HeldRead, ...]
    received_at: datetime

    @property
    def quarantined(self) -> int:
        """How many reads went to quarantine."""
        return len(self.held)


class _HeldForm(Struct, frozen=True):
    index: Annotated[int, Meta(ge=0)]
    reason: Reason


class _Form(Struct, frozen=True):
    """On the wire: the fields of `wire.delivery.BatchAnswer`, and two that older senders pass over."""

    batch_id: UUID
    accepted: int
    duplicates: int
    quarantined: int
    received_at: datetime
    late: int = 0
    held: list[_HeldForm] = []


_DECODER = msgspec.json.Decoder(_Form)


def acknowledgement_of(batch_id: UUID, judgement: Judgement, received_at: datetime) -> Acknowledgement:
    """Return the answer to a batch that was judged."""
    return Acknowledgement(
        batch_id=batch_id,
        accepted=judgement.accepted,
        duplicates=judgement.count(DUPLICATE),
        late=judgement.count(LATE),
        held=tuple(map(_short, judgement.held)),
        received_at=received_at,
    )


def write_acknowledgement(answer: Acknowledgement) -> bytes:
    """Return the answer as JSON, as it is sent; `wire.delivery.read_batch_answer` reads it."""
    return msgspec.json.encode(
        _Form(
            answer.batch_id,
            answer.accepted,
            answer.duplicates,
            answer.quarantined,
            answer.received_at.astimezone(UTC),
            answer.late,
            [_HeldForm(h.index, h.reason) for h in answer.held],
        )
    )


def parse_acknowledgement(kept: bytes) -> Acknowledgement:
    """Return the answer that was kept; raises msgspec.DecodeError for bytes that are none."""
    form = _DECODER.decode(kept)
    held = tuple(HeldRead(h.index, h.reason) for h in form.held)
    at = form.received_at.astimezone(UTC)
    return Acknowledgement(form.batch_id, form.accepted, form.duplicates, form.late, held, at)


def _short(held: Held) -> HeldRead:
    return HeldRead(held.index, held.reason)
