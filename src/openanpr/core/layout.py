"""One way of setting out a mark: which characters each position allows and where it is spaced."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
_SEPARATORS = " -"
_COMMON = {"l": LETTERS, "d": DIGITS, "n": "123456789"}
_RANGE = re.compile(r"\{(\d)-(\d)\}")

Accept = Callable[[str, date | None], bool]
"""A rule that no single position can hold: is this text issued by this day (None: any day)?"""


class Syntax(StrEnum):
    """The family of layouts that a mark belongs to."""

    GB_CURRENT = "gb_current"
    GB_PREFIX = "gb_prefix"
    GB_SUFFIX = "gb_suffix"
    GB_DATELESS = "gb_dateless"
    GB_NI = "gb_ni"
    GB_Q = "gb_q"
    GB_DIPLOMATIC = "gb_diplomatic"
    GB_MILITARY = "gb_military"
    GB_TRADE = "gb_trade"
    JE = "je"
    GG = "gg"
    IM = "im"
    IE = "ie"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout of fixed length.

    `pattern` is L for a letter, D for a digit, with a space or a hyphen where the plate is spaced;
    `allowed` holds the characters of each position, all letters or all digits. `lean` is added to
    the log prior of the syntax for a rarer form, `letter_lean` for each I and O that it spells.
    `accept` is an extra rule or None. `country` is the two-letter code of the country of issue.
    """

    syntax: Syntax
    country: str
    pattern: str
    allowed: tuple[str, ...]
    lean: float = 0.0
    accept: Accept | None = None
    letter_lean: float = 0.0


def layouts(
    syntax: Syntax,
    country: str,
    template: str,
    *,
    sets: dict[str, str] | None = None,
    lean: float = 0.0,
    accept: Accept | None = None,
) -> tuple[Layout, ...]:
    """Return the layouts that a template stands for, shortest first.

    A lower-case letter names a set of characters (`l` any letter, `d` any digit, `n` 1-9, others
    from `sets`, which may also narrow these three); a capital or a digit stands for itself; a space
    or a hyphen is printed; `{1-3}` is a number of one to three digits without a leading zero.
    Raises ValueError for a template that names a set that is not given or mixes letters and digits.
    """
    known = _COMMON | (sets or {})
    return tuple(Layout(syntax, country, *_positions(one, known), lean, accept) for one in _lengths(template))


def _lengths(template: str) -> list[str]:
    """Return the template once for each length of its number."""
    found = _RANGE.search(template)
    if found is None:
        return [template]
    head, tail = template[: found.start()], template[found.end() :]
    return [f"{head}n{'d' * (n - 1)}{tail}" for n in range(int(found[1]), int(found[2]) + 1)]


def _positions(template: str, known: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return the printed pattern and the characters that each position allows."""
    pattern: list[str] = []
    allowed: list[str] = []
    for c in template:
        if c in _SEPARATORS:
            pattern.append(c)
            continue
        characters = known.get(c, "") if c.islower() else c
        pattern.append(_kind(characters, template))
        allowed.append(characters)
    return "".join(pattern), tuple(allowed)


def _kind(characters: str, template: str) -> str:
    if characters and set(characters) <= set(DIGITS):
        return "D"
    if characters and set(characters) <= set(LETTERS):
        return "L"
    msg = f"layout template {template!r}: every position needs a set of letters alone or digits alone"
    raise ValueError(msg)


def spaced(text: str, pattern: str) -> str:
    """Return `text` with the separators of `pattern`, as one line of a plate."""
    characters = iter(text)
    return "".join(c if c in _SEPARATORS else next(characters) for c in pattern)


def in_two_lines(text: str, pattern: str) -> tuple[str, ...]:
    """Return `text` as the two lines of a square plate, broken at the last separator of `pattern`.

    One line alone when the pattern has no separator to break at.
    """
    line = spaced(text, pattern)
    cut = max(pattern.rfind(" "), pattern.rfind("-"))
    return (line,) if cut < 0 else (line[:cut], line[cut + 1 :])
