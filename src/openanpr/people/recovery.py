"""Recovery codes: ten, each good once, for whoever has lost the app and the passkey."""

from __future__ import annotations

import base64
from typing import Final

from openanpr.people.keys import PeopleKeys

COUNT: Final = 10
CODE_BYTES: Final = 10
_GROUP: Final = 4
_USE: Final = "recovery code"


def codes(chance: bytes) -> tuple[str, ...]:
    """Return the codes that so many random bytes make: 80 bits each, in groups that a person can copy."""
    if len(chance) != COUNT * CODE_BYTES:
        raise ValueError(f"recovery codes are made of {COUNT * CODE_BYTES} random bytes")
    whole = (
        base64.b32encode(chance[at : at + CODE_BYTES]).decode() for at in range(0, len(chance), CODE_BYTES)
    )
    return tuple("-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP)) for text in whole)


def looks_like_one(text: str) -> bool:
    """Whether a text has the length of a recovery code and not that of an app's code."""
    return len(_plain(text)) == CODE_BYTES * 8 // 5


def code_digest(text: str, account_id: str, keys: PeopleKeys) -> bytes:
    """Return what is kept of a code, however it is typed: a keyed hash that holds for one account only."""
    return keys.digest(_USE, f"{account_id}\n{_plain(text)}")


def _plain(text: str) -> str:
    return "".join(text.split()).replace("-", "").upper()
