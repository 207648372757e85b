"""Tracking on a simulated road: a camera 2 m above the plates, looking along it, 1280x720."""

from __future__ import annotations

import math
import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.core.read import Direction
from openanpr.read.track import Pass, Tracker, TrackSettings

FOCAL_PX = 1400.0
SHAPES = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"

Where = Callable[[float], tuple[float, float] | None]


@dataclass(frozen=True)
class Vehicle:
    """A plate with its place (metres to the side, metres away) by time, None when out of the scene."""

    mark: str
    where: Where
    hidden: tuple[tuple[float, float], ...] = ()


@dataclass
class Outcome:
    """What the tracker told of a run: passes with the time they were told; plates read in each pass."""

    told: list[tuple[float, Pass]] = field(default_factory=list)
    plates_of: dict[int, set[str]] = field(default_factory=dict)
    joined: list[tuple[int, int]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)

    @property
    def marks(self) -> list[str | None]:
        return sorted((each.mark for _, each in self.told), key=str)


def box_of(side_m: float, away_m: float) -> tuple[float, float, float, float]:
    w, h = FOCAL_PX * 0.52 / away_m, FOCAL_PX * 0.111 / away_m
    return 640 + FOCAL_PX * side_m / away_m - w / 2, 360 + FOCAL_PX * 2 / away_m - h / 2, w, h


def drive(start_s: float, *, from_m: float, speed: float, side_m: float = 0.0) -> Where:
    """A steady drive; positive speed (m/s) comes nearer. Visible from 60 m to 8 m."""

    def where(t: float) -> tuple[float, float] | None:
        away = from_m - speed * (t - start_s)
        return (side_m, away) if t >= start_s and 8 <= away <= 60 else None

    return where


def stand(side_m: float, away_m: float, start_s: float = 0.0, end_s: float = math.inf) -> Where:
    return lambda t: (side_m, away_m) if start_s <= t < end_s else None


def misread(rng: np.random.Generator, mark: str, width_px: float) -> str | None:
    """What a recogniser might say: nothing below 30 px, three in four right below 45 px."""
    if width_px < 30:
        return None
    wrong = 0.04 if width_px < 45 else 0.01
    return "".join(SHAPES[rng.integers(34)] if rng.random() < wrong else c for c in mark)


@dataclass
class Run:
    """How frames come: frames a second, every which one is looked at, chance of a miss."""

    seconds: float
    fps: float = 25.0
    every: int = 1
    miss: float = 0.05
    seed: int = 1
    settings: TrackSettings = field(default_factory=TrackSettings)

    def of(self, vehicles: Sequence[Vehicle]) -> Outcome:
        rng = np.random.default_rng(self.seed)
        tracker, outcome = Tracker(self.settings), Outcome()
        for index in range(0, int(self.seconds * self.fps), self.every):
            t = index / self.fps
            seen = [(v, box_of(*place)) for v in vehicles if (place := v.where(t)) is not None]
            seen = [
                (v, box)
                for v, box in seen
                if rng.random() >= self.miss and not any(a <= t < b for a, b in v.hidden)
            ]
            rng.shuffle(seen)
            boxes = np.array([self.shaken(rng, box) for _, box in seen], dtype=np.float32).reshape(-1, 4)
            marks = [misread(rng, v.mark, box[2]) for v, box in seen]
            scores = rng.uniform(0.3, 1.0, len(seen)).astype(np.float32)
            step = tracker.update(boxes, frame_index=index, offset_s=t, scores=scores, marks=marks)
            outcome.joined += step.joined
            for young, old in step.joined:
                outcome.plates_of[old] |= outcome.plates_of.pop(young)
            for (v, _), mark, known in zip(seen, marks, step.ids, strict=True):
                if known is not None:
                    plates = outcome.plates_of.setdefault(known, set())
                    plates |= set() if mark is None else {v.mark}
            outcome.told += [(t, each) for each in step.report]
            outcome.gone += [each.id for each in step.gone]
        step = tracker.finish()
        outcome.told += [(self.seconds, each) for each in step.report]
        outcome.gone += [each.id for each in step.gone]
        return outcome

    @staticmethod
    def shaken(rng: np.random.Generator, box: tuple[float, float, float, float]) -> list[float]:
        x, y, w, h = box
        dx, dy = rng.normal(0, 0.02 * w), rng.normal(0, 0.06 * h)
        return [x + dx, y + dy, w * math.exp(rng.normal(0, 0.04)), h * math.exp(rng.normal(0, 0.06))]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("speed", [5.0, 13.0, 25.0])
def test_a_vehicle_coming_is_one_pass_towards(speed: float, seed: int) -> None:
    out = Run(16, seed=seed).of([Vehicle("AB12CDE", drive(1, from_m=60, speed=speed))])
    assert out.marks == ["AB12CDE"]
    assert out.told[0][1].direction == Direction.TOWARDS


@pytest.mark.parametrize("seed", range(5))
def test_a_vehicle_going_is_one_pass_away(seed: int) -> None:
    out = Run(8, seed=seed).of([Vehicle("AB12CDE", drive(1, from_m=9, speed=-13))])
    assert out.marks == ["AB12CDE"]
    assert out.told[0][1].direction == Direction.AWAY


@pytest.mark.parametrize("seed", range(5))
def test_a_vehicle_crossing_the_view_has_no_direction(seed: int) -> None:
    out = Run(4, seed=seed).of([Vehicle("AB12CDE", lambda t: (-8 + 6 * t, 14.0) if t < 2.5 else None)])
    assert out.marks == ["AB12CDE"]
    assert out.told[0][1].direction == Direction.UNKNOWN


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("blind_s", [0.4, 1.0, 2.5])
def test_a_pass_is_not_split_by_a_sign_post_or_a_van(blind_s: float, seed: int) -> None:
    hidden = ((4.0, 4.0 + blind_s),)
    out = Run(9, seed=seed).of([Vehicle("AB12CDE", drive(0, from_m=30, speed=3), hidden)])
    assert out.marks == ["AB12CDE"]
    assert len(out.plates_of) == 1


@pytest.mark.parametrize("seed", range(8))
def test_two_plates_crossing_in_the_picture_keep_their_own_passes(seed: int) -> None:
    # One overtakes the other; in the middle of it the nearer hides the farther.
    slow = Vehicle("AB12CDE", lambda t: (-1.2 + 0.4 * t, 30 - 4 * t) if t < 5.5 else None)
    fast = Vehicle("XY63ZKL", lambda t: (1.2 - 0.4 * t, 34 - 5.3 * t) if t < 4.9 else None, ((2.7, 3.2),))
    out = Run(6, seed=seed).of([slow, fast])
    assert out.marks == ["AB12CDE", "XY63ZKL"]
    assert all(len(plates) <= 1 for plates in out.plates_of.values())


def queue(i: int) -> Where:
    """The i-th vehicle of a queue that stands 6 s, rolls 4 s, seven times over, 6.5 m apart."""

    def where(t: float) -> tuple[float, float] | None:
        rounds, rest = divmod(t, 10.0)
        rolled = 7.0 * (rounds + max(0.0, min(1.0, (rest - 6) / 4)))
        away = 12 + 6.5 * i - rolled
        return (0.2 * (i % 2), away) if 8 <= away <= 40 else None

    return where


@pytest.mark.parametrize("seed", range(4))
def test_a_stop_and_go_queue_gives_one_pass_for_each_vehicle(seed: int) -> None:
    marks = ["AB12CDE", "AB12CDF", "XY63ZKL", "S123WGN", "KJ07MMV"]
    blind = ((), ((3.0, 3.9),), ((11.0, 19.5),), ((22.0, 22.8), (31, 39)), ((35.0, 35.9), (43, 46)))
    vehicles = [Vehicle(mark, queue(i), blind[i]) for i, mark in enumerate(marks)]
    out = Run(70, fps=12.5, seed=seed).of(vehicles)
    assert out.marks == sorted(marks)


@pytest.mark.parametrize("seed", range(4))
def test_a_parked_car_beside_moving_traffic_is_told_once(seed: int) -> None:
    # A passing vehicle every 6 s hides it for up to 4 s; once a lorry stops in front for a minute.
    passing = [Vehicle(f"LK{10 + i}ZZA", drive(3 + 6 * i, from_m=50, speed=12, side_m=1)) for i in range(25)]
    hidden = (*((4.5 + 6 * i, 5 + 6 * i + 0.7 * (i % 6)) for i in range(25)), (60.0, 120.0))
    parked = Vehicle("PK09BBB", stand(-1.5, 16), hidden)
    out = Run(160, fps=10, seed=seed).of([parked, *passing])
    assert out.marks == sorted(["PK09BBB", *(v.mark for v in passing)])
    told = next(each for _, each in out.told if each.mark == "PK09BBB")
    assert told.still


def test_a_parked_car_that_was_hidden_and_drives_off_is_not_told_again() -> None:
    def where(t: float) -> tuple[float, float] | None:
        return (-1.5, 16.0) if t < 40 else drive(40, from_m=16, speed=4, side_m=-1.5)(t)

    out = Run(50, seed=3).of([Vehicle("PK09BBB", where, ((20.0, 38.0),))])
    assert out.marks == ["PK09BBB"]


def test_two_vehicles_that_park_in_one_place_after_another_are_both_told() -> None:
    first, second = Vehicle("PK09BBB", stand(-1, 15, 0, 30)), Vehicle("CV65RRT", stand(-1, 15, 31, 60))
    assert Run(60, seed=4).of([first, second]).marks == ["CV65RRT", "PK09BBB"]


@pytest.mark.parametrize("gap_s", [0.0, 0.2, 0.6, 2.0])
def test_vehicles_with_different_plates_in_the_same_place_are_both_told(gap_s: float) -> None:
    first, second = Vehicle("PK09BBB", stand(-1, 15, 0, 4)), Vehicle("CV65RRT", stand(-1, 15, 4 + gap_s, 8))
    assert Run(9, seed=5).of([first, second]).marks == ["CV65RRT", "PK09BBB"]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("every", [2, 3])
def test_a_fast_small_plate_survives_skipped_frames(every: int, seed: int) -> None:
    # 16 m/s across at 20 m: 38 px wide, 45 to 135 px from one look to the next.
    across = Vehicle("AB12CDE", lambda t: (-9 + 16 * t, 20 - 2 * t) if t < 1.1 else None)
    out = Run(2, every=every, seed=seed, miss=0.02).of([across])
    assert len(out.told) == 1
    assert len(out.plates_of) == 1


@pytest.mark.parametrize("seed", range(8))
def test_a_convoy_bumper_to_bumper_is_two_passes(seed: int) -> None:
    first = Vehicle("AB12CDE", drive(0, from_m=40, speed=14))
    second = Vehicle("AB12CDF", drive(0, from_m=45.5, speed=14))  # of one fleet: one character differs
    out = Run(6, seed=seed).of([first, second])
    assert out.marks == ["AB12CDE", "AB12CDF"]
    assert all(len(plates) <= 1 for plates in out.plates_of.values())


@pytest.mark.parametrize("seed", range(5))
def test_a_plate_that_reappears_elsewhere_within_seconds_is_the_same_pass(seed: int) -> None:
    # The vehicle turns behind a bus and comes out nearer and to the side.
    def where(t: float) -> tuple[float, float] | None:
        return (-4.0 + t, 25 - 2 * t) if t < 3 else (2.0, 14 - 1.5 * (t - 5)) if 5 <= t < 8 else None

    out = Run(12, seed=seed).of([Vehicle("AB12CDE", where)])
    assert out.marks == ["AB12CDE"]


@pytest.mark.parametrize("seed", range(5))
def test_the_same_vehicle_passing_again_after_a_minute_is_two_passes(seed: int) -> None:
    first, again = (Vehicle("AB12CDE", drive(t, from_m=60, speed=13)) for t in (0, 60))
    assert Run(70, fps=12.5, seed=seed).of([first, again]).marks == ["AB12CDE", "AB12CDE"]


def test_a_live_stream_hears_of_a_standing_vehicle_in_time_and_once() -> None:
    settings = TrackSettings(report_after_s=4.0)
    out = Run(60, seed=6, settings=settings).of([Vehicle("PK09BBB", stand(0, 15, start_s=2))])
    assert out.marks == ["PK09BBB"]
    assert 5.9 <= out.told[0][0] <= 7


def test_a_pass_that_was_never_readable_is_not_told_but_accounted_for() -> None:
    out = Run(6, seed=7).of([Vehicle("AB12CDE", stand(0, 40, 0, 2))])
    assert out.told == []
    assert out.gone == [1]


def test_doubtful_boxes_continue_a_pass_but_never_start_one() -> None:
    tracker = Tracker(TrackSettings())
    box = np.array([[100, 100, 60, 13]], dtype=np.float32)
    ids: list[int | None] = []
    for i, score in enumerate((0.3, 0.9, 0.3, 0.1)):
        step = tracker.update(
            box, frame_index=i, offset_s=i / 25, scores=np.array([score], np.float32), marks=["AB12CDE"]
        )
        ids += step.ids
    assert ids == [None, 1, 1, None]


def test_two_boxes_on_one_plate_are_one_pass() -> None:
    tracker = Tracker(TrackSettings())
    boxes = np.array([[100, 100, 60, 13], [102, 101, 60, 13]], dtype=np.float32)
    for i in range(10):
        step = tracker.update(
            boxes, frame_index=i, offset_s=i / 25, scores=np.ones(2, np.float32), marks=["AB12CDE"] * 2
        )
        assert sum(known is not None for known in step.ids) == 1
    assert len(tracker.finish().report) == 1


def test_a_source_that_starts_anew_ends_its_passes_and_goes_on() -> None:
    tracker = Tracker(TrackSettings())
    box, score = np.array([[100, 100, 60, 13]], dtype=np.float32), np.ones(1, np.float32)
    tracker.update(box, frame_index=0, offset_s=100.0, scores=score, marks=["AB12CDE"])
    step = tracker.update(box, frame_index=0, offset_s=0.0, scores=score, marks=["XY63ZKL"])
    assert [each.mark for each in step.report] == ["AB12CDE"]
    assert [each.mark for each in tracker.finish().report] == ["XY63ZKL"]


@pytest.mark.parametrize(
    ("boxes", "scores", "marks"),
    [
        (np.zeros((1, 5), np.float32), np.ones(1, np.float32), [None]),
        (np.ones((1, 4), np.float32), np.ones(2, np.float32), [None]),
        (np.ones((1, 4), np.float32), np.ones(1, np.float32), []),
        (np.array([[0, 0, 0, 5]], np.float32), np.ones(1, np.float32), [None]),
        (np.array([[np.nan, 0, 5, 5]], np.float32), np.ones(1, np.float32), [None]),
    ],
)
def test_boxes_that_do_not_fit_are_refused(
    boxes: np.ndarray, scores: np.ndarray, marks: list[str | None]
) -> None:
    with pytest.raises(ValueError, match="box"):
        Tracker(TrackSettings()).update(boxes, frame_index=0, offset_s=0.0, scores=scores, marks=marks)


def test_settings_that_contradict_one_another_are_refused() -> None:
    with pytest.raises(ValueError, match="low_score"):
        TrackSettings(low_score=0.9)
    with pytest.raises(ValueError, match="lost_s"):
        TrackSettings(lost_s=9)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), every=st.integers(1, 4), miss=st.floats(0, 0.5))
def test_whatever_comes_each_pass_ends_once_and_is_told_at_most_once(
    seed: int, every: int, miss: float
) -> None:
    rng = np.random.default_rng(seed)
    vehicles = [
        Vehicle(
            "".join(rng.choice(list(SHAPES), 7)),
            drive(rng.uniform(0, 2), from_m=rng.uniform(15, 50), speed=rng.uniform(-10, 20)),
        )
        for _ in range(3)
    ]
    out = Run(3, fps=15, every=every, miss=miss, seed=seed).of(vehicles)
    told = [each.id for _, each in out.told]
    assert len(told) == len(set(told))
    assert len(out.gone) == len(set(out.gone))
    assert set(told) <= set(out.gone) == set(out.plates_of)


def test_a_parked_car_for_an_hour_costs_no_memory() -> None:
    tracker = Tracker(TrackSettings(report_after_s=4.0))
    rng = np.random.default_rng(8)
    scores = np.ones(1, np.float32)
    told, size = 0, 0
    for i in range(100_000):
        if i == 10_000:
            size = len(pickle.dumps(tracker))
        box = np.array([[100, 100, 60, 13]], np.float32) + rng.normal(0, 1, (1, 4)).astype(np.float32)
        mark = misread(rng, "PK09BBB", 40) if i % 50 == 0 else "PK09BBB"
        seen = i % 500 > 100  # hidden for four seconds out of twenty
        step = tracker.update(
            box[:seen], frame_index=i, offset_s=i / 25, scores=scores[:seen], marks=[mark][:seen]
        )
        told += len(step.report)
    assert told == 1
    assert len(pickle.dumps(tracker)) < size + 2_000


def test_eight_times_the_plates_cost_less_than_twenty_times_the_time() -> None:
    rng = np.random.default_rng(9)

    def spent_s(plates: int) -> float:
        tracker = Tracker(TrackSettings())
        marks = [f"AB{i:02d}CDE" for i in range(plates)]
        home = np.array([[30 + 90 * (i % 8), 40 + 60 * (i // 8), 60, 13] for i in range(plates)], np.float32)
        total = 0.0
        for i in range(120):
            boxes = (home + i + rng.normal(0, 0.5, home.shape)).astype(np.float32)
            scores = np.ones(plates, np.float32)
            total -= time.process_time()
            tracker.update(boxes, frame_index=i, offset_s=i / 25, scores=scores, marks=marks)
            total += time.process_time()
        return total

    few, many = spent_s(5), spent_s(40)
    assert many < 20 * few
