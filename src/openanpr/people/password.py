"""Passwords as argon2id hashes (RFC 9106) at the cost that OWASP asks; an unknown name costs as much."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_CHARACTERS: Final = 12
MOST_CHARACTERS: Final = 128
_SALT_BYTES: Final = 16
_FEWEST_DIFFERENT: Final = 5


@dataclass(frozen=True, slots=True)
class HashCost:
    """What a hash costs: OWASP, *Password Storage Cheat Sheet*, argon2id with 19 MiB, 2 passes, 1 lane."""

    memory_kib: int = 19 * 1024
    passes: int = 2
    lanes: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password is right, and whether its hash should be made anew at today's cost."""

    right: bool
    outdated: bool


class Passwords:
    """Makes and checks hashes of passwords. Safe to share between threads."""

    __slots__ = ("_chance", "_hasher", "_nobodys")

    def __init__(self, cost: HashCost, chance: Callable[[int], bytes]) -> None:
        """`chance` gives so many random bytes; a hash of nobody's password is made at once."""
        self._hasher = _hasher(cost)
        self._chance = chance
        self._nobodys = _nobodys(cost)

    def hash(self, password: str) -> str:
        """Return the hash in PHC form, with its salt and cost."""
        return self._hasher.hash(_normal(password), salt=self._chance(_SALT_BYTES))

    def check(self, password: str, kept: str | None) -> Verdict:
        """Return whether the password is the one of the kept hash.

        The same work is done where no hash is kept, so that time does not tell who has an account.
        """
        tried = password[: MOST_CHARACTERS + 1]
        try:
            self._hasher.verify(self._nobodys if kept is None else kept, _normal(tried))
        except (VerificationError, InvalidHashError):
            return Verdict(right=False, outdated=False)
        right = kept is not None and len(password) <= MOST_CHARACTERS
        return Verdict(right, right and self._hasher.check_needs_rehash(kept or self._nobodys))


def _hasher(cost: HashCost) -> PasswordHasher:
    return PasswordHasher(cost.passes, cost.memory_kib, cost.lanes, salt_len=_SALT_BYTES)


@cache
def _nobodys(cost: HashCost) -> str:
    """Return a hash that no password has: one a process and cost, for it takes as long as a sign-in."""
    return _hasher(cost).hash(secrets.token_hex(_SALT_BYTES))


def verify_fit(password: str, login: str) -> None:
    """Raise ValueError for a password that is short, holds the sign-in name, or is one thing over again.

    No rule about kinds of characters, and no end date: NIST SP 800-63B-4, section 3.1.1.2.
    """
    normal = _normal(password)
    if not LEAST_CHARACTERS <= len(normal) <= MOST_CHARACTERS:
        raise ValueError(
            f"a password has {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters: four random words do"
        )
    if login in normal.lower() or len(set(normal.lower())) < _FEWEST_DIFFERENT:
        raise ValueError("a password holds neither the sign-in name nor a few characters over and over")


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
