"""Random registration marks: every UK layout, foreign patterns, and strings that mean nothing.

A share of plain random strings keeps the recogniser from guessing what it cannot see. The layouts
follow SI 2001/561 schedule 3; the shares are ours and far flatter than the road's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_DIGITS = "0123456789"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TAG = "ABCDEFGHJKLMNOPRSTUVWXY"
_LAST = "ABCDEFGHJKLMNOPRSTUVWXYZ"
_YEAR = "ABCDEFGHJKLMNPRSTVWXY"

# Country patterns: L letter, D digit, space a gap, - a hyphen, o a seal or crest between groups.
FOREIGN_PATTERNS = (
    "LLoDDDLL", "LL-DDDLL", "LLoDDDLL", "LL DDDLL", "DLD DDDD", "DLDoDDDD", "LLL DD-DD", "LL DDDD", "LLoLL DDD",
    "LoLL DDDD", "LLLoL DDD", "LLoL DDDD", "LLLoLL DD", "LL-DDD-LL", "LL DDD LL", "L DDD LLL", "LL DD LLL",
    "DDDD LLL", "DLLLDDD", "LL-DD-DD", "DD-LL-LL", "DD-LLL-D", "LLL-DDD", "LLL DDD", "LLL DD L", "DLLL DDD",
    "LL DDDDD", "LLL DDDDD", "LL DDDDL", "DD DDD LL", "LDDD LL DD", "L DDDD", "LL DDDD LL", "DDD-D-DDDDD",
    "DDD-L-DDD", "DDD LL DDDD", "DDDoDDDD", "LLDDDD", "DDLDDDDD", "LLLDDDD", "DDDDDDD", "LLDDLLDDDD",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark as it stands on the plate: one or two lines; gaps and signs kept in the lines."""

    lines: tuple[str, ...]
    layout: str

    @property
    def text(self) -> str:
        """Only the characters: A-Z0-9."""
        return "".join(c for line in self.lines for c in line if c.isalnum() and c.isupper() or c.isdigit())


def _pick(rng: np.random.Generator, alphabet: str, count: int) -> str:
    return "".join(alphabet[i] for i in rng.integers(0, len(alphabet), count))


def _number(rng: np.random.Generator, most: int) -> str:
    count = int(rng.integers(1, most + 1))
    return str(rng.integers(10 ** (count - 1), 10**count))


def _current(rng: np.random.Generator) -> tuple[str, ...]:
    code = int(rng.choice(np.r_[2:28, 51:77]))
    return _pick(rng, _TAG, 2) + f"{code:02d}", _pick(rng, _LAST, 3)


def _ni(rng: np.random.Generator) -> tuple[str, ...]:
    pair = _pick(rng, "ABCDEFGHIJKLMNOPRSTUVWXYZ", 1) + str(rng.choice(["I", "Z"]))
    letters = (pair if rng.random() < 0.5 else pair[::-1])[:2]
    letters = _pick(rng, _TAG, 1) + letters if rng.random() < 0.8 else letters
    parts = (letters, _number(rng, 4))
    return parts if rng.random() < 0.85 else parts[::-1]


def _dateless(rng: np.random.Generator) -> tuple[str, ...]:
    letters = _pick(rng, _LETTERS.replace("Q", "").replace("Z", ""), int(rng.integers(1, 4)))
    parts = (letters, _number(rng, 4 if len(letters) < 3 else 3))
    return parts if rng.random() < 0.6 else parts[::-1]


def _split_two(parts: tuple[str, ...]) -> tuple[str, ...]:
    return (parts[0], parts[1]) if len(parts) == 2 else (parts[0], "".join(parts[1:]))


def british_mark(rng: np.random.Generator, layout: str | None = None) -> Mark:
    """A mark in one of the UK layouts, in one line ("AB12 CDE")."""
    if layout is None:
        names = ["current", "prefix", "suffix", "dateless", "ni", "q", "diplomatic", "military", "trade", "island", "private"]
        layout = str(rng.choice(names, p=[0.42, 0.13, 0.06, 0.12, 0.08, 0.02, 0.03, 0.03, 0.04, 0.04, 0.03]))
    parts: tuple[str, ...]
    if layout == "current":
        parts = _current(rng)
    elif layout == "prefix":
        parts = (_pick(rng, _YEAR, 1) + _number(rng, 3), _pick(rng, _TAG, 3))
    elif layout == "suffix":
        parts = (_pick(rng, _TAG, 3), _number(rng, 3) + _pick(rng, _YEAR, 1))
    elif layout == "ni":
        parts = _ni(rng)
    elif layout == "q":
        parts = ("Q" + _number(rng, 3), _pick(rng, _TAG, 3))
    elif layout == "diplomatic":
        parts = (_pick(rng, _DIGITS, 3), str(rng.choice(["D", "X"])), _pick(rng, _DIGITS, 3))
    elif layout == "military":
        digits = _pick(rng, _DIGITS, 2)
        letters = _pick(rng, _LETTERS.replace("I", "").replace("O", ""), 2)
        parts = (
            (digits, letters, _pick(rng, _DIGITS, 2)) if rng.random() < 0.6 else (letters, digits, _pick(rng, _TAG, 2))
        )
    elif layout == "trade":
        parts = (str(rng.integers(20000, 99999)),) if rng.random() < 0.6 else (_pick(rng, _DIGITS, 3), _pick(rng, _TAG, 2))
    elif layout == "island":
        kind = rng.integers(0, 3)
        parts = (
            ("J" + str(rng.integers(10, 200000)),)
            if kind == 0
            else (str(rng.integers(10, 100000)),)
            if kind == 1
            else (str(rng.choice(["MN", "MAN"])), _number(rng, 4))
            if rng.random() < 0.4
            else (_pick(rng, _TAG, 1) + "MN", _number(rng, 3) + _pick(rng, _YEAR, 1))
        )
    elif layout == "private":  # spaced as the owner likes
        text = _current(rng)[0] + _pick(rng, _LAST, 3)
        cut = int(rng.integers(1, 6))
        parts = (text[:cut], text[cut:])
    else:
        parts = _dateless(rng)
    return Mark((" ".join(parts),), layout)


def random_mark(rng: np.random.Generator) -> Mark:
    """Characters without a rule: one to nine of them, with gaps anywhere."""
    count = int(rng.choice(np.arange(2, 10), p=[0.03, 0.05, 0.1, 0.15, 0.22, 0.27, 0.13, 0.05]))
    alphabet = _DIGITS + _LETTERS if rng.random() < 0.6 else str(rng.choice([_DIGITS, _LETTERS]))
    text = _pick(rng, alphabet, count)
    if rng.random() < 0.15:  # repeats are rare in marks and hard to read
        spot = int(rng.integers(0, count - 1))
        text = text[: spot + 1] + text[spot] + text[spot + 2 :]
    for _ in range(int(rng.integers(0, 3))):
        cut = int(rng.integers(1, len(text)))
        text = text[:cut] + str(rng.choice([" ", "-"], p=[0.8, 0.2])) + text[cut:]
    return Mark((text,), "random")


def foreign_mark(rng: np.random.Generator) -> Mark:
    """A mark in one of the European patterns."""
    pattern = str(rng.choice(FOREIGN_PATTERNS))
    text = "".join(
        _pick(rng, _LETTERS, 1) if c == "L" else _pick(rng, _DIGITS, 1) if c == "D" else c for c in pattern
    )
    return Mark((text,), "foreign")


def in_two_lines(rng: np.random.Generator, mark: Mark) -> Mark:
    """The same mark broken into two lines at its gap, or near its middle if it has none."""
    text = mark.lines[0]
    cuts = [i for i, c in enumerate(text) if c in " -o"]
    if cuts:
        cut = int(rng.choice(cuts))
        top, bottom = text[:cut], text[cut + 1 :]
    else:
        cut = max(1, len(text) // 2)
        top, bottom = text[:cut], text[cut:]
    if not top or not bottom:
        return mark
    return Mark((top, bottom), mark.layout)
