"""Marks as numbers: the shapes of a mark in one 64-bit key, many marks at a time.

Six bits a shape, the first in the lowest; 0 is no shape, so the length needs no place of its own. Ten
shapes fill sixty bits: every mark that any country issues. Six whole bits, though five and a fraction
would hold 34 shapes and make room for twelve, so that a wildcard is a mask and nothing is divided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openanpr.core.shape import SHAPES, shape_key

LONGEST: Final = 10
"""A longer shape has no key."""

FIELD_BITS: Final = 6
_WIDTH = 16  # bytes of text taken of each mark: two words of eight
_ODD = 0x40
_CODES = {shape: code for code, shape in enumerate(SHAPES, start=1)}

Keys = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """Marks as keys: `keys` (n,) uint64, `lengths` (n,) uint8 in shapes; both 0 where the shape is too long.

    `longer` holds those shapes by their place. `odd` are the places whose text was not plain A-Z0-9 of ten
    characters at most, and which took the slow way.
    """

    keys: Keys
    lengths: NDArray[np.uint8]
    longer: dict[int, str]
    odd: tuple[int, ...]


def pack(texts: Sequence[str]) -> Packed:
    """Return the keys of the shapes of `texts`, whatever they hold."""
    low, high = _words(texts)
    nonzero = _bytes_set(low), _bytes_set(high)
    lengths = np.bitwise_count(nonzero[0]) + np.bitwise_count(nonzero[1])
    keys = _closed_up(low) | (
        (high & np.uint64(0x3F) | high >> np.uint64(2) & np.uint64(0xFC0)) << np.uint64(48)
    )
    # A gap: a byte is set though the one before it is not (text with a NUL inside).
    gap = nonzero[0] & ~(nonzero[0] << np.uint64(8) | np.uint64(0x80))
    gap |= nonzero[1] & ~(nonzero[1] << np.uint64(8) | nonzero[0] >> np.uint64(56))
    unfit = ((low | high) & np.uint64(0x4040404040404040)) | high >> np.uint64(16) | gap
    odd = np.flatnonzero(unfit).tolist()
    longer: dict[int, str] = {}
    for i in odd:
        shape = shape_key(texts[i])
        key = key_of(shape)
        if key is None:
            longer[i] = shape
        keys[i], lengths[i] = (0, 0) if key is None else (key, len(shape))
    return Packed(keys, lengths, longer, tuple(odd))


def key_of(shape: str) -> int | None:
    """Return the key of one shape string over `core.shape.SHAPES`; None where it is too long."""
    if len(shape) > LONGEST:
        return None
    key = 0
    for c in reversed(shape):
        key = key << FIELD_BITS | _CODES[c]
    return key


def shape_at(key: int) -> str:
    """Return the shape string of a key."""
    shapes: list[str] = []
    while key:
        shapes.append(SHAPES[(key & 0x3F) - 1])
        key >>= FIELD_BITS
    return "".join(shapes)


def letters_in(vrms: Sequence[str]) -> NDArray[np.uint16]:
    """Return for each VRM (A-Z0-9) a bit for every place that is spelt I or O: what its key does not tell."""
    characters = _characters(vrms)[:, :LONGEST]
    spelt = (characters == ord("I")) | (characters == ord("O"))
    return spelt @ (np.uint16(1) << np.arange(LONGEST, dtype=np.uint16))


def vrm_at(key: int, letters: int) -> str:
    """Return the VRM of a key and of its `letters_in`."""
    shape = shape_at(key)
    if not letters:
        return shape
    spelt = {"1": "I", "0": "O"}
    return "".join(spelt[c] if letters >> i & 1 else c for i, c in enumerate(shape))


def _characters(texts: Sequence[str]) -> NDArray[np.uint8]:
    """Return the first sixteen characters of each text as bytes (n, 16), `~` for a text that is not ASCII."""
    try:
        fixed = np.array(texts, dtype=f"S{_WIDTH}")
    except UnicodeEncodeError:
        fixed = np.array([text if text.isascii() else "~" for text in texts], dtype=f"S{_WIDTH}")
    return fixed.view(np.uint8).reshape(-1, _WIDTH)


def _words(texts: Sequence[str]) -> tuple[Keys, Keys]:
    """Return the shape codes of the first eight and of the next eight characters, a byte each."""
    codes = np.take(_table(), _characters(texts))
    words = codes.view("<u8").astype(np.uint64, copy=False)
    return np.ascontiguousarray(words[:, 0]), np.ascontiguousarray(words[:, 1])


def _bytes_set(words: Keys) -> Keys:
    """Return the words with 0x80 in every byte that is not 0; no byte is above 0x7f."""
    return (words + np.uint64(0x7F7F7F7F7F7F7F7F)) & np.uint64(0x8080808080808080)


def _closed_up(words: Keys) -> Keys:
    """Return eight six-bit codes, a byte each, without the two empty bits between them."""
    pairs = (words & np.uint64(0x003F003F003F003F)) | (words & np.uint64(0x3F003F003F003F00)) >> np.uint64(2)
    fours = (pairs & np.uint64(0x00000FFF00000FFF)) | (pairs & np.uint64(0x0FFF00000FFF0000)) >> np.uint64(4)
    return (fours & np.uint64(0xFFFFFF)) | (fours >> np.uint64(32)) << np.uint64(24)


@cache
def _table() -> NDArray[np.uint8]:
    """Return the code of every byte: 0 for NUL, 1 to 34 for a shape, 64 for what no mark has."""
    table = np.full(256, _ODD, np.uint8)
    table[0] = 0
    for shape, code in _CODES.items():
        table[ord(shape)] = code
    table[ord("I")], table[ord("O")] = _CODES["1"], _CODES["0"]
    return table
