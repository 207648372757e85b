"""Many things to ask about, in parts that each fit into one value of a question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

# A ClickHouse server takes values of up to 128 KB by default (http_max_field_value_size).
_VALUE_LENGTH = 120_000

_ThingT = TypeVar("_ThingT")


def value_parts(things: Sequence[_ThingT]) -> Iterator[Sequence[_ThingT]]:
    """Yield the things in their order, as many at a time as fit into one value of a question."""
    start, length = 0, 0
    for at, thing in enumerate(things):
        length += len(repr(thing)) + 1
        if length > _VALUE_LENGTH and at > start:
            yield things[start:at]
            start, length = at, len(repr(thing)) + 1
    if start < len(things):
        yield things[start:]
