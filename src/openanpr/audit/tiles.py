"""A log as static files: the tiles and bundles of C2SP tlog-tiles, their names and bytes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from openanpr.audit.merkle import HASH_BYTES, Subtree, node_hash, tree_root

WIDTH = 256
"""Hashes in a whole tile, and entries in a whole bundle."""

MOST_ENTRY_BYTES = 0xFFFF
"""The longest entry: its length stands before it in two bytes."""

_HEIGHT = 8


class TileError(ValueError):
    """Bytes that are no tile or no bundle of the width that they should have."""


@dataclass(frozen=True, slots=True)
class Tile:
    """Which tile: `level` 0 holds the hashes of leaves, None the entries themselves; 1 to 256 of them."""

    level: int | None
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Its place below the folder of the log, as tlog-tiles names it."""
        level = "entries" if self.level is None else str(self.level)
        part = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{numbered(self.number)}{part}"


class TileHashes(Protocol):
    """Where hashes of a tree are kept by tile."""

    def hashes(self, level: int, number: int) -> bytes:
        """Return what there is of a tile, whole or in part, its hashes one after another."""
        ...


def numbered(number: int) -> str:
    """The path of a number: 1234067 is `x001/x234/067`."""
    digits = f"{number:d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])


def tiles_of(size: int) -> Iterator[Tile]:
    """The tiles of hashes of a tree of `size` leaves, whole ones and the partial one of each level."""
    level, count = 0, size
    while count:
        for number in range(count // WIDTH):
            yield Tile(level, number)
        if count % WIDTH:
            yield Tile(level, count // WIDTH, count % WIDTH)
        level, count = level + 1, count // WIDTH


def bundles_of(size: int) -> Iterator[Tile]:
    """The bundles of entries of a log of `size` entries."""
    for number in range(size // WIDTH):
        yield Tile(None, number)
    if size % WIDTH:
        yield Tile(None, size // WIDTH, size % WIDTH)


def bundle(entries: Sequence[bytes]) -> bytes:
    """Return entries as a bundle: each after its length, two bytes, the greater first.

    Raises TileError for an entry that is too long.
    """
    if any(len(entry) > MOST_ENTRY_BYTES for entry in entries):
        raise TileError(f"an entry is longer than {MOST_ENTRY_BYTES} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def split_bundle(data: bytes) -> list[bytes]:
    """Return the entries of a bundle; raises TileError where its last one is cut short."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise TileError("the last entry of a bundle is cut short")
        entries.append(data[at + 2 : end])
        at = end
    return entries


def split_tile(data: bytes) -> list[bytes]:
    """Return the hashes of a tile; raises TileError where its last one is cut short."""
    if len(data) % HASH_BYTES:
        raise TileError("the last hash of a tile is cut short")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def subtrees(source: TileHashes) -> Subtree:
    """Return the roots of subtrees as `source` holds them; where a hash is missing it raises TileError."""

    def root(low: int, high: int) -> bytes:
        count = high - low
        if count & (count - 1) or low % count:  # not one whole subtree: two smaller ones
            cut = low + (1 << (count - 1).bit_length() - 1)
            return node_hash(root(low, cut), root(cut, high))
        height = count.bit_length() - 1
        level, within = divmod(height, _HEIGHT)
        number, first = divmod(low >> level * _HEIGHT, WIDTH)
        wanted = 1 << within
        found = split_tile(source.hashes(level, number))[first : first + wanted]
        if len(found) != wanted:
            raise TileError(f"the tile {Tile(level, number).path} lacks hashes")
        return tree_root(found)

    return root


class Edge:
    """The right edge of a growing tree: of each level the hashes that do not fill a tile yet."""

    __slots__ = ("_levels",)

    def __init__(self, levels: Sequence[Sequence[bytes]] = ()) -> None:
        """Begin with the hashes of the partial tile of each level, from the leaves up."""
        self._levels = [list(level) for level in levels]

    def partial(self, level: int) -> bytes:
        """The hashes of a level that wait for their tile to be whole."""
        return b"".join(self._levels[level]) if level < len(self._levels) else b""

    def add(self, leaf: bytes, index: int) -> list[tuple[Tile, bytes]]:
        """Take the hash of entry `index`, the next; return the tiles that it makes whole."""
        whole: list[tuple[Tile, bytes]] = []
        level, number = 0, index
        while True:
            if level == len(self._levels):
                self._levels.append([])
            row = self._levels[level]
            row.append(leaf)
            if len(row) < WIDTH:
                return whole
            number //= WIDTH
            whole.append((Tile(level, number), b"".join(row)))
            leaf = tree_root(row)
            row.clear()
            level += 1
