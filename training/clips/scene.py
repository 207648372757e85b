"""A clip before it is drawn: who drives where and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import atan2, pi

import numpy as np
from numpy.typing import NDArray

from training.clips.camera import Camera
from training.clips.street import Street

FRAMES_S = 25


@dataclass(frozen=True, slots=True)
class Drive:
    """How one vehicle moves.

    `lane_x` is where its middle runs; `away` whether it drives along +y (from the camera) or towards it;
    `at_y` is its middle's y at second `at_s` of the clip; `speeds` are (second, metres a second) knots with
    straight lines between them; `swerve` moves it to another x between two seconds: (x, from_s, to_s).
    """

    lane_x: float
    away: bool
    at_y: float
    at_s: float
    speeds: tuple[tuple[float, float], ...]
    swerve: tuple[float, float, float] | None = None

    def places(self, frames: int) -> NDArray[np.float64]:
        """x, y in metres and heading in radians of every frame, (frames, 3)."""
        fine = np.arange(frames * 4 + 1) / (FRAMES_S * 4)
        speed = np.interp(fine, [s for s, _ in self.speeds], [v for _, v in self.speeds])
        gone = np.concatenate([[0.0], np.cumsum((speed[1:] + speed[:-1]) / 2) / (FRAMES_S * 4)])
        sign = 1.0 if self.away else -1.0
        y = self.at_y + sign * (gone - np.interp(self.at_s, fine, gone))
        x = np.full_like(y, self.lane_x)
        if self.swerve is not None:
            to_x, start, end = self.swerve
            share = np.clip((fine - start) / (end - start), 0, 1)
            x += (to_x - self.lane_x) * share * share * (3 - 2 * share)
        turn = np.gradient(x) / np.maximum(np.abs(np.gradient(y)), 1e-4)
        lean = np.arctan(turn) * (np.abs(np.gradient(y)) > 1e-4)
        heading = np.where(sign > 0, lean, pi - lean)
        return np.stack([x, y, heading], axis=1)[: frames * 4 : 4]

    @property
    def parked(self) -> bool:
        """Whether it never moves."""
        return all(v == 0 for _, v in self.speeds)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle of a clip: what it is, what its plates say (gaps kept; one or two lines) and its drive.

    `style` "gb" has a white plate in front and a yellow one behind, "black" silver on black at both ends.
    `rear_lines` are given where the rear plate breaks the mark otherwise than the front one.
    """

    kind: str
    colour: str
    lines: tuple[str, ...]
    drive: Drive
    style: str = "gb"
    rear_lines: tuple[str, ...] | None = None
    band: str = ""
    dirt: float = 0.0

    @property
    def plate(self) -> str:
        """The mark: A-Z0-9 only."""
        return "".join(self.lines).replace(" ", "")


@dataclass(frozen=True, slots=True)
class Post:
    """A pole or sign that stands between camera and road: x, y, width and height in metres."""

    x: float
    y: float
    wide: float
    high: float


@dataclass(frozen=True, slots=True)
class Scene:
    """One take: a street, a camera, a light (a key of LIGHTS), vehicles and what stands in the way.

    `shake_deg` is the sigma of the camera's trembling. `photograph` names the file of a real background
    (used when the data is there, else the drawn street).
    """

    name: str
    seed: int
    frames: int
    street: Street
    camera: Camera
    light: str
    vehicles: tuple[Vehicle, ...]
    posts: tuple[Post, ...] = ()
    shake_deg: float = 0.0
    photograph: str | None = None
    drops: int = 0
    fade: int = 0  # frames to and from black at the ends
    dim: float = field(default=1.0)  # exposure against that of the light

    def __post_init__(self) -> None:
        """Refuse a mark that could not be told from another vehicle's."""
        marks = [v.plate for v in self.vehicles]
        if len(set(marks)) != len(marks):
            raise ValueError("two vehicles of one scene carry the same mark; give each its own")


def shakes(rng: np.random.Generator, frames: int, sigma_deg: float) -> NDArray[np.float64]:
    """Yaw and pitch of a trembling pole in degrees for each frame, (frames, 2): smooth, about `sigma_deg`."""
    steps = rng.standard_normal((frames, 2)) * sigma_deg * 0.6
    out = np.zeros((frames, 2))
    for k in range(1, frames):
        out[k] = 0.8 * out[k - 1] + steps[k]
    return out


def slant_deg(camera: Camera, at: Sequence[float], heading: float) -> float:
    """Degrees between a plate's outward normal and the way to the camera, as seen from above."""
    to_camera = atan2(camera.at[0] - at[0], camera.at[1] - at[1])
    turn = abs(to_camera - heading) % pi
    return float(np.degrees(min(turn, pi - turn)))
