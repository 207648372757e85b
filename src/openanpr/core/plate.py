"""A number plate: the mark as spelt, what it is, and how it is printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Self

from openanpr.core.grammar import spelling_of
from openanpr.core.layout import Syntax, in_two_lines, spaced
from openanpr.core.normalise import normalise
from openanpr.core.read import Style
from openanpr.core.shape import shape_key

LONGEST_VRM = 16
_LONGEST_TEXT = 64


class PlateError(ValueError):
    """Text that cannot be a plate at all: nothing to read in it, or far too long."""


@dataclass(frozen=True, slots=True)
class Plate:
    """One mark, kept as it was spelt.

    `vrm` is A-Z0-9 without spaces; `syntax` its layout family, `UNKNOWN` outside the grammar;
    `country` the two-letter country of issue, empty when not known or shared; `pattern` the layout
    with L, D and separators, empty when not known. `original` is the text that was parsed and takes
    no part in comparison.
    """

    vrm: str
    syntax: Syntax
    country: str
    pattern: str
    original: str = field(compare=False, repr=False)

    @classmethod
    def parse(cls, text: str, *, on: date | None = None, style: Style | None = None) -> Self:
        """Return the plate that `text` spells; a mark outside the grammar is `Syntax.UNKNOWN`.

        `on` is the day of the read: a mark not yet issued on it is unknown. `style` is the ground of
        the plate and decides between families that share a text (an old trade mark and a dateless
        one). Nothing is repaired: for other spellings of the same shape ask `grammar.spellings`.
        Raises PlateError for text with no letter or digit, or too long to be a mark.
        """
        if len(text) > _LONGEST_TEXT:
            msg = f"a plate has at most {_LONGEST_TEXT} characters with its spaces; this text is longer"
            raise PlateError(msg)
        vrm = normalise(text)
        if not vrm:
            msg = "a plate needs at least one letter A-Z or digit 0-9; this text has none"
            raise PlateError(msg)
        if len(vrm) > LONGEST_VRM:
            msg = f"a plate has at most {LONGEST_VRM} letters and digits; this text has {len(vrm)}"
            raise PlateError(msg)
        found = spelling_of(vrm, on=on, style=style)
        return cls(vrm, found.syntax, found.country, found.pattern, text)

    @property
    def printed(self) -> str:
        """The mark on one line with its spaces, as `AB12 CDE`; unspaced when the layout is unknown."""
        return spaced(self.vrm, self.pattern) if self.pattern else self.vrm

    @property
    def printed_lines(self) -> tuple[str, ...]:
        """The mark on two lines, as `("AB12", "CDE")`; one line when it has no place to break."""
        return in_two_lines(self.vrm, self.pattern) if self.pattern else (self.vrm,)

    @property
    def shape_key(self) -> str:
        """The mark as a plate can show it: O and 0, I and 1 are one."""
        return shape_key(self.vrm)
