"""The vehicles of the county: made up one by one from their numbers, each with a mark of its own."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache

TAGS = "ABCDEFGHKLMNOPRSVWY"
_LAST = "BCDFGHJKLMNPRSTVWXY"  # no vowels: no words
_AGES = (*range(8, 27), *range(58, 77))
_PLACES = len(TAGS) ** 2 * len(_LAST) ** 3
_STRIDE = 1_299_709  # a prime that divides no part of _PLACES: all numbers are met before one comes again
_KINDS = {"hatch": 0.4, "saloon": 0.2, "estate": 0.12, "suv": 0.16, "van": 0.12}
_COLOURS = {
    "black": 0.2,
    "silver": 0.18,
    "grey": 0.18,
    "white": 0.16,
    "blue": 0.14,
    "red": 0.1,
    "green": 0.04,
}
_MAKES = ("Arden", "Bellman", "Corvane", "Dunmere", "Elstow", "Farrant")
"""Of makers that there are not."""
_OLD_LETTERS = "MNPRSTVWXY"


@dataclass(frozen=True, slots=True)
class Vehicle:
    """`mark` as it stands on the plate, with its gap; `kind` and `colour` as the pictures know them."""

    mark: str
    kind: str
    colour: str
    make: str

    @property
    def vrm(self) -> str:
        """The mark without its gap."""
        return self.mark.replace(" ", "")


@lru_cache(maxsize=200_000)
def vehicle(number: int, *, seed: int) -> Vehicle:
    """Return the vehicle of a number: the same for the same number and seed, with a mark no other has."""
    chance = random.Random(f"{seed} vehicle {number}")
    place = (number * _STRIDE + seed * 7919) % _PLACES
    place, *last = _digits(place, len(_LAST), 3)
    tag = TAGS[place // len(TAGS)] + TAGS[place % len(TAGS)]
    letters = "".join(_LAST[n] for n in last)
    kind, colour = (chance.choices(list(of), list(of.values()))[0] for of in (_KINDS, _COLOURS))
    return Vehicle(_written(tag, letters, chance), kind, colour, chance.choice(_MAKES))


def _written(tag: str, letters: str, chance: random.Random) -> str:
    """A current mark, for one in twelve one of 1983 to 2001; both keep the letters, which no other has."""
    if chance.random() < 1 / 12:
        # The tag becomes the number: 361 tags, 361 numbers.
        number = TAGS.index(tag[0]) * len(TAGS) + TAGS.index(tag[1]) + 21
        return f"{chance.choice(_OLD_LETTERS)}{number} {letters}"
    return f"{tag}{chance.choice(_AGES):02d} {letters}"


def _digits(number: int, base: int, count: int) -> tuple[int, ...]:
    """The number above its last `count` digits, and these."""
    last: list[int] = []
    for _ in range(count):
        number, digit = divmod(number, base)
        last.append(digit)
    return (number, *last)
