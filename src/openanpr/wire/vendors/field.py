"""Fields of a message, read leniently: firmware writes numbers as text and leaves things out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

from openanpr.core.place import Place
from openanpr.core.read import Direction
from openanpr.wire.vendors.contract import MessageFault
from openanpr.wire.vendors.json_text import Said

_LONGEST_NUMBER = 32
_LONGEST_PLATE = 64
_TRUE = frozenset({"true", "1", "yes"})
_UPRIGHT = 60.0  # degrees to either side of straight up or down; what moves across is unknown


def text(said: Said, name: str) -> str:
    """Return a field as text without space around it; empty when missing or neither text nor number."""
    value = said.get(name)
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def plate(said: Said, *names: str) -> str:
    """Return the first of these fields that is not empty, as the text of a plate; empty when none is.

    Raises MessageFault for a plate that is not text, and for one that no plate could carry.
    """
    for name in names:
        value = said.get(name)
        if value is None or value == "":
            continue
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise MessageFault("the plate is not text")
        if len(text(said, name)) > _LONGEST_PLATE:
            msg = f"the plate has more than {_LONGEST_PLATE} characters"
            raise MessageFault(msg)
        return text(said, name)
    return ""


def number(said: Said, name: str) -> float | None:
    """Return a field as a finite number, also when it is written as text; None otherwise."""
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str) and (len(value) > _LONGEST_NUMBER or not value.isascii()):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def flag(said: Said, name: str) -> bool:
    """Return whether a field says yes: true, 1, "true" or "1"."""
    value = said.get(name)
    return value is True or text(said, name).lower() in _TRUE


def within(said: Said, name: str) -> Said:
    """Return the object in a field; an empty one when there is none."""
    value = said.get(name)
    return cast("Said", value) if isinstance(value, dict) else {}


def several(said: Said, name: str) -> Sequence[object]:
    """Return the list in a field, and a single value as a list of one; empty when missing."""
    value = said.get(name)
    if isinstance(value, list):
        return cast("list[object]", value)
    return [] if value is None or value == "" else [value]


def objects(said: Said, name: str) -> Sequence[Said]:
    """Return the objects of a list, whatever else is in it left out."""
    return [cast("Said", value) for value in several(said, name) if isinstance(value, dict)]


def share(value: float | None, whole: float) -> float | None:
    """Return a confidence of 0 to `whole` as one of 0 to 1; None when there is none or it is outside."""
    return value / whole if value is not None and 0.0 <= value <= whole else None


def place(lat: float | None, lon: float | None) -> Place | None:
    """Return where the sender says it was; None for nothing, nonsense, and 0/0, which means nothing."""
    if lat is None or lon is None or (lat == 0.0 and lon == 0.0):
        return None
    try:
        return Place(lat, lon)
    except ValueError:
        return None


def direction_of(degrees: float | None, *, towards: float, away: float) -> Direction:
    """Return the direction of a movement in the picture, given which angles point down and up."""
    if degrees is None or not 0.0 <= degrees <= 360.0:
        return Direction.UNKNOWN
    if _apart(degrees, towards) <= _UPRIGHT:
        return Direction.TOWARDS
    return Direction.AWAY if _apart(degrees, away) <= _UPRIGHT else Direction.UNKNOWN


def _apart(a: float, b: float) -> float:
    return abs((a - b + 180.0) % 360.0 - 180.0)
