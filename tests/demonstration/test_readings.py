"""What cameras make of passes, and the pictures and clips that go with them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest

from demonstration.county.cameras import FILMED, POSTS
from demonstration.county.cast import LOCAL, STOLEN, TRUE_ONE
from demonstration.county.film import cast_of, make_clip
from demonstration.county.pictures import overview_of, patch_of
from demonstration.county.readings import Eyes, reading_of
from demonstration.county.traffic import Pass
from demonstration.county.vehicles import vehicle
from openanpr.capture.source import open_source
from openanpr.core.confusion import confusion_weight
from openanpr.core.read import Direction, Style
from openanpr.read.pictures import OVERVIEW_MOST_BYTES, PATCH_MOST_BYTES
from openanpr.read.reader import Reader, ReaderSettings
from openanpr.wire.read_batch import encode_read

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def a_pass(number=5, *, camera=POSTS[4].camera, direction=Direction.TOWARDS):
    return Pass(NOON + timedelta(seconds=number), camera, vehicle(number, seed=7), direction)


def test_most_reads_are_right_some_are_in_doubt_and_a_few_are_wrong() -> None:
    eyes = Eyes(doubted=0.05, mistaken=0.03)
    sorts = Counter()
    for number in range(4000):
        one = a_pass(number)
        read = reading_of(one, eyes=eyes, seed=1)
        sorts[
            "wrong" if read.vrm != one.vehicle.vrm else "doubt" if len(read.candidates) > 1 else "right"
        ] += 1
    assert sorts["right"] / 4000 == pytest.approx(0.92, abs=0.03)
    assert sorts["wrong"] / 4000 == pytest.approx(0.03, abs=0.015)
    assert sorts["doubt"] > 60


def test_a_wrong_read_is_one_likely_confusion_away_and_knows_its_rival() -> None:
    for number in range(300):
        one = a_pass(number)
        read = reading_of(one, eyes=Eyes(doubted=0.0, mistaken=1.0), seed=1)
        if read.vrm == one.vehicle.vrm:
            continue  # no character of it is readily mistaken
        pairs = [(a, b) for a, b in zip(read.vrm, one.vehicle.vrm, strict=True) if a != b]
        assert len(pairs) == 1
        assert confusion_weight(*pairs[0]) >= 0.5
        assert read.candidates[1].plate == one.vehicle.vrm
        assert read.confidence is not None
        assert read.confidence < 0.9
        assert "".join(c.c for c in read.characters) == read.vrm


def test_the_same_pass_is_read_the_same_again() -> None:
    first, second = (reading_of(a_pass(), eyes=Eyes(0.5, 0.5), seed=3) for _ in range(2))
    assert first == second


def test_every_read_can_be_delivered_and_says_that_it_is_invented() -> None:
    for direction, style in ((Direction.TOWARDS, Style.WHITE), (Direction.AWAY, Style.YELLOW)):
        one = a_pass(direction=direction)
        read = reading_of(one, eyes=Eyes(1.0, 0.0), seed=1)
        assert encode_read(read)
        assert read.style is style
        said = json.loads(read.extra)
        assert said["invented"] is True
        assert (said["make"], said["colour"]) == (one.vehicle.make, one.vehicle.colour)


@pytest.mark.parametrize("direction", [Direction.TOWARDS, Direction.AWAY])
def test_pictures_are_within_the_bounds_of_a_reader_and_show_a_plate_of_the_right_colour(direction) -> None:
    one = replace(a_pass(direction=direction), vehicle=STOLEN.vehicle)
    patch, scene = patch_of(one), overview_of(one)
    assert len(patch) <= PATCH_MOST_BYTES
    assert len(scene) <= OVERVIEW_MOST_BYTES
    assert (patch, scene) == (patch_of(one), overview_of(one))
    seen = cv2.imdecode(np.frombuffer(patch, np.uint8), cv2.IMREAD_COLOR).astype(int)
    blue, red = np.percentile(seen[..., 0], 80), np.percentile(seen[..., 2], 80)
    assert (red - blue > 60) == (direction is Direction.AWAY)
    assert cv2.imdecode(np.frombuffer(scene, np.uint8), cv2.IMREAD_COLOR).shape == (360, 640, 3)


def test_the_films_show_who_the_story_says_and_then_the_traffic() -> None:
    for camera, who in zip(FILMED, (LOCAL.vehicle, TRUE_ONE), strict=True):
        seen = cast_of(camera, seconds=60)
        assert seen[0].car == who
        assert 14 <= len(seen) <= 18
        assert len({one.car.vrm for one in seen}) == len(seen)
    firsts = [{one.car.vrm for one in cast_of(camera, seconds=60)} for camera in FILMED]
    assert not firsts[0] & firsts[1]


def test_the_recogniser_reads_a_film_as_its_truth_says(tmp_path) -> None:
    truth = make_clip(FILMED[0], tmp_path / "clip.mp4", seconds=8)
    assert LOCAL.vehicle.vrm in {one.plate for one in truth}
    reader = Reader.load(ReaderSettings(threads=1))
    frames = list(open_source(str(tmp_path / "clip.mp4")).items())
    assert {read.plate for read in reader.read(frames)} == {one.plate for one in truth}
