"""Plain lines cut into columns at once, and which lines are left to be read row by row."""

from __future__ import annotations

import pytest

from openanpr.voi.cut import cut


def columns(*lines: str, separator: str | None = ",", width: int = 2) -> list[list[str]] | None:
    found = cut([f"{line}\n" for line in lines], separator, width)
    return None if found is None else [list(column) for column in found.columns]


def test_plain_lines_and_quoted_ones_give_the_same_columns() -> None:
    assert columns("a,b", "c,d") == columns('"a",b', '"c","d"') == [["a", "c"], ["b", "d"]]
    assert columns("a", "b", separator=None, width=1) == [["a", "b"]]
    assert columns('"x,y",b', 'c,"say ""so"""') == [["x,y", "c"], ["b", 'say "so"']]


@pytest.mark.parametrize(
    "lines",
    [
        ("a,b", "", "c,d"),
        ("a,b", "  ", "c,d"),
        ("a,b", "c,\x1bd"),
        ("a,b", "c,\u2028d"),
        ("a,b", '"c,d', 'e",f'),
        ("a,b", '"c"x,d'),
        ("a,b", "c," + "d" * 70_000),
    ],
)
def test_lines_that_are_not_plain_are_left_alone(lines) -> None:
    assert columns(*lines) is None
    assert cut([], ",", 2) is None


def test_a_tab_parts_cells_but_has_no_place_in_one() -> None:
    assert columns("a\tb", separator="\t") == [["a"], ["b"]]
    assert columns('"a\tx"\tb', separator="\t") is None
    assert columns("a\tx,b") is None


@pytest.mark.parametrize("line", [" a,b", "a ,b", "a, b", "a,b ", '" a",b', '"a ",b'])
def test_a_blank_beside_a_cell_is_noticed(line) -> None:
    found = cut([f"{line}\n", "c,d\n"], ",", 2)
    assert found is not None
    assert found.loose
    plain = cut(["a x,b\n", '"c",d\n'], ",", 2)
    assert plain is not None
    assert not plain.loose


def test_a_row_of_another_width_keeps_its_cells_and_leaves_its_place_empty() -> None:
    found = cut(["a,b\n", "c\n", "d,e,f\n", "g,h,,\n"], ",", 2)
    assert found is not None
    assert [list(column) for column in found.columns] == [["a", "", "", "g"], ["b", "", "", "h"]]
    assert [found.row(place) for place in range(4)] == [["a", "b"], ["c"], ["d", "e", "f"], ["g", "h"]]
