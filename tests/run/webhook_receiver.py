"""A real HTTP server that takes webhooks, well or badly, and checks them as the standard says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


@dataclass(frozen=True)
class Taken:
    """One request as it came; header names in small letters."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


Answer = Callable[[BaseHTTPRequestHandler], None]


def status(code: int, **headers: str) -> Answer:
    """Answer with this status and nothing else."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


def silence(seconds: float) -> Answer:
    """Say nothing for so long."""
    return lambda _request: time.sleep(seconds)


def drip(request: BaseHTTPRequestHandler) -> None:
    """Send a header a letter at a time: each piece comes in time, the whole never does."""
    for _ in range(100):
        request.wfile.write(b"H")
        request.wfile.flush()
        time.sleep(0.05)


def endless(code: int) -> Answer:
    """Answer with this status and a body that does not end."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        request.end_headers()
        while True:
            request.wfile.write(bytes(65_536))

    return answer


@dataclass
class Receiver:
    """Answers in turn with `answers`, then with 204. What comes is in `taken`."""

    answers: list[Answer] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    port: int = 0
    taken: list[Taken] = field(default_factory=list)

    def __enter__(self) -> Self:
        receiver = self

        class Request(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.taken.append(Taken(self.path, headers, body))
                answer = receiver.answers.pop(0) if receiver.answers else status(204)
                try:
                    answer(self)
                except OSError:
                    self.close_connection = True  # the sender hung up

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                pass  # a sender that hangs up or does not trust us is what is tested

        self._server = Server(("127.0.0.1", self.port), Request)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://localhost:{self.port}/hook?token=hidden-in-the-url"

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.taken]


def verify(
    taken: Taken, *, secret: bytes = b"", public: str = "", now_s: float, tolerance_s: float = 300
) -> None:
    """Raise unless the webhook is genuine: written from the text of Standard Webhooks 1.0, not from our code.

    The signed content is id, timestamp and payload, joined by full stops. The signatures are a list with
    spaces between, each a version, a comma and base64: `v1` HMAC-SHA256, `v1a` Ed25519. The timestamp is
    a whole number of seconds since 1970, compared with the receiver's own time within a tolerance.
    """
    sent_s = int(taken.headers["webhook-timestamp"])
    if abs(now_s - sent_s) > tolerance_s:
        raise AssertionError("too old or too new")
    head = taken.headers["webhook-id"].encode() + b"." + taken.headers["webhook-timestamp"].encode() + b"."
    content = head + taken.body
    for one in taken.headers["webhook-signature"].split(" "):
        version, _, encoded = one.partition(",")
        offered = base64.b64decode(encoded, validate=True)
        good = hmac.new(secret, content, hashlib.sha256).digest()
        if version == "v1" and secret and hmac.compare_digest(good, offered):
            return
        if version == "v1a" and public:
            key = base64.b64decode(public.removeprefix("whpk_"))
            Ed25519PublicKey.from_public_bytes(key).verify(offered, content)
            return
    raise AssertionError("no signature of a version and key that we know")
