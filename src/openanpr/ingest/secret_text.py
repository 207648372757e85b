"""Secrets that people copy by hand: enrolment codes and feed tokens. Only a keyed hash is ever kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

_ID_BYTES = 5
_SECRET_BYTES = 20
_ID_TEXT = 8
_SECRET_TEXT = 32
CHANCE_BYTES = _ID_BYTES + _SECRET_BYTES
_NOBODY = bytes(32)


@dataclass(frozen=True, slots=True)
class HashKey:
    """The node's own key for these hashes, at least 32 random bytes, kept apart from the database.

    A copy of the database alone then does not let anyone test a guess.
    """

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a key that could be guessed."""
        if len(self.key) < 32:
            raise ValueError("the key for hashes of codes and tokens needs at least 32 random bytes")


@dataclass(frozen=True, slots=True)
class SecretText:
    """A secret in two parts: `name` finds its record, `secret` (160 bits) proves it."""

    name: str
    secret: str = field(repr=False)

    def shown(self) -> str:
        """Return the text to hand over, once, in groups that a person can copy."""
        whole = self.name + self.secret
        return "-".join(whole[at : at + 8] for at in range(0, len(whole), 8))

    def digest(self, key: HashKey, use: str) -> bytes:
        """Return what may be kept: HMAC-SHA-256 (RFC 2104); `use` tells a code from a token."""
        return hmac.new(key.key, f"{use}\n{self.name}\n{self.secret}".encode(), hashlib.sha256).digest()


def fresh(chance: bytes) -> SecretText:
    """Return a new secret made of 25 random bytes; raises ValueError for another number of them."""
    if len(chance) != CHANCE_BYTES:
        raise ValueError(f"a secret is made of {CHANCE_BYTES} random bytes")
    return SecretText(
        base64.b32encode(chance[:_ID_BYTES]).decode(), base64.b32encode(chance[_ID_BYTES:]).decode()
    )


def parse(text: str) -> SecretText | None:
    """Return the secret as a person typed it (case, spaces and dashes do not matter); None: it is none."""
    whole = "".join(text.split()).replace("-", "").upper()
    if len(whole) != _ID_TEXT + _SECRET_TEXT or not whole.isascii():
        return None
    return SecretText(whole[:_ID_TEXT], whole[_ID_TEXT:])


def proves(said: SecretText, kept: bytes | None, key: HashKey, use: str) -> bool:
    """Return whether `said` is the secret whose hash is kept, in a time that does not tell.

    The same work is done where there is no record (`kept` None).
    """
    same = hmac.compare_digest(said.digest(key, use), _NOBODY if kept is None else kept)
    return same and kept is not None
