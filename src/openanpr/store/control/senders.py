"""Who may speak for which cameras: devices and feeds, under ids of which each is one of the two only."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from openanpr.ingest.device import Revocation, Sender
from openanpr.ingest.scope import Scope
from openanpr.store.control.engine import reading
from openanpr.store.control.ingest_tables import sender
from openanpr.store.control.times import from_us, to_us


class Kind(StrEnum):
    """What a sender is."""

    DEVICE = "device"  # signs
    FEED = "feed"  # has a token


class IdTakenError(Exception):
    """Another device or feed has this id, or had it: choose another one."""

    def __init__(self) -> None:
        super().__init__("another device or feed has this id, or had it: choose another one")


class EnrolledSenders:
    """The devices and feeds of a node, as `ingest.mend.Senders`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def sender(self, device_id: str) -> Sender | None:
        """Return a device or feed, also a revoked one; None where it was never enrolled."""
        with reading(self._engine) as connection:
            row = connection.execute(sa.select(sender).where(sender.c.sender_id == device_id)).first()
        if row is None:
            return None
        return Sender(row.sender_id, scope_of(row), signed=row.kind == Kind.DEVICE.value)


def add_sender(connection: sa.Connection, sender_id: str, kind: Kind, *, change: int, **said: str) -> None:
    """Keep a new sender; raises IdTakenError. `said` are its name and scope."""
    if connection.execute(sa.select(sender.c.kind).where(sender.c.sender_id == sender_id)).first():
        raise IdTakenError
    connection.execute(sa.insert(sender).values(sender_id=sender_id, kind=kind.value, change=change, **said))


def revoke_sender(
    connection: sa.Connection, sender_id: str, kind: Kind, revocation: Revocation, *, change: int
) -> None:
    """Revoke a sender for good; nothing where there is none, or where it was revoked before."""
    connection.execute(
        sa.update(sender)
        .where(sender.c.sender_id == sender_id, sender.c.kind == kind.value, sender.c.revoked_at_us.is_(None))
        .values(
            revoked_at_us=to_us(revocation.at),
            revoked_by=revocation.by,
            revoked_why=revocation.why,
            change=change,
        )
    )


def scope_text(scope: Scope) -> str:
    """Return a scope as the tables keep it."""
    return " ".join(scope.texts())


def scope_of(row: sa.Row[Any]) -> Scope:
    """Return the scope in a row that has its column."""
    return Scope.parse(row.scope.split())


def revocation_of(row: sa.Row[Any]) -> Revocation | None:
    """Return the revocation in a row of a sender, None for one that may deliver."""
    if row.revoked_at_us is None:
        return None
    return Revocation(from_us(row.revoked_at_us), row.revoked_by, row.revoked_why)
