"""A pinhole camera over a flat world: x to the right of the road, y along it, z up, in metres."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
NEAR_M = 1.0  # nothing nearer than this is drawn


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the camera stands and looks.

    `at` is its place in metres; `yaw_deg` turns it to the right of the y axis, `pitch_deg` up (negative:
    down), `roll_deg` clockwise; `focal_px` is the focal length in pixels of a picture `size` (w, h).
    """

    at: tuple[float, float, float]
    yaw_deg: float
    pitch_deg: float
    focal_px: float
    size: tuple[int, int] = (1280, 720)
    roll_deg: float = 0.0

    def turned(self, yaw_deg: float, pitch_deg: float) -> Camera:
        """This camera after a shake."""
        return replace(self, yaw_deg=self.yaw_deg + yaw_deg, pitch_deg=self.pitch_deg + pitch_deg)

    def axes(self) -> Points:
        """Rows: the unit vectors to the right, down and forward in the world."""
        yaw, pitch, roll = radians(self.yaw_deg), radians(self.pitch_deg), radians(self.roll_deg)
        forward = np.array([sin(yaw) * cos(pitch), cos(yaw) * cos(pitch), sin(pitch)])
        right = np.array([cos(yaw), -sin(yaw), 0.0])
        down = np.array([-sin(yaw) * -sin(pitch), -cos(yaw) * -sin(pitch), -cos(pitch)])
        return np.stack([right * cos(roll) + down * sin(roll), down * cos(roll) - right * sin(roll), forward])

    def see(self, points: Points) -> tuple[Points, Points]:
        """Pixels (n, 2) and depths (n,) in metres of world points (n, 3).

        Points nearer than `NEAR_M` are pushed there, so that a face which passes the lens stays finite.
        """
        seen = (np.asarray(points, float) - np.array(self.at)) @ self.axes().T
        depth = np.maximum(seen[:, 2], NEAR_M)
        middle = (np.array(self.size) - 1) / 2
        return seen[:, :2] / depth[:, None] * self.focal_px + middle, seen[:, 2]

    def rays(self, size: tuple[int, int], margin: int) -> NDArray[np.float32]:
        """Directions (h, w, 3) of the pixels of a picture `size` wide and high with `margin` px round it."""
        w, h = size
        scale = self.size[0] / w
        u = (np.arange(-margin, w + margin) + 0.5) * scale - self.size[0] / 2
        v = (np.arange(-margin, h + margin) + 0.5) * scale - self.size[1] / 2
        right, down, forward = self.axes()
        across = u[None, :, None] * right + v[:, None, None] * down
        return (across / self.focal_px + forward).astype(np.float32)
