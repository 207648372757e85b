"""Alerts sent to other systems: signed, retried, and set aside where all else fails. Pure but for the signer.

The signature is that of Standard Webhooks (github.com/standard-webhooks/standard-webhooks, 1.0): over
`id.timestamp.body`, HMAC-SHA256 as `v1`, Ed25519 as `v1a`. No endpoint is ever switched off: what cannot be
delivered becomes a dead letter, and the next event is tried as if nothing had happened.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from openanpr.alert.events import Event, body
from openanpr.alert.routing import Viewer, admits, sees
from openanpr.alert.rules import RuleBook

_LEAST_SECRET = 24
_MOST_DOUBLINGS = 30


class BodySigner(Protocol):
    """Signs the body of a webhook: `v1` with HMAC-SHA256, `v1a` with Ed25519."""

    @property
    def scheme(self) -> str:
        """The version that stands before the signature."""
        ...

    def sign(self, content: bytes) -> bytes:
        """Return the signature of `content`, raw bytes."""
        ...


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"  # given up: a person looks, mends the cause and sends it again


class WebhookSignatureError(ValueError):
    """A webhook that cannot be trusted. Holds neither key nor signature."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where webhooks go. `reads_as` is whom it stands for: what that viewer does not see is not sent.

    To be told of covert entries it must be named in them, as a person must.
    """

    name: str
    url: str = field(repr=False)
    reads_as: Viewer


@dataclass(frozen=True, slots=True)
class Retries:
    """The waits between tries: evenly from 0 to a bound that doubles from `first_s` to `most_s` seconds.

    An event is given up when it is older than `give_up_after`.
    """

    first_s: float = 5.0
    most_s: float = 3600.0
    give_up_after: timedelta = timedelta(days=3)

    def __post_init__(self) -> None:
        """Refuse a schedule without waits."""
        if not 0.0 < self.first_s <= self.most_s or self.give_up_after <= timedelta(0):
            msg = "Retries needs 0 < first_s <= most_s and a give_up_after longer than nothing"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint.

    `message_id` is the event's own and stays the same over all tries, so that a receiver can tell a repeat.
    `begun_at` is when it was first due, or was sent again by a person. `status` is the last HTTP answer, None
    where there was none. `next_at` is None unless it waits.
    """

    endpoint: str
    message_id: str
    payload: bytes = field(repr=False)
    begun_at: datetime
    next_at: datetime | None
    state: DeliveryState = DeliveryState.WAITING
    tries: int = 0
    status: int | None = None


@dataclass(frozen=True, slots=True)
class HmacSigner:
    """Signs with a secret that both sides share."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a secret that could be tried out."""
        if len(self.secret) < _LEAST_SECRET:
            msg = f"a webhook secret needs at least {_LEAST_SECRET} bytes"
            raise ValueError(msg)

    @property
    def scheme(self) -> str:
        """The version that stands before the signature."""
        return "v1"

    def sign(self, content: bytes) -> bytes:
        """Return the HMAC-SHA256 of `content`."""
        return hmac.digest(self.secret, content, hashlib.sha256)


def deliveries(
    event: Event, endpoints: Iterable[Endpoint], book: RuleBook, *, now: datetime
) -> tuple[Delivery, ...]:
    """Return the deliveries of an event: one for every endpoint that sees its alert, whatever came before."""
    told = [e for e in endpoints if admits(event.channel, e.reads_as) and sees(event.alert, e.reads_as, book)]
    payload = body(event, book) if told else b""
    return tuple(Delivery(e.name, event.id, payload, now, now) for e in told)


def signed_headers(message_id: str, payload: bytes, *, at: datetime, signer: BodySigner) -> dict[str, str]:
    """Return the headers of one try, made at that time (UTC, whole seconds)."""
    timestamp = str(int(at.timestamp()))
    signature = base64.b64encode(signer.sign(signed_content(message_id, timestamp, payload))).decode("ascii")
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"{signer.scheme},{signature}",
    }


def signed_content(message_id: str, timestamp: str, payload: bytes) -> bytes:
    """Return the bytes that a signature is made over."""
    return b"%b.%b.%b" % (message_id.encode(), timestamp.encode(), payload)


def verify_hmac(
    headers: Mapping[str, str], payload: bytes, secret: bytes, *, now: datetime, tolerance: timedelta
) -> None:
    """Raise WebhookSignatureError unless the body was signed with `secret` not longer ago than `tolerance`.

    What a receiver does; `headers` have their names in small letters.
    """
    timestamp = headers.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11):
        msg = "the webhook has no timestamp in whole seconds"
        raise WebhookSignatureError(msg)
    if abs(now - datetime.fromtimestamp(int(timestamp), UTC)) > tolerance:
        msg = "the webhook was signed too long ago, or in the future: compare the clocks"
        raise WebhookSignatureError(msg)
    content = signed_content(headers.get("webhook-id", ""), timestamp, payload)
    good = b"v1," + base64.b64encode(HmacSigner(secret).sign(content))
    offered = headers.get("webhook-signature", "").encode().split()
    if not any(hmac.compare_digest(good, one) for one in offered):
        msg = "the webhook was not signed with this secret over this body"
        raise WebhookSignatureError(msg)


def tried(
    delivery: Delivery,
    status: int | None,
    *,
    now: datetime,
    chance: float,
    retries: Retries,
    asked_s: float = 0.0,
) -> Delivery:
    """Return the delivery after a try that was answered with `status` (None: no answer).

    Only 2xx is delivered. Everything else is tried again, a 410 too: a receiver that is set up wrongly today
    is put right tomorrow. `chance` is from 0 up to 1; `asked_s` is what Retry-After asks for. Raises
    ValueError for a delivery that does not wait.
    """
    if delivery.state is not DeliveryState.WAITING:
        msg = "only a delivery that waits can be tried; send a dead letter again first"
        raise ValueError(msg)
    after = replace(delivery, tries=delivery.tries + 1, status=status, next_at=None)
    if status is not None and 200 <= status < 300:
        return replace(after, state=DeliveryState.DELIVERED)
    wait_s = max(full_jitter_s(after.tries, chance, retries), min(max(asked_s, 0.0), retries.most_s))
    next_at = now + timedelta(seconds=wait_s)
    if next_at > delivery.begun_at + retries.give_up_after:
        return replace(after, state=DeliveryState.DEAD)
    return replace(after, next_at=next_at)


def full_jitter_s(failures: int, chance: float, retries: Retries) -> float:
    """Return seconds to wait after so many failures in a row; `chance` is from 0 up to 1.

    Source: Brooker, "Exponential Backoff and Jitter" (AWS Architecture Blog, 2015), full jitter.
    """
    if not 0.0 <= chance <= 1.0:
        msg = "chance must be between 0 and 1"
        raise ValueError(msg)
    doublings = min(max(failures - 1, 0), _MOST_DOUBLINGS)
    return chance * min(retries.most_s, retries.first_s * 2.0**doublings)


def sent_again(delivery: Delivery, *, now: datetime) -> Delivery:
    """Return a dead letter as a delivery that is due now, its id unchanged; raises ValueError for others."""
    if delivery.state is not DeliveryState.DEAD:
        msg = "only a dead letter can be sent again"
        raise ValueError(msg)
    return replace(delivery, state=DeliveryState.WAITING, begun_at=now, next_at=now, tries=0)
