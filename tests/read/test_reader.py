"""The whole reader on drawn pictures and moving plates, with the models that are shipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from openanpr.core.frame import Frame
from openanpr.core.instant import ClockSource, Instant
from openanpr.core.read import Direction, Style
from openanpr.read.reader import Reader, ReaderSettings
from training.plates.draw import draw_plate
from training.plates.marks import Mark

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
Image = NDArray[np.uint8]


def road(height: int = 540, width: int = 960) -> Image:
    """A dull grey place without anything to read."""
    ramp = np.linspace(70, 120, height, dtype=np.float32)[:, None, None]
    noise = np.random.default_rng(9).normal(0, 3, (height, width, 3))
    return np.clip(np.broadcast_to(ramp, (height, width, 3)) + noise, 0, 255).astype(np.uint8)


def car(picture: Image, mark: str, x: int, y: int, width: int, *, family: str = "gb") -> Image:
    """Draw the end of a dark car with the plate `mark`, its plate `width` px wide, centred at x, y."""
    lines = tuple(mark.split("/"))
    rng = np.random.default_rng(5)
    drawn = draw_plate(rng, px_per_mm=1.0, family=family, mark=Mark(lines, "current"), clean=True)
    height = round(drawn.image.shape[0] * width / drawn.image.shape[1])
    plate = cv2.resize(drawn.image, (width, height), interpolation=cv2.INTER_AREA)
    out = picture.copy()
    cv2.rectangle(out, (x - width * 2, y - width * 2), (x + width * 2, y + width // 2), (70, 40, 30), -1)
    cv2.rectangle(out, (x - width * 3 // 2, y - width * 2), (x + width * 3 // 2, y - width), (30, 25, 25), -1)
    top, left = y - height // 2, x - width // 2
    out[top : top + height, left : left + width] = plate
    return out


def frame(image: Image, index: int = 0, *, still: bool = True) -> Frame[Image]:
    at = Instant(START + timedelta(seconds=index / 25), ClockSource.FILE, None)
    return Frame("drawn", index, at, image, still, index / 25)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load(ReaderSettings(on=START.date()))


def test_a_plain_plate_is_read_with_its_evidence(reader: Reader) -> None:
    reads = list(reader.read([frame(car(road(), "BX62 KTR", 480, 300, 220))]))
    assert [r.plate for r in reads] == ["BX62KTR"]
    read = reads[0]
    assert (read.raw, read.syntax, read.primary, read.frames) == ("BX62KTR", "gb_current", True, 1)
    assert read.confidence > 0.6
    assert [c.c for c in read.characters] == list("BX62KTR")
    assert abs(read.box.x - 370) < 12
    assert abs(read.box.w - 220) < 24
    assert read.style in {Style.WHITE, Style.YELLOW}
    assert read.patch is not None
    assert len(read.patch) <= 3072
    assert read.overview is not None
    assert len(read.overview) <= 25 * 1024


def test_the_nearer_of_two_plates_is_primary_and_both_are_given(reader: Reader) -> None:
    picture = car(car(road(), "KV14 HZT", 90, 150, 110), "MA07 CXE", 640, 380, 230)
    reads = list(reader.read([frame(picture)]))
    assert [(r.plate, r.primary) for r in reads] == [("MA07CXE", True), ("KV14HZT", False)]


def test_a_two_line_plate_is_read_upper_line_first(reader: Reader) -> None:
    reads = list(reader.read([frame(car(road(), "LN58/GFX", 480, 300, 170, family="gb_two"))]))
    assert [(r.plate, r.lines) for r in reads] == [("LN58GFX", 2)]


def test_an_empty_road_gives_no_read(reader: Reader) -> None:
    assert list(reader.read([frame(road())])) == []


def passing(mark: str, steps: int = 30, *, away: bool = False) -> Iterator[Frame[Image]]:
    """A car that comes nearer, or goes away, over `steps` frames, then an empty road."""
    order = range(steps)
    for i in order:
        k = (steps - 1 - i) if away else i
        yield frame(car(road(), mark, 330 + 8 * k, 170 + 6 * k, 90 + 4 * k), i, still=False)
    for i in range(steps, steps + 45):
        yield frame(road(), i, still=False)


def test_a_passing_car_is_one_read_from_its_best_frames(reader: Reader) -> None:
    reads = list(reader.read(passing("DK19 UVB")))
    assert [r.plate for r in reads] == ["DK19UVB"]
    assert reads[0].direction is Direction.TOWARDS
    assert reads[0].frames > 5
    assert reads[0].captured_at.at == START + timedelta(seconds=reads[0].frame / 25)


def test_a_car_that_leaves_is_seen_to_leave(reader: Reader) -> None:
    assert [r.direction for r in reader.read(passing("DK19 UVB", away=True))] == [Direction.AWAY]


def test_a_pass_still_in_sight_when_the_clip_ends_is_told_at_the_end(reader: Reader) -> None:
    frames = [f for f in passing("DK19 UVB") if f.index < 20]
    assert [r.plate for r in reader.read(frames)] == ["DK19UVB"]


def test_the_clips_of_a_folder_do_not_share_their_cars(reader: Reader) -> None:
    one, two = (
        [replace(f, source=name) for f in passing("DK19 UVB", 12) if f.index < 12]
        for name in ("one.mp4", "two.mp4")
    )
    told = [(r.source, r.plate) for r in reader.read([*one, *two])]
    assert told == [("one.mp4", "DK19UVB"), ("two.mp4", "DK19UVB")]


def test_a_live_stream_tells_a_pass_before_it_is_over_and_only_once() -> None:
    live = Reader.load(ReaderSettings(on=START.date(), report_after_s=0.5))
    seen: list[int] = []

    def frames() -> Iterator[Frame[Image]]:
        for f in passing("DK19 UVB"):
            seen.append(f.index)
            yield f

    told = [(read.plate, seen[-1]) for read in live.read(frames())]
    assert [plate for plate, _ in told] == ["DK19UVB"]
    assert told[0][1] < 30


def test_the_settings_digest_names_what_can_change_a_read_and_nothing_else() -> None:
    base = ReaderSettings()
    assert base.digest() == replace(base, threads=2, pictures=False).digest()
    assert base.digest() != replace(base, country="eu").digest()
