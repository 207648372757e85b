"""JSON from a stranger: bounded before it is parsed, and free of what JSON does not allow."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TypeAlias, cast

from openanpr.wire.vendors.contract import DEEPEST, MOST_VALUES, MessageFault

Said: TypeAlias = Mapping[str, object]
"""An object of a message: names to text, numbers, truth values, None, lists and further objects."""

_MOST_DIGITS = 20
_LARGEST_INTEGER = 2**63 - 1  # what stores take; nanoseconds since 1970 are below it


def json_object(data: bytes) -> Said:
    """Return the JSON object that `data` holds.

    Raises MessageFault for other text, for NaN and infinities, for numbers beyond any sense, and for
    an object that is too deep or has too many values.
    """
    # Counted before parsing: a few megabytes of brackets would become a gigabyte of lists.
    if sum(data.count(mark) for mark in (b"{", b"[", b",")) > MOST_VALUES:
        msg = f"the message has more than {MOST_VALUES} values"
        raise MessageFault(msg)
    try:
        found: object = json.loads(
            data, parse_constant=_no_constant, parse_int=_bounded_integer, parse_float=_finite
        )
    except (ValueError, RecursionError) as error:  # ValueError covers wrong JSON and wrong UTF-8
        raise MessageFault("the message is not JSON") from error
    if not isinstance(found, dict):
        raise MessageFault("the message is not a JSON object")
    check_depth(cast("object", found))
    return cast("Said", found)


def check_depth(found: object) -> None:
    """Raise MessageFault when values stand more than `DEEPEST` deep in one another."""
    level: list[object] = [found]
    for _ in range(DEEPEST):
        level = [inner for value in level for inner in _within(value)]
        if not level:
            return
    msg = f"the message is nested more than {DEEPEST} deep"
    raise MessageFault(msg)


def _within(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(cast("dict[str, object]", value).values())
    return cast("list[object]", value) if isinstance(value, list) else []


def _no_constant(name: str) -> object:
    msg = f"{name} is not a number"
    raise ValueError(msg)


def _bounded_integer(digits: str) -> int:
    number = int(digits) if len(digits) <= _MOST_DIGITS else _LARGEST_INTEGER + 1
    if abs(number) > _LARGEST_INTEGER:
        msg = "a whole number is too large"
        raise ValueError(msg)
    return number


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        msg = "a number is too large"
        raise ValueError(msg)
    return number
