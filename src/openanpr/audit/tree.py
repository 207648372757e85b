"""The tree of the living log: whole tiles on the disk, the rest in memory; all made from the entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from openanpr.audit.disk import write_whole
from openanpr.audit.merkle import Frontier, Subtree, leaf_hash, tree_root
from openanpr.audit.tiles import WIDTH, Edge, Tile, split_tile, subtrees

Bundle = Callable[[int], Sequence[bytes]]
"""The entries of the bundle with this number."""


class Tree:
    """The hashes of a log that grows. One thread at a time uses it."""

    __slots__ = ("_edge", "_folder", "_frontier", "_size")

    def __init__(self, folder: Path, size: int, edge: Edge) -> None:
        """Go on from `size` entries, whose whole tiles are below `folder` and the rest in `edge`."""
        self._folder = folder
        self._edge = edge
        self._size = size
        self._frontier = Frontier.standing(size, self.subtree)

    @classmethod
    def stand(cls, folder: Path, size: int, bundle: Bundle) -> Tree:
        """Return the tree of the first `size` entries, with the tiles that a crash left unwritten.

        Raises OSError, TileError, and what `bundle` raises.
        """
        _mend(folder, size, bundle)
        return cls(folder, size, Edge(_partial_levels(folder, size, bundle)))

    @property
    def size(self) -> int:
        """The number of entries."""
        return self._size

    @property
    def subtree(self) -> Subtree:
        """The roots of subtrees, for proofs."""
        return subtrees(self)

    def add(self, entry: bytes) -> list[tuple[Tile, bytes]]:
        """Take the next entry; return the tiles that it makes whole, for `keep`."""
        leaf = leaf_hash(entry)
        whole = self._edge.add(leaf, self._size)
        self._frontier.add(leaf)
        self._size += 1
        return whole

    def keep(self, tiles: Sequence[tuple[Tile, bytes]]) -> None:
        """Put whole tiles on the disk. Raises OSError; they are made again at the next start then."""
        for tile, data in tiles:
            write_whole(self._folder / tile.path, data)

    def root(self) -> bytes:
        """The root of all entries until now."""
        return self._frontier.root()

    def hashes(self, level: int, number: int) -> bytes:
        """Return a tile, from the disk or as far as it has grown."""
        if number < (self._size >> 8 * level) // WIDTH:
            return (self._folder / Tile(level, number).path).read_bytes()
        return self._edge.partial(level)


def _mend(folder: Path, size: int, bundle: Bundle) -> None:
    """Write the last whole tiles where they are missing: a crash came between an entry and its tile."""
    level, count = 0, size // WIDTH
    while count:
        number = count - 1
        while number >= 0 and not (folder / Tile(level, number).path).exists():
            children = range(number * WIDTH, (number + 1) * WIDTH)
            hashes = (
                [leaf_hash(entry) for entry in bundle(number)]
                if level == 0
                else [_tile_root(folder, level - 1, child) for child in children]
            )
            write_whole(folder / Tile(level, number).path, b"".join(hashes))
            number -= 1
        level, count = level + 1, count // WIDTH


def _partial_levels(folder: Path, size: int, bundle: Bundle) -> list[list[bytes]]:
    levels: list[list[bytes]] = []
    count = size
    while count:
        level, first = len(levels), count - count % WIDTH
        if level == 0:
            leaves = [leaf_hash(entry) for entry in bundle(count // WIDTH)] if count % WIDTH else []
            levels.append(leaves)
        else:
            levels.append([_tile_root(folder, level - 1, number) for number in range(first, count)])
        count //= WIDTH
    return levels


def _tile_root(folder: Path, level: int, number: int) -> bytes:
    return tree_root(split_tile((folder / Tile(level, number).path).read_bytes()))
