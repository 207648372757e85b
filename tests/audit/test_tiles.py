"""A log as static files: names and widths as tlog-tiles gives them, and proofs out of nothing but tiles."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.audit.merkle import consistency_path, inclusion_path, leaf_hash, tree_root
from openanpr.audit.tiles import (
    Edge,
    Tile,
    TileError,
    bundle,
    bundles_of,
    numbered,
    split_bundle,
    split_tile,
    subtrees,
    tiles_of,
)


class Kept:
    """Tiles in memory, as a log of `leaves` makes them."""

    def __init__(self, leaves) -> None:
        self.edge = Edge()
        self.whole = {}
        for index, leaf in enumerate(leaves):
            self.whole |= {(t.level, t.number): data for t, data in self.edge.add(leaf, index)}

    def hashes(self, level, number) -> bytes:
        return self.whole.get((level, number)) or self.edge.partial(level)


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(b"%d" % n) for n in range(size)]


@pytest.mark.parametrize(
    ("number", "path"),
    [
        (0, "000"),
        (999, "999"),
        (1000, "x001/000"),
        (1_234_067, "x001/x234/067"),
        (999_999, "x999/999"),
        (1_000_000, "x001/x000/000"),
    ],
)
def test_numbers_are_paths_as_the_specification_writes_them(number, path) -> None:
    assert numbered(number) == path


def test_the_specifications_tree_of_70000_has_its_tiles() -> None:
    tiles = list(tiles_of(70_000))
    assert sum(t.level == 0 and t.width == 256 for t in tiles) == 273
    assert [t for t in tiles if t.width < 256] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert [t for t in tiles if t.level == 1 and t.width == 256] == [Tile(1, 0)]
    assert Tile(0, 273, 112).path == "tile/0/273.p/112"


def test_the_specifications_tree_of_256_has_one_whole_tile_and_one_of_a_single_hash() -> None:
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]


def test_bundles_have_the_names_of_tiles() -> None:
    assert [tile.path for tile in bundles_of(300)] == ["tile/entries/000", "tile/entries/001.p/44"]
    assert not list(bundles_of(0))


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_gives_back_the_entries_that_went_in(entries) -> None:
    assert split_bundle(bundle(entries)) == entries


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=5), st.data())
def test_a_bundle_that_is_cut_within_an_entry_is_refused(entries, data) -> None:
    whole = bundle(entries)
    cut = data.draw(st.integers(len(whole) - len(entries[-1]) - 1, len(whole) - 1))
    with pytest.raises(TileError):
        split_bundle(whole[:cut])


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(TileError):
        bundle([bytes(65_536)])
    with pytest.raises(TileError):
        split_tile(bytes(33))


@given(st.integers(1, 1500), st.data())
@settings(max_examples=30, deadline=None)
def test_proofs_out_of_tiles_are_the_proofs_out_of_leaves(size, data) -> None:
    leaves = leaves_of(size)
    from_tiles = subtrees(Kept(leaves))

    def from_leaves(low, high):
        return tree_root(leaves[low:high])

    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    assert from_tiles(0, size) == tree_root(leaves)
    assert inclusion_path(index, size, from_tiles) == inclusion_path(index, size, from_leaves)
    assert consistency_path(old, size, from_tiles) == consistency_path(old, size, from_leaves)


def test_three_levels_of_tiles_grow_as_they_should() -> None:
    kept = Kept(leaves_of(65_537))
    assert {level for level, _ in kept.whole} == {0, 1}
    assert [len(kept.edge.partial(level)) // 32 for level in range(4)] == [1, 0, 1, 0]
    assert subtrees(kept)(0, 65_536) == kept.edge.partial(2)


def test_a_missing_tile_is_told_and_not_made_up() -> None:
    class Bare:
        def hashes(self, level, number) -> bytes:
            return bytes(32)

    with pytest.raises(TileError, match="tile/0/000 lacks hashes"):
        subtrees(Bare())(0, 2)
