"""Puts a judged batch into the journal, and only then makes its acknowledgement."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from openanpr.audit.faults import AuditError
from openanpr.ingest.accept import DOUBTFUL, DUPLICATE, LATE, PLACE_IGNORED, Judgement
from openanpr.ingest.acknowledgement import (
    Acknowledgement,
    acknowledgement_of,
    parse_acknowledgement,
    write_acknowledgement,
)
from openanpr.ingest.arrival import Arrival
from openanpr.ingest.journal import Entry, Journal, Kept, Said, held_of, write_entry
from openanpr.ingest.refusal import Kind, RefusedError, later
from openanpr.ingest.tally import Tally, What

_MARKS = {"late": LATE, "duplicate": DUPLICATE, "doubtful": DOUBTFUL, "place_ignored": PLACE_IGNORED}


def batch_key(sender: str, batch_id: UUID) -> str:
    """Return the name of a batch on this node: the ids of one sender say nothing of another's batches."""
    return f"{sender}/{batch_id}"


def answered_before(
    journal: Journal, key: str, batch_id: UUID, digest: bytes, tally: Tally
) -> Acknowledgement | None:
    """Return what was answered when this batch came before, None when it never did; raises RefusedError."""
    with _journal_faults_refused():
        kept = journal.find(key)
    return None if kept is None else _again(kept, batch_id, digest, tally)


@dataclass(frozen=True, slots=True)
class Judged:
    """A batch that was judged: its facts, what was sent, what becomes of each read.

    `digest` tells batches of the same id and other reads apart. `message` is a vendor's, where a part of
    it is held.
    """

    arrival: Arrival
    said: Said
    judgement: Judgement
    digest: bytes
    message: Said | None = None


def keep(judged: Judged, journal: Journal, tally: Tally) -> Acknowledgement:
    """Return the acknowledgement of a batch that is now on disk; raises RefusedError when it is not.

    Where the same batch was kept meanwhile, the answer is the one of then.
    """
    arrival, judgement = judged.arrival, judged.judgement
    answer = acknowledgement_of(arrival.batch_id, judgement, arrival.received_at)
    entry = Entry(
        key=arrival.key,
        at=arrival.received_at,
        digest=judged.digest,
        body=write_entry(arrival, judged.said, judgement, message=judged.message),
        answer=write_acknowledgement(answer),
        sender=arrival.device,
        reads=len(judgement.marks),
        held=len(judgement.held),
    )
    with _journal_faults_refused():
        kept = journal.append(entry)
    if kept != Kept(entry.digest, entry.answer):
        return _again(kept, arrival.batch_id, entry.digest, tally)
    tally.count(What.BATCHES, "taken")
    tally.count(What.READS, "accepted", judgement.accepted)
    for name, mark in _MARKS.items():
        tally.count(What.READS, name, judgement.count(mark))
    for reason, number in held_of(judgement).items():
        tally.count(What.QUARANTINED, reason, number, device=arrival.device)
    return answer


@contextmanager
def _journal_faults_refused() -> Generator[None]:
    try:
        yield
    except AuditError as fault:
        raise later("audit_unavailable") from fault
    except Exception as fault:  # refuses: whatever the journal raises, the batch may not be on disk
        raise later("journal_unavailable") from fault


def _again(kept: Kept, batch_id: UUID, digest: bytes, tally: Tally) -> Acknowledgement:
    if kept.digest != digest:
        raise RefusedError(
            Kind.UNREADABLE,
            "batch_conflict",
            "another batch came under this id: send these reads under a new one",
            batch_id=batch_id,
        )
    tally.count(What.BATCHES, "repeated")
    return parse_acknowledgement(kept.answer)
