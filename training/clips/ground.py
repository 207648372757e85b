"""What a vehicle does to the road round it: shadow, headlamp pool, reflection in the wet."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.clips.camera import NEAR_M, Camera, Points
from training.clips.layer import Layer
from training.clips.light import Light
from training.clips.shape import Shape
from training.clips.vehicle import to_world

Picture = NDArray[np.uint8]


def _mask(
    polygon: Points, size: tuple[int, int], blur_px: float, step: int
) -> tuple[slice, slice, NDArray[np.float32]] | None:
    """A soft convex polygon drawn `step` times coarser: where it lies in the frame, and its field 0..1."""
    reach = int(3 * blur_px) + 2
    low = np.maximum(np.floor(polygon.min(axis=0)).astype(int) - reach, 0)
    high = np.minimum(np.ceil(polygon.max(axis=0)).astype(int) + reach, size)
    if (high - low < step * 2).any():
        return None
    small = np.zeros(((high[1] - low[1]) // step + 1, (high[0] - low[0]) // step + 1), np.uint8)
    cv2.fillConvexPoly(small, np.round((polygon - low) / step * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    small = cv2.GaussianBlur(small, (0, 0), max(0.6, blur_px / step), borderType=cv2.BORDER_REPLICATE)
    full = cv2.resize(small, tuple((high - low).tolist()), interpolation=cv2.INTER_LINEAR)
    return slice(low[1], high[1]), slice(low[0], high[0]), full.astype(np.float32) / 255


def _ground_px(
    corners: list[tuple[float, float]], place: tuple[float, float, float], camera: Camera
) -> tuple[Points, float] | None:
    world = to_world(np.array([(u, v, 0.0) for u, v in corners]), place)
    return _seen(world, camera)


def _seen(world: Points, camera: Camera) -> tuple[Points, float] | None:
    px, depth = camera.see(world)
    if depth.min() <= NEAR_M:
        return None
    return np.clip(px, -4000, 6000), camera.focal_px / float(depth.mean())


def _darken(frame: Picture, polygon: Points, blur_px: float, depth: float) -> None:
    found = _mask(polygon, (frame.shape[1], frame.shape[0]), blur_px, 2)
    if found is not None:
        rows, cols, field = found
        part = frame[rows, cols]
        part[:] = (part * (1 - depth * field)[..., None]).astype(np.uint8)


def lay_shadow(
    frame: Picture, shape: Shape, place: tuple[float, float, float], camera: Camera, light: Light
) -> None:
    """The dark under the vehicle and, in the sun, its shadow on the road."""
    u, v = shape.length / 2 - 0.1, shape.width / 2 - 0.02
    foot = [(u, v), (u, -v), (-u, -v), (-u, v)]
    if light.shadow:
        lean = np.array(light.sun_from[:2]) / light.sun_from[2] * -shape.belt * 0.9
        base = to_world(np.array([(a, b, 0.0) for a, b in foot]), place)
        both = np.concatenate([base, base + np.array([*lean, 0.0])])
        seen = _seen(both, camera)
        if seen is not None:
            hull = cv2.convexHull(seen[0].astype(np.float32)).reshape(-1, 2).astype(float)
            _darken(frame, hull, 0.07 * seen[1], light.shadow)
    under = _ground_px(foot, place, camera)
    if under is not None:
        _darken(frame, under[0], 0.13 * under[1], 0.8)


def lay_beam(
    frame: Picture, shape: Shape, place: tuple[float, float, float], camera: Camera, light: Light
) -> None:
    """The pool of the headlamps on the road ahead."""
    if light.lamps < 0.5:
        return
    u = shape.length / 2
    seen = _ground_px([(u + 1.0, 0.9), (u + 8.0, 2.0), (u + 8.0, -2.0), (u + 1.0, -0.9)], place, camera)
    found = (
        None
        if seen is None
        else _mask(seen[0], (frame.shape[1], frame.shape[0]), min(60.0, 0.7 * seen[1]), 4)
    )
    if found is not None:
        rows, cols, field = found
        tint = (1.0, 1.0, 1.0) if light.infra_red else (0.85, 0.97, 1.0)
        warm = np.array(tint, np.float32) * np.float32(1.5 * light.lamps)
        part = frame[rows, cols]
        part[:] = np.clip(part * (1 + field[..., None] * warm), 0, 255).astype(np.uint8)


def lay_reflection(frame: Picture, layer: Layer, foot_y: float, strength: float) -> None:
    """The vehicle upside down in the wet road under the line `foot_y`, blurred downwards."""
    rows = np.flatnonzero(layer.image[..., 3].max(axis=1) > 128)
    if rows.size == 0:
        return
    flip = layer.image[: rows[-1] + 1][::-1]
    top = min(frame.shape[0], round(foot_y))
    high = min(flip.shape[0] * 3 // 5, frame.shape[0] - top)
    if high < 6:
        return
    soft = cv2.GaussianBlur(flip[:high], (0, 0), 2.5, sigmaY=max(2.0, high / 14))
    fade = np.linspace(strength, 0, high, dtype=np.float32)[:, None, None]
    Layer(layer.x, top, (soft * fade).astype(np.uint8)).over(frame)
