"""The shipped detector finds drawn plates with their corners, near and far, and stays quiet elsewhere."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from openanpr.read.detect import Detection, Detector, _spans
from training.detector.paste import grown, paste
from training.detector.street import car_end
from training.plates.draw import draw_plate

Image = NDArray[np.uint8]


@pytest.fixture(scope="module")
def detector() -> Detector:
    cv2.setNumThreads(1)
    return Detector.load(threads=1)


def scene(high: int, wide: int, quads: list[list[list[float]]], seed: int = 3) -> Image:
    """A grey road with a British plate in a dark holder at each quad."""
    rng = np.random.default_rng(seed)
    image = np.empty((high, wide, 3), np.uint8)
    image[:] = np.linspace(150, 90, high)[:, None, None]
    for quad in quads:
        corners = np.array(quad, np.float32)
        width = float(corners[1, 0] - corners[0, 0])
        car = car_end(rng, max(40, round(width / 0.3)))
        x, y = (corners.mean(axis=0) - (car.plate[0], car.plate[1])).astype(int)
        x0, y0 = max(0, x), max(0, y)
        part = image[y0 : max(y0, y + car.image.shape[0]), x0 : max(x0, x + car.image.shape[1])]
        body = car.image[y0 - y : y0 - y + part.shape[0], x0 - x : x0 - x + part.shape[1]]
        mask = car.mask[y0 - y : y0 - y + part.shape[0], x0 - x : x0 - x + part.shape[1], None] > 0.5
        part[:] = np.where(mask, body, part)
        paste(rng, image, np.full((24, 60, 3), 25, np.uint8), grown(corners, 1.1))
        plate = draw_plate(rng, px_per_mm=0.6, family="gb", clean=True)
        paste(rng, image, plate.image, corners, own=0.8)
    return image


def straight(x: float, y: float, width: float) -> list[list[float]]:
    height = width / 4.7
    return [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]


def nearest(found: list[Detection], quad: list[list[float]]) -> float:
    """Mean distance in pixels of the nearest detection's corners, in order, from a quad's."""
    return min((float(np.linalg.norm(f.corners - np.array(quad), axis=1).mean()) for f in found), default=1e9)


def test_a_near_plate_is_found_with_its_corners_in_reading_order(detector: Detector) -> None:
    quad = straight(400, 300, 240)
    found = detector.find(scene(720, 1280, [quad]), tiles=True)
    assert nearest(found, quad) < 6


def test_a_turned_plate_keeps_its_own_top_left_first(detector: Detector) -> None:
    quad = [[420.0, 330.0], [640.0, 280.0], [646.0, 330.0], [426.0, 382.0]]
    found = detector.find(scene(720, 1280, [quad]), tiles=True)
    assert nearest(found, quad) < 8


def test_a_far_plate_in_a_wide_picture_needs_the_look_at_full_size(detector: Detector) -> None:
    quads = [straight(300, 500, 84), straight(1500, 720, 90)]
    found = detector.find(scene(1080, 1920, quads), tiles=True)
    assert [nearest(found, q) < 5 for q in quads] == [True, True]


def test_moving_traffic_is_found_in_one_look(detector: Detector) -> None:
    quad = straight(500, 400, 130)
    found = detector.find(scene(720, 1280, [quad]), tiles=False)
    assert nearest(found, quad) < 8


def test_a_plate_that_fills_the_picture_is_found(detector: Detector) -> None:
    quad = straight(40, 190, 720)
    found = detector.find(scene(480, 800, [quad]), tiles=True)
    assert nearest(found, quad) < 30


def test_best_comes_first_and_no_more_than_asked(detector: Detector) -> None:
    quads = [straight(100 + 300 * i, 150 + 120 * (i % 2), 120) for i in range(4)]
    image = scene(720, 1280, quads)
    found = detector.find(image, tiles=True)
    assert [f.score for f in found] == sorted((f.score for f in found), reverse=True)
    assert len(detector.find(image, tiles=True, most=2)) == 2


def test_one_plate_is_one_detection_however_many_looks_saw_it(detector: Detector) -> None:
    quad = straight(800, 600, 200)
    found = detector.find(scene(1080, 1920, [quad]), tiles=True)
    near = [f for f in found if np.linalg.norm(f.corners.mean(axis=0) - np.mean(quad, axis=0)) < 100]
    assert len(near) == 1


@pytest.mark.parametrize("value", [0, 128, 255])
def test_nothing_is_found_in_an_even_picture(detector: Detector, value: int) -> None:
    assert detector.find(np.full((720, 1280, 3), value, np.uint8), tiles=True) == []


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (700, 33), (32, 32), (1081, 1921)])
def test_any_size_of_picture_can_be_searched(detector: Detector, size: tuple[int, int]) -> None:
    assert detector.find(np.full((*size, 3), 90, np.uint8), tiles=True) == []


@pytest.mark.parametrize(
    "image", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32), np.zeros((0, 4, 3), np.uint8)]
)
def test_what_is_not_a_picture_is_refused_with_what_was_found(detector: Detector, image: Image) -> None:
    with pytest.raises(ValueError, match="uint8"):
        detector.find(image, tiles=False)


@settings(max_examples=200, deadline=None)
@given(length=st.integers(1, 20_000), most=st.integers(300, 2500))
def test_tiles_cover_everything_and_overlap(length: int, most: int) -> None:
    overlap = 64
    spans = list(_spans(length, most, overlap))
    assert spans[0][0] == 0
    assert spans[-1][0] + spans[-1][1] == length
    assert all(part <= most for _, part in spans)
    assert all(a + part - b >= overlap - 1 for (a, part), (b, _) in itertools.pairwise(spans))
