"""A device that delivers, as the node knows it, and where the node keeps its devices."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from openanpr.core.camera import CameraId
from openanpr.ingest.scope import Scope
from openanpr.wire.device_key import PublicKey

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
MOST_NAME = 128


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a batch is from, proved: by a signature, or (`signed` false) only by a token.

    `hands_on`: the batch is not its own, it forwards what came to it from others.
    """

    device: str
    scope: Scope
    signed: bool
    hands_on: bool = False

    def answers_for(self, camera: CameraId) -> bool:
        """Return whether the case for a camera is kept by the sender: a node that forwards, and no camera.

        A node is enrolled for sources or a force. One that is enrolled for single cameras could else wrap its
        own reads as another's.
        """
        return self.hands_on and camera not in self.scope.cameras


@dataclass(frozen=True, slots=True)
class Revocation:
    """That a device may no longer deliver: when (UTC), by whose order and why."""

    at: datetime
    by: str
    why: str

    def __post_init__(self) -> None:
        """Refuse one without a person or a reason."""
        if not (self.by.strip() and self.why.strip()):
            raise ValueError("to revoke needs the person and the reason")


@dataclass(frozen=True, slots=True)
class Device:
    """One enrolled device. `device_id` is told to others, `name` (what people call it) is not."""

    device_id: str
    name: str
    scope: Scope
    key: PublicKey = field(repr=False)
    enrolled_at: datetime
    revoked: Revocation | None = None

    def __post_init__(self) -> None:
        """Refuse an id that a batch could not carry."""
        check_id(self.device_id)

    @property
    def key_id(self) -> str:
        """The id of its key, by which its signatures name it."""
        return self.key.key_id

    @property
    def sender(self) -> Sender:
        """Who it is to those who judge its reads."""
        return Sender(self.device_id, self.scope, signed=True)


class Devices(Protocol):
    """Which devices there are."""

    def by_key(self, key_id: str) -> Device | None:
        """Return the device with this key, revoked or not; None for a key that is no device's now."""
        ...

    def find(self, device_id: str) -> Device | None:
        """Return the device of this id, revoked or not."""
        ...

    def every(self) -> tuple[Device, ...]:
        """Return all devices, also revoked ones, by id."""
        ...


class DeviceRegister(Protocol):
    """Changes to devices, each on disk and in one step."""

    def revoke(self, device_id: str, revocation: Revocation) -> Device | None:
        """Revoke a device and return it; one that was revoked keeps its first revocation; None: no such."""
        ...

    def replace_key(self, device_id: str, old_key_id: str, key: PublicKey) -> Device | None:
        """Give a device another key and return it; the old key is no device's from then on.

        None, and no change, where the device's key is no longer the old one, where it is revoked, or
        where the new key was ever another device's.
        """
        ...


def check_id(device_id: str) -> None:
    """Raise ValueError for an id that a batch could not carry."""
    if not _ID.fullmatch(device_id):
        raise ValueError("a device's id has 1 to 64 characters A-Z, a-z, 0-9, . _ and -")
