"""The line to the node: TLS by two settings, nothing in the clear, and enrolment over it."""

from __future__ import annotations

import ipaddress
import ssl
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from openanpr.deliver.enrol import CodeRefusedError, EnrolmentError, enrol
from openanpr.deliver.line import Fresh, Line, LineDownError, LineError, LineSettings, Message
from openanpr.wire.device_key import DeviceKey
from tests.deliver.node import Node, hangs_up, reply, says, serving

KEY = DeviceKey.generate()
POST = Message("POST", "/v1/batches", "application/json", b"{}")


def fresh() -> Fresh:
    return Fresh(lambda: datetime.now(UTC), lambda: str(uuid4()), lambda: 0.0)


@dataclass
class Authority:
    """An authority that makes certificates for the tests."""

    folder: Path

    def __post_init__(self) -> None:
        self.key = generate_private_key(SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        self.certificate = self._sign(self.name, self.key, authority=True)
        self.file = self.folder / "ca.pem"
        self.file.write_bytes(self.certificate.public_bytes(Encoding.PEM))

    def issue(self, name: str) -> Path:
        """A file with a certificate for 127.0.0.1 and its key."""
        key = generate_private_key(SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self._sign(subject, key, authority=False)
        path = self.folder / f"{name}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
        return path

    def _sign(self, subject, key, *, authority: bool) -> x509.Certificate:
        now = datetime.now(UTC)
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(address, critical=False)
            .sign(self.key, SHA256())
        )


@pytest.fixture
def authority(tmp_path) -> Authority:
    return Authority(tmp_path)


def server_tls(authority: Authority, *, ask: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.issue("node"))
    if ask:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(authority.file)
    return context


def sent(settings: LineSettings) -> int:
    with Line.open(settings, KEY, fresh()) as line:
        return line.send(POST).status


def test_a_node_is_trusted_by_the_authority_that_was_named(authority) -> None:
    node = Node()
    node.plan = deque([says(200, b"{}")])
    with serving(node, tls=server_tls(authority)) as url:
        assert sent(LineSettings(url, ca_file=authority.file)) == 200
        with pytest.raises(LineDownError):
            sent(LineSettings(url))


def test_a_node_that_asks_for_a_certificate_gets_it(authority) -> None:
    node = Node()
    node.plan = deque([says(200, b"{}")])
    with serving(node, tls=server_tls(authority, ask=True)) as url:
        with_one = LineSettings(url, ca_file=authority.file, client_certificate=authority.issue("device"))
        assert sent(with_one) == 200
        with pytest.raises(LineDownError):
            sent(LineSettings(url, ca_file=authority.file))


@pytest.mark.parametrize(
    "url",
    [
        "http://node.example", "http://192.0.2.7:80", "ftp://127.0.0.1", "node.example", "",
        "https://user:pass@node.example", "https://node.example/?a=1", "https://",
    ],
)  # fmt: skip
def test_nothing_is_sent_in_the_clear_nor_to_a_url_that_is_none(url) -> None:
    with pytest.raises(LineError, match="URL"):
        Line.open(LineSettings(url), KEY, fresh())


def test_a_file_that_is_no_certificate_stops_the_start(tmp_path) -> None:
    (tmp_path / "x.pem").write_text("nothing")
    for settings in (
        LineSettings("https://node.example", ca_file=tmp_path / "none.pem"),
        LineSettings("https://node.example", ca_file=tmp_path / "x.pem"),
        LineSettings("https://node.example", client_certificate=tmp_path / "x.pem"),
    ):
        with pytest.raises(LineError, match="CA file"):
            Line.open(settings, KEY, fresh())


def test_a_node_that_is_not_there_is_a_line_that_is_down() -> None:
    with pytest.raises(LineDownError):
        sent(LineSettings("http://127.0.0.1:9"))


@pytest.fixture
def node() -> Iterator[Node]:
    made = Node()
    with serving(made):
        yield made


def ask(node: Node, code: str, key: DeviceKey = KEY) -> str:
    with Line.open(LineSettings(node.url), key, fresh()) as line:
        return enrol(line, code, key.public)


def test_a_device_with_a_code_becomes_known_by_its_key(node) -> None:
    assert ask(node, "good") == "gate-1"
    assert node.keys[KEY.public.key_id].base64 == KEY.public.base64


def test_a_lost_answer_to_an_enrolment_can_be_asked_for_again_but_not_by_another(node) -> None:
    ask(node, "good")
    assert ask(node, "good") == "gate-1"
    with pytest.raises(CodeRefusedError):
        ask(node, "good", DeviceKey.generate())


def test_a_wrong_code_is_refused_as_such(node) -> None:
    with pytest.raises(CodeRefusedError, match="new code"):
        ask(node, "bad")
    assert node.keys == {}


@pytest.mark.parametrize(
    "behaviour",
    [
        hangs_up, says(503, b""), says(404, b""), says(200, b"<html>"), says(201, b"{}"), says(302, b""),
        says(201, b'{"device":"../x","key_id":"k"}'), lambda _: reply(201, device="gate-9", key_id="another"),
    ],
)  # fmt: skip
def test_an_enrolment_without_a_plain_answer_gives_no_id(node, behaviour) -> None:
    node.plan = deque([behaviour])
    with pytest.raises(EnrolmentError):
        ask(node, "good")
