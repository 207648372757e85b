"""A server listens where it is told, tells why it cannot, and ends without cutting off what is under way."""

from __future__ import annotations

import socket
import ssl
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse

from openanpr.deliver.line import LineDownError, Message
from openanpr.web.serve import ServeError, ServeLimits, serve_socket, serve_tcp
from openanpr.wire.device_key import DeviceKey
from tests.deliver.test_line import Authority
from tests.ingest.world import World, record
from tests.ports import free_port
from tests.web.scene import Scene, plain, said, standing

HERE = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is tried


async def hello(scope, receive, send) -> None:
    await PlainTextResponse("hello")(scope, receive, send)


def asked(path: Path) -> str:
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(path))) as client:
        return client.get("http://node/").text


@pytest.fixture
def authority(tmp_path) -> Authority:
    return Authority(tmp_path)


def test_a_free_port_is_found_and_told() -> None:
    server = serve_tcp(hello, HERE, 0, None, None)
    assert (server.port, server.running) == (0, False)
    with server:
        assert server.running
        assert plain("GET", f"http://{HERE}:{server.port}/").text == "hello"
    assert not server.running
    with pytest.raises(httpx.ConnectError):
        plain("GET", f"http://{HERE}:{server.port}/")


def test_ipv6_loopback_is_this_machine_too() -> None:
    if not socket.has_ipv6 or not Path("/proc/net/if_inet6").read_text():
        pytest.skip("this machine has no IPv6")
    with serve_tcp(hello, "::1", 0, None, None) as server:
        assert plain("GET", f"http://[::1]:{server.port}/").text == "hello"


def test_an_answer_does_not_wait_for_its_head_to_be_acknowledged() -> None:
    took = []
    with serve_tcp(hello, HERE, 0, None, None) as server, httpx.Client(trust_env=False) as client:
        for _ in range(15):
            began = time.perf_counter()
            client.get(f"http://{HERE}:{server.port}/")
            took.append(time.perf_counter() - began)
    assert sorted(took)[7] < 0.03, "the body of an answer came 40 ms after its head"


def test_a_port_that_is_taken_is_told_at_once() -> None:
    with (
        serve_tcp(hello, HERE, 0, None, None) as first,
        pytest.raises(ServeError, match=f"cannot listen on {HERE} port {first.port}"),
    ):
        serve_tcp(hello, HERE, first.port, None, None).start()


@pytest.mark.parametrize("host", [EVERYWHERE, "::", "192.0.2.7", ""])
def test_an_open_address_needs_tls_and_nothing_switches_that_off(host) -> None:
    with pytest.raises(ServeError, match=r"certificate|name the address"):
        serve_tcp(hello, host, 0, None, None).start()


def test_a_certificate_opens_every_address(authority) -> None:
    pem = authority.issue("node")
    with serve_tcp(hello, EVERYWHERE, 0, pem, pem) as server:
        assert server.running


@pytest.mark.parametrize("case", ["key missing", "certificate missing", "no file", "no PEM", "another key"])
def test_a_certificate_that_cannot_be_used_stops_the_start(authority, tmp_path, case) -> None:
    pem, other = authority.issue("node"), authority.issue("other")
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("nothing")
    pair = {
        "key missing": (pem, None),
        "certificate missing": (None, pem),
        "no file": (tmp_path / "none.pem", pem),
        "no PEM": (nothing, nothing),
        "another key": (pem, other),
    }[case]
    with pytest.raises(ServeError, match="certificate"):
        serve_tcp(hello, HERE, 0, *pair)


def test_a_device_that_trusts_the_authority_delivers_over_tls_and_another_does_not(authority) -> None:
    pem = authority.issue("node")
    with standing(tls=(pem, pem)) as node:
        message = Message("POST", "/v1/batches", "application/vnd.msgpack", node.world.body([record()]))
        with node.line(ca_file=authority.file) as line:
            assert line.send(message).status == 200
        with node.line() as line, pytest.raises(LineDownError):
            line.send(message)
    assert len(node.world.journal.entries) == 1


def test_tls_older_than_1_2_is_not_spoken(authority) -> None:
    pem = authority.issue("node")
    with serve_tcp(hello, HERE, 0, pem, pem) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(authority.file)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        with (
            socket.create_connection((HERE, server.port)) as raw,
            context.wrap_socket(raw, server_hostname=HERE) as line,
        ):
            assert line.version() in {"TLSv1.2", "TLSv1.3"}
    assert server._server._tls.minimum_version is ssl.TLSVersion.TLSv1_2


def test_two_servers_stand_side_by_side_and_know_only_their_own_name() -> None:
    key = DeviceKey.generate()  # one device, enrolled at both
    with standing(Scene(World(key))) as one, standing(Scene(World(key))) as two:
        assert one.ask(one.batch([record()])).status_code == 200
        assert two.ask(two.batch([record()])).status_code == 200
        strayed = one.batch([record()])
        answer = plain("POST", two.url + "/v1/batches", strayed.body, strayed.headers)
        # Sent to the other's address: whoever passes it on can change Host, but not what was signed.
        assert (answer.status_code, said(answer)["error"]) == (401, "wrong_signature")
    assert [len(n.world.journal.entries) for n in (one, two)] == [1, 1]


def test_a_socket_is_its_owners_alone(tmp_path) -> None:
    path = tmp_path / "node" / "local.sock"
    with serve_socket(hello, path):
        assert asked(path) == "hello"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.exists()


def test_a_folder_that_others_may_enter_is_refused(tmp_path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    with pytest.raises(ServeError, match="mode 0700"):
        serve_socket(hello, folder / "local.sock").start()


def test_a_socket_that_a_killed_process_left_is_replaced(tmp_path) -> None:
    folder = tmp_path / "node"
    folder.mkdir(mode=0o700)
    path = folder / "local.sock"
    leave = "import os, socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); os._exit(9)"
    subprocess.run([sys.executable, "-c", leave, path], check=False)
    assert path.exists()
    with serve_socket(hello, path):
        assert asked(path) == "hello"


def test_a_socket_that_another_listens_on_stays_its_own(tmp_path) -> None:
    path = tmp_path / "node" / "local.sock"
    with serve_socket(hello, path):
        with pytest.raises(ServeError, match="another process listens"):
            serve_socket(hello, path).start()
        assert asked(path) == "hello"


def test_a_file_that_is_no_socket_is_left_alone(tmp_path) -> None:
    folder = tmp_path / "node"
    folder.mkdir(mode=0o700)
    path = folder / "local.sock"
    path.write_text("letters")
    with pytest.raises(ServeError, match="no socket"):
        serve_socket(hello, path).start()
    assert path.read_text() == "letters"


def test_a_path_that_is_too_long_for_a_socket_is_told(tmp_path) -> None:
    with pytest.raises(ServeError, match="cannot listen"):
        serve_socket(hello, tmp_path / "node" / ("s" * 150)).start()


class Slow:
    """A journal that waits until it is told to go on."""

    def __init__(self, journal) -> None:
        self.journal = journal
        self.begun, self.go_on = threading.Event(), threading.Event()

    def append(self, entry):
        self.begun.set()
        assert self.go_on.wait(20)
        return self.journal.append(entry)

    def find(self, key):
        return self.journal.find(key)

    def read(self):
        return self.journal.read()


def held_up() -> tuple[Scene, Slow]:
    scene = Scene()
    scene.world.journal = Slow(scene.world.journal)
    return scene, scene.world.journal


def test_a_request_under_way_is_answered_before_the_server_ends() -> None:
    scene, slow = held_up()
    answers = []
    with standing(scene):
        sending = threading.Thread(target=lambda: answers.append(scene.ask(scene.batch([record()]))))
        sending.start()
        assert slow.begun.wait(10)
        going_on = threading.Timer(0.3, slow.go_on.set)
        going_on.start()
    sending.join()
    going_on.join()
    assert [a.status_code for a in answers] == [200]


def test_a_request_that_takes_too_long_is_not_acknowledged_when_the_server_ends() -> None:
    scene, slow = held_up()
    answers = []

    def send() -> None:
        try:
            answers.append(scene.ask(scene.batch([record()])).status_code)
        except httpx.HTTPError:
            answers.append(0)

    sending = threading.Thread(target=send)
    with standing(scene) as node:
        sending.start()
        assert slow.begun.wait(10)
        node.server.stop(0.2)
        sending.join()
        assert not node.server.running
        slow.go_on.set()
    assert answers in ([0], [500])


def test_idle_connections_do_not_hold_up_the_end() -> None:
    with serve_tcp(hello, HERE, 0, None, None) as server, httpx.Client() as client:
        client.get(f"http://{HERE}:{server.port}/")
        with closing(socket.create_connection((HERE, server.port))) as silent:
            silent.sendall(b"GET / HT")
            server.stop(20)
            assert not server.running


def test_a_server_that_broke_says_so() -> None:
    server = serve_tcp(hello, HERE, free_port(), None, None, limits=ServeLimits(idle_s=1))

    async def breaks(sockets) -> None:  # noqa: ARG001 - as uvicorn calls it
        raise RuntimeError("AB12CDE")

    server._server.startup = breaks
    with pytest.raises(ServeError, match="did not start"):
        server.start()
    assert not server.running
