"""What can be wrong with a list: the whole of it, or one row."""

from __future__ import annotations

from dataclasses import dataclass


class ListError(Exception):
    """A list that cannot be used at all; the text says which, why and what to do."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row to look at: the line it begins on (from 1) and what is wrong, never with the plate.

    `used` is true when the row is matched all the same and only deserves a look.
    """

    line: int
    reason: str
    used: bool = False
