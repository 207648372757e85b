"""Salted commitments: what stands in the public log in the place of a plate, a person, a reason. Pure.

The commitment of a field is HMAC-SHA-256 under a random salt of 32 bytes over a name of the field and the
value. Whoever has the salt and the value can show that they are what was logged; nobody without them can
guess the value, however few values there are, nor tell that two entries have the same.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

SALT_BYTES = 32
COMMITMENT_BYTES = 32

_DOMAIN = b"openanpr.audit/v1/"


class OpeningError(ValueError):
    """An opening that does not belong to the entry, or is none."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens one field of one entry: its salt and its value. To be kept apart from the log."""

    index: int
    name: str
    salt: bytes = field(repr=False)
    value: str = field(repr=False)


def commitment(name: str, *, salt: bytes, value: str) -> bytes:
    """Return the commitment of the field `name`, 32 bytes. Raises OpeningError for a salt not of 32."""
    if len(salt) != SALT_BYTES:
        raise OpeningError(f"a salt has {SALT_BYTES} bytes")
    message = _DOMAIN + name.encode("ascii") + b"\x00" + value.encode("utf-8")
    return hmac.digest(salt, message, hashlib.sha256)


def verify_opening(opening: Opening, committed: bytes) -> None:
    """Raise OpeningError unless the opening is what was logged."""
    try:
        made = commitment(opening.name, salt=opening.salt, value=opening.value)
    except UnicodeEncodeError as fault:
        raise OpeningError(f"an opening of entry {opening.index} is not text") from fault
    if not hmac.compare_digest(made, committed):
        raise OpeningError(
            f"what is said to open the field {opening.name} of entry {opening.index} is not what was logged"
        )
