"""Lists as they arrive: any separator, any spreadsheet, some rows wrong."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.voi.list_file import ListError, ListFile, read_list
from openanpr.voi.rows import rows_of

TODAY = date(2026, 11, 22)
HEADER = (
    "VRM,Make,Model,Colour,Action,Warning markers,Reason,NIM (5x5x5) code,Information/Action,Force & Area,"
    "Weed date,PNC ID,GPMS/GSC marking,CAD information,Spare 1,Spare 2"
)
FULL = "AB12 CDE,FORD,FOCUS,BLUE,STOP,FI,Stolen,3x5x2,Check driver,53 C,31/12/2027,14/1X,OFFICIAL,CAD 4,a,b"


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., ListFile]:
    def load(text: str | bytes, on: date = TODAY) -> ListFile:
        path = tmp_path / "wanted.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return read_list(path, on=on)

    return load


def row(vrm: str, weed: str = "", make: str = "") -> str:
    cells = [vrm, make, *[""] * 14]
    cells[10] = weed
    return ",".join(cells)


def test_sixteen_columns_fill_every_field(load) -> None:
    entry = load(f"{HEADER}\n{FULL}\n").entries[0]
    assert (entry.vrm, entry.list_name, entry.row) == ("AB12CDE", "wanted.csv", 2)
    assert (entry.make, entry.model, entry.colour, entry.action) == ("FORD", "FOCUS", "BLUE", "STOP")
    assert (entry.warning_markers, entry.reason, entry.grading) == ("FI", "Stolen", "3x5x2")
    assert (entry.information, entry.force_area) == ("Check driver", "53 C")
    assert (entry.weed_date, entry.pnc_id) == (date(2027, 12, 31), "14/1X")
    assert (entry.protective_marking, entry.cad, entry.spare) == ("OFFICIAL", "CAD 4", ("a", "b"))


def test_without_a_header_the_first_row_is_an_entry(load) -> None:
    found = load(f"{FULL}\n{row('XY99 ZZZ')}\n")
    assert [(e.vrm, e.row) for e in found.entries] == [("AB12CDE", 1), ("XY99ZZZ", 2)]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_separator_line_end_and_encoding_will_do(load, separator, ending, encoding) -> None:
    text = ending.join([HEADER, FULL, row("XY99ZZZ", make="CITROËN"), ""]).replace(",", separator)
    found = load(text.encode(encoding))
    assert [e.vrm for e in found.entries] == ["AB12CDE", "XY99ZZZ"]
    assert found.entries[1].make == "CITROËN"
    assert not found.bad_rows


def test_header_names_may_differ_in_case_and_space_and_order(load) -> None:
    found = load(" weed DATE ,v r m,COLOR\n01/02/2027,ab12cde,red\n")
    entry = found.entries[0]
    assert (entry.vrm, entry.colour, entry.weed_date) == ("AB12CDE", "red", date(2027, 2, 1))


def test_a_column_of_an_unknown_name_is_reported_and_the_list_used(load) -> None:
    found = load("VRM,Shoe size\nAB12CDE,9\n")
    assert len(found.entries) == 1
    assert (found.bad_rows[0].line, found.bad_rows[0].used) == (1, True)
    assert "column 2" in found.bad_rows[0].reason


def test_a_plain_list_has_one_mark_a_line(load) -> None:
    found = load("ab12 cde\n\nXY99-ZZZ\nÄB12 CDF\n")
    assert [(e.vrm, e.row) for e in found.entries] == [("AB12CDE", 1), ("XY99ZZZ", 3), ("AB12CDF", 4)]


def test_a_plain_list_may_have_a_header(load) -> None:
    assert [e.vrm for e in load("Registration\nAB12CDE\n").entries] == ["AB12CDE"]


def test_wildcards_are_kept(load) -> None:
    assert [e.vrm for e in load("AB1? CDE\nAB1*\n").entries] == ["AB1?CDE", "AB1*"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("XY99ZZZ,FORD", "2 columns where 16 belong"),
        (row("XY99ZZZ") + ",more", "17 columns where 16 belong"),
        (row(""), "the VRM is empty"),
        (row("X" * 17), "more than 16 characters"),
        (row("X" * 500), "more than 16 characters"),
        (row("XY99/ZZZ"), "no plate has"),
        (row("日本"), "no plate has"),
        (row("*"), "at least 3 letters or digits"),
        (row("X?*"), "at least 3 letters or digits"),
        (row("XY99ZZZ", weed="32/01/2027"), "weed date is no date"),
        (row("XY99ZZZ", weed="soon"), "weed date is no date"),
        (row("XY99ZZZ", weed="21/11/2026"), "weeded"),
        ('XY99ZZZ,"FORD' + "," * 14, "quotes are not closed"),
        ("XY99ZZZ," + "x" * 70_000, "far too long"),
    ],
)
def test_a_bad_row_is_named_without_its_plate_and_the_rest_is_used(load, bad, reason) -> None:
    found = load("\n".join([HEADER, row("AA11AAA"), bad, row("BB22BBB"), row("CC33CCC")]))
    assert [e.vrm for e in found.entries] == ["AA11AAA", "BB22BBB", "CC33CCC"]
    assert len(found.bad_rows) == 1
    assert found.bad_rows[0].line == 3
    assert reason in found.bad_rows[0].reason
    assert not found.bad_rows[0].used
    assert "XY99" not in found.bad_rows[0].reason
    assert found.weeded == (reason == "weeded")


def test_empty_columns_that_a_spreadsheet_adds_are_no_fault(load) -> None:
    found = load(f"{row('AA11AAA')},,\n{row('BB22BBB')}\n")
    assert len(found.entries) == 2
    assert not found.bad_rows


@pytest.mark.parametrize(
    "weed", ["31/12/2026", "2026-12-31", "31-12-2026", "31.12.2026", "20261231", "31/12/26", "31 Dec 2026"]
)
def test_a_weed_date_is_taken_in_any_common_form(load, weed) -> None:
    found = load(f"{HEADER}\n{row('AB12CDE', weed)}\n{row('XY99ZZZ', weed + ' 23:59:00')}\n")
    assert [e.weed_date for e in found.entries] == [date(2026, 12, 31)] * 2


def test_an_entry_is_used_on_its_weed_date_and_not_after(load) -> None:
    text = f"{HEADER}\n{row('AB12CDE', '22/11/2026')}\n"
    assert len(load(text, on=date(2026, 11, 22)).entries) == 1
    after = load(text, on=date(2026, 11, 23))
    assert (after.entries, after.weeded) == ((), 1)


def test_a_repeated_row_is_used_once_and_one_with_other_particulars_twice(load) -> None:
    found = load("\n".join([row("AB12CDE"), row("AB12 CDE"), row("AB12CDE", make="FORD"), row("XY99ZZZ")]))
    assert [e.row for e in found.entries] == [1, 3, 4]
    assert [(b.line, b.used) for b in found.bad_rows] == [(2, False), (3, True)]
    assert "line 1" in found.bad_rows[0].reason


def test_two_spellings_of_one_shape_are_both_used_and_told(load) -> None:
    found = load("OO11AAA\n0011AAA\nOOI1AAA\n")
    assert len(found.entries) == 3
    assert [(b.line, b.used) for b in found.bad_rows] == [(2, True), (3, True)]
    assert "O and 0" in found.bad_rows[0].reason


def test_a_quoted_cell_may_hold_separators_quotes_and_lines(load) -> None:
    text = FULL.replace("Check driver", '"Check driver, ""armed"",\ncall first"')
    found = load(f"{HEADER}\n{text}\n{row('XY99ZZZ')}\n")
    assert found.entries[0].information == 'Check driver, "armed", call first'
    assert [(e.vrm, e.row) for e in found.entries] == [("AB12CDE", 2), ("XY99ZZZ", 4)]


def test_a_stray_quote_does_not_swallow_the_rows_after_it(load) -> None:
    rows = [row(f"AA{n:02}AAA") for n in range(60)]
    rows[5] = rows[5].replace("AA05AAA,", 'AA05AAA,"')
    found = load("\n".join(rows))
    assert len(found.entries) == 59
    assert [b.line for b in found.bad_rows] == [6]


def test_control_characters_cannot_reach_a_terminal(load) -> None:
    entry = load(f"{HEADER}\n{row('AB12CDE', make='FO' + chr(27) + '[2JRD')}\n").entries[0]
    assert entry.make.isprintable()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(range(256)), "is not text"),
        (b"Make,Model,Colour\nFORD,FOCUS,BLUE\n", "without a VRM column"),
        (b"<html><body>\n<p>Signed out</p>\n</body></html>\n", "no row that can be used"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_a_sentence(load, content, told) -> None:
    with pytest.raises(ListError, match=told):
        load(content)


def test_a_list_of_nobody_is_a_list(load) -> None:
    assert load(f"{HEADER}\n").entries == ()


def test_a_list_that_is_missing_or_a_folder_is_refused(tmp_path) -> None:
    for path in (tmp_path / "gone.csv", tmp_path):
        with pytest.raises(ListError, match="cannot be read"):
            read_list(path, on=TODAY)


@given(st.binary(max_size=400))
def test_no_bytes_whatever_break_the_reading(tmp_path_factory, content) -> None:
    path = tmp_path_factory.mktemp("any") / "list.csv"
    path.write_bytes(content)
    try:
        found = read_list(path, on=TODAY)
    except ListError:
        return
    assert all(bad.line >= 1 for bad in found.bad_rows)


@given(st.lists(st.text('ab,"\n ', max_size=12), max_size=12))
def test_every_line_is_accounted_for_once(tmp_path_factory, lines) -> None:
    path = tmp_path_factory.mktemp("any") / "list.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    numbers = [line for line, _ in rows_of(path)]
    assert numbers == sorted(set(numbers))


def test_a_long_list_is_read_in_time_that_grows_with_its_length(tmp_path) -> None:
    rng = random.Random(5)
    marks = ["".join(rng.choices("ABCDEFGHJK0123", k=7)) for _ in range(30_000)]
    marks += ["SAME1"] * 5_000  # the worst case: all of one shape
    path = tmp_path / "long.csv"
    path.write_text("\n".join(marks), encoding="utf-8")
    found = read_list(path, on=TODAY)
    assert len(found.entries) == len(set(marks))
    assert len(found.bad_rows) >= 4_999
