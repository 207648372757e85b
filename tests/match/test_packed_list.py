"""Sorted arrays of entries and the filter before them: nothing is lost, little passes for nothing."""

from __future__ import annotations

import numpy as np
import pytest

from openanpr.match.packed_list import KeyFilter, PackedList

KEYS = np.random.default_rng(20261129).choice(2**60, 40_000, replace=False).astype(np.uint64)
THERE, ABSENT = KEYS[:20_000], KEYS[20_000:]


def packed(*rows: tuple[int, int]) -> PackedList:
    keys, ids = zip(*rows, strict=True) if rows else ((), ())
    return PackedList.sorted_from(
        np.array(keys, np.uint64),
        np.zeros(len(rows), np.uint16),
        np.array(ids, np.int64),
        np.ones(len(rows), np.int32),
    )


def test_a_filter_passes_every_key_that_was_added_by_many_or_by_one() -> None:
    many, one = KeyFilter(len(THERE)), KeyFilter(len(THERE))
    many.add(THERE)
    for key in THERE.tolist():
        one.add_one(key)
    assert many.maybe(THERE).tolist() == one.maybe(THERE).tolist() == list(range(len(THERE)))
    assert many.maybe(ABSENT).tolist() == one.maybe(ABSENT).tolist()


def test_a_filter_stops_nearly_all_keys_that_were_never_added() -> None:
    keys = KeyFilter(len(THERE))
    keys.add(THERE)
    assert len(keys.maybe(ABSENT)) < len(ABSENT) / 20
    assert len(KeyFilter(100).maybe(ABSENT)) == 0


def test_a_filter_takes_from_three_to_six_bytes_an_entry() -> None:
    for count in (10_000, 1_000_000):
        assert 3 * count <= KeyFilter(count).nbytes <= 6 * count
    assert KeyFilter(0).nbytes == 2**13  # a small one is no smaller than this


def test_entries_of_one_key_are_told_in_the_order_in_which_they_came() -> None:
    entries = packed((7, 3), (5, 9), (7, 1), (7, 2))
    assert [entry.entry_id for entry in entries.at(7)] == [3, 1, 2]
    assert entries.at(6) == ()


def test_a_key_is_held_or_not_wherever_it_stands() -> None:
    entries = packed((5, 1), (7, 2))
    asked = np.array([4, 5, 6, 7, 8], np.uint64)
    assert entries.holding(asked).tolist() == [False, True, False, True, False]
    assert packed().holding(asked).tolist() == [False] * 5


@pytest.mark.parametrize("entry_id", [0, 1, 2, 3, 4])
def test_an_entry_is_known_by_its_id_until_it_is_buried(entry_id) -> None:
    entries = packed((5, 3), (7, 1))
    there = entry_id in {1, 3}
    assert entries.has(entry_id) is there
    assert entries.bury(entry_id) is there
    assert entries.bury(entry_id) is False
    assert entries.has(entry_id) is False


def test_a_list_is_joined_with_another_less_what_is_to_go() -> None:
    mine, more = packed((5, 3), (7, 1), (6, 2)), packed((5, 8))
    mine.bury(1)
    joined = mine.with_more(more, without=[2, 99])
    assert [(int(key), int(i)) for key, i in zip(joined.keys, joined.entry_ids, strict=True)] == [
        (5, 3),
        (5, 8),
    ]
    assert mine.has(2)


def test_two_entries_of_one_id_are_refused_when_lists_are_joined() -> None:
    with pytest.raises(ValueError, match="twice"):
        packed((5, 3)).with_more(packed((7, 3)))


def test_the_memory_is_that_of_all_its_arrays() -> None:
    assert packed((5, 3), (7, 1)).nbytes == 2 * (8 + 2 + 8 + 4 + 4 + 1)
