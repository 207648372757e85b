"""The fixed set of hard clips: every light, slant to fifty degrees, queues, shake, things in the way.

Laid down before the models were trained and never tuned to them. `VERSION` changes when anything that shows
in a clip does; `digest()` names the very set.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from training.clips.camera import Camera
from training.clips.scene import FRAMES_S, Drive, Post, Scene, Vehicle
from training.clips.street import Street
from training.clips.vehicle import PAINTS
from training.plates.marks import british_mark

VERSION = 2
SEED = 20_261_124
SECONDS = 8
_AWAY, _FAST, _SLOW, _KERB = -1.8, 1.7, 4.5, -4.3
_LEFT, _RIGHT = -5.4, 6.4
_KINDS = ("hatch", "saloon", "estate", "suv", "van", "hatch")
_LAYOUTS = ("current", "current", "current", "prefix", "suffix", "dateless", "ni", "q")


@dataclass(frozen=True, slots=True)
class _View:
    """A camera place and the y at which vehicles of each lane come by best, with the lanes it can see."""

    camera: Camera
    read_y: float
    lanes: tuple[float, ...]


# A plate's slant is its bearing from the camera: yaw and half the angle of view bound it to 50 degrees.
_VIEWS = {
    "pole": _View(Camera((0.9, 0.0, 3.2), 0.0, -6.2, 2200.0), 11.0, (_AWAY, _FAST, _SLOW)),
    "gantry": _View(Camera((1.5, 0.0, 5.6), 0.0, -14.0, 2500.0), 17.0, (_AWAY, _FAST, _SLOW)),
    "far": _View(Camera((1.0, 0.0, 4.6), 0.0, -5.6, 3600.0), 21.0, (_AWAY, _FAST, _SLOW)),
    "motorway": _View(Camera((0.0, 0.0, 5.6), 0.0, -14.0, 3200.0), 17.0, (_AWAY, _FAST)),
    "right 25": _View(Camera((7.4, 0.0, 2.8), -14.0, -8.5, 2300.0), 13.0, (_FAST, _SLOW)),
    "right 40": _View(Camera((8.0, 0.0, 2.8), -23.0, -10.0, 1900.0), 10.5, (_FAST, _SLOW)),
    "right 50": _View(Camera((8.4, 0.0, 3.0), -29.0, -11.5, 1650.0), 9.0, (_FAST, _SLOW)),
    "left 35": _View(Camera((-7.0, 0.0, 2.8), 21.5, -10.0, 2300.0), 10.5, (_AWAY, _FAST)),
    "left 50": _View(Camera((-7.4, 0.0, 3.0), 30.5, -11.0, 1800.0), 8.5, (_AWAY, _FAST)),
    "dash": _View(Camera((0.9, 0.0, 1.7), 0.0, -2.0, 1900.0), 11.0, (_AWAY, _FAST, _SLOW)),
}


@dataclass(frozen=True, slots=True)
class _Plan:
    """One clip: its light, view, speed in metres a second, and what makes it hard."""

    name: str
    light: str
    view: str
    speed: float = 12.0
    headway_s: float = 2.4
    queue: bool = False
    parked: bool = False
    posts: tuple[Post, ...] = ()
    shake_deg: float = 0.0
    dim: float = 1.0
    drops: int = 0
    dirt: float = 0.3
    photograph: str | None = None


_POSTS = (Post(3.0, 6.0, 0.12, 4.0), Post(-0.6, 7.0, 0.2, 4.0))
PLANS = (
    _Plan("day-pole", "day", "pole", parked=True),
    _Plan("day-close", "day", "gantry", headway_s=1.3),
    _Plan("day-motorway", "day", "motorway", speed=29.0, headway_s=1.6),
    _Plan("day-slant-50", "day", "right 50", speed=9.0, headway_s=1.2),
    _Plan("day-posts-shake", "day", "pole", posts=_POSTS, shake_deg=0.06),
    _Plan("day-queue", "day", "pole", queue=True, parked=True),
    _Plan("dusk-pole", "dusk", "pole", shake_deg=0.02),
    _Plan("dusk-far", "dusk", "far", speed=14.0, dim=0.85),
    _Plan("dusk-slant-40", "dusk", "right 40", speed=10.0, headway_s=1.2),
    _Plan("dusk-photograph", "dusk", "dash", photograph="dayride_type1_001-147.jpg", dim=0.9),
    _Plan("rain-pole", "rain", "pole", drops=26, parked=True),
    _Plan("rain-slant-35", "rain", "left 35", drops=18, speed=10.0, headway_s=1.2),
    _Plan("rain-queue", "rain", "gantry", queue=True, drops=22),
    _Plan("infra-red-pole", "infra_red", "pole", speed=15.0, headway_s=1.8),
    _Plan("infra-red-slant-50", "infra_red", "left 50", speed=9.0, headway_s=1.2),
    _Plan("infra-red-slant-25", "infra_red", "right 25", speed=14.0, headway_s=1.6, shake_deg=0.03),
    _Plan("infra-red-queue-shake", "infra_red", "gantry", queue=True, shake_deg=0.05),
    _Plan("day-photograph", "day", "dash", photograph="dayride_type1_002-324.jpg"),
)


def _lines(rng: np.random.Generator, taken: set[str], layout: str) -> tuple[str, ...]:
    """A mark in one line that no other vehicle of the clip carries, or anything of the same shapes."""
    while True:
        mark = british_mark(rng, layout)
        key = mark.text.replace("O", "0").replace("I", "1")
        if key not in taken and len(key) >= 4:
            taken.add(key)
            return mark.lines


def _vehicle(rng: np.random.Generator, taken: set[str], drive: Drive, dirt: float) -> Vehicle:
    old = rng.random() < 0.08
    layout = str(rng.choice(["suffix", "dateless"])) if old else str(rng.choice(_LAYOUTS))
    lines = _lines(rng, taken, layout)
    kind = "classic" if old else str(rng.choice(_KINDS))
    parts = tuple(lines[0].split(" "))
    two = kind in {"suv", "van"} and len(parts) == 2 and rng.random() < 0.5
    return Vehicle(
        kind,
        str(rng.choice(list(PAINTS))),
        lines,
        drive,
        style="black" if old else "gb",
        rear_lines=parts if two else None,
        band="" if old else str(rng.choice(["", "", "", "blue", "green"])),
        dirt=float(rng.uniform(0, dirt)),
    )


def _flow(rng: np.random.Generator, plan: _Plan, lane: float, read_y: float) -> list[Drive]:
    """Vehicles one behind another at one speed, `headway_s` or more apart, all passing inside the clip."""
    speed = float(plan.speed * (0.85 if lane == _SLOW else 1.0) * rng.uniform(0.9, 1.1))
    drives, at_s = [], float(rng.uniform(1.0, 2.2))
    while at_s < SECONDS - 0.9:
        drives.append(Drive(lane, lane == _AWAY, read_y, at_s, ((0.0, speed), (float(SECONDS), speed))))
        at_s += plan.headway_s * float(rng.uniform(1.0, 1.7)) + 2.0 / speed
    return drives


def _queue(rng: np.random.Generator, lane: float, read_y: float) -> list[Drive]:
    """Five vehicles that roll, stand, and roll on, seven metres apart."""
    stop_s, go_s = float(rng.uniform(2.2, 2.8)), float(rng.uniform(4.6, 5.4))
    speeds = (
        (0.0, 5.0),
        (stop_s - 1, 5.0),
        (stop_s, 0.0),
        (go_s, 0.0),
        (go_s + 1.2, 6.5),
        (float(SECONDS), 7.5),
    )
    sign = 1 if lane == _AWAY else -1
    return [Drive(lane, lane == _AWAY, read_y - sign * 7.2 * k, 1.2, speeds) for k in range(5)]


def _traffic(rng: np.random.Generator, plan: _Plan, view: _View) -> tuple[Vehicle, ...]:
    taken: set[str] = set()
    drives: list[Drive] = []
    for lane in view.lanes:
        reach = view.read_y + (4.5 if lane == _SLOW and len(view.lanes) > 2 else 0.0)
        queued = plan.queue and lane == _FAST
        drives += _queue(rng, lane, reach) if queued else _flow(rng, plan, lane, reach)
    if plan.parked:
        drives.append(Drive(_KERB, away=True, at_y=21.0, at_s=0.0, speeds=((0.0, 0.0),)))
    return tuple(_vehicle(rng, taken, drive, plan.dirt) for drive in drives)


def scene_of(plan: _Plan) -> Scene:
    """The scene of one plan; the same on every call."""
    number = PLANS.index(plan)
    rng = np.random.default_rng((SEED, number))
    view = _VIEWS[plan.view]
    street = Street(_LEFT, _RIGHT, (-0.05, 3.1), seed=100 + number)
    return Scene(
        plan.name,
        SEED + number,
        SECONDS * FRAMES_S,
        street,
        view.camera,
        plan.light,
        _traffic(rng, plan, view),
        posts=plan.posts,
        shake_deg=plan.shake_deg,
        photograph=plan.photograph,
        drops=plan.drops,
        dim=plan.dim,
    )


def stress_scenes() -> tuple[Scene, ...]:
    """The eighteen scenes of the set."""
    return tuple(scene_of(plan) for plan in PLANS)


def digest() -> str:
    """SHA-256 over `VERSION` and every scene: the name of this very set."""
    return hashlib.sha256(f"{VERSION} {stress_scenes()!r}".encode()).hexdigest()
