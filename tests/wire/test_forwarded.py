"""What is handed on comes out as it went in, and shows whether the device signed exactly this."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.wire.device_key import DeviceKey
from openanpr.wire.forwarded import (
    MOST_FORWARDED_BYTES,
    MOST_HOPS,
    PUBLIC_KEY,
    TAKEN,
    OriginProof,
    batch_in,
    decode_forwarded,
    decode_origin,
    encode_forwarded,
    encode_origin,
    plain_body,
    prove_origin,
)
from openanpr.wire.read_batch import (
    MOST_BATCH_BYTES,
    MOST_READS,
    BatchError,
    BatchTooLargeError,
    Encoding,
    UnknownVersionError,
)
from openanpr.wire.signature import (
    MissingComponentError,
    SignatureError,
    UnknownKeyError,
    WrongDigestError,
    WrongSignatureError,
)
from tests.wire.origins import AT, origin, proof_of
from tests.wire.records import HEAD, record

SIGNED = origin()


def forwarded(*origins):
    return decode_forwarded(encode_forwarded(HEAD, [encode_origin(o) for o in origins]))


@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize("packed", [False, True])
def test_an_origin_comes_out_as_it_went_in_and_is_proved(encoding, packed) -> None:
    sent = [record(), record("CD34EFG")]
    made = origin(sent, encoding=encoding, packed=packed)
    batch = forwarded(made, SIGNED)
    assert batch.head == HEAD
    assert batch.origins == (made, SIGNED)
    assert prove_origin(batch.origins[0]) is OriginProof.VERIFIED
    inner = batch_in(made, plain_body(made, most=MOST_BATCH_BYTES))
    assert (inner.head.device, list(inner.records)) == ("gate-1", sent)


def test_years_later_the_signature_still_proves_who_said_it() -> None:
    assert prove_origin(replace(SIGNED, received_at=AT + timedelta(days=3650))) is OriginProof.VERIFIED


def test_a_device_may_sign_more_than_it_must() -> None:
    key = DeviceKey.generate()
    made = origin(key=key)
    more = proof_of(made.body, key, Encoding.MESSAGE_PACK, packed=True, date="now")
    assert prove_origin(replace(made, proof=more)) is OriginProof.VERIFIED


def test_without_a_key_or_a_signature_nothing_is_verified() -> None:
    proof = {name: value for name, value in SIGNED.proof.items() if name != PUBLIC_KEY}
    assert prove_origin(replace(SIGNED, proof=proof)) is OriginProof.KEY_UNKNOWN
    assert prove_origin(replace(SIGNED, proof={})) is OriginProof.UNSIGNED


def without(name):
    return replace(SIGNED, proof={n: v for n, v in SIGNED.proof.items() if n != name})


def proved(**members):
    return replace(SIGNED, proof=dict(SIGNED.proof) | members)


@pytest.mark.parametrize(
    ("tampered", "fault"),
    [
        (replace(SIGNED, body=origin([record("ZZ99ZZZ")]).body), WrongDigestError),
        (replace(SIGNED, body=SIGNED.body + b"\0"), WrongDigestError),
        (proved(**{PUBLIC_KEY: DeviceKey.generate().public.base64}), UnknownKeyError),
        (proved(**{PUBLIC_KEY: "no key"}), UnknownKeyError),
        (proved(**{"@target-uri": "https://other.example/v1/batches"}), WrongSignatureError),
        (proved(**{"content-type": "application/json"}), WrongSignatureError),
        (proved(signature="device=:AAAA:"), SignatureError),
        (without("@target-uri"), MissingComponentError),
        (without("content-digest"), MissingComponentError),
        (replace(SIGNED, form=Encoding.JSON), WrongSignatureError),
        (replace(SIGNED, packed=False), WrongSignatureError),
    ],
)
def test_whatever_was_changed_is_not_proved(tampered, fault) -> None:
    with pytest.raises(fault):
        prove_origin(tampered)


@pytest.mark.parametrize(
    "change",
    [
        {"marks": b""},
        {"marks": b"\0"},
        {"marks": bytes([TAKEN] * (MOST_READS + 2))},
        {"hops": 0},
        {"hops": MOST_HOPS + 1},
        {"key": ""},
        {"form": "text/html"},
        {"proof": {"a": 1}},
        {"body": None},
    ],
)
def test_an_origin_out_of_form_is_refused(change) -> None:
    said = msgspec.msgpack.decode(encode_origin(SIGNED)) | change
    with pytest.raises(BatchError):
        decode_origin(msgspec.msgpack.encode(said))


def test_fields_of_a_later_program_are_passed_over() -> None:
    said = msgspec.msgpack.decode(encode_origin(SIGNED)) | {"later": 1}
    assert decode_origin(msgspec.msgpack.encode(said)) == SIGNED


def test_marks_must_fit_the_reads() -> None:
    plain = plain_body(SIGNED, most=MOST_BATCH_BYTES)
    with pytest.raises(BatchError, match="marks"):
        batch_in(replace(SIGNED, marks=bytes([TAKEN, TAKEN])), plain)
    assert len(batch_in(replace(SIGNED, marks=bytes([TAKEN, 0])), plain).records) == 1


def test_the_digest_is_of_the_origins_and_not_of_the_head() -> None:
    again = replace(HEAD, sent_at=HEAD.sent_at + timedelta(hours=1))
    parts = [encode_origin(SIGNED)]
    first = decode_forwarded(encode_forwarded(HEAD, parts))
    assert decode_forwarded(encode_forwarded(again, parts)).digest == first.digest
    assert forwarded(SIGNED, SIGNED).digest != first.digest


def test_too_many_reads_or_bytes_are_told_so() -> None:
    many = encode_origin(origin([record(after_ms=n) for n in range(501)]))
    with pytest.raises(BatchTooLargeError, match="1002"):
        decode_forwarded(encode_forwarded(HEAD, [many, many]))
    with pytest.raises(BatchTooLargeError):
        encode_forwarded(HEAD, [encode_origin(replace(SIGNED, body=bytes(MOST_FORWARDED_BYTES)))])
    with pytest.raises(BatchTooLargeError):
        decode_forwarded(bytes(MOST_FORWARDED_BYTES + 1))
    with pytest.raises(BatchTooLargeError):
        plain_body(replace(SIGNED, packed=False), most=10)


def test_another_version_is_named() -> None:
    with pytest.raises(UnknownVersionError):
        decode_forwarded(msgspec.msgpack.encode({"version": 2}))


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(body) -> None:
    with pytest.raises(BatchError):
        decode_forwarded(body)
