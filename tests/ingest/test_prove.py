"""Only a device that is enrolled, not revoked and signs anew is believed; every refusal has its name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.ingest.device import Revocation
from openanpr.ingest.prove import Proof, prove
from openanpr.ingest.refusal import Kind, RefusedError
from openanpr.wire.device_key import DeviceKey
from openanpr.wire.signature import Request
from tests.ingest.world import NOW, World


def refused(world, request, now=NOW) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        prove(request, Proof(world.book, world.nonces), now=now)
    assert caught.value.kind is Kind.NOT_PROVED
    return caught.value


def test_a_device_is_known_by_its_signature() -> None:
    world = World()
    device = prove(world.signed(b"{}"), world.intake.proof, now=NOW)
    assert device == world.book.find("gate-1")
    assert device.sender.signed


def test_a_key_of_nobody_is_unknown() -> None:
    world = World()
    refusal = refused(world, world.signed(b"{}", key=DeviceKey.generate()))
    assert (refusal.fault, refusal.counted) == ("unknown_key", "unknown_key")


def test_a_revoked_device_is_told_the_same_and_counted_apart() -> None:
    world = World()
    world.book.revoke("gate-1", Revocation(NOW, "ann", "stolen"))
    refusal = refused(world, world.signed(b"{}"))
    assert (refusal.fault, refusal.counted) == ("unknown_key", "revoked")
    assert "revoked" in str(refusal)


def test_a_request_is_good_once() -> None:
    world = World()
    request = world.signed(b"{}")
    prove(request, world.intake.proof, now=NOW)
    assert refused(world, request).fault == "replayed"


@pytest.mark.parametrize(
    ("away_s", "fault"), [(-2000, "expired"), (400, "from_the_future"), (-299, None), (299, None)]
)
def test_a_signature_lives_a_while(away_s, fault) -> None:
    world = World()
    request = world.signed(b"{}", at=NOW + timedelta(seconds=away_s))
    if fault is None:
        assert prove(request, world.intake.proof, now=NOW).device_id == "gate-1"
    else:
        assert refused(world, request).fault == fault


def test_another_body_path_or_method_is_refused() -> None:
    world = World()
    request = world.signed(b"{}")
    faults = [
        refused(world, replace(request, **other)).fault
        for other in (
            {"body": b"{ }"},
            {"url": request.url + "/2"},
            {"url": request.url.replace("node", "other")},
            {"method": "PUT"},
        )
    ]
    assert faults == ["wrong_digest", *["wrong_signature"] * 3]


def test_a_port_that_fails_is_no_fault_of_the_sender() -> None:
    class Broken:
        def by_key(self, key_id):
            raise OSError("the disk is gone")

        def seen(self, keyid, nonce, until):
            raise OSError("the disk is gone")

    world = World()
    for proof in (Proof(Broken(), world.nonces), Proof(world.book, Broken())):
        with pytest.raises(RefusedError) as caught:
            prove(world.signed(b"{}"), proof, now=NOW)
        assert (caught.value.kind, caught.value.fault) == (Kind.LATER, "proof_unavailable")


@settings(max_examples=60, deadline=None)
@given(
    headers=st.dictionaries(
        st.sampled_from(["Signature", "Signature-Input", "Content-Digest", "Content-Type"]), st.text()
    ),
    url=st.sampled_from(["", "x", "https://", "https://node.example/v1/batches", "https://[::"]),
)
def test_no_headers_raise_anything_but_a_refusal(headers, url) -> None:
    world = World()
    good = world.signed(b"{}")
    refused(world, Request("POST", url, headers, b"{}"))
    changed = Request("POST", good.url, dict(good.headers) | headers, b"{}")
    if changed != good:
        refused(world, changed)
