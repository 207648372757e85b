"""`openanpr read` as people and programs use it: real pictures, and a reader that reads file names."""

from __future__ import annotations

import io
import json
import os
import signal
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import jsonschema
import numpy as np
import pytest

from openanpr.core.frame import Frame
from openanpr.core.read import Read
from openanpr.run.exit_code import RefusedError
from openanpr.run.plate_reader import is_live
from openanpr.run.read_command import run_read
from openanpr.run.save import RECORDS, SavedReads, safe_stem
from openanpr.run.settings import ReadSettings
from openanpr.run.sighting import Sighting
from openanpr.wire.read_json import read_schema
from tests.match.reads import make_read

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class NameReader:
    """Takes the plate from the picture's file name: a reader that is always right about the file."""

    def __init__(self, settings: ReadSettings) -> None:
        self.settings = settings
        self.after_each = lambda: None

    def read(self, source_frames: Iterable[Frame[np.ndarray]], /) -> Iterator[Read]:
        for frame in source_frames:
            read = make_read(Path(frame.source).stem.upper())
            picture = cv2.imencode(".jpg", frame.image)[1].tobytes() if self.settings.pictures else None
            yield replace(
                read,
                source=frame.source,
                frame=frame.index,
                captured_at=frame.at,
                patch=picture,
                overview=picture,
            )
            self.after_each()


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """A folder of three pictures named by their plates."""
    folder = tmp_path / "street"
    folder.mkdir()
    for name in ("ab12cde", "fl1ckr", "xy99zzz"):
        cv2.imwrite(str(folder / f"{name}.png"), np.full((90, 160, 3), 90, np.uint8))
    return folder


@pytest.fixture
def wanted(tmp_path: Path) -> Path:
    path = tmp_path / "wanted.csv"
    path.write_text("VRM\nAB12 CDE\nFLICKR\n/bad/\n", encoding="utf-8")
    return path


class Ran:
    """What a run gave back."""

    def __init__(self, settings: ReadSettings, **beside: Any) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()
        self.code = run_read(
            settings, **{"out": self.out, "err": self.err, "make_reader": NameReader, "now": NOW, **beside}
        )

    @property
    def records(self) -> list[dict]:
        return [json.loads(line) for line in self.out.getvalue().splitlines()]


def test_a_person_sees_a_table_with_hits_in_words(street, wanted) -> None:
    ran = Ran(ReadSettings((str(street),), voi=(wanted,)))
    lines = ran.out.getvalue().splitlines()
    assert ran.code == 0
    assert lines[0].startswith("TIME (UTC)")
    assert "AB12 CDE" in lines[1]
    assert "** EXACT HIT (wanted.csv line 2)" in lines[1]
    assert "?? possible: listed FLICKR" in lines[2]
    assert "HIT" not in lines[3]
    assert "line 4: the VRM holds a character that no plate has" in ran.err.getvalue()
    assert "3 reads, 1 exact and 1 possible hits" in ran.err.getvalue()


def test_json_gives_records_that_keep_to_the_schema_and_nothing_else(street, wanted) -> None:
    ran = Ran(ReadSettings((str(street),), voi=(wanted,), as_json=True))
    check = jsonschema.Draft202012Validator(json.loads(read_schema()))
    for record in ran.records:
        check.validate(record)
    assert [len(record["hit"]) for record in ran.records] == [1, 1, 0]


def test_without_a_list_hit_is_null(street) -> None:
    assert {record["hit"] for record in Ran(ReadSettings((str(street),), as_json=True)).records} == {None}


def test_one_bad_source_is_named_and_the_rest_is_read(street, tmp_path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not a picture")
    sources = (str(tmp_path / "gone.jpg"), "gopher://camera", str(broken), str(street))
    ran = Ran(ReadSettings(sources, as_json=True))
    assert ran.code == 1
    assert len(ran.records) == 3
    for name in ("gone.jpg", "gopher://camera", "broken.jpg"):
        assert name in ran.err.getvalue()


def test_pictures_and_records_are_saved_and_named_in_the_record(street, tmp_path) -> None:
    folder = tmp_path / "deep" / "saved"
    ran = Ran(ReadSettings((str(street),), save=folder, as_json=True))
    lines = (folder / RECORDS).read_text().splitlines()
    assert lines == ran.out.getvalue().splitlines()
    for record in ran.records:
        assert cv2.imread(str(folder / record["patch"])).shape == (90, 160, 3)
        assert (folder / record["overview"]).is_file()
    assert not list(folder.glob(".*"))


def test_a_second_run_into_the_same_folder_overwrites_nothing(street, tmp_path) -> None:
    folder = tmp_path / "saved"
    for _ in range(2):
        Ran(ReadSettings((str(street),), save=folder))
    lines = (folder / RECORDS).read_text().splitlines()
    named = [json.loads(line)["patch"] for line in lines]
    assert len(lines) == len(set(named)) == 6
    assert all((folder / name).is_file() for name in named)


def test_a_record_cut_short_by_a_power_cut_does_not_spoil_the_next(street, tmp_path) -> None:
    (tmp_path / RECORDS).write_bytes(b'{"version":1,"sour')
    Ran(ReadSettings((str(street),), save=tmp_path))
    lines = (tmp_path / RECORDS).read_text().splitlines()
    assert len([json.loads(line) for line in lines[1:]]) == 3


def test_the_name_of_a_picture_is_safe_and_holds_no_plate(tmp_path) -> None:
    assert safe_stem("/a/b/../Über Straße;rm -rf.mp4") == "ber-Stra-e-rm--rf"
    assert safe_stem("rtsp://user:word@camera.example:554/live/main?key=1") == "main"
    assert safe_stem("rtsp://camera.example") == "source"
    saved = SavedReads(tmp_path)
    named = saved.save(Sighting(make_read("AB12CDE", patch=b"jpeg"), None)).patch
    saved.close()
    assert named == "street-f000120-1.patch.jpg"


def test_a_report_is_written_and_named(street, wanted, tmp_path) -> None:
    page = tmp_path / "page.html"
    ran = Ran(ReadSettings((str(street), "gone.jpg"), voi=(wanted,), report=page))
    text = page.read_text(encoding="utf-8")
    assert str(page) in ran.err.getvalue()
    assert text.count('class="card"') == 3
    assert 'viewBox="0 0 160 90"' in text
    assert "gone.jpg" in text
    assert "line 4" not in text.partition('id="lists"')[0]


def test_a_list_that_cannot_be_used_stops_the_run_before_a_reader_is_made(street, tmp_path) -> None:
    def no_reader(_: ReadSettings) -> NameReader:
        pytest.fail("the models were loaded although the list was refused")

    ran = Ran(ReadSettings((str(street),), voi=(tmp_path / "gone.csv",)), make_reader=no_reader)
    assert ran.code == 2
    assert "gone.csv cannot be read" in ran.err.getvalue()
    assert ran.out.getvalue() == ""


def test_models_that_cannot_be_trusted_stop_the_run_with_their_sentence(street) -> None:
    def refuse(_: ReadSettings) -> NameReader:
        msg = "recogniser.onnx is not the file that its card names: install the package again"
        raise RefusedError(msg)

    ran = Ran(ReadSettings((str(street),)), make_reader=refuse)
    assert (ran.code, ran.err.getvalue().count("\n")) == (2, 1)
    assert "not the file that its card names" in ran.err.getvalue()


def test_a_folder_that_cannot_be_written_stops_the_run(street, wanted) -> None:
    ran = Ran(ReadSettings((str(street),), save=wanted / "reads"))
    assert ran.code == 2
    assert "cannot be written" in ran.err.getvalue()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_in_order_and_keeps_what_was_read(street, tmp_path, number, code) -> None:
    def make(settings: ReadSettings) -> NameReader:
        reader = NameReader(settings)
        reader.after_each = lambda: os.kill(os.getpid(), number)
        return reader

    page = tmp_path / "page.html"
    before = signal.getsignal(number)
    ran = Ran(ReadSettings((str(street),), as_json=True, report=page), make_reader=make)
    assert ran.code == code
    assert 1 <= len(ran.records) < 3
    assert page.read_text(encoding="utf-8").count('class="card"') == len(ran.records)
    assert signal.getsignal(number) is before


def test_a_pipe_that_is_closed_ends_the_run_without_a_traceback_and_keeps_the_report(
    street, tmp_path
) -> None:
    class Closed(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    page = tmp_path / "page.html"
    ran = Ran(ReadSettings((str(street),), as_json=True, report=page), out=Closed())
    assert ran.code == 141
    assert page.is_file()
    assert "Traceback" not in ran.err.getvalue()


def test_a_bar_is_shown_on_a_terminal_only(street) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    Ran(ReadSettings((str(street),)), err=screen)
    assert "source 1 of 1" in screen.getvalue()
    assert "[#" in screen.getvalue()
    assert "\x1b" not in Ran(ReadSettings((str(street),))).err.getvalue()


def test_a_file_name_cannot_drive_the_terminal(tmp_path) -> None:
    path = tmp_path / "ab12cde\x1b[2J.png"
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((8, 8, 3), np.uint8))
    (tmp_path / "a.png").rename(path)
    ran = Ran(ReadSettings((str(path), str(tmp_path / "gone\x1b[2J.jpg"))), make_reader=_plain)
    assert "\x1b" not in ran.out.getvalue() + ran.err.getvalue()


def _plain(settings: ReadSettings) -> NameReader:
    class Plain(NameReader):
        def read(self, source_frames: Iterable[Frame[np.ndarray]], /) -> Iterator[Read]:
            return (make_read(source=frame.source) for frame in source_frames)

    return Plain(settings)


def test_a_camera_is_known_from_a_file() -> None:
    assert is_live("rtsp://camera.example/street")
    assert is_live("usb:0")
    assert not is_live("street.mp4")
    assert not is_live("gopher://camera")
