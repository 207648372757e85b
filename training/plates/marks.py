"""Random registration marks: every UK layout, foreign patterns, and strings that mean nothing.

A share of plain random strings keeps the recogniser from guessing what it cannot see. The layouts
follow SI 2001/561 schedule 3; the shares are ours and far flatter than the road's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

_DIGITS = "0123456789"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TAG = "ABCDEFGHJKLMNOPRSTUVWXY"
_LAST = "ABCDEFGHJKLMNOPRSTUVWXYZ"
_YEAR = "ABCDEFGHJKLMNPRSTVWXY"
_NEWEST_SPRING = 26  # on the day that the benchmarks judge marks by, see benchmarks.scored.ON

# Country patterns: L letter, D digit, space a gap, - a hyphen, o a seal or crest between groups.
FOREIGN_PATTERNS = (
    "LLoDDDLL", "LL-DDDLL", "LLoDDDLL", "LLoDDDLL", "DLD DDDD", "DLDoDDDD", "LLLoDD-DD", "DLDoDDDD",
    "LLoDDDDD", "LLoLLDDD",
    "LLLoDDDD", "LLL DD-DD", "LL DDDD", "LLoLL DDD",
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
        return "".join(c for line in self.lines for c in line if (c.isalnum() and c.isupper()) or c.isdigit())


def _pick(rng: np.random.Generator, alphabet: str, count: int) -> str:
    return "".join(alphabet[i] for i in rng.integers(0, len(alphabet), count))


def _number(rng: np.random.Generator, most: int) -> str:
    count = int(rng.integers(1, most + 1))
    return str(rng.integers(10 ** (count - 1), 10**count))


def _current(rng: np.random.Generator) -> tuple[str, ...]:
    code = int(rng.choice(np.r_[2:28, 51:77]))
    code = _NEWEST_SPRING if code == _NEWEST_SPRING + 1 else code  # a mark of next year is none yet
    return _pick(rng, _TAG, 2) + f"{code:02d}", _pick(rng, _LAST, 3)


def _ni(rng: np.random.Generator) -> tuple[str, ...]:
    pair = _pick(rng, "ABCDEFGHIJKLMNOPRSTUVWXYZ", 1) + str(rng.choice(["I", "Z"]))
    letters = (pair if rng.random() < 0.5 else pair[::-1])[:2]
    letters = _pick(rng, _TAG, 1) + letters if rng.random() < 0.8 else letters
    parts = (letters, _number(rng, 4))
    return parts if rng.random() < 0.85 else parts[::-1]


def _dateless(rng: np.random.Generator) -> tuple[str, ...]:
    letters = _pick(rng, _TAG, int(rng.integers(1, 4)))  # I and Z were Ireland's, Q nobody's
    parts = (letters, _number(rng, 4 if len(letters) < 3 else 3))
    return parts if rng.random() < 0.6 else parts[::-1]


def _diplomatic(rng: np.random.Generator) -> tuple[str, ...]:
    """A diplomat (D, from 101) or other staff (X, from 400)."""
    kind, least = (("D", 101), ("X", 400))[int(rng.integers(2))]
    return str(rng.integers(100, 400)), kind, str(rng.integers(least, 1000))


def _military(rng: np.random.Generator) -> tuple[str, ...]:
    digits, letters = _pick(rng, _DIGITS, 2), _pick(rng, _LETTERS.replace("I", "").replace("O", ""), 2)
    if rng.random() < 0.6:
        return digits, letters, _pick(rng, _DIGITS, 2)
    return letters, digits, _pick(rng, _TAG, 2)


def _trade(rng: np.random.Generator) -> tuple[str, ...]:
    if rng.random() < 0.6:
        return (str(rng.integers(20000, 99999)),)
    return _pick(rng, _DIGITS, 3), _pick(rng, _TAG, 2)


def _island(rng: np.random.Generator) -> tuple[str, ...]:
    kind = rng.integers(0, 3)
    if kind == 0:
        return ("J" + str(rng.integers(10, 200000)),)
    if kind == 1:
        return (str(rng.integers(10, 100000)),)
    if rng.random() < 0.4:
        return str(rng.choice(["MN", "MAN"])), _number(rng, 4)
    return _pick(rng, _TAG, 1) + "MN", _number(rng, 3) + _pick(rng, _YEAR, 1)


def _private(rng: np.random.Generator) -> tuple[str, ...]:
    """A current mark spaced as its owner likes."""
    text = "".join(_current(rng))
    cut = int(rng.integers(1, 6))
    return text[:cut], text[cut:]


_BRITISH: dict[str, tuple[float, Callable[[np.random.Generator], tuple[str, ...]]]] = {
    "current": (0.42, _current),
    "prefix": (0.13, lambda rng: (_pick(rng, _YEAR, 1) + _number(rng, 3), _pick(rng, _TAG, 3))),
    "suffix": (0.06, lambda rng: (_pick(rng, _TAG, 3), _number(rng, 3) + _pick(rng, _YEAR, 1))),
    "dateless": (0.12, _dateless),
    "ni": (0.08, _ni),
    "q": (0.02, lambda rng: ("Q" + _number(rng, 3), _pick(rng, _TAG, 3))),
    "diplomatic": (0.03, _diplomatic),
    "military": (0.03, _military),
    "trade": (0.04, _trade),
    "island": (0.04, _island),
    "private": (0.03, _private),
}


def british_mark(rng: np.random.Generator, layout: str | None = None) -> Mark:
    """A mark in one of the UK layouts, in one line ("AB12 CDE"); None: any."""
    if layout is None:
        layout = str(rng.choice(list(_BRITISH), p=[share for share, _ in _BRITISH.values()]))
    return Mark((" ".join(_BRITISH[layout][1](rng)),), layout)


def random_mark(rng: np.random.Generator) -> Mark:
    """Characters without a rule: one to nine of them, with gaps anywhere."""
    count = int(rng.choice(np.arange(2, 10), p=[0.03, 0.05, 0.1, 0.15, 0.22, 0.27, 0.13, 0.05]))
    text = _pick(rng, _DIGITS + _LETTERS if rng.random() < 0.8 else _DIGITS, count)
    if rng.random() < 0.15:  # repeats are rare in marks and hard to read
        spot = int(rng.integers(0, count - 1))
        text = text[: spot + 1] + text[spot] + text[spot + 2 :]
    if text.isalpha():  # a word in capitals is no mark: every mark has a digit
        text = text[:-1] + _pick(rng, _DIGITS, 1)
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
