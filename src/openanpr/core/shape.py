"""The shape of a mark: what a plate can show, in which O and 0, and I and 1, are one."""

from __future__ import annotations

from typing import Final

from openanpr.core.normalise import normalise

SHAPES: Final = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""The 34 shapes of a plate: I is written 1 and O is written 0."""

_FOLD = str.maketrans("IO", "10")
_LETTERS = str.maketrans("10", "IO")


def shape_key(text: str) -> str:
    """Return the shapes of `text` over the alphabet `SHAPES`: equal for marks that look the same."""
    if text.isascii() and text.isalnum():  # nearly all are written so already
        return text.upper().replace("I", "1").replace("O", "0")
    return normalise(text).translate(_FOLD)


def as_letters(shape: str) -> str:
    """Return a shape string with every 1 and 0 taken for the letters I and O."""
    return shape.translate(_LETTERS)
