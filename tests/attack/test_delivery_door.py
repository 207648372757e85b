"""Whoever can reach the node's port sends what it likes, as slowly and as often as it likes."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from openanpr.web.serve import ServeLimits
from openanpr.wire.read_batch import MOST_BATCH_BYTES
from openanpr.wire.signature import Request
from tests.ingest.world import record
from tests.web.scene import TOKEN, Scene, plain, said, standing

QUICK = ServeLimits(most_connections=8, head_s=0.4, body_s=1.0, idle_s=1)


@pytest.fixture
def node() -> Iterator[Scene]:
    with standing(serve=ServeLimits(head_s=0.4, body_s=1.0), body_s=0.5) as scene:
        yield scene


@contextmanager
def dialled(node) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", node.port), timeout=10) as line:
        yield line


def answer_to(node, sent: bytes) -> bytes:
    """All that comes back until the node hangs up or is silent."""
    with dialled(node) as line:
        line.sendall(sent)
        return rest_of(line, first=10)


def rest_of(line, *, first: float = 0.7) -> bytes:
    """`first`: seconds that a busy machine may take until the first bytes."""
    got = b""
    line.settimeout(first)
    try:
        while part := line.recv(65536):
            got += part
            line.settimeout(0.7)
    except (TimeoutError, ConnectionError):
        pass
    return got


def head(node, *lines: str, method="POST", path="/v1/batches") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{node.port}", *lines, "", ""]).encode()


def still_works(node) -> bool:
    return node.ask(node.batch([record()])).status_code == 200


def cut_off_within(seconds, line, again: bytes) -> bool:
    """Whether the node hangs up on who sends the same without end."""
    until = time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            line.sendall(again)
            time.sleep(0.01)
    except ConnectionError:
        return True
    return False


def nothing_kept(node) -> bool:
    return not (node.world.journal.entries or node.shelf.pictures or node.pictures.kept)


@pytest.mark.parametrize(
    "host",
    [
        "node.example",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost:{port}",
        "127.0.0.1:{port}.evil",
        "",
        "@127.0.0.1:{port}",
    ],
)
def test_what_was_meant_for_another_address_is_not_looked_at(node, host) -> None:
    answer = node.ask(node.batch([record()]), Host=host.format(port=node.port))
    assert (answer.status_code, said(answer)) == (421, {"error": "wrong_address"})
    assert node.world.nonces.used == set()


def test_what_was_signed_for_another_node_is_worth_nothing_here(node) -> None:
    body = node.world.body([record()])
    stolen = node.signed(
        "POST", "/v1/batches", body, authority="other.example", content_type="application/vnd.msgpack"
    )
    assert said(node.ask(stolen))["error"] == "wrong_signature"
    assert said(node.ask(stolen, Host="other.example"))["error"] == "wrong_address"
    assert nothing_kept(node)


@pytest.mark.parametrize(
    "forwarded", ["X-Forwarded-Host", "Forwarded", "X-Forwarded-Proto", "X-Original-URL"]
)
def test_headers_of_proxies_are_not_believed(node, forwarded) -> None:
    stolen = node.signed("POST", "/v1/batches", b"{}", authority="other.example")
    assert node.ask(stolen, **{forwarded: "other.example"}).status_code == 401


PATHS = [
    "/", "/v1", "/v1/", "/v1/batches/", "//v1/batches", "/v1//batches", "/V1/batches", "/v1/./batches",
    "/v1/pictures/../batches", "/v1/%62atches", "/v1/batches%00", "/v1/batches;x", "/v1%2Fbatches",
    "/v1/batches/..%2f..", "/v1/feeds", "/v1/feeds/", "/v1/feeds/axis/a/b", "/docs", "/openapi.json",
    "/metrics", "/v1/pictures", "/v1/lists/a/b/receipt", "/.git/config", "/v1/batches\\..",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_path_has_one_spelling_and_the_rest_lead_nowhere(node, path) -> None:
    for method in ("GET", "POST", "PUT"):
        got = answer_to(node, head(node, "Content-Length: 0", "Connection: close", method=method, path=path))
        assert got.startswith(b"HTTP/1.1 404"), (method, got[:60])
        assert b"batches" not in got


def test_an_absolute_target_is_no_path(node) -> None:
    got = answer_to(node, head(node, "Content-Length: 0", path="http://other.example/v1/batches"))
    assert got.startswith(b"HTTP/1.1 404")


@pytest.mark.parametrize(
    "name",
    ["A" * 64, "a" * 63, "a" * 65, "..", "%2e%2e", "a" * 64 + "?x=1", "a" * 64 + "%00", "a" * 63 + "%61"],
)
def test_a_picture_has_one_name(node, name) -> None:
    answer = node.ask(node.signed("PUT", f"/v1/pictures/{name}", b"\xff\xd8", content_type="image/jpeg"))
    assert answer.status_code in {404, 422}
    assert nothing_kept(node)


@pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "DELETE", "TRACE", "CONNECT", "PATCH", "GET", "BREW"])
def test_a_method_that_is_not_for_a_path_is_refused(node, method) -> None:
    got = answer_to(node, head(node, "Content-Length: 0", "Connection: close", method=method))
    assert got.startswith(b"HTTP/1.1 405"), got[:80]
    assert b"allow: POST\r\n" in got
    assert b"access-control" not in got.lower()


@pytest.mark.parametrize(
    "path", ["/v1/batches", "/v1/devices", "/v1/devices/key", "/v1/lists/stolen/receipt"]
)
def test_without_a_signature_nothing_is_taken(node, path) -> None:
    answer = plain("POST", node.url + path, b"{}", {"Content-Type": "application/json"})
    assert answer.status_code in {401, 422}
    assert nothing_kept(node)


@pytest.mark.parametrize("path", ["/v1/lists", "/v1/lists/stolen"])
def test_without_a_signature_no_list_is_told(node, path) -> None:
    assert plain("GET", node.url + path).status_code == 401


def test_a_body_that_says_that_it_is_too_large_is_refused_before_it_comes(node) -> None:
    with dialled(node) as line:
        line.sendall(head(node, f"Content-Length: {MOST_BATCH_BYTES + 1}", "Expect: 100-continue"))
        assert line.recv(65536).startswith(b"HTTP/1.1 413")
    assert still_works(node)


def test_a_body_that_grows_too_large_without_saying_so_is_refused(node) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with dialled(node) as line:
        line.sendall(
            head(node, "Transfer-Encoding: chunked", "Content-Type: application/json", path="/v1/devices")
        )
        line.sendall(chunk)
        assert line.recv(65536).startswith(b"HTTP/1.1 413")
    assert still_works(node)


def test_a_body_that_never_ends_is_cut_off_after_its_answer(node) -> None:
    began = time.monotonic()
    with dialled(node) as line:
        line.sendall(head(node, "Transfer-Encoding: chunked", path="/v1/devices"))
        assert cut_off_within(8, line, b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
    assert time.monotonic() - began < 5


def test_a_body_in_chunks_without_a_length_is_as_good_as_another(node) -> None:
    request = node.batch([record()])

    def parts() -> Iterator[bytes]:
        yield request.body[:10]
        yield request.body[10:]

    assert plain("POST", request.url, parts(), request.headers).status_code == 200


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: -1"],
        ["Content-Length: 5x"],
        ["Transfer-Encoding: gzip, chunked"],
        ["Bad Header: 1", "Content-Length: 0"],
        ["Host: other.example", "Content-Length: 0"],
    ],
)
def test_a_request_that_can_be_read_in_two_ways_is_none(node, lines) -> None:
    got = answer_to(node, head(node, *lines) + b"0\r\n\r\n")
    assert got[:12] in {b"HTTP/1.1 400", b"HTTP/1.1 501"}, got[:100]
    assert got.count(b"HTTP/1.1") == 1
    assert nothing_kept(node)


def test_headers_without_end_are_not_gathered(node) -> None:
    with dialled(node) as line:
        line.sendall(head(node).removesuffix(b"\r\n"))
        assert cut_off_within(8, line, b"X: " + b"y" * 10_000 + b"\r\n")
    assert still_works(node)


def test_half_a_body_is_nothing(node) -> None:
    request = node.batch([record()])
    lines = [f"{name}: {value}" for name, value in request.headers.items()]
    with dialled(node) as line:
        line.sendall(head(node, *lines, f"Content-Length: {len(request.body)}") + request.body[:20])
        line.shutdown(socket.SHUT_WR)
        rest_of(line)
    assert nothing_kept(node)
    assert still_works(node)


def test_a_body_that_drips_is_given_up(node) -> None:
    with dialled(node) as line:
        line.sendall(head(node, "Content-Length: 100"))
        for _ in range(4):
            line.sendall(b"x")
            time.sleep(0.2)
        assert b"HTTP/1.1 408" in rest_of(line)
    assert still_works(node)


@pytest.mark.parametrize("begun", [b"", b"POST /v1/bat", b"POST /v1/batches HTTP/1.1\r\nHost: a\r\n"])
def test_a_head_that_drips_is_hung_up_on(node, begun) -> None:
    began = time.monotonic()
    with dialled(node) as line:
        line.sendall(begun)
        assert rest_of(line) == b""
    assert time.monotonic() - began < 0.65, "hung up by the node, not by us"


def test_the_head_of_a_second_request_may_not_drip_either(node) -> None:
    with dialled(node) as line:
        line.sendall(head(node, method="GET", path="/v1/health"))
        got = b""
        while not got.endswith(b"}"):
            got += line.recv(65536)
        line.sendall(b"GET /v1/hea")
        began = time.monotonic()
        assert rest_of(line) == b""
    assert time.monotonic() - began < 0.65


def test_a_thousand_silent_connections_do_not_keep_devices_out() -> None:
    with standing(serve=QUICK) as node, ExitStack() as held:
        for _ in range(100):
            held.enter_context(dialled(node))
        time.sleep(0.8)
        assert still_works(node)


def test_more_requests_than_can_wait_are_told_to_come_again_at_once() -> None:
    scene = Scene()
    go_on, begun = threading.Event(), threading.Semaphore(0)
    find = scene.world.journal.find

    def slow(key):
        begun.release()
        assert go_on.wait(20)
        return find(key)

    scene.world.journal.find = slow
    answers = []
    with standing(scene, threads=2, most_waiting=1) as node:
        asking = [
            threading.Thread(target=lambda: answers.append(node.ask(node.batch([record()]))))
            for _ in range(6)
        ]
        for thread in asking:
            thread.start()
        assert begun.acquire(timeout=10)
        assert begun.acquire(timeout=10)
        until = time.monotonic() + 10
        while len(answers) < 3:
            assert time.monotonic() < until
            time.sleep(0.01)
        assert [(a.status_code, said(a), a.headers["retry-after"]) for a in answers] == [
            (503, {"error": "busy"}, "2")
        ] * 3
        health = plain("GET", node.url + "/v1/health")
        assert health.status_code == 200, "health does not stand in the queue"
        go_on.set()
        for thread in asking:
            thread.join()
        assert still_works(node)
    assert sorted(a.status_code for a in answers) == [200] * 3 + [503] * 3


def test_many_large_bodies_at_once_do_not_fill_the_memory() -> None:
    room = 16 * 1024 * 1024
    with standing(most_body_bytes=room, serve=ServeLimits(body_s=5.0)) as node, ExitStack() as held:
        lines = [held.enter_context(dialled(node)) for _ in range(5)]
        for line in lines:
            line.sendall(head(node, f"Content-Length: {MOST_BATCH_BYTES}") + b"x" * (MOST_BATCH_BYTES - 1))
        refused = b"".join(rest_of(line) for line in lines)
        assert refused.count(b"HTTP/1.1 503") == 1
        held.close()
        time.sleep(0.3)
        assert still_works(node)


def test_a_bomb_is_not_unpacked(node) -> None:
    bomb = gzip.compress(bytes(64 * MOST_BATCH_BYTES))
    answer = node.ask(node.signed("POST", "/v1/batches", bomb, headers={"Content-Encoding": "gzip"}))
    assert (answer.status_code, said(answer)["error"]) == (413, "too_large")


def test_a_body_nested_without_end_is_unreadable(node) -> None:
    answer = node.ask(node.signed("POST", "/v1/batches", b'{"a":' * 200_000))
    assert (answer.status_code, said(answer)["error"]) == (422, "unreadable")


def test_a_message_of_a_stranger_is_refused_before_it_comes(node) -> None:
    with dialled(node) as line:
        line.sendall(head(node, "Content-Length: 1000000", path="/v1/feeds/axis/nobody"))
        assert line.recv(65536).startswith(b"HTTP/1.1 401")


def test_a_websocket_is_not_spoken(node) -> None:
    lines = [
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version: 13",
    ]
    got = answer_to(node, head(node, *lines, method="GET", path="/v1/health"))
    assert not got.startswith(b"HTTP/1.1 101")


def test_pipelined_requests_are_answered_in_turn(node) -> None:
    one = head(node, method="GET", path="/v1/health")
    got = answer_to(node, one + head(node, "Content-Length: 2") + b"{}" + one)
    assert [part[:3] for part in got.split(b"HTTP/1.1 ")[1:]] == [b"200", b"401", b"200"]


def test_nothing_that_was_sent_stands_in_the_log_or_in_an_answer(node, caplog) -> None:
    secret = "AB12CDE"
    with caplog.at_level("DEBUG"):
        got = [
            answer_to(node, b"GET /" + secret.encode() + b" HTTP/9\r\n\r\n"),
            answer_to(node, head(node, f"{secret}: {secret}", "Content-Length: 2") + b"{}"),
            answer_to(node, head(node, "Content-Length: 0", method=secret, path=f"/{secret}?{secret}")),
            answer_to(node, head(node, "Transfer-Encoding: chunked") + secret.encode() + b"\r\n"),
            plain("POST", f"{node.url}/v1/feeds/axis/{TOKEN}x", secret.encode()).content,
            plain("POST", f"{node.url}/v1/feeds/axis/{TOKEN}", secret.encode()).content,
            node.ask(node.signed("POST", "/v1/batches", f'{{"batch_id":"{secret}"'.encode())).content,
            node.ask(node.signed("POST", "/v1/devices", f'{{"code":"{secret}"}}'.encode())).content,
        ]
    ours = [r for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))]
    told = "\n".join(r.getMessage() + (r.exc_text or "") for r in ours).encode() + b"".join(got)
    assert secret.encode() not in told
    assert TOKEN.encode() not in told


def test_answers_carry_nothing_of_the_server(node) -> None:
    answer = node.ask(Request("GET", node.url + "/v1/health", {}, b""))
    assert set(answer.headers) <= {"date", "content-length", "content-type", "cache-control"}
