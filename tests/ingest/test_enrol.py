"""A one-time code makes one device, whoever asks how often at once; a wrong code tells nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from openanpr.ingest import secret_text
from openanpr.ingest.device import Revocation
from openanpr.ingest.enrol import CODE_REFUSED, CodeRequest, EnrolmentDesk, enrol, make_code
from openanpr.ingest.prove import prove
from openanpr.ingest.refusal import Kind, RefusedError
from openanpr.ingest.scope import Scope
from openanpr.ingest.secret_text import HashKey
from openanpr.wire.delivery import Enrolment, write_answer
from openanpr.wire.device_key import DeviceKey
from tests.ingest.contracts import at_once
from tests.ingest.world import HASH_KEY, NOW, World

CHANCE = bytes(range(secret_text.CHANCE_BYTES))
ASKED = CodeRequest("Van 12", Scope.parse(["53/1"]), "ann", timedelta(hours=1))


def desk_of(world) -> EnrolmentDesk:
    return EnrolmentDesk(world.ledger, world.nonces, HASH_KEY, world.tally)


def coded(world, chance=CHANCE) -> str:
    return make_code(ASKED, world.ledger, hash_key=HASH_KEY, chance=chance, now=NOW)


def asking(world, code, key, *, signer=None, public=None, at=NOW):
    body = write_answer(Enrolment(code, public or key.public.base64))
    return world.signed(body, path="/v1/devices", key=signer or key, at=at)


def refusal(world, request, now=NOW) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        enrol(request, desk_of(world), device_id="new-1", now=now)
    return caught.value


@pytest.fixture
def world():
    return World()


@pytest.fixture
def key():
    return DeviceKey.generate()


def test_a_code_and_a_key_make_a_device_that_can_prove_itself(world, key) -> None:
    enrolled = enrol(asking(world, coded(world), key), desk_of(world), device_id="new-1", now=NOW)
    assert (enrolled.device, enrolled.key_id) == ("new-1", key.public.key_id)
    device = prove(world.signed(b"{}", key=key), world.intake.proof, now=NOW)
    assert (device.device_id, device.name, device.scope) == ("new-1", "Van 12", ASKED.scope)
    assert world.tally.snapshot().enrolments == {"enrolled": 1}


def test_a_code_may_be_typed_as_people_type(world, key) -> None:
    code = coded(world).lower().replace("-", " ")
    assert enrol(asking(world, code, key), desk_of(world), device_id="new-1", now=NOW).device == "new-1"


def test_a_lost_answer_is_given_again_also_when_the_code_has_expired(world, key) -> None:
    code = coded(world)
    first = enrol(asking(world, code, key), desk_of(world), device_id="new-1", now=NOW)
    later = NOW + timedelta(days=2)
    again = enrol(asking(world, code, key, at=later), desk_of(world), device_id="new-2", now=later)
    assert again == first
    assert len(world.book.every()) == 2  # the world's own and the new one


def test_every_fault_of_a_code_looks_the_same_and_is_counted_apart(world, key) -> None:
    used = coded(world)
    enrol(asking(world, used, key), desk_of(world), device_id="new-0", now=NOW)
    fresh = coded(world, bytes(25))
    other = DeviceKey.generate()
    twisted = fresh[:-1] + ("B" if fresh[-1] != "B" else "C")
    old = NOW + timedelta(hours=1)
    refusals = [
        refusal(world, asking(world, used, other)),
        refusal(world, asking(world, "no code", other)),
        refusal(world, asking(world, twisted, other)),
        refusal(world, asking(world, secret_text.fresh(b"z" * 25).shown(), other)),
        refusal(world, asking(world, fresh, other, at=old), now=old),
        refusal(world, asking(world, fresh, key)),
    ]
    assert {(r.kind, r.fault, str(r)) for r in refusals} == {
        (Kind.NOT_ADMITTED, CODE_REFUSED, "this code is not taken: ask for a new one")
    }
    assert [r.counted for r in refusals] == [
        "code_or_key_used",
        "code_malformed",
        "code_unknown",
        "code_unknown",
        "code_expired",
        "code_or_key_used",
    ]
    assert world.tally.snapshot().refused["code_unknown"] == 2


def test_of_many_that_have_a_code_at_once_one_gets_in(world) -> None:
    code = coded(world)
    requests = [asking(world, code, DeviceKey.generate()) for _ in range(8)]

    def ask(n):
        try:
            return enrol(requests[n], desk_of(world), device_id=f"new-{n}", now=NOW).device
        except RefusedError as fault:
            return fault.fault

    answers = at_once(ask)
    assert answers.count(CODE_REFUSED) == 7
    assert len(world.book.every()) == 2


def test_the_key_must_be_one_that_the_device_has(world, key) -> None:
    code, other = coded(world), DeviceKey.generate()
    assert refusal(world, asking(world, code, key, signer=other)).fault == "unknown_key"
    assert refusal(world, asking(world, code, key, public="x")).fault == "unreadable"
    forged = asking(world, code, key)
    headers = dict(forged.headers) | {"Signature": asking(world, code, other).headers["Signature"]}
    assert refusal(world, replace(forged, headers=headers)).fault == "wrong_signature"
    assert world.ledger.find(code.replace("-", "")[:8]).used_by is None


def test_a_revoked_device_does_not_come_back_by_its_old_code(world, key) -> None:
    code = coded(world)
    enrol(asking(world, code, key), desk_of(world), device_id="new-1", now=NOW)
    world.book.revoke("new-1", Revocation(NOW, "ann", "stolen"))
    assert refusal(world, asking(world, code, key)).counted == "code_of_revoked_device"


def test_what_is_kept_of_a_code_is_not_the_code(world) -> None:
    code = coded(world)
    kept = world.ledger.find(code.replace("-", "")[:8])
    secret = code.replace("-", "")[8:]
    assert secret not in repr(kept)
    assert secret.encode() not in kept.digest
    said = secret_text.parse(code)
    assert secret not in repr(said)
    assert kept.digest != said.digest(HashKey(bytes(32)), "enrolment code")
    assert kept.digest != said.digest(HASH_KEY, "feed token")


def test_a_body_that_is_no_enrolment_is_refused_by_name(world, key) -> None:
    assert refusal(world, world.signed(b"[]", path="/v1/devices", key=key)).fault == "unreadable"
    body = msgspec.json.encode({"version": 2, "code": "x", "public_key": key.public.base64})
    assert refusal(world, world.signed(body, path="/v1/devices", key=key)).fault == "unknown_version"


def test_a_ledger_that_fails_refuses_for_now(world, key) -> None:
    class Broken:
        def find(self, code_id):
            raise OSError("the disk is gone")

    desk = replace(desk_of(world), codes=Broken())
    with pytest.raises(RefusedError) as caught:
        enrol(asking(world, coded(world), key), desk, device_id="new-1", now=NOW)
    assert caught.value.kind is Kind.LATER


@pytest.mark.parametrize(
    "wrong",
    [{"name": " "}, {"name": "x" * 129}, {"by": ""}, {"life": timedelta(0)}, {"life": timedelta(days=31)}],
)
def test_a_code_needs_a_name_a_person_and_an_end(wrong) -> None:
    with pytest.raises(ValueError, match="a code"):
        replace(ASKED, **wrong)


def test_short_keys_and_short_chance_are_refused() -> None:
    with pytest.raises(ValueError, match="32 random bytes"):
        HashKey(b"short")
    with pytest.raises(ValueError, match="25 random bytes"):
        secret_text.fresh(b"short")
    with pytest.raises(ValueError, match="person and the reason"):
        Revocation(NOW, "ann", " ")
