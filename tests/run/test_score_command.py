"""`openanpr score` on folders drawn for the purpose, read by the reader that ships."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from openanpr.core.frame import Frame
from openanpr.core.read import BoxPx, Candidate, Read
from openanpr.run.exit_code import ExitCode
from openanpr.run.score_command import run_score
from openanpr.run.score_settings import ScoreSettings
from openanpr.run.settings import ReadSettings
from tests.capture.media import Recipe, make_clip
from tests.run.score_reads import made_read
from training.plates.draw import draw_plate

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEFT, RIGHT = BoxPx(20, 40, 100, 20), BoxPx(200, 40, 100, 20)


class Told:
    """A reader that gives what a test tells it for each file; it looks at every frame, as a reader does."""

    def __init__(self, by_name: dict[str, list[Read]]) -> None:
        self._by_name = by_name

    def read(self, source_frames: Iterable[Frame], /) -> Iterator[Read]:
        names = {Path(frame.source).name for frame in source_frames}
        for name in names:
            yield from self._by_name.get(name, [])


def write_grey(path: Path, *, level: int = 128) -> None:
    assert cv2.imwrite(str(path), np.full((120, 320, 3), level, np.uint8))


def score(folder: Path, reads: dict[str, list[Read]], **settings: object) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()

    def make_reader(_: ReadSettings) -> Told:
        return Told(reads)

    wanted = replace(ScoreSettings(folder), **settings)
    code = run_score(wanted, out=out, err=err, make_reader=make_reader, now=NOW)
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def street(tmp_path) -> Path:
    """Three pictures: one bright, one dark, one without plates; and their truth."""
    write_grey(tmp_path / "day.png")
    write_grey(tmp_path / "night.png", level=20)
    write_grey(tmp_path / "empty.png")
    (tmp_path / "truth.csv").write_text(
        "image,plate,x,y,w,h\n"
        "day.png,AB12CDE,20,40,100,20\n"
        "day.png,XYZ123A,200,40,100,20\n"
        "night.png,MN56OPO,20,40,100,20\n"
        "empty.png,,,,,\n"
    )
    return tmp_path


READS = {
    "day.png": [
        made_read("AB12CDE", box=LEFT, confidence=0.97),
        made_read("XYZ128A", box=RIGHT, confidence=0.6, primary=False, patch=b"\xff\xd8jpeg"),
    ],
    "night.png": [made_read("MN560P0", box=LEFT, confidence=0.8)],
    "empty.png": [made_read("TAXI", confidence=0.96, patch=b"\xff\xd8jpeg")],
}


def test_json_holds_every_measure(street) -> None:
    code, out, _ = score(street, READS, as_json=True)
    told = json.loads(out)
    assert code == ExitCode.DONE
    assert (told["pictures"], told["plates"], told["false_reads"]) == (3, 3, 1)
    assert (told["capture"]["hits"], told["read_exact"]["hits"], told["read_folded"]["hits"]) == (3, 1, 2)
    assert (told["best_plate_exact"]["hits"], told["best_plate_exact"]["of"]) == (1, 2)
    assert told["best_plate_folded"]["hits"] == 2
    assert told["false_reads_per_100_pictures"] == pytest.approx(33.3333)
    assert told["calibration"]["strict"]["wrong_over_095"]["hits"] == 1
    assert told["time_ms"]["picture"]["median"] >= told["time_ms"]["decode"]["median"] > 0
    light = {g["group"]: g["read_folded"]["of"] for g in told["groups"] if g["by"] == "light"}
    assert light == {"bright": 2, "dark": 1}
    kinds = [(slip["kind"], slip["line"]) for slip in told["errors"]]
    assert kinds == [("misread", 3), ("same shape", 4), ("false", None)]


def test_every_field_of_the_json_is_documented(street) -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "score.md").read_text(encoding="utf-8")
    told = json.loads(score(street, READS, as_json=True)[1])
    lost = {name for name in told if f"`{name}`" not in page}
    assert not lost


def test_the_table_tells_shares_with_intervals_and_the_errors(street) -> None:
    _, out, _ = score(street, READS)
    assert "100.0 % (43.9 to 100.0), 3 of 3" in out
    assert "XYZ123A read XYZ128A .....8." in out
    assert "no such plate, read TAXI" in out


def test_a_plate_that_was_not_read_is_shown_by_its_patch(street, tmp_path) -> None:
    page = tmp_path / "page.html"
    _, _, err = score(street, {}, report=page)
    text = page.read_text(encoding="utf-8")
    assert text.count("Not read") == 3
    assert text.count("data:image/jpeg;base64,") == 3
    assert str(page) in err


def test_the_page_stands_alone_and_its_tags_are_closed(street, tmp_path) -> None:
    page = tmp_path / "page.html"
    score(street, READS, report=page)
    text = page.read_text(encoding="utf-8")
    open_tags: list[str] = []

    class Checker(HTMLParser):
        def handle_starttag(self, tag, attrs) -> None:
            if tag not in {"meta", "img"} and not self.get_starttag_text().endswith("/>"):
                open_tags.append(tag)

        def handle_endtag(self, tag) -> None:
            if open_tags and open_tags[-1] == tag:
                open_tags.pop()

    Checker().feed(text)
    assert not open_tags
    assert not re.search(r"(?:src|href)=\"(?!data:|#)", text)
    assert "<script" not in text
    assert "$" not in re.sub(r"data:[^\"]+|sha256-[^']+", "", text)
    assert text.count("<svg") == 2


def test_a_file_name_cannot_write_into_the_page(tmp_path) -> None:
    write_grey(tmp_path / "a<b>.png")
    (tmp_path / "truth.csv").write_text("image,plate\na<b>.png,AB12CDE\n")
    score(tmp_path, {}, report=tmp_path / "page.html")
    assert "a<b>" not in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_missing_and_damaged_pictures_and_bad_rows_are_named_and_the_rest_is_scored(street) -> None:
    (street / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    (street / "inside").mkdir()
    with (street / "truth.csv").open("a") as truth:
        truth.write("gone.png,AA11AAA,,,,\nbroken.png,AA11AAA,,,,\ninside,AA11AAA,,,,\nday.png,--,,,,\n")
    code, out, err = score(street, READS, as_json=True)
    told = json.loads(out)
    assert code == ExitCode.SOURCE_FAILED
    assert told["plates"] == 3
    assert [Path(one["file"]).name for one in told["left_out"]["unread"]] == [
        "gone.png",
        "broken.png",
        "inside",
    ]
    assert [one["line"] for one in told["left_out"]["bad_rows"]] == [9]
    assert all(name in err for name in ("gone.png", "broken.png", "inside", "line 9"))


def test_the_programs_own_log_names_no_plate(street) -> None:
    with (street / "truth.csv").open("a") as truth:
        truth.write("gone.png,AA11AAA,,,,\n../x.png,AA11AAA,,,,\n")
    _, _, err = score(street, READS)
    assert not any(mark in err for mark in ("AB12CDE", "XYZ12", "MN56", "TAXI", "AA11AAA"))


def test_files_that_the_truth_does_not_name_are_left_out_and_counted(street) -> None:
    write_grey(street / "other.png")
    code, out, err = score(street, READS | {"other.png": [made_read("TAXI")]}, as_json=True)
    assert code == ExitCode.DONE
    assert json.loads(out)["left_out"]["unnamed_files"] == 1
    assert json.loads(out)["false_reads"] == 1
    assert "not in its truth" in err


@pytest.mark.parametrize("way", ["header only", "no plates"])
def test_without_plates_only_false_reads_are_measured(tmp_path, way) -> None:
    for name in ("a.png", "b.png"):
        write_grey(tmp_path / name)
    if way == "header only":
        (tmp_path / "truth.csv").write_text("image,plate\n")
    reads = {"a.png": [made_read("TAXI")]}
    code, out, _ = score(tmp_path, reads, as_json=True, no_plates=way == "no plates")
    told = json.loads(out)
    assert code == ExitCode.DONE
    assert told["capture"]["value"] is None
    assert told["false_reads_per_100_pictures"] == 50.0
    assert told["pictures_with_false_reads"]["hits"] == 1


@pytest.mark.parametrize("fault", ["no truth", "no folder", "empty", "bad header"])
def test_a_folder_that_cannot_be_scored_is_refused_with_what_to_do(tmp_path, fault) -> None:
    folder = tmp_path / "gone" if fault == "no folder" else tmp_path
    if fault == "bad header":
        (tmp_path / "truth.csv").write_text("file,text\n")
    code, out, err = score(folder, {}, no_plates=fault == "empty")
    assert code == ExitCode.REFUSED
    assert not out
    assert err.startswith("openanpr: ")


def test_a_clips_rows_are_its_passes(tmp_path) -> None:
    make_clip(tmp_path / "road.mp4", Recipe(stamps=tuple(range(0, 240, 40))))
    (tmp_path / "truth.csv").write_text("image,plate\nroad.mp4,AB12CDE\nroad.mp4,XYZ123A\nroad.mp4,J98257\n")
    reads = [made_read("AB12CDE"), made_read("XYZ123A"), made_read("AB12CDE"), made_read("TAXI")]
    told = json.loads(score(tmp_path, {"road.mp4": reads}, as_json=True)[1])
    assert (told["clips"], told["pictures"], told["plates"], told["capture"]["hits"]) == (1, 0, 3, 2)
    assert (told["repeated_reads"], told["clip_false_reads"]) == (1, 1)
    assert told["clip_time_s"]["frames"] == 6


def test_a_page_that_cannot_be_written_is_told(street) -> None:
    (street / "file").write_text("")
    code, _, err = score(street, READS, report=street / "file" / "page.html")
    assert code == ExitCode.REFUSED
    assert "cannot be written" in err


def test_the_shipped_reader_reads_drawn_plates_through_the_command(tmp_path) -> None:
    rng = np.random.default_rng(7)
    rows = ["image,plate,x,y,w,h"]
    for number in range(2):
        plate = draw_plate(rng, px_per_mm=0.45, family="gb")
        high, wide = plate.image.shape[:2]
        picture = np.full((360, 640, 3), 90, np.uint8)
        picture[200 : 200 + high, 180 : 180 + wide] = plate.image
        cv2.imwrite(str(tmp_path / f"{number}.png"), picture)
        rows.append(f"{number}.png,{plate.text},180,200,{wide},{high}")
    (tmp_path / "truth.csv").write_text("\n".join(rows) + "\n")
    program = "import sys; from openanpr.run.cli import main; sys.exit(main())"
    ended = subprocess.run(
        [sys.executable, "-c", program, "score", str(tmp_path), "--json", "--threads", "1"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["capture"]["hits"] == 2
    assert told["model"].startswith("detector-")


def test_folded_calibration_asks_how_sure_the_shapes_are_and_strict_how_sure_the_spelling(
    tmp_path: Path,
) -> None:
    write_grey(tmp_path / "a.jpg")
    (tmp_path / "truth.csv").write_text("image,plate,x,y,w,h\na.jpg,61OCH,20,40,100,20\n")
    both = (Candidate("610CH", 0.6), Candidate("61OCH", 0.38), Candidate("61QCH", 0.01))
    read = replace(made_read("610CH", confidence=0.6, box=LEFT), candidates=both)
    _, out, _ = score(tmp_path, {"a.jpg": [read]}, as_json=True)
    found = json.loads(out)["calibration"]
    assert found["folded"]["expected_error"] == pytest.approx(0.02)  # 0.98 sure of the shapes, and right
    assert found["strict"]["expected_error"] == pytest.approx(0.6)  # 0.6 sure of the spelling, and wrong
