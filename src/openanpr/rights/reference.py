"""The public reference of a case, such as `7KM3-F9PX`, and the code that is shown with it once. Pure.

A reference is made by chance: it does not tell how many there are. Its last character is a check, so that a
slip of the pen names no other case. Letters that look like others, and vowels, do not occur.
"""

from __future__ import annotations

from typing import Final

LETTERS: Final = "2345679CDFGHJKMNPRTVWXZ"
"""Twenty-three, which is prime: so the check finds each single slip and each two that changed places."""
_DRAWN: Final = 7
_CODE_DRAWN: Final = 12
CHANCE_BYTES: Final = 16
"""Of so many random bytes a reference or a code is made: far more than needed, so that none is likelier."""


class NotAReferenceError(ValueError):
    """A text is no reference of a case."""

    def __init__(self) -> None:
        super().__init__("this is no reference of a case: it has eight letters and digits, such as 7KM3-F9PX")


def make_reference(chance: bytes) -> str:
    """Return a reference made of 16 random bytes."""
    drawn = _drawn(chance, _DRAWN)
    return _halved(drawn + _check(drawn))


def parse_reference(text: str) -> str:
    """Return a reference as it is kept; spaces, dashes and small letters are forgiven.

    Raises NotAReferenceError for anything else, also for one whose check does not fit.
    """
    plain = _plain(text)
    if len(plain) != _DRAWN + 1 or not set(plain) <= set(LETTERS) or _check(plain[:-1]) != plain[-1]:
        raise NotAReferenceError
    return _halved(plain)


def make_code(chance: bytes) -> str:
    """Return a code of 12 characters (54 bits) made of 16 random bytes, in threes of four."""
    drawn = _drawn(chance, _CODE_DRAWN)
    return "-".join(drawn[at : at + 4] for at in range(0, _CODE_DRAWN, 4))


def plain_code(text: str) -> str:
    """Return a code as it is compared: without spaces and dashes, at most 64 characters of it."""
    return _plain(text)[:64]


def _plain(text: str) -> str:
    return "".join(
        one for one in text[:128].upper() if not one.isspace() and one not in "-\u2010\u2011\u2013"
    )


def _drawn(chance: bytes, letters: int) -> str:
    if len(chance) != CHANCE_BYTES:
        raise ValueError(f"this is made of {CHANCE_BYTES} random bytes")
    number, drawn = int.from_bytes(chance, "big"), ""
    for _ in range(letters):
        number, left = divmod(number, len(LETTERS))
        drawn += LETTERS[left]
    return drawn


def _check(drawn: str) -> str:
    return LETTERS[sum(weight * LETTERS.index(one) for weight, one in enumerate(drawn, 2)) % len(LETTERS)]


def _halved(eight: str) -> str:
    return f"{eight[:4]}-{eight[4:]}"
