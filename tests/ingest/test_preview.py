"""What cameras see now: the newest of each, in memory, for who asked for it, within bounds, for seconds."""

from __future__ import annotations

import pytest

from openanpr.core.camera import CameraId
from openanpr.ingest.preview import (
    KEPT_S,
    MOST_CAMERAS,
    MOST_LOOKING,
    NotWantedError,
    Previews,
    PreviewsFullError,
    Seen,
    SentPreview,
    TooOftenError,
)
from openanpr.wire.preview import Box, Preview, PreviewError, read_preview, write_preview

CAMERA = CameraId(53, 1, 7)


class Clock:
    """Seconds that a test lets pass."""

    s = 1000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def previews(clock) -> Previews:
    return Previews(clock)


def picture(name: bytes = b"jpeg", age_s: float = 0.25) -> SentPreview:
    return SentPreview(name, 640, 360, (Box(0.25, 0.5, 0.25, 0.125),), age_s)


def test_nothing_is_wanted_or_held_before_somebody_asks(previews) -> None:
    assert previews.wanted_s(CAMERA) == 0
    with pytest.raises(NotWantedError):
        previews.put(CAMERA, picture())
    assert previews.seen(CAMERA, "max") == Seen()


def test_one_asking_is_good_for_a_minute(previews, clock) -> None:
    previews.ask(CAMERA, "max")
    assert previews.wanted_s(CAMERA) == 60
    clock.s += 59
    previews.put(CAMERA, picture())
    assert previews.seen(CAMERA, "max").left_s == 1
    clock.s += 1
    assert previews.wanted_s(CAMERA) == 0
    assert previews.seen(CAMERA, "max") == Seen()
    with pytest.raises(NotWantedError):
        previews.put(CAMERA, picture())


def test_only_whoever_asked_is_shown_what_comes(previews) -> None:
    previews.ask(CAMERA, "max")
    previews.put(CAMERA, picture())
    assert previews.seen(CAMERA, "max").picture == picture()
    assert previews.seen(CAMERA, "eve") == Seen()
    assert previews.seen(CameraId(53, 1, 8), "max") == Seen()


def test_the_newest_takes_the_place_of_the_one_before_and_tells_its_age(previews, clock) -> None:
    previews.ask(CAMERA, "max")
    previews.put(CAMERA, picture(b"old"))
    clock.s += 0.5
    previews.put(CAMERA, picture(b"new"))
    clock.s += 2
    seen = previews.seen(CAMERA, "max")
    assert (seen.picture, seen.age_s, seen.waited_s) == (picture(b"new"), 2.25, 2)


def test_a_picture_is_forgotten_after_ten_seconds_though_nobody_asks_for_it(previews, clock) -> None:
    previews.ask(CAMERA, "max")
    previews.put(CAMERA, picture())
    clock.s += KEPT_S
    assert 0 < previews.forget() <= 5
    assert previews._cameras[CAMERA].picture is None
    seen = previews.seen(CAMERA, "max")
    assert (seen.picture, seen.waited_s) == (None, KEPT_S)
    clock.s += 60
    previews.forget()
    assert previews._cameras == {}


def test_a_flood_is_refused_and_the_first_picture_stays(previews, clock) -> None:
    previews.ask(CAMERA, "max")
    previews.put(CAMERA, picture(b"first"))
    for _ in range(20):
        clock.s += 0.01
        with pytest.raises(TooOftenError):
            previews.put(CAMERA, picture(b"flood"))
    assert previews.seen(CAMERA, "max").picture == picture(b"first")


def test_so_many_cameras_and_people_and_no_more(previews, clock) -> None:
    for number in range(MOST_CAMERAS):
        previews.ask(CameraId(53, 1, number), "max")
    with pytest.raises(PreviewsFullError):
        previews.ask(CameraId(53, 2, 1), "max")
    for number in range(MOST_LOOKING - 1):
        previews.ask(CAMERA, f"person {number}")
    with pytest.raises(PreviewsFullError):
        previews.ask(CAMERA, "one more")
    previews.ask(CAMERA, "max")
    clock.s += 60
    previews.ask(CameraId(53, 2, 1), "max")


def test_a_preview_comes_back_as_it_was_written() -> None:
    sent = Preview(b"\xff\xd8", (Box(0.0, 0.5, 1.0, 0.25),), 0.125)
    assert read_preview(write_preview(sent)) == sent


@pytest.mark.parametrize("part", [float("nan"), -0.1, 1.5, float("inf")])
def test_a_box_that_is_nowhere_on_the_picture_is_refused(part) -> None:
    with pytest.raises(PreviewError):
        read_preview(write_preview(Preview(b"x", (Box(0, 0, part, 0.5),), 0)))
