"""The renderer of moving traffic: what it says is there is there, and it says the same every time."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import av
import cv2
import numpy as np
import pytest

from benchmarks.clips import matched
from openanpr.core.instant import ClockSource, Instant
from openanpr.core.layout import Syntax
from openanpr.core.plate import Plate
from openanpr.core.read import BoxPx, Direction, Read, Style
from openanpr.core.shape import shape_key
from training.clips.camera import Camera
from training.clips.demo import list_rows, scenes, write_list
from training.clips.film import film
from training.clips.light import LIGHTS
from training.clips.plate import flat_plate
from training.clips.render import Take
from training.clips.scene import Drive, Post, Scene, Vehicle
from training.clips.street import Street
from training.clips.stress import digest, stress_scenes
from training.clips.truth import joined, passes_of, read_sights, read_truth, write_sights, write_truth

SMALL = (640, 360)
STREET = Street(-4.4, 6.0, (0.3, 3.1), seed=7)
CAMERA = Camera((0.5, 0.0, 2.4), 0.0, -7.0, 900.0, SMALL)


@pytest.fixture(autouse=True)
def _one_thread():
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(before)


def steady(lane: float, at_y: float, speed: float, *, away: bool = False) -> Drive:
    return Drive(lane, away, at_y, 0.0, ((0.0, speed), (60.0, speed)))


TOWARDS = Vehicle("hatch", "red", ("LB19 RTK",), steady(1.6, 11.5, 10.0))
AWAY = Vehicle("suv", "navy", ("KM65 DXA",), steady(-1.2, 8.0, 10.0, away=True), rear_lines=("KM65", "DXA"))
PARKED = Vehicle(
    "estate", "blue", ("NV14 HZE",), Drive(-1.9, away=True, at_y=12.0, at_s=0.0, speeds=((0.0, 0.0),))
)


def small_scene(
    *vehicles: Vehicle, light: str = "day", frames: int = 4, posts: tuple[Post, ...] = ()
) -> Scene:
    return Scene("small", 5, frames, STREET, CAMERA, light, vehicles, posts=posts)


def drawn(scene: Scene) -> tuple[Take, list[np.ndarray]]:
    take = Take(scene)
    return take, list(take.frames())


def test_a_character_is_as_high_as_the_pinhole_says() -> None:
    take, _ = drawn(small_scene(PARKED, frames=1))
    sight = take.sights[0]
    depth = 12.0 - 4.7 / 2  # of the rear plate, nearly along the axis
    assert sight.char_px == pytest.approx(900 * 0.079 / depth, rel=0.06)


def test_a_point_straight_ahead_is_in_the_middle_of_the_picture() -> None:
    px, depth = Camera((1.0, 2.0, 3.0), 30.0, 0.0, 500.0).see(
        np.array([[1.0 + 5.0, 2.0 + 5.0 * 3**0.5, 3.0]])
    )
    assert px[0] == pytest.approx((639.5, 359.5))
    assert depth[0] == pytest.approx(10.0)


@pytest.mark.parametrize("light", ["day", "dusk", "rain"])
@pytest.mark.parametrize("vehicle", [TOWARDS, AWAY], ids=["one line", "two lines"])
def test_the_plate_is_where_the_truth_says_and_shows_its_mark(light: str, vehicle: Vehicle) -> None:
    take, frames = drawn(small_scene(vehicle, light=light, frames=3))
    sight = take.sights[0]
    lines = (vehicle.rear_lines or vehicle.lines) if sight.rear else vehicle.lines
    other = ("ZZ99", "ZZZ") if len(lines) == 2 else ("ZZ99 ZZZ",)
    assert likeness(frames[sight.frame], sight.corners, lines) > 0.6
    assert (
        likeness(frames[sight.frame], sight.corners, lines)
        > likeness(frames[sight.frame], sight.corners, other) + 0.1
    )


def likeness(frame: np.ndarray, corners, lines: tuple[str, ...]) -> float:
    """Correlation of the plate cut out of a frame with the same plate drawn flat."""
    flat = cv2.cvtColor(flat_plate(np.random.default_rng(0), lines, "white").image, cv2.COLOR_BGR2GRAY)
    h, w = flat.shape
    to = np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32)
    cut = cv2.warpPerspective(frame, cv2.getPerspectiveTransform(np.array(corners, np.float32), to), (w, h))
    soft = [
        cv2.GaussianBlur(one, (0, 0), 9).astype(float).ravel()
        for one in (flat, cv2.cvtColor(cut, cv2.COLOR_BGR2GRAY))
    ]
    return float(np.corrcoef(soft)[0, 1])


def test_a_plate_has_the_statutory_measures() -> None:
    plate = flat_plate(np.random.default_rng(1), ("AB12 CDE",), "yellow")
    assert (plate.width_m, plate.height_m) == (0.520, 0.111)
    assert (plate.char_span[1] - plate.char_span[0]) * plate.height_m == pytest.approx(0.079)
    two = flat_plate(np.random.default_rng(1), ("AB12", "CDE"), "white")
    assert (two.width_m, two.height_m) == (0.285, 0.203)


def test_the_same_seed_draws_the_same_frames() -> None:
    first, second = (drawn(small_scene(TOWARDS, light="rain", frames=2))[1] for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    other = drawn(replace(small_scene(TOWARDS, light="rain", frames=2), seed=6))[1]
    assert not np.array_equal(first[0], other[0])


def test_directions_styles_and_lines_are_those_of_the_plate_that_is_seen() -> None:
    told = {}
    for scene in (small_scene(TOWARDS, AWAY), small_scene(PARKED)):
        take, _ = drawn(scene)
        told |= {p.plate: (p.direction, p.style, p.lines) for p in passes_of(scene, take.sights)}
    assert told == {
        "LB19RTK": ("towards", "white", 1),
        "KM65DXA": ("away", "yellow", 2),
        "NV14HZE": ("parked", "yellow", 1),
    }


def test_a_car_parked_in_two_takes_of_one_clip_is_one_pass() -> None:
    scene = small_scene(PARKED, frames=2)
    take, _ = drawn(scene)
    passes = joined([passes_of(scene, take.sights), passes_of(scene, take.sights, first_frame=2)])
    assert [(p.plate, p.first_frame, p.last_frame, p.frames) for p in passes] == [("NV14HZE", 0, 3, 4)]


def test_a_plate_behind_a_post_or_a_vehicle_is_not_in_sight() -> None:
    post = Post(-0.7, 5.0, 0.9, 4.0)
    assert not [
        s for s in drawn(small_scene(PARKED, frames=1, posts=(post,)))[0].sights if s.plate == "NV14HZE"
    ]
    before = Vehicle(
        "van", "white", ("FG23 HJU",), Drive(-1.3, away=True, at_y=6.6, at_s=0.0, speeds=((0.0, 0.0),))
    )
    assert not [s for s in drawn(small_scene(PARKED, before, frames=1))[0].sights if s.plate == "NV14HZE"]


def test_under_infra_red_the_plate_shines_out_of_a_dark_street() -> None:
    take, frames = drawn(small_scene(TOWARDS, light="infra_red", frames=1))
    x0, y0 = np.array(take.sights[0].corners).min(axis=0).astype(int)
    x1, y1 = np.array(take.sights[0].corners).max(axis=0).astype(int)
    assert np.median(frames[0]) < 70
    assert np.percentile(frames[0][y0:y1, x0:x1], 80) > 150
    assert np.ptp(frames[0].astype(int), axis=2).max() == 0


def test_truth_and_sights_come_back_from_their_files(tmp_path) -> None:
    scene = small_scene(TOWARDS, AWAY)
    take, _ = drawn(scene)
    passes = joined([passes_of(scene, take.sights)])
    write_truth(tmp_path / "t.csv", passes)
    write_sights(tmp_path / "s.csv", take.sights)
    back, sights = read_truth(tmp_path / "t.csv"), read_sights(tmp_path / "s.csv")
    assert [(p.plate, p.first_frame, p.light) for p in back] == [
        (p.plate, p.first_frame, p.light) for p in passes
    ]
    assert [(s.plate, s.frame) for s in sights] == [(s.plate, s.frame) for s in take.sights]
    (tmp_path / "other.csv").write_text("image,plate\n")
    with pytest.raises(ValueError, match="its first line must name"):
        read_truth(tmp_path / "other.csv")


def test_a_film_is_an_h264_clip_of_all_its_takes(tmp_path) -> None:
    made = film(
        [small_scene(TOWARDS, frames=3), small_scene(AWAY, light="dusk", frames=3)], tmp_path / "two.mp4"
    )
    with av.open(str(tmp_path / "two.mp4")) as box:
        stream = box.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height, stream.average_rate) == (
            "h264",
            640,
            360,
            25,
        )
        assert sum(1 for _ in box.decode(video=0)) == 6
    assert {p.plate: p.first_frame for p in made.passes} == {"LB19RTK": 0, "KM65DXA": 3}


def test_two_vehicles_of_a_scene_may_not_carry_one_mark() -> None:
    with pytest.raises(ValueError, match="same mark"):
        small_scene(TOWARDS, replace(AWAY, lines=TOWARDS.lines))


def test_a_fixed_clip_may_not_stand_on_a_photograph_that_was_trained_on() -> None:
    with pytest.raises(ValueError, match="is trained on"):
        Take(replace(small_scene(TOWARDS), photograph="dayride_type1_001-1.jpg"))


def test_the_demonstration_list_holds_three_that_pass_and_one_of_the_same_shape(tmp_path) -> None:
    write_list(tmp_path / "voi.csv")
    with (tmp_path / "voi.csv").open(newline="") as lines:
        rows = list(csv.reader(lines))
    assert {len(row) for row in rows} == {16}
    listed = [row[0] for row in rows[1:]]
    shown = {v.plate for scene in scenes() for v in scene.vehicles}
    assert len([mark for mark in listed if mark in shown]) == 3
    shapes = {shape_key(plate) for plate in shown}
    assert [mark for mark in listed if mark not in shown and shape_key(mark) in shapes] == ["Y008KPD"]
    assert len(listed) == len(list_rows()) == 9


def test_every_mark_of_the_demonstration_is_one_that_can_be_issued() -> None:
    shown = {v.plate for scene in scenes() for v in scene.vehicles}
    assert all(Plate.parse(mark).syntax is not Syntax.UNKNOWN for mark in shown)
    assert len(shown) == 10


def test_the_fixed_set_is_the_one_that_was_fixed_before_training() -> None:
    assert digest() == "e3b1c032fc765006e128657bb5ebd267fd2bbeb4aecfa47563aee4713c98b4c0"


def test_the_fixed_set_holds_every_light_and_leaves_no_mark_twice_in_a_clip() -> None:
    fixed = stress_scenes()
    assert {scene.light for scene in fixed} == set(LIGHTS)
    assert all(len({shape_key(v.plate) for v in s.vehicles}) == len(s.vehicles) for s in fixed)
    assert any(s.posts for s in fixed)
    assert any(s.shake_deg for s in fixed)
    assert len(fixed) == len({s.name for s in fixed}) == 18


def read_of(
    plate: str, frame: int, middle: tuple[float, float], direction: Direction = Direction.TOWARDS
) -> Read:
    box = BoxPx(round(middle[0]) - 10, round(middle[1]) - 3, 20, 6)
    at = Instant(datetime(2026, 3, 1, tzinfo=UTC), ClockSource.STREAM, 40)
    return Read(
        source="clip",
        captured_at=at,
        frame=frame,
        plate=plate,
        raw=plate,
        syntax="gb_current",
        confidence=0.9,
        candidates=(),
        characters=(),
        box=box,
        corners=((0, 0), (1, 0), (1, 1), (0, 1)),
        style=Style.WHITE,
        lines=1,
        direction=direction,
        frames=3,
        primary=True,
        patch=None,
        overview=None,
        model="m",
        settings="s",
    )


def test_reads_go_to_the_pass_they_are_of_by_spelling_or_by_place() -> None:
    scene = small_scene(TOWARDS, PARKED)
    take, _ = drawn(scene)
    passes = joined([passes_of(scene, take.sights)])
    at = {s.plate: tuple(np.array(s.corners).mean(axis=0)) for s in take.sights if s.frame == 1}
    reads = [
        read_of("LB19RTK", 1, (0, 0)),
        read_of("LB19RTK", 3, (0, 0)),
        read_of("NV14HZF", 1, at["NV14HZE"]),
        read_of("X1", 2, (400, 20)),
    ]
    results, false_reads = matched(passes, take.sights, reads)
    told = {r.truth.plate: (len(r.reads), r.exact, r.once_and_exact) for r in results}
    assert told == {"LB19RTK": (2, True, False), "NV14HZE": (1, False, False)}
    assert [read.plate for read in false_reads] == ["X1"]


def test_the_demonstration_needs_neither_torch_nor_pillow_nor_any_data() -> None:
    heavy = "('torch', 'PIL', 'scipy', 'onnxruntime')"
    code = f"import sys, training.clips.demo; print([m for m in {heavy} if m in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "OPENANPR_DATA": "nowhere"},
    )
    assert ran.stdout.strip() == "[]"
    assert all(v.drive is not None and s.photograph is None for s in scenes() for v in s.vehicles)
