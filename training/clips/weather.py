"""What air, lens and sensor add to a frame (uint8 BGR): bloom, rain, drops, noise."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.clips.light import Light, Tint

Picture = NDArray[np.uint8]


def add_glow(
    frame: Picture, at: tuple[float, float], radius_px: float, colour: Tint, strength: float
) -> None:
    """Add a lamp's bloom in place: a core of `radius_px` in a wide faint skirt; `strength` from 0 to 1."""
    reach = int(min(260, max(3, radius_px * 7)))
    x, y = round(at[0]), round(at[1])
    x0, y0, x1, y1 = (
        max(0, x - reach),
        max(0, y - reach),
        min(frame.shape[1], x + reach + 1),
        min(frame.shape[0], y + reach + 1),
    )
    if x0 >= x1 or y0 >= y1 or strength <= 0:
        return
    yy, xx = np.mgrid[y0:y1, x0:x1].astype(np.float32)
    far = ((xx - at[0]) ** 2 + (yy - at[1]) ** 2) / max(1.0, radius_px) ** 2
    edge = np.clip(1 - far / 49, 0, 1)
    field = (1.3 * np.exp(-far * 0.8) + 0.2 / (1 + far) * edge) * strength
    part = frame[y0:y1, x0:x1]
    part[:] = np.clip(part + field[..., None] * np.array(colour, np.float32) * 255, 0, 255).astype(np.uint8)


class Noise:
    """Sensor noise: a few large tiles drawn once, laid at another place for every frame."""

    def __init__(self, rng: np.random.Generator, size: tuple[int, int], sigma: float, *, grey: bool) -> None:
        """Noise of `sigma` grey levels for frames `size` (w, h), a little of it in colour unless `grey`."""
        w, h = size
        self._room = 64
        shape = (h + self._room, w + self._room)
        self._tiles = []
        for _ in range(3):
            fine = rng.standard_normal((*shape, 1), dtype=np.float32)
            tint = rng.standard_normal((shape[0] // 2, shape[1] // 2, 3), dtype=np.float32) * np.float32(
                0 if grey else 0.8
            )
            wide = cv2.resize(tint, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
            self._tiles.append(np.round((fine * 0.85 + wide * 0.6) * sigma).astype(np.int16))

    def add(self, rng: np.random.Generator, frame: Picture) -> Picture:
        """The frame with noise."""
        tile = self._tiles[int(rng.integers(len(self._tiles)))]
        x, y = (int(v) for v in rng.integers(0, self._room, 2))
        h, w = frame.shape[:2]
        return np.asarray(cv2.add(frame, tile[y : y + h, x : x + w], dtype=cv2.CV_8U), np.uint8)


class Drops:
    """Drops on the lens: each shows the scene behind it, blurred, upside down and a little brighter."""

    def __init__(self, rng: np.random.Generator, size: tuple[int, int], count: int) -> None:
        """`count` drops on frames `size` (w, h)."""
        w, h = size
        self._drops = [
            (int(rng.integers(0, w)), int(rng.integers(0, h)), int(rng.integers(5, 17)) * w // 1280)
            for _ in range(count)
        ]

    def lay(self, frame: Picture) -> None:
        """Lay all drops over the frame."""
        for x, y, r in self._drops:
            x0, y0, x1, y1 = (
                max(0, x - r),
                max(0, y - r),
                min(frame.shape[1], x + r),
                min(frame.shape[0], y + r),
            )
            part = frame[y0:y1, x0:x1]
            if min(part.shape[:2]) < 3:
                continue
            seen = cv2.GaussianBlur(part[::-1], (0, 0), max(0.8, r / 3))
            yy, xx = np.mgrid[y0 - y : y1 - y, x0 - x : x1 - x].astype(np.float32) / max(1, r)
            mix = np.clip((1 - xx**2 - yy**2) * 2.2, 0, 0.85)[..., None]
            light = 1.05 + 0.18 * yy[..., None]
            part[:] = np.clip(part * (1 - mix) + seen * mix * light, 0, 255).astype(np.uint8)


def add_streaks(rng: np.random.Generator, frame: Picture, strength: float) -> Picture:
    """Falling rain: many short bright streaks, near ones long and soft."""
    h, w = frame.shape[:2]
    layer = np.zeros((h // 2, w // 2), np.uint8)
    for near in (False, True):
        for _ in range(int((24 if near else 150) * strength * w * h / 921_600)):
            x, y = rng.uniform(0, w / 2), rng.uniform(-20, h / 2)
            long = rng.uniform(22, 50) if near else rng.uniform(5, 16)
            ends = (round(x), round(y)), (round(x - 0.12 * long), round(y + long))
            cv2.line(
                layer,
                ends[0],
                ends[1],
                int(rng.integers(18, 46)) if near else int(rng.integers(24, 64)),
                2 if near else 1,
                cv2.LINE_AA,
            )
    soft = cv2.resize(layer, (w, h), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.add(frame, cv2.cvtColor(soft, cv2.COLOR_GRAY2BGR)), np.uint8)


def line_kernel(dx: float, dy: float) -> NDArray[np.float32] | None:
    """The smear of a point that moves (dx, dy) pixels while the shutter is open; None when it hardly does."""
    if max(abs(dx), abs(dy)) < 0.35:
        return None
    reach = int(np.ceil(max(abs(dx), abs(dy)) / 2)) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    for s in np.linspace(-0.5, 0.5, 8 * reach + 1):
        x, y = reach + s * dx, reach + s * dy
        i, j, fx, fy = int(x), int(y), x % 1, y % 1
        for row, col, share in (
            (j, i, (1 - fx) * (1 - fy)),
            (j, i + 1, fx * (1 - fy)),
            (j + 1, i, (1 - fx) * fy),
            (j + 1, i + 1, fx * fy),
        ):
            if share > 0:
                kernel[row, col] += share
    return kernel / kernel.sum()


def lamp_colour(light: Light, *, head: bool) -> Tint:
    """BGR of a lamp, 1: full."""
    if light.infra_red:
        return (1.0, 1.0, 1.0) if head else (0.4, 0.4, 0.4)
    return (0.88, 0.97, 1.0) if head else (0.1, 0.08, 0.95)
