"""A node for tests: a real HTTP server that proves signatures, and fails in every way that it is told to."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

from openanpr.core.capture_record import CaptureRecord
from openanpr.wire.delivered_read import picture_digest
from openanpr.wire.delivery import BATCHES_PATH, DEVICES_PATH, PICTURES_PATH, read_enrolment
from openanpr.wire.device_key import PublicKey
from openanpr.wire.read_batch import Encoding, decode_batch, unpack
from openanpr.wire.signature import Request, SignatureError, verify

Behaviour = Callable[["Post"], tuple[int, dict[str, str], bytes] | None]
"""What to answer to a request; None: hang up without a word."""


@dataclass
class Post:
    """One request as it came, and the node that it came to."""

    node: Node
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def batch_id(self) -> str:
        return str(decode_batch(unpack(self.body), Encoding.MESSAGE_PACK).head.batch_id)


@dataclass
class Node:
    """What a node knows, and what it does next: each of `plan` once, then it works."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    keys: dict[str, PublicKey] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    plan: deque[Behaviour] = field(default_factory=deque)
    batches: list[tuple[UUID, tuple[CaptureRecord, ...]]] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    nonces: set[tuple[str, str]] = field(default_factory=set)
    posts: list[Post] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""

    def seen(self, keyid: str, nonce: str, until: datetime) -> bool:
        known = (keyid, nonce) in self.nonces
        self.nonces.add((keyid, nonce))
        return known

    def answer(self, post: Post) -> tuple[int, dict[str, str], bytes] | None:
        with self.lock:
            self.posts.append(post)
            behave = self.plan.popleft() if self.plan else works
        return behave(post)


def works(post: Post) -> tuple[int, dict[str, str], bytes]:
    """Do what a node does: prove, take, answer."""
    node = post.node
    request = Request(post.method, node.url + post.path, post.headers, post.body)
    keys = node.keys
    if post.path == DEVICES_PATH:
        asked = PublicKey.parse(read_enrolment(post.body).public_key)
        keys = {asked.key_id: asked}
    try:
        signer = verify(request, keys=keys.get, nonces=node, now=node.now())
    except SignatureError as e:
        return reply(401, error=e.fault)
    if post.path == DEVICES_PATH:
        return enrol(post, signer.keyid, keys[signer.keyid])
    if post.path == BATCHES_PATH:
        batch = decode_batch(unpack(post.body), Encoding.MESSAGE_PACK)
        node.batches.append((batch.head.batch_id, batch.records))
        return reply(200, batch_id=str(batch.head.batch_id), accepted=len(batch.records), quarantined=0)
    sha256 = post.path.removeprefix(PICTURES_PATH + "/")
    named = {d for _, records in node.batches for r in records for d in (r.patch, r.overview)}
    if sha256 not in named or picture_digest(post.body) != sha256:
        return reply(404, sha256=sha256, error="no_read")
    node.pictures[sha256] = post.body
    return reply(201, sha256=sha256)


def enrol(post: Post, keyid: str, key: PublicKey) -> tuple[int, dict[str, str], bytes]:
    code = read_enrolment(post.body).code
    if post.node.codes.setdefault(code, keyid if code == "good" else "") != keyid:
        return reply(403, error="code")
    post.node.keys[keyid] = key
    return reply(201, device="gate-1", key_id=keyid)


def reply(
    status: int, headers: dict[str, str] | None = None, **said: Any
) -> tuple[int, dict[str, str], bytes]:
    return status, headers or {}, json.dumps(said).encode()


def refuses(status: int, *, named: bool = True, error: str = "because", **headers: str) -> Behaviour:
    """Answer with a status, naming what was sent or not."""

    def behave(post: Post) -> tuple[int, dict[str, str], bytes]:
        said: dict[str, Any] = {"error": error}
        if named and post.path == BATCHES_PATH:
            said["batch_id"] = post.batch_id()
        elif named:
            said["sha256"] = post.path.rpartition("/")[2]
        return reply(status, {k.replace("_", "-"): v for k, v in headers.items()}, **said)

    return behave


def hangs_up(post: Post) -> None:
    """Take the request and break the line without an answer."""


def takes_and_hangs_up(post: Post) -> None:
    """Take the reads, but lose the answer on the way."""
    works(post)


def says(status: int, body: bytes, **headers: str) -> Behaviour:
    return lambda _: (status, {k.replace("_", "-"): v for k, v in headers.items()}, body)


def sleeps(seconds: float) -> Behaviour:
    """Say nothing for so long, then hang up."""
    return lambda _: time.sleep(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: clients of these tests are killed in mid-sentence."""


@contextmanager
def serving(node: Node, *, tls: ssl.SSLContext | None = None, port: int = 0) -> Iterator[str]:
    """Run the node on a port of this machine; yield its URL."""

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two packets: the second would wait 40 ms

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = node.answer(Post(node, self.command, self.path, headers, body))
            if answer is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, more, said = answer
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_PUT = _answer  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", port), Answering)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    node.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield node.url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
