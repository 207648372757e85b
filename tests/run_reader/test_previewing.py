"""A reader's live preview: sent while it is wanted, never in the way of reading, lost on a slow line."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from openanpr.core.camera import CameraId
from openanpr.core.frame import Frame
from openanpr.core.instant import ClockSource, Instant
from openanpr.deliver.preview import PreviewSender, Told
from openanpr.ingest.jpeg import jpeg_size
from openanpr.read.detect import Detection
from openanpr.run.reader.previewing import Previewing
from openanpr.wire.preview import MOST_JPEG_BYTES, Preview
from tests.ingest.world import FIXED
from tests.run_reader.world import until
from tests.web.scene import Scene, standing

PLATE = Detection(np.array([(480, 270), (720, 270), (720, 324), (480, 324)], np.float32), 0.9)


def frame(shade: int = 90, size: tuple[int, int] = (1080, 1920)) -> Frame[np.ndarray]:
    at = Instant(datetime.now(UTC), ClockSource.STREAM, None)
    return Frame("road", 0, at, np.full((*size, 3), shade, np.uint8), still=False, offset_s=0.0)


@pytest.fixture
def node() -> Iterator[Scene]:
    scene = Scene()
    scene.previews = type(scene.previews)(time.monotonic)
    with standing(scene) as made:
        yield made


class Slow:
    """A line on which a picture takes long, whatever comes of it."""

    def __init__(self, takes_s: float) -> None:
        self.takes_s, self.sent, self.free = takes_s, list[Preview](), threading.Event()

    def ask(self) -> Told:
        return Told(60.0)

    def send(self, preview: Preview) -> Told:
        self.sent.append(preview)
        self.free.wait(self.takes_s)
        return Told(60.0)


def wanted(previewing: Previewing) -> bool:
    return previewing._wanted_until_s > time.monotonic()


def test_a_frame_is_sent_small_with_its_boxes_while_somebody_looks(node) -> None:
    with node.line() as line:
        previewing = Previewing(PreviewSender(line, FIXED), time.monotonic, ask_every_s=0.05)
        previewing.start()
        for _ in range(5):
            previewing.look(frame(), [PLATE])
            time.sleep(0.05)
        assert previewing.sent == 0, "nobody looks"
        node.previews.ask(FIXED, "max")
        until(lambda: wanted(previewing), most_s=5)
        previewing.look(frame(), [PLATE])
        until(lambda: node.previews.seen(FIXED, "max").picture is not None, most_s=5)
        assert previewing.stop(timeout_s=5)
    seen = node.previews.seen(FIXED, "max")
    picture = seen.picture
    assert picture is not None
    assert (picture.width, picture.height) == (640, 360)
    assert len(picture.jpeg) <= MOST_JPEG_BYTES
    (box,) = picture.boxes
    assert (box.left, box.top, box.width, box.height) == pytest.approx((0.25, 0.25, 0.125, 0.05))
    assert 0 <= picture.age_s < 2


def test_two_a_second_at_most_however_fast_frames_are_read(node) -> None:
    node.previews.ask(FIXED, "max")
    with node.line() as line:
        previewing = Previewing(PreviewSender(line, FIXED), time.monotonic, ask_every_s=0.05)
        previewing.start()
        until(lambda: wanted(previewing), most_s=5)
        ends = time.monotonic() + 2
        while time.monotonic() < ends:
            previewing.look(frame(size=(90, 160)), [])
            time.sleep(0.01)
        assert previewing.stop(timeout_s=5)
    assert 2 <= previewing.sent <= 5


def test_reading_waits_for_no_line_and_old_frames_are_dropped_for_the_newest() -> None:
    slow = Slow(30)
    previewing = Previewing(slow, time.monotonic, ask_every_s=0.05)  # type: ignore[arg-type]
    previewing.start()
    until(lambda: wanted(previewing), most_s=5)
    taken_s: list[float] = []
    ends = time.monotonic() + 1.5
    while time.monotonic() < ends:
        began_s = time.perf_counter()
        previewing.look(frame(size=(90, 160)), [PLATE])
        taken_s.append(time.perf_counter() - began_s)
        time.sleep(0.005)
    assert len(slow.sent) == 1, "one is under way, and nothing queues behind it"
    assert sorted(taken_s)[len(taken_s) // 2] < 0.0005
    slow.free.set()
    assert previewing.stop(timeout_s=5)
    assert len(slow.sent) <= 2


def test_half_of_the_lines_time_is_left_to_reads() -> None:
    slow = Slow(0.4)
    previewing = Previewing(slow, time.monotonic, ask_every_s=0.05)  # type: ignore[arg-type]
    previewing.start()
    until(lambda: wanted(previewing), most_s=5)
    ends = time.monotonic() + 3
    while time.monotonic() < ends:
        previewing.look(frame(size=(90, 160)), [])
        time.sleep(0.01)
    assert previewing.stop(timeout_s=5)
    assert 2 <= len(slow.sent) <= 4


def test_a_busy_picture_keeps_within_its_bytes(node) -> None:
    noise = np.random.default_rng(7).integers(0, 256, (1080, 1920, 3), np.uint8)
    node.previews.ask(FIXED, "max")
    with node.line() as line:
        sender = PreviewSender(line, FIXED)
        previewing = Previewing(sender, time.monotonic)
        at = frame().at
        previewing._wanted_until_s = time.monotonic() + 10
        previewing.look(Frame("road", 0, at, noise, still=False, offset_s=0.0), [])
        previewing._turn()
    picture = node.previews.seen(FIXED, "max").picture
    assert picture is not None
    assert len(picture.jpeg) <= MOST_JPEG_BYTES
    assert max(jpeg_size(picture.jpeg).width, jpeg_size(picture.jpeg).height) <= 640
    assert cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR) is not None


def test_a_node_that_says_nonsense_or_is_away_gets_no_picture(node) -> None:
    with node.line() as line:
        assert PreviewSender(line, CameraId(54, 1, 1)).ask().failed
    gone = Scene()
    gone.url = "http://127.0.0.1:9"
    with gone.line() as line:
        assert PreviewSender(line, FIXED).ask() == Told(failed=True)
