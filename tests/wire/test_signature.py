"""Signed requests: the RFC's own vector first, then each way in which a signature can be wrong."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner
from http_message_signatures.algorithms import ED25519, HMAC_SHA256
from http_message_signatures.resolvers import MappingKeyResolver
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.wire.device_key import DeviceKey, PublicKey
from openanpr.wire.signature import (
    COMPONENTS,
    ExpiredError,
    FromTheFutureError,
    Limits,
    MissingComponentError,
    ReplayedError,
    Request,
    SignatureError,
    UnknownKeyError,
    WrongAlgorithmError,
    WrongDigestError,
    WrongSignatureError,
    _Message,
    sign,
    verify,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = DeviceKey.generate()
PLAIN = Request("POST", "https://node.example/v1/batches", {"Content-Type": "application/json"}, b'{"a":1}')


class Remembered:
    """Nonces kept in memory, with the time until which each is remembered."""

    def __init__(self) -> None:
        self.until: dict[tuple[str, str], datetime] = {}

    def seen(self, keyid: str, nonce: str, until: datetime) -> bool:
        known = (keyid, nonce) in self.until
        self.until[keyid, nonce] = until
        return known


def enrolled(keyid: str) -> PublicKey | None:
    return KEY.public if keyid == KEY.public.key_id else None


def signed(request: Request = PLAIN, key: DeviceKey = KEY, **changes) -> Request:
    headers = sign(request, key, **{"created": NOW, "nonce": "n-1", **changes})
    return replace(request, headers={**request.headers, **headers})


def check(request: Request, *, now: datetime = NOW, nonces=None, keys=enrolled, limits=None):
    return verify(request, keys=keys, nonces=nonces or Remembered(), now=now, limits=limits)


def otherwise_signed(*, algorithm=ED25519, covered=COMPONENTS, key=None, **said) -> Request:
    """A request signed by the package itself, in ways that `sign` never would."""
    headers = {"Content-Type": "application/json"}
    keyid = KEY.public.key_id
    resolver = MappingKeyResolver(public_keys={}, private_keys={keyid: key or KEY.ed25519})
    said = {"created": NOW, "expires": NOW + timedelta(seconds=60), "nonce": "n-1", **said}
    HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=resolver).sign(
        _Message("POST", PLAIN.url, headers), key_id=keyid, covered_component_ids=covered,
        body=PLAIN.body if "content-digest" in covered else None, **said,
    )  # fmt: skip
    return replace(PLAIN, headers=headers)


def test_the_vector_of_the_rfc_is_met() -> None:
    """RFC 9421, B.2.6, with the key of B.1.4: Ed25519 is deterministic, so the signature is equal."""
    seed = base64.b64decode("n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU=")
    key = DeviceKey(Ed25519PrivateKey.from_private_bytes(seed))
    assert key.public.base64 == "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="
    message = _Message(
        "POST",
        "https://example.com/foo?param=Value&Pet=dog",
        {
            "Host": "example.com",
            "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
            "Content-Type": "application/json",
            "Content-Length": "18",
        },
    )
    resolver = MappingKeyResolver(public_keys={}, private_keys={"test-key-ed25519": key.ed25519})
    HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=resolver).sign(
        message, key_id="test-key-ed25519", created=datetime.fromtimestamp(1618884473, UTC), label="sig-b26",
        include_alg=False,
        covered_component_ids=("date", "@method", "@path", "@authority", "content-type", "content-length"),
    )  # fmt: skip
    assert message.headers["Signature"] == (
        "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"
    )


def test_the_base_string_is_that_of_the_rfc_line_by_line() -> None:
    """Signed by hand after RFC 9421, 2.5: what any vendor would write."""
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(PLAIN.body).digest()).decode()}:"
    at = int(NOW.timestamp())
    said = (
        '("@method" "@authority" "@path" "@query" "content-digest" "content-type")'
        f';created={at};expires={at + 60};nonce="x";keyid="{KEY.public.key_id}"'
    )
    base = "\n".join([
        '"@method": POST', '"@authority": node.example', '"@path": /v1/batches', '"@query": ?',
        f'"content-digest": {digest}', '"content-type": application/json', f'"@signature-params": {said}',
    ])  # fmt: skip
    mark = base64.b64encode(KEY.ed25519.sign(base.encode())).decode()
    headers = {
        "content-type": "application/json", "content-digest": digest,
        "signature-input": f"mine={said}", "signature": f"mine=:{mark}:",
    }  # fmt: skip
    request = Request("POST", "https://NODE.example:443/v1/batches", headers, b'{"a":1}')
    assert check(request).keyid == KEY.public.key_id


def test_what_was_signed_is_proved() -> None:
    signer = check(signed())
    assert (signer.keyid, signer.created) == (KEY.public.key_id, NOW)


def test_a_proxy_that_ends_tls_does_not_break_the_signature() -> None:
    assert check(replace(signed(), url="http://node.example/v1/batches"))


@pytest.mark.parametrize(
    "change",
    [
        {"method": "PUT"}, {"url": "https://other.example/v1/batches"}, {"url": "https://node.example/v1/devices"},
        {"url": "https://node.example/v1/batches?all=1"}, {"url": "https://node.example:8443/v1/batches"},
    ],
)  # fmt: skip
def test_a_request_sent_elsewhere_or_otherwise_is_refused(change) -> None:
    with pytest.raises(WrongSignatureError):
        check(replace(signed(), **change))


@pytest.mark.parametrize("name", ["Content-Type", "Content-Digest"])
def test_a_changed_header_is_refused(name) -> None:
    request = signed()
    with pytest.raises(WrongSignatureError):
        check(replace(request, headers={**request.headers, name: "text/plain"}))


def test_another_body_is_refused() -> None:
    with pytest.raises(WrongDigestError):
        check(replace(signed(), body=b'{"a":2}'))


def test_a_packed_body_is_signed_as_packed() -> None:
    packed = replace(PLAIN, headers={**PLAIN.headers, "Content-Encoding": "gzip"})
    request = signed(packed)
    assert check(request)
    without = {name: value for name, value in request.headers.items() if name != "Content-Encoding"}
    with pytest.raises(WrongSignatureError):
        check(replace(request, headers=without))
    added = signed()
    with pytest.raises(MissingComponentError, match="content-encoding"):
        check(replace(added, headers={**added.headers, "Content-Encoding": "gzip"}))


def test_an_unknown_key_is_refused_and_so_is_one_that_was_revoked() -> None:
    with pytest.raises(UnknownKeyError):
        check(signed(key=DeviceKey.generate()))
    with pytest.raises(UnknownKeyError):
        check(signed(), keys=lambda _: None)


def test_the_name_of_a_key_does_not_stand_for_the_key() -> None:
    with pytest.raises(WrongSignatureError):
        check(signed(), keys=lambda _: DeviceKey.generate().public)


def test_an_old_signature_is_refused() -> None:
    late = NOW + timedelta(seconds=300 + 300)
    assert check(signed(), now=late)
    with pytest.raises(ExpiredError):
        check(signed(), now=late + timedelta(seconds=1))


def test_a_signature_from_the_future_is_refused_beyond_what_clocks_may_differ() -> None:
    early = NOW - timedelta(seconds=300)
    assert check(signed(), now=early)
    with pytest.raises(FromTheFutureError):
        check(signed(), now=early - timedelta(seconds=1))
    with pytest.raises(FromTheFutureError):
        check(signed(), now=NOW - timedelta(seconds=3), limits=Limits(tolerance_s=2))


@pytest.mark.parametrize("life_s", [0, -5, 601, 10**9])
def test_a_signature_that_would_live_for_ever_or_not_at_all_is_refused(life_s) -> None:
    with pytest.raises(ExpiredError, match="must live"):
        check(signed(life_s=life_s))


def test_a_signature_is_good_once() -> None:
    nonces = Remembered()
    check(signed(), nonces=nonces)
    with pytest.raises(ReplayedError):
        check(signed(), nonces=nonces)
    assert check(signed(nonce="n-2"), nonces=nonces)


def test_a_nonce_is_remembered_for_as_long_as_its_signature_could_be_used() -> None:
    nonces = Remembered()
    check(signed(), nonces=nonces)
    (until,) = nonces.until.values()
    with pytest.raises(ExpiredError):
        check(signed(), now=until + timedelta(seconds=1))


def test_a_forged_request_uses_no_nonce_up() -> None:
    nonces = Remembered()
    for forged in (replace(signed(), body=b""), replace(signed(), method="PUT")):
        with pytest.raises(SignatureError):
            check(forged, nonces=nonces)
    assert nonces.until == {}


@pytest.mark.parametrize("left_out", COMPONENTS)
def test_a_signature_that_leaves_something_out_is_refused(left_out) -> None:
    covered = tuple(name for name in COMPONENTS if name != left_out)
    with pytest.raises(MissingComponentError, match=left_out):
        check(otherwise_signed(covered=covered))


@pytest.mark.parametrize("said", [{"nonce": None}, {"expires": None}, {"nonce": "n" * 129}, {"nonce": ""}])
def test_a_signature_that_does_not_say_enough_is_refused(said) -> None:
    with pytest.raises(MissingComponentError):
        check(otherwise_signed(**said))


def test_another_algorithm_is_refused() -> None:
    with pytest.raises(WrongAlgorithmError):
        check(otherwise_signed(algorithm=HMAC_SHA256, key=b"k" * 32))


def test_two_signatures_or_none_are_refused() -> None:
    with pytest.raises(MissingComponentError):
        check(PLAIN)
    request = signed()
    twice = {
        n: f"{v}, other{v.removeprefix('device')}" for n, v in request.headers.items() if "Signature" in n
    }
    with pytest.raises(SignatureError):
        check(replace(request, headers={**request.headers, **twice}))


def test_a_header_that_comes_twice_by_another_case_is_refused() -> None:
    request = signed()
    with pytest.raises(SignatureError, match="twice"):
        check(replace(request, headers={**request.headers, "signature": "x"}))


def test_every_fault_has_a_short_name_of_its_own() -> None:
    kinds = SignatureError.__subclasses__()
    assert len({kind.fault for kind in kinds} | {SignatureError.fault}) == len(kinds) + 1


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=120),
    st.text(max_size=120),
    st.sampled_from(["Signature-Input", "Signature", "Content-Digest"]),
)
def test_no_header_does_more_than_be_refused(text, other, name) -> None:
    request = signed()
    for value in (text, request.headers[name][: len(text)] + other, other + request.headers[name]):
        if value == request.headers[name]:
            continue
        try:
            check(replace(request, headers={**request.headers, name: value}))
        except SignatureError:
            continue
        # Taken only where it says the same: white space round the value is not part of it.
        assert value.strip(" \t") == request.headers[name]
