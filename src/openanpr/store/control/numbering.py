"""Numbers for the changes of a register, in the order of their commits, on both databases."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import sqlalchemy as sa

_NEXT: Final = sa.text(
    "INSERT INTO register_change (register, change) VALUES (:register, 1) "
    "ON CONFLICT (register) DO UPDATE SET change = register_change.change + 1 RETURNING change"
)


class Register(StrEnum):
    """What is numbered together."""

    SENDERS = "senders"  # devices and feeds
    CAMERAS = "cameras"


def next_change(connection: sa.Connection, register: Register) -> int:
    """Return the number of the change that this transaction makes.

    Asked first: until the transaction ends no other changes the register, so that what is looked up after it
    is as it will be, and numbers are in the order of commits.
    """
    return connection.execute(_NEXT, {"register": register.value}).scalar_one()
