"""Folders: sorted, one bad file never stops the rest, nothing reached that was not asked for."""

from __future__ import annotations

import os
from itertools import groupby
from pathlib import Path

import pytest

from openanpr.capture.item import SourceFault
from openanpr.capture.settings import CaptureSettings
from openanpr.capture.source import open_source
from openanpr.core.frame import Frame
from tests.capture.media import Recipe, faults_of, frames_of, make_clip, make_picture


def names_of(folder: Path, *, recursive: bool = False) -> list[str]:
    items = open_source(str(folder), settings=CaptureSettings(recursive=recursive, threads=1)).items()
    return [str(Path(name).relative_to(folder)) for name, _ in groupby(item.source for item in items)]


def test_pictures_and_clips_come_sorted_by_name_each_as_its_own_source(tmp_path: Path) -> None:
    make_picture(tmp_path / "c.png")
    make_picture(tmp_path / "a.jpg")
    make_clip(tmp_path / "b.mp4", Recipe(stamps=(0, 40, 80)))
    frames = frames_of(open_source(str(tmp_path)).items())
    assert [(Path(f.source).name, f.index, f.still) for f in frames] == [
        ("a.jpg", 0, True),
        ("b.mp4", 0, False),
        ("b.mp4", 1, False),
        ("b.mp4", 2, False),
        ("c.png", 0, True),
    ]


def test_what_lies_beside_pictures_is_passed_over(tmp_path: Path) -> None:
    make_picture(tmp_path / "a.jpg")
    make_picture(tmp_path / "shown.png").rename(tmp_path / ".hidden.png")
    (tmp_path / "truth.csv").write_text("image,plate\n")
    (tmp_path / "notes").write_text("fine weather")
    os.mkfifo(tmp_path / "pipe.jpg")
    assert names_of(tmp_path) == ["a.jpg"]


def test_folders_inside_are_read_only_when_asked(tmp_path: Path) -> None:
    (tmp_path / "b" / "deep").mkdir(parents=True)
    make_picture(tmp_path / "c.jpg")
    make_picture(tmp_path / "b" / "a.jpg")
    make_picture(tmp_path / "b" / "deep" / "a.jpg")
    (tmp_path / "b" / "round").symlink_to(tmp_path)
    assert names_of(tmp_path) == ["c.jpg"]
    assert names_of(tmp_path, recursive=True) == ["c.jpg", "b/a.jpg", "b/deep/a.jpg"]


def test_one_bad_file_is_one_fault_in_its_place_and_the_rest_follows(tmp_path: Path) -> None:
    make_picture(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    (tmp_path / "c.mp4").touch()
    (tmp_path / "d.jpg").symlink_to(tmp_path / "gone")
    make_picture(tmp_path / "e.jpg")
    items = list(open_source(str(tmp_path)).items())
    kinds = [(Path(item.source).name, type(item)) for item in items]
    assert kinds == [
        ("a.jpg", Frame),
        ("b.jpg", SourceFault),
        ("c.mp4", SourceFault),
        ("d.jpg", SourceFault),
        ("e.jpg", Frame),
    ]
    assert not any(fault.recovering for fault in faults_of(items))


@pytest.mark.parametrize("others", [(), ("notes.txt",)])
def test_a_folder_with_no_picture_in_it_says_so(tmp_path: Path, others: tuple[str, ...]) -> None:
    for name in others:
        (tmp_path / name).write_text("x")
    (fault,) = faults_of(open_source(str(tmp_path)).items())
    assert (fault.source, fault.problem) == (str(tmp_path), "the folder has no picture or clip in it")


def test_a_folder_that_may_not_be_read_is_named_and_the_rest_follows(tmp_path: Path) -> None:
    for name in ("shut", "open"):
        (tmp_path / name).mkdir()
        make_picture(tmp_path / name / "a.jpg")
    (tmp_path / "shut").chmod(0)
    reachable = [path for path in (tmp_path, *tmp_path.parents) if path.stat().st_mode & 0o777 == 0o700]
    for path in reachable:
        path.chmod(0o755)
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)
        items = list(open_source(str(tmp_path), settings=CaptureSettings(recursive=True)).items())
    finally:
        if root:
            os.seteuid(0)
        for path in reachable:
            path.chmod(0o700)
        (tmp_path / "shut").chmod(0o755)
    assert [(Path(item.source).relative_to(tmp_path), type(item)) for item in items] == [
        (Path("open/a.jpg"), Frame),
        (Path("shut"), SourceFault),
    ]


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (fault,) = faults_of(open_source(str(tmp_path / "pipe")).items())
    assert "not a plain file" in fault.problem
