"""Enrolled devices in the control database: asked by key with every request, revoked, given new keys."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import sqlalchemy as sa

from openanpr.ingest.device import Device, Revocation
from openanpr.store.control.engine import reading
from openanpr.store.control.ingest_tables import device, device_key, sender
from openanpr.store.control.mirror import Changed, Mirror
from openanpr.store.control.numbering import Register, next_change
from openanpr.store.control.senders import (
    Kind,
    add_sender,
    revocation_of,
    revoke_sender,
    scope_of,
    scope_text,
)
from openanpr.store.control.times import from_us, to_us
from openanpr.wire.device_key import PublicKey

DeviceMirror: TypeAlias = Mirror[str, Device]
_DEVICES: Final = sa.select(sender, device).join(device, device.c.device_id == sender.c.sender_id)


class EnrolledDevices:
    """The devices of a node, as `ingest.device.Devices`, `DeviceRegister` and `ingest.prove.KeyOwners`.

    `by_key` answers from memory: what this process changed is seen at once, what another process changed (a
    revocation too) after a second at most. Safe to share between threads.
    """

    __slots__ = ("_engine", "_mirror")

    def __init__(self, engine: sa.Engine, mirror: DeviceMirror) -> None:
        """`mirror` is the one that the process's `EnrolmentCodes` have too."""
        self._engine, self._mirror = engine, mirror

    def by_key(self, key_id: str) -> Device | None:
        """Return the device with this key, revoked or not; None for a key that is no device's now.

        A key that is not known is looked up: a device may have enrolled with another process just now.
        """
        return self._mirror.get_surely(key_id)

    def find(self, device_id: str) -> Device | None:
        """Return the device of this id, revoked or not."""
        with reading(self._engine) as connection:
            return _find(connection, device.c.device_id == device_id)

    def every(self) -> tuple[Device, ...]:
        """Return all devices, also revoked ones, by id."""
        with reading(self._engine) as connection:
            return tuple(map(_device_of, connection.execute(_DEVICES.order_by(device.c.device_id))))

    def revoke(self, device_id: str, revocation: Revocation) -> Device | None:
        """Revoke a device and return it; one that was revoked keeps its first revocation; None: no such."""
        with self._mirror.changing() as connection:
            change = next_change(connection, Register.SENDERS)
            revoke_sender(connection, device_id, Kind.DEVICE, revocation, change=change)
            return _find(connection, device.c.device_id == device_id)

    def replace_key(self, device_id: str, old_key_id: str, key: PublicKey) -> Device | None:
        """Give a device another key and return it; the old key is no device's from then on.

        None, and no change, where the device's key is no longer the old one, where it is revoked, or
        where the new key was ever a device's.
        """
        with self._mirror.changing() as connection:
            change = next_change(connection, Register.SENDERS)
            found = _find(connection, device.c.device_id == device_id)
            if found is None or found.revoked is not None or found.key_id != old_key_id:
                return None
            if key_was_used(connection, key):
                return None
            connection.execute(sa.insert(device_key).values(key_id=key.key_id, device_id=device_id))
            connection.execute(
                sa.update(device)
                .where(device.c.device_id == device_id)
                .values(key_id=key.key_id, public_key=key.base64)
            )
            connection.execute(sa.update(sender).where(sender.c.sender_id == device_id).values(change=change))
            return _find(connection, device.c.device_id == device_id)


def device_mirror(engine: sa.Engine, *, clock: Callable[[], float] = time.monotonic) -> DeviceMirror:
    """Return the devices in memory, by key: one for a process."""
    return Mirror(engine, _changed, clock=clock)


def add_device(connection: sa.Connection, new: Device, *, change: int) -> None:
    """Keep a device whose key was never used; raises IdTakenError where its id is another sender's."""
    add_sender(
        connection, new.device_id, Kind.DEVICE, change=change, name=new.name, scope=scope_text(new.scope)
    )
    connection.execute(
        sa.insert(device).values(
            device_id=new.device_id,
            key_id=new.key_id,
            public_key=new.key.base64,
            enrolled_at_us=to_us(new.enrolled_at),
        )
    )
    connection.execute(sa.insert(device_key).values(key_id=new.key_id, device_id=new.device_id))


def device_with(connection: sa.Connection, key: PublicKey) -> Device | None:
    """Return the device whose key this is now."""
    return _find(connection, device.c.key_id == key.key_id)


def key_was_used(connection: sa.Connection, key: PublicKey) -> bool:
    """Return whether the key is any device's, or ever was."""
    used = sa.select(device_key.c.device_id).where(device_key.c.key_id == key.key_id)
    return connection.execute(used).first() is not None


def _find(connection: sa.Connection, which: sa.ColumnElement[bool]) -> Device | None:
    row = connection.execute(_DEVICES.where(which)).first()
    return None if row is None else _device_of(row)


def _changed(connection: sa.Connection, seen: int) -> Iterator[Changed[str, Device]]:
    rows = connection.execute(_DEVICES.where(sender.c.change > seen).order_by(sender.c.change))
    for row in rows:
        found = _device_of(row)
        yield Changed(row.change, found.device_id, found.key_id, found)


def _device_of(row: sa.Row[Any]) -> Device:
    return Device(
        device_id=row.device_id,
        name=row.name,
        scope=scope_of(row),
        key=PublicKey.parse(row.public_key),
        enrolled_at=from_us(row.enrolled_at_us),
        revoked=revocation_of(row),
    )
