"""A file played as live keeps its pace, and says that its time is that of the playing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from openanpr.capture.item import SourceFault
from openanpr.capture.source import Source, open_source
from openanpr.capture.stop import Stop
from openanpr.core.instant import ClockSource
from openanpr.run.reader.as_live import Clocks, as_live
from tests.capture.media import Recipe, make_clip, make_picture

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Time:
    """Time that passes when somebody waits for it, or works."""

    def __init__(self) -> None:
        self.passed_s = 0.0

    @property
    def clocks(self) -> Clocks:
        return Clocks(lambda: NOW + timedelta(seconds=self.passed_s), lambda: self.passed_s)


class Waiting(Stop):
    """A stop whose waits pass at once."""

    def __init__(self, time) -> None:
        super().__init__(Event())
        self.time = time

    def wait(self, timeout_s: float) -> bool:
        self.time.passed_s += timeout_s
        return self.is_set()


@pytest.fixture
def time() -> Time:
    return Time()


def played(path, time, *, work_s=0.0, passes=1) -> list:
    items = []
    for _ in range(passes):
        found = open_source(str(path))
        source = Source(found.name, lambda _, found=found: found.items(), stop=Waiting(time))
        for item in as_live(source, time.clocks).items():
            time.passed_s += work_s
            items.append((time.passed_s, item))
    return items


@pytest.fixture
def clip(tmp_path):
    return make_clip(tmp_path / "road.mp4", Recipe(stamps=(0, 400, 1000, 2000)))


def test_each_frame_comes_at_its_place_in_the_clip(clip, time) -> None:
    shown = played(clip, time)
    assert [at for at, _ in shown] == pytest.approx([0, 0.4, 1.0, 2.0])
    assert [(f.at.at - NOW).total_seconds() for _, f in shown] == pytest.approx([0, 0.4, 1.0, 2.0])
    assert {(f.at.source, f.at.error_ms) for _, f in shown} == {(ClockSource.STREAM, None)}


def test_played_again_every_time_is_new(clip, time) -> None:
    times = [frame.at.at for _, frame in played(clip, time, passes=3, work_s=0.001)]
    assert times == sorted(times)
    assert len(set(times)) == 12


def test_a_slow_machine_plays_slower_and_no_time_is_far_behind(tmp_path, time) -> None:
    clip = make_clip(tmp_path / "road.mp4", Recipe(stamps=tuple(range(0, 4000, 200))))
    behind = [at - (f.at.at - NOW).total_seconds() for at, f in played(clip, time, work_s=0.7)]
    assert max(behind) < 1.8
    assert time.passed_s == pytest.approx(20 * 0.7)


def test_pictures_follow_one_another_by_a_second_also_in_a_loop(tmp_path, time) -> None:
    for name in ("a.png", "b.png"):
        make_picture(tmp_path / name)
    assert [at for at, _ in played(tmp_path, time, passes=2)] == [1.0, 2.0, 3.0, 4.0]


def test_faults_pass_through(tmp_path, time) -> None:
    ((_, fault),) = played(tmp_path / "gone.mp4", time)
    assert isinstance(fault, SourceFault)


def test_it_counts_as_live_so_that_a_slow_reader_loses_frames(clip, time) -> None:
    assert as_live(open_source(str(clip)), time.clocks).live
