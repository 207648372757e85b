"""A watched folder: whole files only, each once, until told to stop."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from openanpr.capture.item import Item, SourceFault
from openanpr.capture.settings import CaptureSettings
from openanpr.capture.source import open_source
from openanpr.core.frame import Frame
from tests.capture.media import Recipe, corner_picture, faults_of, frames_of, make_clip, make_picture

QUICK = CaptureSettings(poll_s=0.02, settle_s=0.08, threads=1)


class Watcher:
    """A reader in a thread of its own, with what it has seen so far."""

    def __init__(self, folder: Path, settings: CaptureSettings = QUICK) -> None:
        self.stop = threading.Event()
        self.items: list[Item] = []
        source = open_source(f"watch:{folder}", settings=settings, stop=self.stop)

        def read() -> None:
            for item in source.items():
                self.items.append(item)

        self.thread = threading.Thread(target=read)

    @property
    def names(self) -> list[str]:
        return [Path(item.source).name for item in self.items]

    def wait_for(self, met: Callable[[], bool]) -> None:
        end = time.monotonic() + 5.0
        while not met():
            assert time.monotonic() < end, self.items
            time.sleep(0.01)


@contextmanager
def watching(folder: Path, settings: CaptureSettings = QUICK) -> Iterator[Watcher]:
    watcher = Watcher(folder, settings)
    watcher.thread.start()
    try:
        yield watcher
    finally:
        watcher.stop.set()
        watcher.thread.join(5)
        assert not watcher.thread.is_alive()


def settle() -> None:
    """Let several looks pass, so that what should not come had the time to."""
    time.sleep(0.3)


def test_what_is_there_and_what_comes_is_read_once_each(tmp_path: Path) -> None:
    make_picture(tmp_path / "a.jpg")
    with watching(tmp_path) as watcher:
        watcher.wait_for(lambda: watcher.names == ["a.jpg"])
        make_picture(tmp_path / "b.png")
        watcher.wait_for(lambda: watcher.names == ["a.jpg", "b.png"])
        make_clip(tmp_path / "c.mp4", Recipe(stamps=(0, 40, 80)))
        watcher.wait_for(lambda: watcher.names == ["a.jpg", "b.png", "c.mp4", "c.mp4", "c.mp4"])
        settle()
    assert len(frames_of(watcher.items)) == len(watcher.items) == 5


def test_the_oldest_file_comes_first(tmp_path: Path) -> None:
    for age, name in enumerate(("a.jpg", "c.jpg", "b.jpg")):
        os.utime(make_picture(tmp_path / name), (1_700_000_000 - age, 1_700_000_000 - age))
    with watching(tmp_path) as watcher:
        watcher.wait_for(lambda: len(watcher.names) == 3)
        assert watcher.names == ["b.jpg", "c.jpg", "a.jpg"]


def test_a_file_still_being_written_is_left_until_it_is_whole(tmp_path: Path) -> None:
    data = make_picture(tmp_path / "made.png").rename(tmp_path / ".made").read_bytes()
    patient = CaptureSettings(poll_s=0.02, settle_s=0.4)
    with watching(tmp_path, patient) as watcher, (tmp_path / "slow.png").open("wb", buffering=0) as out:
        step = len(data) // 8 + 1
        for start in range(0, len(data), step):
            assert not watcher.items
            out.write(data[start : start + step])
            time.sleep(0.04)
        watcher.wait_for(lambda: watcher.names == ["slow.png"])
    assert len(frames_of(watcher.items)) == 1


@pytest.mark.parametrize("name", ["a.jpg.part", ".a.jpg", "a.tmp"])
def test_a_file_under_a_working_name_is_read_once_it_is_renamed(tmp_path: Path, name: str) -> None:
    make_picture(tmp_path / "a.jpg").rename(tmp_path / name)
    with watching(tmp_path) as watcher:
        settle()
        assert not watcher.items
        (tmp_path / name).rename(tmp_path / "a.jpg")
        watcher.wait_for(lambda: watcher.names == ["a.jpg"])


def test_files_that_are_no_pictures_are_survived(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<camera/>")
    (tmp_path / "b").write_text("a note")
    (tmp_path / "c").mkdir()
    (tmp_path / "d.jpg").write_bytes(b"damaged")
    (tmp_path / "e.jpg").touch()
    (tmp_path / "f.jpg").symlink_to(tmp_path / "gone")
    os.mkfifo(tmp_path / "g.jpg")
    with watching(tmp_path) as watcher:
        watcher.wait_for(lambda: len(watcher.items) == 2)
        make_picture(tmp_path / "z.jpg")
        watcher.wait_for(lambda: watcher.names[2:] == ["z.jpg"])
        settle()
    assert sorted(Path(fault.source).name for fault in faults_of(watcher.items)) == ["d.jpg", "e.jpg"]
    assert len(watcher.items) == 3


def test_a_picture_written_anew_under_its_old_name_is_a_new_picture(tmp_path: Path) -> None:
    make_picture(tmp_path / "now.jpg")
    with watching(tmp_path) as watcher:
        watcher.wait_for(lambda: len(watcher.items) == 1)
        make_picture(tmp_path / "now.jpg", corner_picture(120, 80))
        watcher.wait_for(lambda: len(watcher.items) == 2)
        settle()
    assert [frame.image.shape for frame in frames_of(watcher.items)] == [(60, 90, 3), (80, 120, 3)]


def test_a_torn_picture_that_is_completed_later_is_read_then(tmp_path: Path) -> None:
    data = make_picture(tmp_path / "made.png").rename(tmp_path / ".made").read_bytes()
    (tmp_path / "a.png").write_bytes(data[:-20])
    with watching(tmp_path) as watcher:
        watcher.wait_for(lambda: len(watcher.items) == 1)
        (tmp_path / "a.png").write_bytes(data)
        watcher.wait_for(lambda: len(watcher.items) == 2)
    assert isinstance(watcher.items[0], SourceFault)
    assert isinstance(watcher.items[1], Frame)


def test_without_a_state_file_a_restart_reads_all_again(tmp_path: Path) -> None:
    make_picture(tmp_path / "a.jpg")
    for _ in range(2):
        with watching(tmp_path) as watcher:
            watcher.wait_for(lambda watcher=watcher: watcher.names == ["a.jpg"])  # type: ignore[misc]
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]


def test_a_state_file_remembers_across_restarts(tmp_path: Path) -> None:
    folder, state = tmp_path / "in", tmp_path / "done.txt"
    folder.mkdir()
    settings = CaptureSettings(poll_s=0.02, settle_s=0.06, state=state)
    make_picture(folder / "a b\nc.jpg")
    with watching(folder, settings) as watcher:
        watcher.wait_for(lambda: len(watcher.items) == 1 and bool(state.read_text()))
    make_picture(folder / "ä.jpg")
    with state.open("a") as torn:
        torn.write("12 34")  # as a power cut leaves it
    with watching(folder, settings) as watcher:
        watcher.wait_for(lambda: watcher.names == ["ä.jpg"])
        settle()
        assert watcher.names == ["ä.jpg"]
    (folder / "ä.jpg").unlink()
    with watching(folder, settings) as watcher:
        settle()
    assert not watcher.items
    assert len(state.read_text().splitlines()) == 1  # what is gone is forgotten


def test_the_picture_in_hand_when_the_reader_dies_is_read_again(tmp_path: Path) -> None:
    folder, state = tmp_path / "in", tmp_path / "done.txt"
    folder.mkdir()
    settings = CaptureSettings(poll_s=0.02, settle_s=0.06, state=state)
    make_picture(folder / "a.jpg")
    for _ in range(2):
        with closing(open_source(f"watch:{folder}", settings=settings).items()) as items:
            assert isinstance(next(items), Frame)


def test_a_state_file_that_cannot_be_used_is_said_at_the_start(tmp_path: Path) -> None:
    settings = CaptureSettings(state=tmp_path / "gone" / "done.txt")
    (fault,) = open_source(f"watch:{tmp_path}", settings=settings).items()
    assert isinstance(fault, SourceFault)
    assert "state file" in fault.problem


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    (fault,) = open_source(f"watch:{tmp_path / 'gone'}", settings=QUICK).items()
    assert isinstance(fault, SourceFault)
    assert fault.source == f"watch:{tmp_path / 'gone'}"


def test_a_folder_that_goes_away_is_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    with watching(folder) as watcher:
        settle()
        folder.rmdir()
        watcher.wait_for(lambda: len(watcher.items) == 1)
        folder.mkdir()
        make_picture(folder / "a.jpg")
        watcher.wait_for(lambda: len(watcher.items) == 2)
    fault, frame = watcher.items
    assert isinstance(fault, SourceFault)
    assert fault.recovering
    assert isinstance(frame, Frame)


def test_telling_it_to_stop_ends_the_watch_soon(tmp_path: Path) -> None:
    stop = threading.Event()
    settings = CaptureSettings(poll_s=30.0)
    threading.Timer(0.1, stop.set).start()
    began = time.monotonic()
    assert not list(open_source(f"watch:{tmp_path}", settings=settings, stop=stop).items())
    assert time.monotonic() - began < 1.0
