"""The clips of the two filmed cameras: what the traffic sends past each of them, drawn as video.

`python -m demonstration.county.film --camera 53/1/1 --out CLIP.mp4`. Twelve and a half frames a second, half
of what the demonstration clip has, so that two readers leave room for a node on two cores.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av

from demonstration.county.cameras import FILMED, POSTS
from demonstration.county.cast import LOCAL, TRUE_ONE
from demonstration.county.ground import read_ground
from demonstration.county.routes import Roads
from demonstration.county.traffic import Habits, passes
from demonstration.county.vehicles import Vehicle as Car
from openanpr.core.camera import CameraId
from openanpr.core.read import Direction
from training.clips.camera import Camera
from training.clips.render import Take
from training.clips.scene import FRAMES_S, Drive, Scene, Vehicle
from training.clips.street import Street
from training.clips.truth import TruePass, joined, passes_of, write_truth

SEED = 7_310_000
RATE = Fraction(25, 2)
_QUICKER = FRAMES_S / float(RATE)  # each frame drawn stands for two of the renderer's
_AWAY, _NEAR, _FAR = -1.05, 1.7, 4.5
_BETWEEN_S = 3.4
_BIT_RATE = 2_500_000
_BUSY = datetime(2026, 11, 26, 8, tzinfo=UTC)
_STORY: dict[CameraId, tuple[Car, ...]] = {
    FILMED[0]: (LOCAL.vehicle,),
    FILMED[1]: (TRUE_ONE,),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A vehicle that is to be filmed, and how it goes."""

    car: Car
    direction: Direction


def cast_of(camera: CameraId, *, seconds: float) -> tuple[Seen, ...]:
    """Return who passes in a clip of so many seconds: the story's own, then the traffic of a busy hour."""
    most = max(1, int((seconds - 4) / _BETWEEN_S) + 1)
    story = [Seen(car, Direction.TOWARDS) for car in _STORY[camera]]
    roads = Roads(read_ground(), POSTS)
    found = passes(roads, Habits(SEED, 3600.0), _BUSY, _BUSY + timedelta(hours=3))
    met = sorted((one for one in found if one.camera == camera), key=lambda one: one.at)
    once = {one.vehicle.vrm: Seen(one.vehicle, one.direction) for one in met}
    return (*story, *once.values())[:most]


def scene_of(camera: CameraId, *, seconds: float, light: str = "day") -> Scene:
    """Return the take: one street for each camera, a vehicle about every three seconds."""
    seen = cast_of(camera, seconds=seconds)
    street = Street(-4.45, 6.0, (0.3, 3.1), seed=camera.source * 100 + camera.camera)
    lens = Camera((0.5, 0.0, 2.9), 0.0, -6.6, 2200.0)
    vehicles = tuple(_vehicle(one, n) for n, one in enumerate(seen))
    return Scene(
        f"filmed-{camera.camera}",
        SEED + camera.camera,
        round(seconds * RATE),
        street,
        lens,
        light,
        vehicles,
        fade=4,
    )


def _vehicle(one: Seen, n: int) -> Vehicle:
    away = one.direction is Direction.AWAY
    lane, at_y = (_AWAY, 10.0) if away else (_NEAR, 9.5) if n % 3 else (_FAR, 22.0)
    speed = (9.0, 10.5, 11.5)[n % 3]
    at_s = (2.2 + n * _BETWEEN_S) / _QUICKER
    drive = Drive(lane, away, at_y, at_s, ((0.0, speed * _QUICKER), (600.0, speed * _QUICKER)))
    return Vehicle(one.car.kind, one.car.colour, (one.car.mark,), drive)


def make_clip(camera: CameraId, path: Path, *, seconds: float) -> list[TruePass]:
    """Draw the clip of a camera, with the truth beside it as CSV, and return the truth."""
    path.parent.mkdir(parents=True, exist_ok=True)
    take = Take(scene_of(camera, seconds=seconds))
    w, h = take.scene.camera.size
    part = path.with_suffix(".part.mp4")
    with av.open(str(part), "w") as box:
        stream = box.add_stream(
            "libx264", rate=RATE, options={"preset": "veryfast", "threads": "1", "g": "25"}
        )
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = w, h, "yuv420p", _BIT_RATE
        for picture in take.frames():
            box.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        box.mux(stream.encode())
    truth = joined([passes_of(take.scene, take.sights, clip=path.stem)])
    write_truth(path.with_suffix(".csv"), truth)
    part.replace(path)  # last: where the clip is there, its truth is too
    return truth


def main() -> int:
    """Draw one clip."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--camera", type=CameraId.parse, required=True, choices=FILMED)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=60.0)
    said = parser.parse_args()
    truth = make_clip(said.camera, said.out, seconds=said.seconds)
    print(f"{said.out}: {len(truth)} vehicles in {said.seconds:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
