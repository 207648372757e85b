"""An account: one person, known by a sign-in name, with the force, unit and team they work in."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@:-]{1,126}")
MOST_TEXT: Final = 200
"""Characters in a name, a unit or a reason."""


@dataclass(frozen=True, slots=True)
class Ended:
    """When something was ended, by which account, and why."""

    at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Post:
    """Where a person works. `force` is the number that cameras and lists know the force by."""

    force: int
    unit: str
    team: str

    def __post_init__(self) -> None:
        """Refuse a place that nobody could find a person in."""
        if not 0 < self.force < 10_000:
            raise ValueError("a force is a number from 1 to 9999")
        _said(self.unit, "a unit")
        _said(self.team, "a team")


@dataclass(frozen=True, slots=True)
class Account:
    """One person. `account_id` tells nothing and is never given to another; `login` is what they type.

    A disabled account stays: what it did must keep its name.
    """

    account_id: str
    login: str
    name: str
    post: Post
    made_by: str
    made_at: datetime
    disabled: Ended | None = None

    def __post_init__(self) -> None:
        """Refuse an account whose name or sign-in name is none."""
        _said(self.name, "a name")
        if login_of(self.login) != self.login:
            raise ValueError("a sign-in name is kept as login_of gives it")

    @property
    def able(self) -> bool:
        """Whether anybody may act by it."""
        return self.disabled is None


def login_of(text: str) -> str:
    """Return a sign-in name in the one spelling in which it is kept and compared.

    Look-alike widths and capitals become one (Unicode NFKC, then small letters). Raises ValueError for a text
    that can be no sign-in name.
    """
    login = unicodedata.normalize("NFKC", text[:MOST_TEXT]).strip().lower()
    if not _LOGIN.fullmatch(login):
        raise ValueError(
            "a sign-in name has 2 to 127 small letters, digits and . _ @ : -, a letter or digit first"
        )
    return login


def _said(text: str, what: str) -> None:
    if not text.strip() or len(text) > MOST_TEXT or not text.isprintable():
        raise ValueError(f"{what} has 1 to {MOST_TEXT} printable characters")
