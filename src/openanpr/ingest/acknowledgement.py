"""What the node answers once a batch is on its disk; the answer is kept beside it and given again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from openanpr.ingest.accept import DUPLICATE, LATE, Held, Judgement, Reason
from openanpr.wire.delivery import AnswerError, BatchAnswer, HeldAnswer, read_batch_answer, write_answer


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
    """Return the answer as it is sent, and kept beside the batch."""
    return write_answer(
        BatchAnswer(
            batch_id=str(answer.batch_id),
            accepted=answer.accepted,
            duplicates=answer.duplicates,
            late=answer.late,
            quarantined=answer.quarantined,
            held=[HeldAnswer(h.index, h.reason) for h in answer.held],
            received_at=answer.received_at,
        )
    )


def parse_acknowledgement(kept: bytes) -> Acknowledgement:
    """Return the answer that was kept; raises AnswerError for bytes that are none."""
    said = read_batch_answer(kept)
    try:
        batch_id = UUID(said.batch_id)
        held = tuple(HeldRead(h.index, Reason(h.reason)) for h in said.held)
    except ValueError:
        raise AnswerError("what was kept is not the answer to a batch") from None
    if said.received_at is None or said.error is not None or said.quarantined != len(held):
        raise AnswerError("what was kept is not the answer to a batch")
    at = said.received_at.astimezone(UTC)
    return Acknowledgement(batch_id, said.accepted, said.duplicates, said.late, held, at)


def _short(held: Held) -> HeldRead:
    return HeldRead(held.index, held.reason)
