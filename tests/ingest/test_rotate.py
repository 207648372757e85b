"""A device changes its key by the old one and the new one together."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from openanpr.ingest.prove import Proof, prove
from openanpr.ingest.refusal import RefusedError
from openanpr.ingest.rotate import Rotation, RotationDesk, rotate
from openanpr.wire.device_key import DeviceKey
from tests.ingest.world import NOW, World

PATH = "/v1/devices/key"


def asking(world, new, *, signer=None, nonce="inner", old=None, path=PATH):
    text = new.public.base64
    inner = world.signed(
        text.encode(), content_type="text/plain", path=path, key=signer or new, nonce=nonce
    ).headers
    body = msgspec.json.encode(
        Rotation(text, inner["Content-Digest"], inner["Signature-Input"], inner["Signature"])
    )
    return world.signed(body, path=PATH, key=old or world.key)


def desk_of(world) -> RotationDesk:
    return RotationDesk(Proof(world.book, world.nonces), world.book, world.tally)


def refusal(world, request) -> str:
    with pytest.raises(RefusedError) as caught:
        rotate(request, desk_of(world), now=NOW)
    assert world.book.find("gate-1").key == world.key.public
    return caught.value.fault


def test_the_new_key_works_and_the_old_one_no_more() -> None:
    world, new = World(), DeviceKey.generate()
    device = rotate(asking(world, new), desk_of(world), now=NOW)
    assert (device.device_id, device.key_id) == ("gate-1", new.public.key_id)
    assert prove(world.signed(b"{}", key=new), world.intake.proof, now=NOW) == device
    with pytest.raises(RefusedError, match="no device is enrolled"):
        prove(world.signed(b"{}"), world.intake.proof, now=NOW)
    assert world.tally.snapshot().enrolments == {"rotated": 1}


def test_both_keys_must_sign_for_this_very_request() -> None:
    world, new, stranger = World(), DeviceKey.generate(), DeviceKey.generate()
    assert refusal(world, asking(world, new, signer=stranger)) == "unknown_key"
    assert refusal(world, asking(world, new, old=stranger)) == "unknown_key"
    assert refusal(world, asking(world, new, path="/v1/devices")) == "wrong_signature"
    assert refusal(world, world.signed(b"{}", path=PATH)) == "unreadable"


def test_the_key_of_another_device_is_refused() -> None:
    world, theirs = World(), DeviceKey.generate()
    other = replace(world.book.find("gate-1"), device_id="gate-2", key=theirs.public)
    world.ledger.devices["gate-2"] = other
    assert refusal(world, asking(world, theirs)) == "key_refused"
