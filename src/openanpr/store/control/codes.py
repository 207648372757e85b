"""Enrolment codes in the control database, each turned into a device once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from openanpr.ingest.device import Device
from openanpr.ingest.enrol import EnrolmentCode
from openanpr.store.control.devices import DeviceMirror, add_device, device_with, key_was_used
from openanpr.store.control.engine import reading, writing
from openanpr.store.control.ingest_tables import enrolment_code
from openanpr.store.control.numbering import Register, next_change
from openanpr.store.control.senders import scope_of, scope_text
from openanpr.store.control.times import from_us, to_us


class EnrolmentCodes:
    """The codes of a node, as `ingest.enrol.Codes`. Safe to share between threads."""

    __slots__ = ("_engine", "_mirror")

    def __init__(self, engine: sa.Engine, mirror: DeviceMirror) -> None:
        """`mirror` is the one that the process's `EnrolledDevices` have too."""
        self._engine, self._mirror = engine, mirror

    def put(self, code: EnrolmentCode) -> None:
        """Keep a new code on disk."""
        with writing(self._engine) as connection:
            connection.execute(
                sa.insert(enrolment_code).values(
                    code_id=code.code_id,
                    digest=code.digest,
                    name=code.name,
                    scope=scope_text(code.scope),
                    expires_at_us=to_us(code.expires_at),
                    made_by=code.made_by,
                    made_at_us=to_us(code.made_at),
                    used_by=code.used_by,
                )
            )

    def find(self, code_id: str) -> EnrolmentCode | None:
        """Return the code of this id, used or not."""
        with reading(self._engine) as connection:
            return _find(connection, code_id)

    def still_open(self, now: datetime) -> tuple[EnrolmentCode, ...]:
        """Return the codes that a device could still use, the first to expire first; never their text."""
        with reading(self._engine) as connection:
            found = connection.execute(
                sa.select(enrolment_code)
                .where(enrolment_code.c.used_by.is_(None), enrolment_code.c.expires_at_us > to_us(now))
                .order_by(enrolment_code.c.expires_at_us, enrolment_code.c.code_id)
            )
            return tuple(map(_code_of, found))

    def withdraw(self, code_id: str) -> bool:
        """Forget a code that nobody used, so that nobody can; return whether there was one."""
        with writing(self._engine) as connection:
            gone = connection.execute(
                sa.delete(enrolment_code).where(
                    enrolment_code.c.code_id == code_id, enrolment_code.c.used_by.is_(None)
                )
            )
        return gone.rowcount == 1

    def redeem(self, code_id: str, device: Device) -> Device | None:
        """Use the code up and keep the device, both or neither, on disk; return the device.

        A code that was used for the same key returns the device of then. None, and no change, for a code
        that was used for another key or is not there, and for a key that is or was any other device's.
        Raises IdTakenError where the new device's id is another sender's.
        """
        with self._mirror.changing() as connection:
            # From here on no other enrols, revokes or changes keys.
            change = next_change(connection, Register.SENDERS)
            code = _find(connection, code_id)
            if code is None:
                return None
            if code.used_by is not None:
                return device_with(connection, device.key) if code.used_by == device.key_id else None
            if key_was_used(connection, device.key):
                return None
            # Asked again in the same breath: a code may be withdrawn at any moment.
            used = connection.execute(
                sa.update(enrolment_code)
                .where(enrolment_code.c.code_id == code_id)
                .values(used_by=device.key_id)
            )
            if used.rowcount == 0:
                return None
            add_device(connection, device, change=change)
            return device


def _find(connection: sa.Connection, code_id: str) -> EnrolmentCode | None:
    row = connection.execute(sa.select(enrolment_code).where(enrolment_code.c.code_id == code_id)).first()
    return None if row is None else _code_of(row)


def _code_of(row: sa.Row[Any]) -> EnrolmentCode:
    return EnrolmentCode(
        code_id=row.code_id,
        digest=bytes(row.digest),
        name=row.name,
        scope=scope_of(row),
        expires_at=from_us(row.expires_at_us),
        made_by=row.made_by,
        made_at=from_us(row.made_at_us),
        used_by=row.used_by,
    )
