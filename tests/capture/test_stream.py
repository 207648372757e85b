"""Streams and cameras: read, lost, found again, given up; never a password shown."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path
from random import Random

import pytest

from openanpr.capture.item import Item, SourceError, SourceFault, redact
from openanpr.capture.settings import Backoff, CaptureSettings
from openanpr.capture.source import Source, open_source
from openanpr.core.frame import Frame
from openanpr.core.instant import ClockSource
from tests.capture.media import Recipe, faults_of, frames_of, grey_of, make_clip, make_picture
from tests.capture.servers import PASSWORD, URL_PASSWORD, USER, Plan, mjpeg_camera, rtsp_camera, web_server
from tests.ports import free_port

QUICK = CaptureSettings(
    threads=1,
    clock_error_ms=100,
    open_timeout_s=5.0,
    read_timeout_s=3.0,
    backoff=Backoff(first_s=0.05, most_s=0.2, tries=3),
)


Camera = Callable[[Plan], AbstractContextManager[str]]


def take(source: Source, count: int) -> list[Item]:
    with closing(source.items()) as items:
        return list(islice(items, count))


def test_an_rtsp_camera_is_read_on_this_machines_clock() -> None:
    plan = Plan(interval_s=0.04)
    with rtsp_camera(plan) as host:
        source = open_source(f"rtsp://{host}/live", settings=QUICK)
        frames = frames_of(take(source, 40))
    assert source.live
    assert len(frames) == 40
    assert [f.index for f in frames] == list(range(40))
    first = min(range(5), key=lambda i: abs(float(frames[0].image.mean()) - grey_of(i)))
    assert max(abs(float(f.image.mean()) - grey_of(f.index + first)) for f in frames) < 8
    assert {(f.source, f.still, f.at.source, f.at.error_ms) for f in frames} == {
        (f"rtsp://{host}/live", False, ClockSource.CLOCK, 100)
    }
    # Spaced by the camera's own times, however the packets came.
    assert [b.offset_s - a.offset_s for a, b in pairwise(frames)] == pytest.approx([0.04] * 39, abs=0.002)
    # Each at the moment it was sent, the first ones too, which FFmpeg keeps back while it looks.
    late = [f.at.at.timestamp() - plan.connections[0] - 0.04 * (f.index + first) for f in frames]
    assert min(late) >= -0.01
    assert max(late) < 0.5
    assert max(late) - min(late) < 0.05


def test_an_mjpeg_camera_is_timed_by_arrival_since_it_names_no_times() -> None:
    with mjpeg_camera(Plan(interval_s=0.1)) as host:
        frames = frames_of(take(open_source(f"http://{host}/video", settings=QUICK), 15))
    assert len(frames) == 15
    late = frames[5:]
    steps = [b.offset_s - a.offset_s for a, b in pairwise(late)]
    assert sum(steps) / len(steps) == pytest.approx(0.1, abs=0.03)
    assert abs((datetime.now(UTC) - frames[-1].at.at).total_seconds()) < 1.0
    assert all(b.at.at >= a.at.at for a, b in pairwise(frames))


@pytest.mark.parametrize("camera", [mjpeg_camera, rtsp_camera])
def test_a_camera_that_dies_and_comes_back_is_found_again(camera: Camera) -> None:
    plan = Plan(frames=(15, 15, 1000))
    scheme = "http" if camera is mjpeg_camera else "rtsp"
    with camera(plan) as host:
        items = take(open_source(f"{scheme}://{host}/live", settings=QUICK, rng=Random(1)), 50)
    faults, frames = faults_of(items), frames_of(items)
    assert len(plan.connections) == 3
    assert len(faults) == 2
    assert all(fault.recovering and "trying again in" in fault.remedy for fault in faults)
    assert [f.index for f in frames] == list(range(len(frames)))
    assert all(b.offset_s >= a.offset_s for a, b in pairwise(frames))
    # The time away is in the offsets: they span what the clock says passed.
    span_s = (frames[-1].at.at - frames[0].at.at).total_seconds()
    assert frames[-1].offset_s == pytest.approx(span_s, abs=1.0)


def test_a_loss_does_not_stop_plain_iteration() -> None:
    with mjpeg_camera(Plan(frames=(10, 1000))) as host:
        source = open_source(f"http://{host}/video", settings=QUICK)
        with closing(iter(source)) as frames:
            assert len(list(islice(frames, 30))) == 30


def test_a_camera_that_falls_silent_is_noticed() -> None:
    plan = Plan(frames=(1000,), silent_after=30)
    with mjpeg_camera(plan) as host:
        settings = CaptureSettings(threads=1, read_timeout_s=0.5)
        items = take(open_source(f"http://{host}/video", settings=settings), 31)
    (fault,) = faults_of(items)
    assert "no data came" in fault.problem
    assert fault.recovering


def test_a_camera_that_is_off_is_given_up_after_the_set_number_of_tries() -> None:
    url = f"rtsp://127.0.0.1:{free_port()}/live"
    *passing, last = open_source(url, settings=QUICK, rng=Random(1)).items()
    assert len(passing) == 2
    assert all(isinstance(fault, SourceFault) and fault.recovering for fault in passing)
    assert isinstance(last, SourceFault)
    assert (last.source, last.recovering) == (url, False)
    assert "given up after 3 tries: nothing answers" in last.problem
    with pytest.raises(SourceError, match="given up"):
        list(open_source(url, settings=QUICK))


def test_a_camera_that_is_never_given_up_is_left_when_told_to_stop() -> None:
    settings = CaptureSettings(backoff=Backoff(first_s=0.01, most_s=0.05, tries=None))
    stop = threading.Event()
    items = open_source(f"rtsp://127.0.0.1:{free_port()}/live", settings=settings, stop=stop).items()
    assert len(list(islice(items, 12))) == 12
    threading.Timer(0.1, stop.set).start()
    assert all(isinstance(item, SourceFault) and item.recovering for item in items)


def test_waits_double_up_to_the_most_and_are_shaken_by_the_seed() -> None:
    backoff = Backoff(first_s=1.0, most_s=10.0, jitter=0.5)
    waits = [backoff.delay_s(n, Random(n)) for n in range(1, 8)]
    for wait, whole in zip(waits, [1, 2, 4, 8, 10, 10, 10], strict=True):
        assert whole / 2 <= wait <= whole
    assert waits == [backoff.delay_s(n, Random(n)) for n in range(1, 8)]
    assert Backoff(first_s=1.0, most_s=10.0, jitter=0.0).delay_s(100_000, Random(1)) == 10.0


@pytest.mark.parametrize(
    "wrong", [{"first_s": 0.0}, {"first_s": 9.0, "most_s": 1.0}, {"jitter": 2.0}, {"tries": 0}]
)
def test_a_wait_that_would_hammer_the_camera_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="Backoff needs"):
        Backoff(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("camera", [mjpeg_camera, rtsp_camera])
def test_a_camera_with_a_password_is_read_and_the_password_never_shown(camera: Camera) -> None:
    scheme = "http" if camera is mjpeg_camera else "rtsp"
    with camera(Plan(frames=(20, 1000), password=True)) as host:
        url = f"{scheme}://{USER}:{URL_PASSWORD}@{host}/live"
        source = open_source(url, settings=QUICK)
        items = take(source, 35)
    assert source.name == f"{scheme}://***@{host}/live"
    assert {item.source for item in items} == {source.name}
    assert len(faults_of(items)) == 1
    assert not leaks(" ".join(str(fault) for fault in faults_of(items)))


@pytest.mark.parametrize("camera", [mjpeg_camera, rtsp_camera])
def test_a_wrong_password_is_said_and_not_shown(camera: Camera) -> None:
    scheme = "http" if camera is mjpeg_camera else "rtsp"
    settings = CaptureSettings(backoff=Backoff(tries=1))
    with camera(Plan(password=True)) as host:
        url = f"{scheme}://{USER}:wr0ng@{host}/live"
        with pytest.raises(SourceError, match="refuses the user or password") as caught:
            list(open_source(url, settings=settings))
    error: BaseException | None = caught.value
    while error is not None:
        assert "wr0ng" not in f"{error} {error!r} {error.args}"
        error = error.__cause__ or error.__context__


def leaks(text: str) -> bool:
    return any(part in text for part in (PASSWORD, URL_PASSWORD, "s3cr", "et@x", f"{USER}:"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://host/live", "rtsp://host/live"),
        ("rtsp://host:554/cam?channel=1&subtype=0", "rtsp://host:554/cam?channel=1&subtype=0"),
        ("rtsp://user:pw@host:554/live", "rtsp://***@host:554/live"),
        ("rtsp://user@host/live", "rtsp://***@host/live"),
        ("rtsp://user:p@ss/w?rd@host/live", "rtsp://***@host/live"),
        ("http://host/v?user=gate&pwd=s3cret", "http://host/v?user=***&pwd=***"),
        ("http://host/v?token=abc#s3cret", "http://host/v?token=***"),
        ("http://host/v?s3cret", "http://host/v?***"),
        ("HTTPS://user:pw@host/v", "HTTPS://***@host/v"),
    ],
)
def test_addresses_are_shown_without_their_secrets(url: str, shown: str) -> None:
    assert redact(url).lower() == shown.lower()


def test_a_clip_behind_http_ends_where_it_should_with_no_fault(tmp_path: Path) -> None:
    make_clip(tmp_path / "a.mp4", Recipe(stamps=tuple(range(0, 3000, 40)), options={"movflags": "faststart"}))
    with web_server(tmp_path) as host:
        source = open_source(f"http://{host}/a.mp4", settings=QUICK)
        items = list(source.items())
    assert not source.live
    assert len(frames_of(items)) == len(items) == 75
    assert items[-1].offset_s == pytest.approx(2.96, abs=0.01)  # type: ignore[union-attr]


def test_a_single_picture_behind_http_is_a_still_and_not_a_lost_stream(tmp_path: Path) -> None:
    make_picture(tmp_path / "a.jpg")
    with web_server(tmp_path) as host:
        (frame,) = open_source(f"http://{host}/a.jpg", settings=QUICK).items()
    assert isinstance(frame, Frame)
    assert frame.still


def test_an_hls_recording_is_read_to_its_end(tmp_path: Path) -> None:
    make_clip(tmp_path / "a.m3u8", Recipe(stamps=tuple(range(0, 3000, 40)), options={"hls_time": "1"}))
    with web_server(tmp_path) as host:
        items = list(open_source(f"http://{host}/a.m3u8", settings=QUICK).items())
    assert len(frames_of(items)) == len(items) == 75


def test_an_address_with_nothing_behind_it_is_named(tmp_path: Path) -> None:
    settings = CaptureSettings(backoff=Backoff(tries=1))
    with web_server(tmp_path) as host:
        (fault,) = open_source(f"http://{host}/gone.mp4", settings=settings).items()
    assert isinstance(fault, SourceFault)
    assert "nothing at this address" in fault.problem


def test_a_stream_whose_frames_are_too_large_is_refused() -> None:
    settings = CaptureSettings(max_megapixels=0.001, backoff=Backoff(tries=1))
    with rtsp_camera(Plan()) as host:
        (fault,) = open_source(f"rtsp://{host}/live", settings=settings).items()
    assert isinstance(fault, SourceFault)
    assert "96 x 64" in fault.problem


def test_stopping_ends_a_camera_at_its_next_frame() -> None:
    with mjpeg_camera(Plan()) as host:
        source = open_source(f"http://{host}/video", settings=QUICK)
        for item in source.items():
            assert isinstance(item, Frame)
            source.stop()
            began = time.monotonic()
    assert time.monotonic() - began < 1.0
    assert not list(source.items())


def test_a_usb_camera_that_is_absent_is_named() -> None:
    settings = CaptureSettings(backoff=Backoff(tries=1))
    (fault,) = open_source("usb:63", settings=settings).items()
    assert isinstance(fault, SourceFault)
    assert fault.source == "usb:63"
    assert "no camera at /dev/video63" in fault.problem
    assert "now: " in fault.remedy


def test_a_device_that_is_no_camera_is_refused() -> None:
    settings = CaptureSettings(backoff=Backoff(tries=1))
    (fault,) = open_source("usb:/dev/null", settings=settings).items()
    assert isinstance(fault, SourceFault)
    assert fault.source == "usb:/dev/null"


@pytest.mark.parametrize(
    "spec", ["usb:", "usb:first", "usb:-1", "ftp://user:pw@host/a", "file:///etc/passwd"]
)
def test_a_source_of_no_known_form_is_refused_at_once(spec: str) -> None:
    with pytest.raises(SourceError) as caught:
        open_source(spec)
    assert "pw" not in str(caught.value).replace("passwd", "")
