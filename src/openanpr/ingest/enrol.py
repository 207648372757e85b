"""How a device becomes known: by a one-time code that a person made, and by a key of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from openanpr.ingest import secret_text
from openanpr.ingest.device import MOST_NAME, Device
from openanpr.ingest.prove import check_signature
from openanpr.ingest.refusal import Kind, RefusedError
from openanpr.ingest.scope import Scope
from openanpr.ingest.secret_text import HashKey
from openanpr.ingest.tally import Tally, What, refusals_counted
from openanpr.wire.delivery import AnswerError, Enrolled, Enrolment, read_enrolment
from openanpr.wire.device_key import DeviceKeyError, PublicKey
from openanpr.wire.signature import Limits, Nonces, Request

_USE = "enrolment code"
_VERSION = 1
CODE_REFUSED = "code_refused"
"""The one answer to a code that does not exist, was used, is too old, or is for another key."""


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """What is kept of a code: never the code. `code_id` finds it, `digest` is its keyed hash.

    `name` and `scope` are those of the device that will use it. `used_by` is the id of the key that did.
    """

    code_id: str
    digest: bytes = field(repr=False)
    name: str
    scope: Scope
    expires_at: datetime
    made_by: str
    made_at: datetime
    used_by: str | None = None


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """What an administrator asks a code for: a device by name, for a scope, good for a while."""

    name: str
    scope: Scope
    by: str
    life: timedelta

    def __post_init__(self) -> None:
        """Refuse a request without a name, a person or an end."""
        if not (0 < len(self.name.strip()) <= MOST_NAME and self.by.strip()):
            raise ValueError(f"a code needs a name of at most {MOST_NAME} characters, and who made it")
        if not timedelta(0) < self.life <= timedelta(days=30):
            raise ValueError("a code lives more than nothing and at most 30 days")


class Codes(Protocol):
    """Keeps enrolment codes, and turns each into a device once."""

    def put(self, code: EnrolmentCode) -> None:
        """Keep a new code on disk."""
        ...

    def find(self, code_id: str) -> EnrolmentCode | None:
        """Return the code of this id, used or not."""
        ...

    def redeem(self, code_id: str, device: Device) -> Device | None:
        """Use the code up and keep the device, both or neither, on disk; return the device.

        A code that was used for the same key returns the device of then. None, and no change, for a code
        that was used for another key or is not there, and for a key that is or was any other device's.
        One step: of many that come at once with one code and different keys, one gets a device.
        """
        ...


@dataclass(frozen=True, slots=True)
class EnrolmentDesk:
    """What enrolling needs of the world."""

    codes: Codes
    nonces: Nonces
    hash_key: HashKey
    tally: Tally
    signature_limits: Limits | None = None


def make_code(request: CodeRequest, codes: Codes, *, hash_key: HashKey, chance: bytes, now: datetime) -> str:
    """Keep a new code and return its text, which is shown once and never again.

    `chance` is `secret_text.CHANCE_BYTES` random bytes. Raises ValueError, and what `codes` raises.
    """
    secret = secret_text.fresh(chance)
    codes.put(
        EnrolmentCode(
            code_id=secret.name,
            digest=secret.digest(hash_key, _USE),
            name=request.name.strip(),
            scope=request.scope,
            expires_at=now + request.life,
            made_by=request.by,
            made_at=now,
        )
    )
    return secret.shown()


def enrol(request: Request, desk: EnrolmentDesk, *, device_id: str, now: datetime) -> Enrolled:
    """Return the id of the device that asks, which is `device_id` unless it asked before with this key.

    The request must be signed by the key that it brings. Raises RefusedError; one answer, `code_refused`,
    stands for every fault of the code, and what it was is only counted.
    """
    with refusals_counted(desk.tally):
        enrolled = _enrol(request, desk, device_id, now)
    desk.tally.count(What.ENROLMENTS, "enrolled")
    return enrolled


def _enrol(request: Request, desk: EnrolmentDesk, device_id: str, now: datetime) -> Enrolled:
    asked, key = _read(request.body)
    check_signature(
        request,
        lambda key_id: key if key_id == key.key_id else None,
        desk.nonces,
        now=now,
        limits=desk.signature_limits,
    )
    code = _proved_code(asked.code, key, desk, now)
    device = desk.codes.redeem(code.code_id, Device(device_id, code.name, code.scope, key, now))
    if device is None:
        raise _refused("code_or_key_used")
    if device.revoked is not None:
        raise _refused("code_of_revoked_device")
    return Enrolled(device.device_id, device.key_id)


def _read(body: bytes) -> tuple[Enrolment, PublicKey]:
    try:
        asked = read_enrolment(body)
        if asked.version != _VERSION:
            raise RefusedError(Kind.UNKNOWN_FORM, "unknown_version", "enrolment is known in version 1 only")
        return asked, PublicKey.parse(asked.public_key)
    except (AnswerError, DeviceKeyError) as fault:
        raise RefusedError(Kind.UNREADABLE, "unreadable", str(fault)) from None


def _proved_code(text: str, key: PublicKey, desk: EnrolmentDesk, now: datetime) -> EnrolmentCode:
    said = secret_text.parse(text)
    if said is None:
        raise _refused("code_malformed")
    code = desk.codes.find(said.name)
    if (
        not secret_text.proves(said, None if code is None else code.digest, desk.hash_key, _USE)
        or code is None
    ):
        raise _refused("code_unknown")
    # The answer to the first try may have been lost: the same key may ask again, also later.
    if now >= code.expires_at and code.used_by != key.key_id:
        raise _refused("code_expired")
    return code


def _refused(counted: str) -> RefusedError:
    return RefusedError(
        Kind.NOT_ADMITTED, CODE_REFUSED, "this code is not taken: ask for a new one", counted=counted
    )
