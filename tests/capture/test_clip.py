"""Clips: every good frame at its own time, then at most one fault."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from openanpr.capture.item import Item
from openanpr.capture.settings import CaptureSettings
from openanpr.capture.source import open_source
from openanpr.core.frame import Frame
from openanpr.core.instant import ClockSource
from tests.capture.media import (
    Recipe,
    bright_corner,
    corner_picture,
    faults_of,
    frames_of,
    grey_of,
    make_clip,
    make_sound,
)

KINDS = [
    ("a.mp4", Recipe()),
    ("a.mkv", Recipe()),
    ("a.avi", Recipe(codec="mpeg4")),
    ("b.avi", Recipe(codec="mjpeg", codec_options={})),
    ("a.mov", Recipe(codec="mjpeg", codec_options={})),
    ("a.ts", Recipe()),
    ("a.mjpeg", Recipe(codec="mjpeg", codec_options={})),
]


def items_of(path: Path, settings: CaptureSettings | None = None) -> list[Item]:
    return list(open_source(str(path), settings=settings or CaptureSettings(threads=1)).items())


@pytest.mark.parametrize(("name", "recipe"), KINDS)
def test_every_container_gives_all_its_frames_in_order(tmp_path: Path, name: str, recipe: Recipe) -> None:
    path = make_clip(tmp_path / name, recipe)
    items = items_of(path)
    frames = frames_of(items)
    assert len(frames) == len(items) == 25
    assert [frame.index for frame in frames] == list(range(25))
    assert {(frame.source, frame.still, frame.image.shape) for frame in frames} == {
        (str(path), False, (64, 96, 3))
    }
    assert max(abs(float(f.image.mean()) - grey_of(f.index)) for f in frames) < 6
    assert [f.offset_s for f in frames] == pytest.approx([i * 0.04 for i in range(25)], abs=0.002)


@pytest.mark.parametrize("threads", [0, 1, 2])
def test_the_number_of_threads_changes_nothing_in_the_frames(tmp_path: Path, threads: int) -> None:
    path = make_clip(tmp_path / "a.mp4")
    items = items_of(path, CaptureSettings(threads=threads))
    alone = items_of(path)
    assert all(
        np.array_equal(a.image, b.image) for a, b in zip(frames_of(items), frames_of(alone), strict=True)
    )


def test_a_variable_frame_rate_keeps_each_frame_at_its_own_time(tmp_path: Path) -> None:
    stamps = (0, 40, 500, 520, 1700, 1740, 3000)
    path = make_clip(tmp_path / "a.mkv", Recipe(stamps=stamps))
    frames = frames_of(items_of(path))
    assert [f.offset_s for f in frames] == pytest.approx([s / 1000 for s in stamps], abs=0.002)
    steps = [(b.at.at - a.at.at).total_seconds() for a, b in pairwise(frames)]
    assert steps == pytest.approx([(b - a) / 1000 for a, b in pairwise(stamps)], abs=0.002)


def test_frames_sent_out_of_order_come_in_order_of_showing(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", Recipe(codec_options={"g": "12", "bf": "3"}))
    frames = frames_of(items_of(path))
    assert [round((f.image.mean() - 40) / 17) for f in frames[:8]] == list(range(8))


@pytest.mark.parametrize(("degrees", "corner"), [(90, "bl"), (180, "br"), (-90, "tr")])
def test_the_rotation_of_a_phone_clip_is_respected(tmp_path: Path, degrees: int, corner: str) -> None:
    pictures = [corner_picture(96, 64)] * 5
    path = make_clip(tmp_path / "a.mp4", Recipe(rotation=degrees), pictures)
    (first, *_) = frames_of(items_of(path))
    assert bright_corner(first.image) == corner
    assert first.image.shape == ((64, 96, 3) if degrees == 180 else (96, 64, 3))
    assert first.image.flags.c_contiguous


def test_the_start_comes_from_the_container_when_it_says_so(tmp_path: Path) -> None:
    recipe = Recipe(metadata={"creation_time": "2026-03-01T10:00:00.000000Z"})
    path = make_clip(tmp_path / "a.mp4", recipe)
    frames = frames_of(items_of(path, CaptureSettings(clock_error_ms=200)))
    assert frames[0].at.at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert (frames[5].at.at - frames[0].at.at).total_seconds() == pytest.approx(0.2)
    # One second for the last digit, and the whole length: some writers mean the end.
    assert (frames[0].at.source, frames[0].at.error_ms) == (ClockSource.STREAM, 200 + 1000 + 1000)
    assert frames_of(items_of(path))[0].at.error_ms is None


@pytest.mark.parametrize("written", ["", "1904-01-01T00:00:00Z", "2200-01-01T00:00:00Z", "some day"])
def test_without_a_sane_start_the_file_time_less_the_length_is_used(tmp_path: Path, written: str) -> None:
    path = make_clip(tmp_path / "a.mkv", Recipe(metadata={"creation_time": written} if written else {}))
    os.utime(path, (1_700_000_000, 1_700_000_000))
    first = frames_of(items_of(path))[0]
    assert first.at.at.timestamp() == pytest.approx(1_700_000_000 - 1.0, abs=0.05)
    assert (first.at.source, first.at.error_ms) == (ClockSource.FILE, None)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.xyz"])
def test_an_empty_clip_file_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch()
    (fault,) = faults_of(items_of(path))
    assert (fault.source, fault.problem) == (str(path), "the file is empty")


@pytest.mark.parametrize("name", ["a.mkv", "a.avi"])
def test_a_clip_with_no_frames_says_so(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuvj420p"
        out.start_encoding()
    (fault,) = faults_of(items_of(path))
    assert "no frames" in fault.problem or "before its first frame" in fault.problem


def test_a_clip_with_sound_only_says_so(tmp_path: Path) -> None:
    (fault,) = faults_of(items_of(make_sound(tmp_path / "a.mp4")))
    assert "no video" in fault.problem


def test_a_file_that_is_no_clip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"this is a letter, not a clip. " * 500)
    (fault,) = faults_of(items_of(path))
    assert "no known kind" in fault.problem


def test_a_clip_of_a_codec_nobody_knows_is_refused(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.avi", Recipe(codec="mjpeg", codec_options={}))
    path.write_bytes(path.read_bytes().replace(b"MJPG", b"Q9Z7"))
    items = items_of(path)
    assert len(items) == len(faults_of(items)) == 1


@pytest.mark.parametrize(
    ("name", "recipe"),
    [
        ("a.mp4", Recipe(options={"movflags": "faststart"}, stamps=tuple(range(0, 4000, 40)))),
        ("a.mkv", Recipe(stamps=tuple(range(0, 4000, 40)))),
        ("a.avi", Recipe(codec="mjpeg", codec_options={}, stamps=tuple(range(0, 4000, 40)))),
    ],
)
def test_a_clip_cut_short_gives_its_good_frames_and_then_one_fault(
    tmp_path: Path, name: str, recipe: Recipe
) -> None:
    path = make_clip(tmp_path / name, recipe)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    *frames, fault = items_of(path)
    assert faults_of([fault])
    assert 20 < len(frames_of(frames)) == len(frames) < 90


def test_a_clip_that_lost_its_index_says_so(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes()[:-400])
    (fault,) = faults_of(items_of(path))
    assert "before its first frame" in fault.problem or "damaged" in fault.problem


@pytest.mark.parametrize(
    ("name", "recipe"),
    [
        ("a.mp4", Recipe(stamps=tuple(range(0, 4000, 40)))),
        ("a.mkv", Recipe(stamps=tuple(range(0, 4000, 40)))),
        ("a.ts", Recipe(stamps=tuple(range(0, 4000, 40)))),
        ("a.avi", Recipe(codec="mjpeg", codec_options={}, stamps=tuple(range(0, 4000, 40)))),
    ],
)
@pytest.mark.parametrize("threads", [1, 2])
def test_a_clip_damaged_in_the_middle_gives_the_frames_on_both_sides_and_one_fault(
    tmp_path: Path, name: str, recipe: Recipe, threads: int
) -> None:
    path = make_clip(tmp_path / name, recipe)
    data = bytearray(path.read_bytes())
    middle, length = len(data) // 2, len(data) // 16
    data[middle : middle + length] = np.random.default_rng(3).bytes(length)
    path.write_bytes(data)
    *items, fault = items_of(path, CaptureSettings(threads=threads))
    frames = frames_of(items)
    assert len(frames) == len(items)
    assert faults_of([fault])
    assert 70 <= len(frames) < 100
    assert frames[0].offset_s == 0
    assert frames[-1].offset_s > 3.5
    if path.suffix == ".avi":
        return  # its times are counted, not written, so they shift by what is lost
    # No frame is built upon a wrong one: each still shows the grey of its own moment.
    wrong = [f for f in frames if abs(f.image.mean() - grey_of(round(f.offset_s * 25))) > 10]
    assert len(wrong) <= 1


def test_a_clip_whose_frames_are_too_large_is_refused_before_any_is_decoded(tmp_path: Path) -> None:
    (fault,) = faults_of(items_of(make_clip(tmp_path / "a.mp4"), CaptureSettings(max_megapixels=0.006)))
    assert "96 x 64" in fault.problem


def test_a_clip_whose_frames_grow_too_large_on_the_way_gives_the_small_ones(tmp_path: Path) -> None:
    small = make_clip(tmp_path / "a.mjpeg", Recipe(codec="mjpeg", codec_options={}))
    large = make_clip(tmp_path / "b.mjpeg", Recipe(codec="mjpeg", codec_options={}, size=(960, 640)))
    small.write_bytes(small.read_bytes() + large.read_bytes())
    *items, fault = items_of(small, CaptureSettings(max_megapixels=0.1))
    assert len(frames_of(items)) == 25
    assert "25 frames are lost" in faults_of([fault])[0].problem


def test_a_playlist_in_a_clips_clothing_reaches_nothing_outside_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n")
    items = items_of(path)
    assert len(items) == len(faults_of(items)) == 1


@pytest.mark.parametrize("name", ["concat:a.mp4", "a%03d.mp4", "- a b.mp4", "ä#?.mp4"])
def test_a_name_that_means_something_to_ffmpeg_is_only_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    make_clip(tmp_path / "plain.mp4").rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert len(frames_of(items_of(Path(name)))) == 25


def test_leaving_early_closes_the_file(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4")
    for _ in range(20):
        frames = iter(open_source(str(path), settings=CaptureSettings(threads=1)))
        assert isinstance(next(frames), Frame)
        frames.close()
    assert path not in [fd.resolve() for fd in Path("/proc/self/fd").iterdir()]
