"""truth.csv: what a person read, checked row by row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.core.read import BoxPx
from openanpr.run.exit_code import RefusedError
from openanpr.run.score_truth import parse_truth, read_truth


def test_a_row_gives_the_mark_without_spaces_and_the_box_in_pixels() -> None:
    truth = parse_truth("image,x,y,w,h,plate\ncar.jpg,10,20,100,25,ab12 cde\n")
    (row,) = truth.rows
    assert (row.image, row.vrm, row.box, row.line) == ("car.jpg", "AB12CDE", BoxPx(10, 20, 100, 25), 2)


def test_several_rows_of_one_image_are_several_plates() -> None:
    truth = parse_truth("image,plate\na.jpg,AB12CDE\nb.jpg,J98257\na.jpg,XYZ123A\n")
    assert [row.vrm for row in truth.by_image()["a.jpg"]] == ["AB12CDE", "XYZ123A"]


def test_notes_of_light_style_and_height_are_kept() -> None:
    (row,) = parse_truth("image,plate,light,style,char_height_px\na.jpg,AB12CDE,Dusk,yellow,14.5\n").rows
    assert (row.light, row.style, row.char_height_px) == ("dusk", "yellow", 14.5)


def test_a_header_alone_is_a_truth_without_rows() -> None:
    assert parse_truth("image,plate\n").rows == ()


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path) -> None:
    (tmp_path / "truth.csv").write_bytes(b"\xef\xbb\xbfImage,Plate\r\na.jpg,AB12CDE\r\n\r\n")
    assert [row.vrm for row in read_truth(tmp_path / "truth.csv").rows] == ["AB12CDE"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("a.jpg,AB12CDE,1,2,3", "cells where the header has"),
        (",AB12CDE,1,2,3,4", "no image"),
        ("../a.jpg,AB12CDE,1,2,3,4", "not inside the folder"),
        ("/a.jpg,AB12CDE,1,2,3,4", "not inside the folder"),
        ("rtsp://a,AB12CDE,1,2,3,4", "not inside the folder"),
        ("a.jpg,--,1,2,3,4", "at least one letter"),
        ("a.jpg,AB12CDE,1,2,3,", "four numbers"),
        ("a.jpg,AB12CDE,1,2,nan,4", "four numbers"),
        ("a.jpg,AB12CDE,1,2,0,4", "no area"),
    ],
)
def test_a_bad_row_is_named_by_its_line_and_the_rest_is_used(cells, reason) -> None:
    truth = parse_truth(f"image,plate,x,y,w,h\nfirst.jpg,XYZ123A,1,2,30,40\n{cells}\nlast.jpg,J1,,,,\n")
    assert [row.image for row in truth.rows] == ["first.jpg", "last.jpg"]
    (bad,) = truth.bad
    assert bad.line == 3
    assert reason in bad.reason


def test_what_is_said_of_a_bad_row_holds_no_plate() -> None:
    truth = parse_truth("image,plate,x,y,w,h\n../a.jpg,AB12CDE,1,2,3,4\na.jpg,AB12CDE,1,x,3,4\n")
    assert not any("AB12CDE" in bad.reason for bad in truth.bad)


@pytest.mark.parametrize("header", ["image", "plate,x,y", "image,plate,x,y", "image,plate,plate", ""])
def test_a_header_that_cannot_be_used_is_refused(header) -> None:
    with pytest.raises(RefusedError):
        parse_truth(f"{header}\na.jpg,AB12CDE\n")


def test_a_quote_that_is_not_closed_is_refused_with_its_line() -> None:
    with pytest.raises(RefusedError, match="line 2"):
        parse_truth('image,plate\na.jpg,"AB12CDE\n')


def test_a_folder_without_truth_is_told_of_the_way_to_go_without(tmp_path) -> None:
    with pytest.raises(RefusedError, match="--no-plates"):
        read_truth(tmp_path / "truth.csv")


def test_a_truth_that_is_no_text_is_refused(tmp_path) -> None:
    (tmp_path / "truth.csv").write_bytes(b"image,plate\n\xff\xfe,\n")
    with pytest.raises(RefusedError, match="UTF-8"):
        read_truth(tmp_path / "truth.csv")


@given(st.text())
def test_no_text_breaks_the_parser(text) -> None:
    try:
        truth = parse_truth("image,plate,x,y,w,h\n" + text)
    except RefusedError:
        return
    assert all(row.image and ".." not in row.image.split("/") for row in truth.rows)
