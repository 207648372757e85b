"""Numbers that never stand for two things: of the changes of a register, and of the revisions of lists."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import sqlalchemy as sa

_NEXT: Final = sa.text(
    "INSERT INTO register_change (register, change) VALUES (:register, 1) "
    "ON CONFLICT (register) DO UPDATE SET change = register_change.change + 1 RETURNING change"
)
_LEAP: Final = sa.text(
    "INSERT INTO register_change (register, change) VALUES (:register, :least) "
    "ON CONFLICT (register) DO UPDATE SET change = excluded.change "
    "WHERE excluded.change > register_change.change"
)
_LEAST: Final = sa.text("SELECT change FROM register_change WHERE register = :register")
_LIST_REVISIONS: Final = {"register": "list_revisions"}


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


def leap_revisions(connection: sa.Connection, least: int) -> None:
    """Have every further revision of any list be at least `least`; never moves it back.

    For a database that was restored: the numbers after its newest ones were given in the time that is lost,
    and devices may still hold what they stood for.
    """
    connection.execute(_LEAP, _LIST_REVISIONS | {"least": least})


def next_revision(connection: sa.Connection, newest: int) -> int:
    """Return the number of the revision that follows a list's newest."""
    least = connection.execute(_LEAST, _LIST_REVISIONS).scalar()
    return max(newest + 1, least or 0)
