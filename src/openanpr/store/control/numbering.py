"""Numbers that never stand for two things: of the changes of a register, and of the revisions of lists."""

from __future__ import annotations

import secrets
from datetime import datetime
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
BELOW_ALL: Final = -(2**63)
"""Below the number of every entry, covert ones among them."""
LOWEST_COVERT: Final = -(2**49)
"""Below the number of every covert entry."""
_APART: Final = 2**48
_EACH_SECOND: Final = 2**19


class Register(StrEnum):
    """What is numbered together."""

    SENDERS = "senders"  # devices and feeds
    CAMERAS = "cameras"
    PROPOSALS = "proposals"  # of open lists
    SITES = "sites"
    RIGHTS = "rights"  # answers to people


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


# What is covert takes no number of a row that others see: a number left out would tell that it is there.


def covert_list_id() -> int:
    """Return the id of a covert list: by chance, below those of open lists, and held by 32 bits."""
    return -1 - secrets.randbelow(2**31 - 1)


def covert_proposal_id() -> int:
    """Return the number of a proposal on a covert list: by chance, above all that open ones will have."""
    return _APART + secrets.randbelow(_APART)


def before_covert_entries(at: datetime) -> int:
    """Return the number below those of the entries that come onto a covert list at a time.

    They are less than nothing, and the later they come the higher.
    """
    return LOWEST_COVERT + round(at.timestamp()) % 2**29 * _EACH_SECOND + secrets.randbelow(_EACH_SECOND // 2)
