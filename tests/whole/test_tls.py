"""A node with a certificate: whoever trusts it delivers, nobody reaches it in the clear."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.ports import free_port
from tests.whole.world import Device, Node, read, run

CAMERA = "53/1/5"


def certificate(folder) -> tuple[object, object]:
    """Return the files of a certificate of 127.0.0.1, signed by itself, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a node of the tests")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].touch(mode=0o600)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(*form))
    return paths


@pytest.fixture(scope="module")
def secured(yard, tmp_path_factory):
    pem, key = certificate(tmp_path_factory.mktemp("tls"))
    node = Node(yard, "secured", f'[tls]\ncertificate = "{pem}"\nkey = "{key}"\n', scheme="https")
    node.ca = pem
    node.start().camera(CAMERA)
    return node


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    """A folder that a camera may drop pictures into; none is there."""
    return tmp_path_factory.mktemp("street")


def reader(node, state, street, *more: object):
    """What a reader of this node did."""
    code = node.code_file(f"reader-{state.name}", CAMERA)
    words = ("--camera", CAMERA, "--enrol-file", code, "--state", state, "--threads", 1)
    return run("reader", "--node", node.url, *words, *more, street)


def test_a_reader_that_trusts_the_certificate_enrols_and_delivers(secured, street, tmp_path) -> None:
    done = reader(secured, tmp_path / "state", street, "--ca", secured.ca)
    assert (tmp_path / "state" / "enrolled.json").exists(), done.stderr
    assert [one["name"] for one in secured.ask("devices", "list")] == ["reader-state"]
    device = Device(secured, "camera 5", CAMERA, ca=secured.ca)
    assert device.send(read("VA31TLS", CAMERA))["accepted"] == 1


def test_a_reader_that_does_not_know_the_certificate_gives_nothing_away(secured, street, tmp_path) -> None:
    done = reader(secured, tmp_path / "stranger", street)
    assert done.returncode == 2
    assert "no answer from the node (ConnectError)" in done.stderr
    assert "reader-stranger" not in {one["name"] for one in secured.ask("devices", "list")}


def test_plain_http_to_it_gets_no_answer_and_the_reader_says_what_to_look_at(
    secured, street, tmp_path
) -> None:
    plain = secured.url.replace("https://", "http://")
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"{plain}/v1/health", trust_env=False)
    code = secured.code_file("plain", CAMERA)
    words = ("--camera", CAMERA, "--enrol-file", code, "--state", tmp_path / "plain")
    done = run("reader", "--node", plain, *words, street)
    assert done.returncode == 2
    assert "try the same code again when the line is up" in done.stderr
    assert "plain" not in {one["name"] for one in secured.ask("devices", "list")}


def test_a_reader_refuses_plain_http_to_another_machine_before_it_sends_anything(street, tmp_path) -> None:
    words = ("--camera", CAMERA, "--enrol", "any", "--state", tmp_path / "far")
    done = run("reader", "--node", f"http://node.example:{free_port()}", *words, street)
    assert done.returncode == 2
    assert "must begin with https://" in done.stderr
