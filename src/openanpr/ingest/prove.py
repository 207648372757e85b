"""Who sent a request: its signature is checked against the devices that are enrolled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from openanpr.ingest.device import Device
from openanpr.ingest.refusal import Kind, RefusedError, later
from openanpr.wire.device_key import PublicKey
from openanpr.wire.signature import Keys, Limits, Nonces, Request, SignatureError, UnknownKeyError, verify

REVOKED = "revoked"
"""How a revoked device is counted; it is told `unknown_key`, as one that never was."""


class KeyOwners(Protocol):
    """Whose key it is."""

    def by_key(self, key_id: str) -> Device | None:
        """Return the device with this key, revoked or not; None for a key that is no device's now."""
        ...


@dataclass(frozen=True, slots=True)
class Proof:
    """What a signature is checked with; `limits` None takes those of `wire.signature`."""

    owners: KeyOwners
    nonces: Nonces
    limits: Limits | None = None


class _PortFaultError(Exception):
    """A port failed while the signature was checked: no fault of the sender."""


@dataclass(slots=True)
class _Asked:
    """The keys as the signature check asks for them, with the device that was found."""

    owners: KeyOwners
    device: Device | None = None

    def key(self, key_id: str) -> PublicKey | None:
        """Return the key of a device that may deliver."""
        try:
            self.device = self.owners.by_key(key_id)
        except Exception as fault:  # told apart, so that the sender is not blamed for it
            raise _PortFaultError from fault
        return None if self.device is None or self.device.revoked is not None else self.device.key


@dataclass(frozen=True, slots=True)
class _Remembering:
    """The nonces, with their own faults told from the sender's."""

    nonces: Nonces

    def seen(self, keyid: str, nonce: str, until: datetime) -> bool:
        """Return whether the nonce was used before, and remember it."""
        try:
            return self.nonces.seen(keyid, nonce, until)
        except Exception as fault:  # told apart, so that the sender is not blamed for it
            raise _PortFaultError from fault


def prove(request: Request, proof: Proof, *, now: datetime) -> Device:
    """Return the device that signed `request`; raises RefusedError with the fault's name.

    A fault of our own is the kind LATER, every fault of the request NOT_PROVED: unknown_key, wrong_signature,
    wrong_digest, wrong_algorithm, missing_component, expired, from_the_future, replayed, malformed.
    """
    asked = _Asked(proof.owners)
    try:
        check_signature(request, asked.key, proof.nonces, now=now, limits=proof.limits)
    except RefusedError as refusal:
        if refusal.fault == UnknownKeyError.fault and asked.device is not None:
            refusal.counted = REVOKED
        raise
    if asked.device is None:
        raise RefusedError(Kind.NOT_PROVED, UnknownKeyError.fault, "no device is enrolled with this key")
    return asked.device


def check_signature(
    request: Request, keys: Keys, nonces: Nonces, *, now: datetime, limits: Limits | None
) -> None:
    """Refuse a request that is not signed by a key that `keys` gives; raises RefusedError."""
    try:
        verify(request, keys=keys, nonces=_Remembering(nonces), now=now, limits=limits)
    except SignatureError as fault:
        raise RefusedError(Kind.NOT_PROVED, fault.fault, str(fault)) from None
    except _PortFaultError as fault:
        raise later("proof_unavailable") from fault
    except Exception as fault:  # refuses: whatever a request does to the parsers, it is not proved
        raise RefusedError(Kind.NOT_PROVED, "malformed", "the signature cannot be read") from fault
