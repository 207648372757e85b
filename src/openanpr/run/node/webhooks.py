"""Webhooks sent: what an endpoint is to be told is collected from the events, and sent until it is taken.

Each endpoint has a sender and a thread of its own, so that a slow one holds up nobody.
"""

from __future__ import annotations

import asyncio
import random
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self
from urllib.parse import urlsplit

import httpx

from openanpr.alert.alert import OPEN, Channel
from openanpr.alert.ports import DeliveryQueue, EventLog, WebhookCursors
from openanpr.alert.routing import admits
from openanpr.alert.rules import RuleBook
from openanpr.alert.webhook import (
    BodySigner,
    Delivery,
    DeliveryState,
    Endpoint,
    Retries,
    deliveries,
    signed_headers,
    tried,
)
from openanpr.core.this_machine import is_this_machine
from openanpr.deliver.verdict import retry_after_s

_EVENTS_AT_ONCE: Final = 200
_MOST_ANSWER_BYTES: Final = 65_536


class WebhookSettingsError(ValueError):
    """An endpoint cannot be set up as told; the sentence says what to change and holds no URL and no key."""


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """An endpoint, how to sign for it, and how long to wait for it.

    `ca_file`: PEM of the authority that signed its certificate (None: those the system trusts).
    `answer_timeout_s` bounds a whole try. `at_once` webhooks are sent in one step. `idle_s` is the longest
    that a new event waits to be collected where nobody asks for a step.
    """

    endpoint: Endpoint
    signer: BodySigner
    ca_file: Path | None = None
    connect_timeout_s: float = 5.0
    answer_timeout_s: float = 15.0
    at_once: int = 4
    idle_s: float = 1.0
    retries: Retries = field(default_factory=Retries)


@dataclass(frozen=True, slots=True)
class Chance:
    """The sender's time and randomness: UTC, a steady clock in seconds, jitter."""

    clock: Callable[[], datetime]
    steady_s: Callable[[], float]
    jitter: random.Random


@dataclass(frozen=True, slots=True)
class WebhookStanding:
    """How an endpoint does, since its sender was made.

    `failures` are in a row; `fault` is the last one in a word (`http_500`, `ConnectError`), empty after a
    success. `dead` were given up and wait for a person; `missed` events were no longer kept when their turn
    came. `delivered` counts messages, `collected` those that were made.
    """

    collected: int = 0
    delivered: int = 0
    failures: int = 0
    fault: str = ""
    dead: int = 0
    missed: int = 0

    @property
    def alarm(self) -> bool:
        """Whether a person must act."""
        return bool(self.dead or self.missed)


class WebhookStore(EventLog, DeliveryQueue, WebhookCursors, Protocol):
    """What a sender needs kept: the events, the webhooks, and how far into the events they are made."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of a try: the status and Retry-After, or else what stood in the way, in a word."""

    status: int | None
    retry_after: str | None = None
    fault: str = ""


class WebhookSender:
    """Tells one endpoint what it may see, each event under one message id until it is taken.

    Use it from one thread; `stop` may be called from others.
    """

    def __init__(
        self,
        store: WebhookStore,
        book: Callable[[], RuleBook],
        settings: WebhookSettings,
        *,
        chance: Chance,
    ) -> None:
        """Open no connection yet; raises WebhookSettingsError."""
        self._store = store
        self._book = book
        self._settings = settings
        self._endpoint = settings.endpoint
        self._chance = chance
        self._transport = httpx.AsyncHTTPTransport(verify=_trust(settings), trust_env=False)
        self._runner = asyncio.Runner()
        self._stopped = threading.Event()
        self._trying: asyncio.Task[object] | None = None
        self.standing = WebhookStanding()

    def stop(self) -> None:
        """Cut short the try that is under way and begin no other: what was not taken is sent another time."""
        self._stopped.set()
        trying = self._trying
        if trying is not None:
            with suppress(RuntimeError):  # it has just ended, and its loop too
                trying.get_loop().call_soon_threadsafe(trying.cancel)

    def close(self) -> None:
        """Hang up; no step is under way."""
        self._runner.run(self._transport.aclose())
        self._runner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def step(self, now: datetime) -> float:
        """Collect what is new, send a few of what is due; return the seconds until something may be due."""
        began_s = self._chance.steady_s()
        more = self.collect(now)
        due = self._store.due(self._endpoint.name, now, limit=self._settings.at_once)
        for delivery in due:
            if self._stopped.is_set():
                return self._settings.idle_s
            self._try(delivery, now, began_s)
        if more or len(due) == self._settings.at_once:
            return 0.0
        next_at = self._store.next_at(self._endpoint.name)
        if next_at is None:
            return self._settings.idle_s
        wait_s = (next_at - self._now(now, began_s)).total_seconds()
        return min(max(wait_s, 0.0), self._settings.idle_s)

    def collect(self, now: datetime) -> bool:
        """Make the webhooks of new events; return whether there are more events.

        An endpoint that was never met begins with what comes next. The webhooks and how far they reach into
        the events are kept in one: whenever this is cut off, no event is told twice or not at all.
        """
        kept, heard = self._store.kept(), self._store.heard(self._endpoint.name)
        if not heard:
            newest = {channel: span.newest for channel, span in kept.items()}
            self._store.collect(self._endpoint.name, (), {OPEN: 0, **newest})
            return False
        made: list[Delivery] = []
        reached: dict[Channel, int] = {}
        for channel, span in kept.items():
            at = heard.get(channel, 0)
            if at >= span.newest:
                continue
            if not admits(channel, self._endpoint.reads_as):
                reached[channel] = span.newest
                continue
            self._missed(max(span.oldest - 1 - at, 0))
            reached[channel] = self._collect_from(channel, at, span.newest, now, made)
        if reached:
            self._store.collect(self._endpoint.name, made, reached)
            self.standing = replace(self.standing, collected=self.standing.collected + len(made))
        return any(seq < kept[channel].newest for channel, seq in reached.items())

    def _collect_from(
        self, channel: Channel, at: int, newest: int, now: datetime, made: list[Delivery]
    ) -> int:
        """Add the webhooks of some events after `at`; return the number that this reaches."""
        events = self._store.after(channel, at, limit=_EVENTS_AT_ONCE)
        for event in events:
            made += deliveries(event, [self._endpoint], self._book(), now=now)
        return events[-1].seq if events else newest

    def _try(self, delivery: Delivery, now: datetime, began_s: float) -> None:
        """Send one webhook and keep what came of it.

        Cut off between the two, it is sent again under the same id: a receiver can tell.
        """
        try:
            answer = self._runner.run(self._posted(delivery, self._now(now, began_s)))
        except asyncio.CancelledError:
            return  # by `stop`
        finally:
            self._trying = None
        at = self._now(now, began_s)
        after = tried(
            delivery,
            answer.status,
            now=at,
            chance=self._chance.jitter.random(),
            retries=self._settings.retries,
            asked_s=retry_after_s(answer.retry_after, now=at),
        )
        with suppress(LookupError):  # it was forgotten while it was under way
            self._store.settle(after)
        if after.state is DeliveryState.DELIVERED:
            done = self.standing.delivered + 1
            self.standing = replace(self.standing, delivered=done, failures=0, fault="")
            return
        self._failed(answer.fault or f"http_{answer.status}")
        if after.state is DeliveryState.DEAD:
            self.standing = replace(self.standing, dead=self.standing.dead + 1)

    async def _posted(self, delivery: Delivery, at: datetime) -> _Answer:
        """Return what came of one POST. Redirects are not followed, and no cookie is kept.

        The transport is used without a client, which would write the URL, and so its secrets, into the log.
        """
        self._trying = asyncio.current_task()
        if self._stopped.is_set():  # it came before there was a task to cut short
            raise asyncio.CancelledError
        wait_s = self._settings.answer_timeout_s
        request = httpx.Request(
            "POST",
            self._endpoint.url,
            content=delivery.payload,
            headers={
                **signed_headers(delivery.message_id, delivery.payload, at=at, signer=self._settings.signer),
                "Accept-Encoding": "identity",
                "User-Agent": "openanpr",
            },
            extensions={"timeout": httpx.Timeout(wait_s, connect=self._settings.connect_timeout_s).as_dict()},
        )
        answer = _Answer(None)
        try:
            # The time-outs of the transport are for each piece; a receiver that drips could go on for ever.
            async with asyncio.timeout(wait_s):
                response = await self._transport.handle_async_request(request)
                # The status decides, whatever becomes of the rest of the answer.
                answer = _Answer(response.status_code, response.headers.get("retry-after"))
                await _read_off(response)
        except (httpx.HTTPError, httpx.StreamError, ssl.SSLError, OSError) as error:
            return answer if answer.status is not None else _Answer(None, fault=type(error).__name__)
        return answer

    def _now(self, now: datetime, began_s: float) -> datetime:
        """Return the time at this moment of a step that began at `now`."""
        return now + timedelta(seconds=self._chance.steady_s() - began_s)

    def _failed(self, fault: str) -> None:
        self.standing = replace(self.standing, failures=self.standing.failures + 1, fault=fault)

    def _missed(self, events: int) -> None:
        self.standing = replace(self.standing, missed=self.standing.missed + events)


async def _read_off(response: httpx.Response) -> None:
    """Read a short answer to its end, so that the connection can be used again; hang up on a long one."""
    size = 0
    try:
        async for chunk in response.aiter_raw():
            size += len(chunk)
            if size > _MOST_ANSWER_BYTES:
                break
    finally:
        await response.aclose()


def _trust(settings: WebhookSettings) -> ssl.SSLContext:
    """Return how the endpoint proves itself; raises WebhookSettingsError for a URL that asks for no proof."""
    try:
        parts = urlsplit(settings.endpoint.url)
        known = bool(parts.hostname) and not parts.username and not parts.password and not parts.fragment
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        known = port_is_one = False
        parts = urlsplit("")
    if not known or not port_is_one:
        raise WebhookSettingsError(
            "the URL of a webhook endpoint is https://host[:port]/path, without user, password or fragment"
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and is_this_machine(parts.hostname or "")):
        raise WebhookSettingsError(
            "the URL of a webhook endpoint must begin with https://; http:// is for this machine only"
        )
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        raise WebhookSettingsError(
            f"the CA file of a webhook endpoint cannot be used ({type(error).__name__})"
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
