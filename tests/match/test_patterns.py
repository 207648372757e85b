"""Wildcards by mask: whatever fits a pattern is found under its anchors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.core.shape import shape_key
from openanpr.match.listed import ListedEntry
from openanpr.match.pack import pack
from openanpr.match.patterns import Patterns, anchors_of
from openanpr.match.wildcard import pattern_of
from tests.match.records import FEW, WILD_MARKS

SHAPES = st.text(FEW, max_size=10).map(shape_key)


@given(st.lists(st.one_of(WILD_MARKS, st.text(FEW + "?*", max_size=9)), max_size=12), st.lists(SHAPES))
def test_every_shape_that_fits_a_pattern_is_found(marks, shapes) -> None:
    listed = [ListedEntry(i, 1, mark) for i, mark in enumerate(marks)]
    packed = pack(shapes)
    found = Patterns(listed).screen(packed.keys, packed.lengths)
    for i, shape in enumerate(shapes):
        fits = {entry.entry_id for entry in listed if pattern_of(entry).covered(shape) is not None}
        assert fits <= {pattern.entry.entry_id for pattern in found.get(i, ())}


@pytest.mark.parametrize(
    ("pattern", "anchors"),
    [("AB12*", 1), ("*2CDE", 1), ("?B12CD?", 1), ("A?1?C?E", 1), ("*12C*", 8), ("A*12CD*", 7), ("???*", 1)],
)
def test_a_pattern_is_filed_by_the_best_that_it_tells(pattern, anchors) -> None:
    assert len(anchors_of(pattern)) == anchors


@pytest.mark.parametrize(
    ("pattern", "shapes"),
    [
        ("AB12*", 4),
        ("AB12CD*", 4),
        ("A?1?C?E", 4),
        ("*2CDE", 4),
        ("?B12CD?", 4),
        ("*12C*", 3),
        ("A*12CD*", 4),
        ("A???*12C*", 3),
    ],
)
def test_a_mask_takes_as_many_shapes_as_tell_enough(pattern, shapes) -> None:
    # A mask of fewer would let more reads through to the slow look; all anchors of a pattern are alike.
    assert {anchor.mask.bit_count() for anchor in anchors_of(pattern)} == {6 * shapes}


@pytest.mark.parametrize("pattern", ["A?B*12*", "AB*12*", "*12*AB"])
def test_a_run_that_may_stand_anywhere_is_only_taken_where_it_tells_more(pattern) -> None:
    # It costs a look for every place where it may stand.
    assert len(anchors_of(pattern)) == 1


@pytest.mark.parametrize(
    ("mark", "fits"), [("*2CDE", "AB12CDE"), ("ABCDEFGH9?", "ABCDEFGH97"), ("ABCDEFGHJK*", "ABCDEFGHJK")]
)
def test_an_entry_that_tells_its_end_or_fills_the_longest_key_is_found(mark, fits) -> None:
    packed = pack(["XY99ZZZ", fits])
    found = Patterns([ListedEntry(1, 1, mark)]).screen(packed.keys, packed.lengths)
    assert list(found) == [1]


def test_patterns_that_tell_the_same_places_cost_one_look() -> None:
    patterns = Patterns(ListedEntry(i, 1, f"AB{i:02d}*") for i in range(100))
    assert (len(patterns), patterns.masks) == (100, 1)


def test_a_dropped_pattern_is_found_no_more_and_its_neighbour_still() -> None:
    patterns = Patterns([ListedEntry(1, 1, "AB12*"), ListedEntry(2, 1, "AB12*"), ListedEntry(3, 1, "AB13*")])
    packed = pack(["AB12CDE"])
    assert patterns.drop(1)
    assert not patterns.drop(1)
    assert [p.entry.entry_id for p in patterns.screen(packed.keys, packed.lengths)[0]] == [2]
    assert [entry.entry_id for entry, _ in patterns.matching("AB12CDE")] == [2]


def test_a_pattern_longer_than_a_key_has_no_anchor_and_meets_long_shapes_only() -> None:
    assert anchors_of("ABCDEFGHJK?*") == ()
    patterns = Patterns([ListedEntry(1, 1, "ABCDEFGHJK?*")])
    assert [entry.entry_id for entry, _ in patterns.matching("ABCDEFGHJKL")] == [1]
