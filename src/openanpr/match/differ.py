"""Where two spellings differ."""

from __future__ import annotations


def differing(read_plate: str, listed_plate: str) -> tuple[int, ...]:
    """Return the positions of `read_plate` where `listed_plate` is spelt otherwise.

    For marks of unlike length: all positions between the beginning and the end that they share.
    """
    if len(read_plate) == len(listed_plate):
        pairs = zip(read_plate, listed_plate, strict=True)
        return tuple(i for i, (a, b) in enumerate(pairs) if a != b)
    shorter = min(len(read_plate), len(listed_plate))
    head = 0
    while head < shorter and read_plate[head] == listed_plate[head]:
        head += 1
    tail = 0
    while tail < shorter - head and read_plate[-1 - tail] == listed_plate[-1 - tail]:
        tail += 1
    return tuple(range(head, len(read_plate) - tail))
