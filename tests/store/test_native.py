"""Columns of any values reach the engine as they are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.store.chdb_folder import ChdbFolder
from openanpr.store.engine import Statement
from openanpr.store.native import block, maybe_numbers, number_lists, numbers, text_lists, texts

ROW = st.tuples(
    st.integers(0, 2**64 - 1),
    st.none() | st.integers(-(2**31), 2**31 - 1),
    st.text(max_size=300),
    st.lists(st.integers(0, 2**32 - 1), max_size=4),
    st.lists(st.text(max_size=4), max_size=4),
)
MADE = Statement(
    "made", "CREATE OR REPLACE TABLE made (at UInt32, n UInt64, maybe Nullable(Int32), words String, "
    "list Array(UInt32), texts Array(String)) ENGINE = MergeTree ORDER BY at",
)  # fmt: skip
INTO = Statement("into made", "INSERT INTO made (at, n, maybe, words, list, texts)")
FROM = Statement("from made", "SELECT n, maybe, words, list, texts FROM made ORDER BY at")


@pytest.fixture(scope="module")
def made(chdb_store):
    yield chdb_store
    chdb_store.run(Statement("drop", "DROP TABLE IF EXISTS made"), {})


@given(rows=st.lists(ROW, min_size=1, max_size=200))
@settings(max_examples=25, deadline=None)
def test_what_goes_in_as_a_block_comes_out(made: ChdbFolder, rows) -> None:
    made.run(MADE, {})
    n, maybe, words, lists, text = (list(column) for column in zip(*rows, strict=True))
    made.insert(
        INTO,
        block(
            (
                numbers("at", "UInt32", range(len(rows))),
                numbers("n", "UInt64", n),
                maybe_numbers("maybe", "Int32", maybe),
                texts("words", words),
                number_lists("list", "UInt32", lists),
                text_lists("texts", text),
            )
        ),
        token="0" * 64,
    )
    assert made.rows(FROM, {}, tuple[int, int | None, str, list[int], list[str]]) == rows


def test_columns_of_unequal_length_make_no_block() -> None:
    with pytest.raises(ValueError, match=r"\[1, 2\]"):
        block((numbers("a", "UInt8", [1]), texts("b", ["x", "y"])))


def test_a_number_too_large_for_its_column_is_refused() -> None:
    with pytest.raises(OverflowError):
        numbers("a", "UInt8", [256])
