"""How an enrolled device changes its key: the old one asks, the new one proves that the device has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from openanpr.ingest.device import Device, DeviceRegister
from openanpr.ingest.prove import Proof, check_signature, prove
from openanpr.ingest.refusal import Kind, RefusedError
from openanpr.ingest.tally import Tally, What, refusals_counted
from openanpr.wire.device_key import DeviceKeyError, PublicKey
from openanpr.wire.signature import Request

_KEY_TYPE = "text/plain"
_Header = Annotated[str, Meta(max_length=4096)]


class Rotation(Struct, frozen=True):
    """The body of a request that the old key signs.

    The other three fields are the headers that the new key makes when it signs a request to the same URL
    whose body is `public_key` and whose Content-Type is text/plain.
    """

    public_key: Annotated[str, Meta(max_length=1024)]
    content_digest: _Header
    signature_input: _Header
    signature: _Header


_ROTATIONS = msgspec.json.Decoder(Rotation)


@dataclass(frozen=True, slots=True)
class RotationDesk:
    """What a change of keys needs of the world."""

    proof: Proof
    register: DeviceRegister
    tally: Tally


def rotate(request: Request, desk: RotationDesk, *, now: datetime) -> Device:
    """Return the device with its new key; the old key is worth nothing from then on. Raises RefusedError.

    A device that lost the answer finds its old key refused as `unknown_key`, and the new one taken.
    """
    with refusals_counted(desk.tally):
        device = _rotate(request, desk, now)
    desk.tally.count(What.ENROLMENTS, "rotated")
    return device


def _rotate(request: Request, desk: RotationDesk, now: datetime) -> Device:
    device = prove(request, desk.proof, now=now)
    try:
        asked = _ROTATIONS.decode(request.body)
        key = PublicKey.parse(asked.public_key)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, DeviceKeyError):
        raise RefusedError(Kind.UNREADABLE, "unreadable", "this is not the JSON of a new key") from None
    inner = Request(request.method, request.url, _headers(asked), asked.public_key.encode())
    check_signature(
        inner,
        lambda key_id: key if key_id == key.key_id else None,
        desk.proof.nonces,
        now=now,
        limits=desk.proof.limits,
    )
    changed = desk.register.replace_key(device.device_id, device.key_id, key)
    if changed is None:
        raise RefusedError(
            Kind.NOT_ADMITTED, "key_refused", "this key is not taken: make a new one and ask again"
        )
    return changed


def _headers(asked: Rotation) -> dict[str, str]:
    return {
        "Content-Type": _KEY_TYPE,
        "Content-Digest": asked.content_digest,
        "Signature-Input": asked.signature_input,
        "Signature": asked.signature,
    }
