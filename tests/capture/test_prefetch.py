"""Decoding ahead: the same items, bounded, and nothing left running."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from openanpr.capture.item import Items, SourceError, SourceFault
from openanpr.capture.prefetch import prefetch
from openanpr.capture.settings import CaptureSettings
from openanpr.capture.source import Source, open_source
from openanpr.capture.stop import Stop
from openanpr.core.frame import Frame
from tests.capture.media import Recipe, faults_of, flat, frames_of, make_clip, make_picture
from tests.capture.servers import Plan, mjpeg_camera

QUICK = CaptureSettings(threads=1, read_timeout_s=1.0, poll_s=0.05)


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("capture")]


@pytest.mark.parametrize("depth", [1, 2, 50])
def test_the_same_items_come_in_the_same_order(tmp_path: Path, depth: int) -> None:
    make_clip(tmp_path / "a.mp4")
    (tmp_path / "b.jpg").write_bytes(b"damaged")
    make_picture(tmp_path / "c.jpg")
    plain = list(open_source(str(tmp_path), settings=QUICK).items())
    ahead = list(prefetch(open_source(str(tmp_path), settings=QUICK), depth=depth).items())
    assert [(type(item), item.source) for item in ahead] == [(type(item), item.source) for item in plain]
    assert [f.index for f in frames_of(ahead)] == [f.index for f in frames_of(plain)]
    assert len(faults_of(ahead)) == 1


def test_never_more_than_its_depth_is_decoded_ahead(tmp_path: Path) -> None:
    made = 0

    def count(stop: Stop) -> Items:
        nonlocal made
        for item in open_source(str(path)).items():
            made += 1
            yield item
            assert not stop.is_set()

    path = make_clip(tmp_path / "a.mp4")
    for taken, _ in enumerate(prefetch(Source("counted", count, stop=Stop()), depth=3).items(), start=1):
        time.sleep(0.005)
        assert made <= taken + 3 + 1  # in the queue, and one in the thread's hand


def test_leaving_early_stops_the_thread(tmp_path: Path) -> None:
    source = prefetch(open_source(str(make_clip(tmp_path / "a.mp4")), settings=QUICK), depth=2)
    with closing(iter(source)) as frames:
        assert isinstance(next(frames), Frame)


def test_leaving_a_watched_folder_in_which_nothing_happens_stops_the_thread(tmp_path: Path) -> None:
    make_picture(tmp_path / "a.jpg")
    settings = CaptureSettings(poll_s=0.05, settle_s=0.05)
    began = time.monotonic()
    with closing(prefetch(open_source(f"watch:{tmp_path}", settings=settings)).items()) as items:
        assert isinstance(next(items), Frame)
    assert time.monotonic() - began < 2.0


def test_the_callers_stop_reaches_the_thread(tmp_path: Path) -> None:
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    source = prefetch(open_source(f"watch:{tmp_path}", settings=QUICK, stop=stop))
    assert not list(source.items())


def test_a_camera_that_keeps_sending_is_left_at_once() -> None:
    with mjpeg_camera(Plan()) as host:
        with closing(prefetch(open_source(f"http://{host}/v", settings=QUICK)).items()) as items:
            assert isinstance(next(items), Frame)
            began = time.monotonic()
        assert time.monotonic() - began < 1.0


def test_a_slow_reader_of_a_camera_gets_the_newest_frames_and_sees_the_gap() -> None:
    with mjpeg_camera(Plan(interval_s=0.01)) as host:
        source = prefetch(open_source(f"http://{host}/v", settings=QUICK), depth=2)
        with closing(iter(source)) as frames:
            indices: list[int] = []
            for frame in frames:
                indices.append(frame.index)
                time.sleep(0.1)
                if len(indices) == 6:
                    break
    steps = [b - a for a, b in pairwise(indices)]
    assert all(step > 0 for step in steps)
    assert max(steps) >= 4


def test_a_slow_reader_of_a_clip_gets_every_frame(tmp_path: Path) -> None:
    source = prefetch(open_source(str(make_clip(tmp_path / "a.mp4")), settings=QUICK), depth=1)
    indices: list[int] = []
    for frame in source:
        time.sleep(0.004)
        indices.append(frame.index)
    assert indices == list(range(25))


def test_a_fault_is_raised_where_the_frames_are_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        list(prefetch(open_source(str(tmp_path / "gone.jpg"))))


def test_what_breaks_in_the_thread_is_raised_where_the_frames_are_read() -> None:
    def broken(stop: Stop) -> Items:
        yield SourceFault("a", "first", "x", recovering=stop.is_set())
        msg = "a fault in our own code"
        raise LookupError(msg)

    items = prefetch(Source("broken", broken, stop=Stop())).items()
    assert isinstance(next(items), SourceFault)
    with pytest.raises(LookupError, match="our own code"):
        next(items)


def test_a_depth_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="depth of 1 or more"):
        prefetch(open_source(str(tmp_path)), depth=0)


def test_memory_stays_flat_however_long_the_clip(tmp_path: Path) -> None:
    size, count = (640, 480), 200
    recipe = Recipe(codec="mjpeg", codec_options={}, stamps=tuple(range(0, count * 40, 40)), size=size)
    path = make_clip(tmp_path / "a.avi", recipe, [flat(1, size)] * count)
    used: list[int] = []
    for frame in prefetch(open_source(str(path), settings=QUICK), depth=2):
        assert frame.image.shape == (480, 640, 3)
        used.append(int(Path("/proc/self/statm").read_text().split()[1]) * 4096)
    # Kept frames would come to 180 MB.
    assert max(used[50:]) - used[49] < 20e6
