"""The line from a device to its node: signed requests, over TLS except to this same machine."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from openanpr.core.this_machine import is_this_machine
from openanpr.wire.delivery import MOST_ANSWER_BYTES
from openanpr.wire.device_key import DeviceKey
from openanpr.wire.signature import Request, sign


class LineError(Exception):
    """The line cannot be set up as told; the sentence says what to change."""


class LineDownError(Exception):
    """No whole answer came: the node or the way to it is down, or the two do not trust each other's TLS."""


@dataclass(frozen=True, slots=True)
class LineSettings:
    """Where the node is and how to trust it.

    `ca_file`: PEM of the authority that signed the node's certificate (None: those the system trusts).
    `client_certificate`: PEM with a certificate and its key, for nodes that ask for one.
    `answer_timeout_s` bounds a whole request, `most_answer_bytes` what comes back: pages of lists are longer.
    """

    url: str
    ca_file: Path | None = None
    client_certificate: Path | None = None
    connect_timeout_s: float = 10.0
    answer_timeout_s: float = 60.0
    most_answer_bytes: int = MOST_ANSWER_BYTES


@dataclass(frozen=True, slots=True)
class Message:
    """What to send: `path` begins with a slash and is put behind the node's URL.

    `hang_up`: nothing follows for a while, so the connection is not kept.
    """

    method: str
    path: str
    content_type: str
    body: bytes
    packed: bool = False
    hang_up: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, Retry-After as it stands, and the body, of bounded length."""

    status: int
    retry_after: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Fresh:
    """What makes each request new: UTC, a nonce (16 random bytes or more, as text), a steady clock in s."""

    clock: Callable[[], datetime]
    nonce: Callable[[], str]
    steady_s: Callable[[], float]


class Line:
    """An open line; each request is signed anew with the time and a new nonce."""

    def __init__(self, client: httpx.Client, settings: LineSettings, key: DeviceKey, fresh: Fresh) -> None:
        self._client = client
        self._url = settings.url.rstrip("/")
        self._timeout_s = settings.answer_timeout_s
        self._most_bytes = settings.most_answer_bytes
        self._key = key
        self._fresh = fresh

    @classmethod
    def open(cls, settings: LineSettings, key: DeviceKey, fresh: Fresh) -> Self:
        """Return a line to the node; nothing is sent yet. Raises LineError."""
        client = httpx.Client(
            verify=_trust(settings),
            timeout=httpx.Timeout(settings.answer_timeout_s, connect=settings.connect_timeout_s),
            follow_redirects=False,
            trust_env=False,
            headers={"accept": "application/json", "accept-encoding": "identity", "user-agent": "openanpr"},
        )
        return cls(client, settings, key, fresh)

    def send(self, message: Message) -> Answer:
        """Sign and send; return the answer whatever its status; raises LineDownError."""
        headers = {"content-type": message.content_type}
        if message.packed:
            headers["content-encoding"] = "gzip"
        beside = {"connection": "close"} if message.hang_up else {}
        try:
            request = self._client.build_request(
                message.method, self._url + message.path, headers=headers | beside, content=message.body
            )
            to_sign = Request(message.method, str(request.url), headers, message.body)
            request.headers.update(
                sign(to_sign, self._key, created=self._fresh.clock(), nonce=self._fresh.nonce())
            )
            return self._answer(request)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as e:
            raise LineDownError(f"no answer from the node ({type(e).__name__})") from e

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _answer(self, request: httpx.Request) -> Answer:
        until = self._fresh.steady_s() + self._timeout_s
        response = self._client.send(request, stream=True)
        try:
            body = b""
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > self._most_bytes:
                    raise LineDownError("the answer is longer than any answer of a node")
                if self._fresh.steady_s() > until:
                    raise LineDownError("the answer came too slowly")
        finally:
            response.close()
        return Answer(response.status_code, response.headers.get("retry-after"), body)


def _trust(settings: LineSettings) -> ssl.SSLContext | bool:
    """Return how the node proves itself; plain HTTP is for a node on this machine only."""
    parts = urlsplit(settings.url)
    if parts.query or parts.fragment or parts.username or parts.password or not parts.hostname:
        raise LineError("the node's URL is https://host[:port][/path], without user, query or fragment")
    if parts.scheme == "http" and is_this_machine(parts.hostname):
        return True
    if parts.scheme != "https":
        raise LineError("the node's URL must begin with https://; http:// is for a node on this machine only")
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.client_certificate is not None:
            context.load_cert_chain(settings.client_certificate)
    except (OSError, ssl.SSLError) as e:
        raise LineError(f"the CA file or the client certificate cannot be used ({type(e).__name__})") from e
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
