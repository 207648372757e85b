"""Systems of other makers, which cannot sign: an enrolled feed with a token, and its own limits.

Their messages come as the adapters of `wire` made them: records, what could not be taken, and the message.
A token travels with each request and can be copied; so every read of a feed says that it was not signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from openanpr.core.capture_record import CaptureRecord
from openanpr.ingest import secret_text
from openanpr.ingest.accept import DETAILS, HELD, Cameras, Held, Judgement, Reason, accept
from openanpr.ingest.acknowledgement import Acknowledgement
from openanpr.ingest.arrival import Arrival
from openanpr.ingest.clock import NOT_MEASURED
from openanpr.ingest.device import MOST_NAME, Revocation, Sender, check_id
from openanpr.ingest.journal import Journal, Said
from openanpr.ingest.keep import Judged, answered_before, batch_key, keep
from openanpr.ingest.limits import Limits
from openanpr.ingest.refusal import Kind, RefusedError
from openanpr.ingest.scope import Scope
from openanpr.ingest.secret_text import HashKey
from openanpr.ingest.tally import Tally, What, refusals_counted
from openanpr.wire.delivered_read import ReadShapeError
from openanpr.wire.read_batch import BatchError, BatchHead, Encoding, ReadBatch, encode_batch, encode_read

_USE = "feed token"
_MOST_DETAIL = 1024


@dataclass(frozen=True, slots=True)
class Feed:
    """One enrolled feed; `token_name` finds it, `token_digest` is the keyed hash of its token.

    `limits` are its own, None: those of the node. `most_message_bytes` bounds one message.
    """

    feed_id: str
    name: str
    scope: Scope
    token_name: str
    token_digest: bytes = field(repr=False)
    most_message_bytes: int
    limits: Limits | None = None
    revoked: Revocation | None = None

    def __post_init__(self) -> None:
        """Refuse a feed that could not deliver."""
        check_id(self.feed_id)
        if not 0 < len(self.name.strip()) <= MOST_NAME:
            raise ValueError(f"a feed needs a name of at most {MOST_NAME} characters")
        if self.most_message_bytes < 1:
            raise ValueError("most_message_bytes must be 1 or more")

    @property
    def sender(self) -> Sender:
        """Who it is to those who judge its reads."""
        return Sender(self.feed_id, self.scope, signed=False)


class Feeds(Protocol):
    """Which feeds there are."""

    def by_token(self, token_name: str) -> Feed | None:
        """Return the feed whose token has this name, revoked or not; a feed_id is no device's id."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """A vendor's message as an adapter made it; `refused` says, without plates, why parts were not taken."""

    records: tuple[CaptureRecord, ...]
    refused: tuple[str, ...]
    raw: bytes = field(repr=False)
    content_type: str


@dataclass(frozen=True, slots=True)
class FeedIntake:
    """What taking a vendor's message needs of the world."""

    feeds: Feeds
    hash_key: HashKey
    cameras: Cameras
    journal: Journal
    tally: Tally


def make_token(hash_key: HashKey, *, chance: bytes) -> tuple[str, str, bytes]:
    """Return a new token to show once, and what a Feed keeps of it: its name and its hash.

    `chance` is `secret_text.CHANCE_BYTES` random bytes; raises ValueError for another number.
    """
    secret = secret_text.fresh(chance)
    return secret.shown(), secret.name, secret.digest(hash_key, _USE)


def prove_feed(token: str, intake: FeedIntake) -> Feed:
    """Return the feed whose token it is, to be asked before its message is parsed; raises RefusedError."""
    with refusals_counted(intake.tally):
        said = secret_text.parse(token)
        feed = None if said is None else intake.feeds.by_token(said.name)
        kept = None if feed is None else feed.token_digest
        if said is None or not secret_text.proves(said, kept, intake.hash_key, _USE) or feed is None:
            raise _refused("unknown_token")
        if feed.revoked is not None:
            raise _refused("revoked_token")
        return feed


def take_message(
    feed: Feed, message: Message, intake: FeedIntake, *, received_at: datetime, limits: Limits
) -> Acknowledgement:
    """Return the acknowledgement of a message of a proved feed: it is on disk, or to be quarantined.

    `limits` are the node's, where the feed has none of its own. The batch id is made of the message's
    SHA-256: the same message again gets the same answer. Parts that the adapter refused are held as one item
    with the whole message. A message that tells of no final read (a preview, a sign of life) is answered and
    not kept. Raises RefusedError, and nothing else of Exception.
    """
    with refusals_counted(intake.tally):
        own = feed.limits or limits
        if len(message.raw) > feed.most_message_bytes or len(message.records) > own.most_reads:
            raise RefusedError(Kind.TOO_LARGE, "too_large", "the message is larger than this feed may send")
        batch_id = UUID(bytes=hashlib.sha256(message.raw).digest()[:16])
        if not message.records and not message.refused:
            intake.tally.count(What.BATCHES, "nothing_final")
            return Acknowledgement(batch_id, 0, 0, 0, (), received_at)
        key = batch_key(f"feed:{feed.feed_id}", batch_id)  # a name that no device can have
        digest = hashlib.sha256(message.raw).digest()
        before = answered_before(intake.journal, key, batch_id, digest, intake.tally)
        if before is not None:
            return before
        batch, said, lost = _batch_of(message, feed, batch_id, received_at)
        judgement = accept(
            batch,
            sender=feed.sender,
            cameras=intake.cameras,
            clock=NOT_MEASURED,
            received_at=received_at,
            limits=own,
        )
        arrival = Arrival(
            key=key,
            batch_id=batch_id,
            device=feed.feed_id,
            signed=False,
            received_at=received_at,
            sent_at=None,
            clock_offset_ms=None,
            clock_lag_ms=None,
            profile=own.profile,
        )
        whole = Said(message.content_type, packed=False, body=message.raw) if lost else None
        judged = Judged(arrival, said, _with_lost(judgement, lost), digest, whole)
        return keep(judged, intake.journal, intake.tally)


def _batch_of(
    message: Message, feed: Feed, batch_id: UUID, received_at: datetime
) -> tuple[ReadBatch, Said, tuple[str, ...]]:
    """Return the records as a batch of our own, and why parts of the message are not in it."""
    reads: list[bytes] = []
    records: list[CaptureRecord] = []
    lost = list(message.refused)
    for record in message.records:
        try:
            reads.append(encode_read(record))
        except ReadShapeError as fault:
            lost.append(str(fault))
        else:
            records.append(record)
    head = BatchHead(batch_id, feed.feed_id, received_at)
    try:
        body = encode_batch(head, reads)
    except BatchError as fault:
        raise RefusedError(Kind.TOO_LARGE, "too_large", str(fault), batch_id=batch_id) from None
    said = Said(Encoding.MESSAGE_PACK, packed=False, body=body)
    return ReadBatch(head, tuple(records)), said, tuple(lost)


def _with_lost(judgement: Judgement, lost: Sequence[str]) -> Judgement:
    if not lost:
        return judgement
    detail = "; ".join([DETAILS[Reason.NOT_UNDERSTOOD], *lost])[:_MOST_DETAIL]
    held = Held(len(judgement.marks), Reason.NOT_UNDERSTOOD, detail)
    return Judgement(judgement.marks + bytes([HELD]), (*judgement.held, held))


def _refused(counted: str) -> RefusedError:
    return RefusedError(
        Kind.NOT_PROVED, "unknown_token", "no feed is enrolled with this token", counted=counted
    )
