"""The sieve of a wildcard: numbers that tell quickly of most VRMs that they have another form. Pure.

The code of a VRM is its text as a number, the last character lowest; one of more than WIDTH characters has
none. A code passes when `code & mask == value` for one of the sieve's pairs. What passes is looked at whole.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

WIDTH = 8
"""Characters that a code holds, and pairs of a sieve."""

_OPEN = "?"
_SPELT = {"0": "0O", "1": "1I"}


class Pair(NamedTuple):
    """A code that has `value` under `mask` may be of the form."""

    mask: int
    value: int


def sieve(form: str) -> tuple[Pair, ...]:
    """Return the WIDTH pairs of a form of shapes, in which `?` is one character and `*` any run.

    It sieves by the part between two `*` that fixes most, wherever that may stand. A 0 or 1, which may be
    spelt O or I, is sieved by as far as the pairs suffice. A pair that is not needed repeats the first; of a
    form that no VRM with a code has, none passes; of one with a `*` that fixes no character, all do.
    """
    parts = form.split("*")
    at, part = max(enumerate(parts), key=lambda one: sum(c != _OPEN for c in one[1]))
    if len(parts) > 1 and not part.strip(_OPEN):
        return (Pair(0, 0),) * WIDTH
    room = WIDTH - len(part)
    if room < 0:
        return (Pair(0, 1),) * WIDTH
    after = range(1 if at == len(parts) - 1 else min(room + 1, WIDTH))
    spellings = _spellings(part, WIDTH // len(after))
    pairs = [_pair(spelt, n, first=at == 0) for spelt in spellings for n in after]
    return (*pairs, *[pairs[0]] * (WIDTH - len(pairs)))


def _spellings(part: str, most: int) -> Iterator[str]:
    """Yield what a part of shapes may be spelt as, at most so many: further on, a 0 or 1 is left open."""
    choices: list[str] = []
    count = 1
    for character in part:
        spelt = _SPELT.get(character, character)
        fits = count * len(spelt) <= most
        choices.append(spelt if fits else _OPEN)
        count *= len(spelt) if fits else 1
    return map("".join, itertools.product(*choices))


def _pair(part: str, after: int, *, first: bool) -> Pair:
    """Return what tells that `part` has so many characters `after` it, and none before it if `first`."""
    mask, value = bytearray(WIDTH), bytearray(WIDTH)
    start = WIDTH - after - len(part)
    for at, character in enumerate(part, start):
        if character != _OPEN:
            mask[at], value[at] = 0xFF, ord(character)
    if first and start:
        mask[start - 1] = 0xFF
    return Pair(int.from_bytes(mask, "big"), int.from_bytes(value, "big"))
