"""One message of another maker's system, from its bytes to its answer: adapter, journal, pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from openanpr.ingest.acknowledgement import Acknowledgement
from openanpr.ingest.feed import Feed, FeedIntake, Message, take_message
from openanpr.ingest.limits import Limits
from openanpr.ingest.picture import (
    PictureIntake,
    PictureLimits,
    ShelvedPicture,
    check_picture,
    place_picture,
)
from openanpr.ingest.refusal import Kind, RefusedError
from openanpr.ingest.tally import What, refusals_counted
from openanpr.wire.vendors.contract import Adapter, CameraLookup, Parsed, Picture, Refusal


class FeedCameras(Protocol):
    """Which camera a feed means by a name; each feed has names of its own."""

    def of(self, feed_id: str) -> CameraLookup:
        """Return the cameras that are enrolled for this feed."""
        ...


@dataclass(frozen=True, slots=True)
class FeedDesk:
    """What taking another maker's message needs of the world, its pictures included."""

    intake: FeedIntake
    pictures: PictureIntake
    cameras: FeedCameras


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A message as it came, and the adapter of its maker; `content_type` is the whole header."""

    body: bytes = field(repr=False)
    content_type: str
    adapter: Adapter


@dataclass(frozen=True, slots=True)
class Rules:
    """What a message and its pictures are judged by."""

    limits: Limits
    pictures: PictureLimits


def take_raw(
    feed: Feed, raw: RawMessage, desk: FeedDesk, *, received_at: datetime, rules: Rules
) -> Acknowledgement:
    """Return the acknowledgement of a message of a proved feed; its reads and pictures are on disk.

    A message that no adapter can bear goes to quarantine whole. Where a picture cannot be kept now the whole
    message is refused for now: sent again, its reads get the answer of before and its pictures another try.
    Raises RefusedError, and nothing else of Exception.
    """
    parsed = _parsed(feed, raw, desk, received_at)
    reasons = tuple(refusal.reason for refusal in parsed.refused)
    message = Message(parsed.records, reasons, raw.body, raw.content_type)
    answer = take_message(feed, message, desk.intake, received_at=received_at, limits=rules.limits)
    _keep_pictures(feed, parsed.pictures, desk, received_at=received_at, rules=rules)
    return answer


def _parsed(feed: Feed, raw: RawMessage, desk: FeedDesk, received_at: datetime) -> Parsed:
    with refusals_counted(desk.intake.tally):
        cameras = desk.cameras.of(feed.feed_id)
        if len(raw.body) > feed.most_message_bytes:
            raise RefusedError(Kind.TOO_LARGE, "too_large", "the message is larger than this feed may send")
        try:
            return raw.adapter(raw.body, raw.content_type, cameras, received_at)
        except Exception:  # noqa: BLE001 - held whole for a person: sent again it would fail again
            return Parsed((), (), 0, (Refusal("the adapter failed on this message"),))


def _keep_pictures(
    feed: Feed, pictures: Sequence[Picture], desk: FeedDesk, *, received_at: datetime, rules: Rules
) -> None:
    """Keep the pictures of a message; one that is not fit is counted, and its read stands without it."""
    oldest = received_at - (feed.limits or rules.limits).retention
    tally = desk.intake.tally
    for sha256, jpeg in {hashlib.sha256(p.jpeg).hexdigest(): p.jpeg for p in pictures}.items():
        picture = ShelvedPicture(sha256, feed.feed_id, received_at, jpeg)
        try:
            with refusals_counted(tally):
                check_picture(picture.jpeg, picture.sha256, rules.pictures)
                outcome = place_picture(picture, feed.sender, desk.pictures, oldest=oldest)
        except RefusedError as refusal:
            if refusal.kind is Kind.LATER:
                raise
        else:
            tally.count(What.PICTURES, outcome)
