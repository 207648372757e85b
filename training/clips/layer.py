"""One vehicle drawn by itself: its faces laid far to near on a clear sheet, smeared by its motion."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.clips.camera import NEAR_M, Camera, Points
from training.clips.vehicle import Car, Face, to_world
from training.clips.weather import line_kernel

Picture = NDArray[np.uint8]
_PAD = 12
_MOST_FINE_PX = 900  # wider layers are drawn at the frame's own resolution


@dataclass(frozen=True, slots=True)
class Layer:
    """A picture (h, w, 4) BGRA, colours multiplied by alpha, whose corner lies at x, y of the frame."""

    x: int
    y: int
    image: Picture

    def over(self, frame: Picture) -> None:
        """Lay it on the frame, in place."""
        h, w = self.image.shape[:2]
        part = frame[self.y : self.y + h, self.x : self.x + w]
        rest = cv2.cvtColor(255 - self.image[..., 3], cv2.COLOR_GRAY2BGR)
        part[:] = cv2.add(self.image[..., :3], cv2.multiply(part, rest, scale=1 / 255))

    def covers(self, polygon: Points) -> float:
        """The share of a polygon (n, 2) in frame pixels that lies behind this layer."""
        low, high = np.floor(polygon.min(axis=0)).astype(int), np.ceil(polygon.max(axis=0)).astype(int) + 1
        h, w = self.image.shape[:2]
        if low[0] >= self.x + w or low[1] >= self.y + h or high[0] <= self.x or high[1] <= self.y:
            return 0.0
        mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
        cv2.fillConvexPoly(mask, np.round(polygon - low).astype(np.int32), 255)
        total = max(1, int(np.count_nonzero(mask)))
        x0, y0, x1, y1 = (
            max(low[0], self.x),
            max(low[1], self.y),
            min(high[0], self.x + w),
            min(high[1], self.y + h),
        )
        mine = self.image[y0 - self.y : y1 - self.y, x0 - self.x : x1 - self.x, 3]
        theirs = mask[y0 - low[1] : y1 - low[1], x0 - low[0] : x1 - low[0]]
        return float(np.count_nonzero((mine > 90) & (theirs > 0))) / total


def _mip(face: Face, px: Points) -> Picture:
    """The level with one to two of its pixels to a pixel of the drawing, by the denser direction."""
    h, w = face.mips[0].shape[:2]
    across = max(1e-3, float(np.linalg.norm(px[1] - px[0]) + np.linalg.norm(px[2] - px[3])) / 2)
    down = max(1e-3, float(np.linalg.norm(px[3] - px[0]) + np.linalg.norm(px[2] - px[1])) / 2)
    level = int(np.floor(np.log2(max(1.0, min(w / across, h / down)))))
    return face.mips[min(level, len(face.mips) - 1)]


def _lay_face(canvas: Picture, face: Face, px: Points) -> None:
    """Warp one face onto the canvas; `px` are its corners in canvas pixels."""
    low = np.maximum(np.floor(px.min(axis=0)).astype(int) - 1, 0)
    high = np.minimum(np.ceil(px.max(axis=0)).astype(int) + 2, (canvas.shape[1], canvas.shape[0]))
    if (high <= low).any():
        return
    image = _mip(face, px)
    h, w = image.shape[:2]
    source = np.array([(-0.5, -0.5), (w - 0.5, -0.5), (w - 0.5, h - 0.5), (-0.5, h - 0.5)], np.float32)
    warp = cv2.getPerspectiveTransform(source, (px - low).astype(np.float32))
    drawn = cv2.warpPerspective(
        image, warp, tuple((high - low).tolist()), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
    )
    # Alpha is a yes or no here: what softens the edge is that the canvas is shrunk afterwards.
    mask = cv2.compare(np.ascontiguousarray(drawn[..., 3]), 110, cv2.CMP_GT)
    drawn[..., 3] = 255
    part = canvas[low[1] : high[1], low[0] : high[0]]
    cv2.copyTo(drawn, mask, part)


def _seen_faces(car: Car, place: tuple[float, float, float], camera: Camera) -> list[tuple[Face, Points]]:
    """The faces that look at the camera with their pixels, far to near, plates last."""
    faces = [*car.faces, *(f for f in (car.front_plate, car.rear_plate) if f is not None)]
    world = to_world(np.stack([f.corners for f in faces]), place)
    px, depth = camera.see(world.reshape(-1, 3))
    px, depth = px.reshape(-1, 4, 2), depth.reshape(-1, 4)
    # A face looks at the camera when its corners, named clockwise, also run clockwise in the picture.
    a, b = px[:, 2] - px[:, 0], px[:, 3] - px[:, 1]
    seen = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] > 0) & (depth.min(axis=1) > NEAR_M)
    order = np.argsort(
        -depth.mean(axis=1) + 1000.0 * (np.arange(len(faces)) >= len(car.faces)), kind="stable"
    )
    return [(faces[i], px[i]) for i in order.tolist() if seen[i]]


def draw_layer(
    car: Car, place: tuple[float, float, float], camera: Camera, smear_px: tuple[float, float]
) -> Layer | None:
    """The vehicle as this camera sees it, smeared by (dx, dy); None when it is out of the picture."""
    faces = _seen_faces(car, place, camera)
    if not faces:
        return None
    every = np.concatenate([px for _, px in faces])
    pad = _PAD + int(max(abs(smear_px[0]), abs(smear_px[1])))
    low = np.maximum(np.floor(every.min(axis=0)).astype(int) - pad, 0)
    high = np.minimum(np.ceil(every.max(axis=0)).astype(int) + pad, camera.size)
    if (high - low < 3).any():
        return None
    fine = 2 if high[0] - low[0] <= _MOST_FINE_PX else 1
    canvas = np.zeros(((high[1] - low[1]) * fine, (high[0] - low[0]) * fine, 4), np.uint8)
    for face, px in faces:
        _lay_face(canvas, face, (px - low + 0.5) * fine - 0.5)
    image = (
        canvas
        if fine == 1
        else np.asarray(cv2.resize(canvas, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    )
    kernel = line_kernel(*smear_px)
    if kernel is not None:
        image = np.asarray(cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.uint8)
    return Layer(int(low[0]), int(low[1]), image)


def post_layer(x: float, y: float, size_m: tuple[float, float], camera: Camera, light: float) -> Layer | None:
    """A grey pole or sign at x, y: `size_m` wide and high."""
    wide, high = size_m
    world = np.array(
        [(x - wide / 2, y, high), (x + wide / 2, y, high), (x + wide / 2, y, 0), (x - wide / 2, y, 0)], float
    )
    image = np.zeros((64, 16, 4), np.uint8)
    image[:] = (*(np.array([104, 108, 110]) * light), 255)
    image[:, :, :3] = (image[:, :, :3] * np.linspace(1.1, 0.6, 16)[None, :, None]).astype(np.uint8)
    px, depth = camera.see(world)
    if depth.min() <= NEAR_M:
        return None
    low = np.maximum(np.floor(px.min(axis=0)).astype(int) - 2, 0)
    top = np.minimum(np.ceil(px.max(axis=0)).astype(int) + 2, camera.size)
    if (top - low < 2).any():
        return None
    canvas = np.zeros(((top[1] - low[1]) * 2, (top[0] - low[0]) * 2, 4), np.uint8)
    _lay_face(canvas, Face(world, (image,)), (px - low + 0.5) * 2 - 0.5)
    return Layer(
        int(low[0]),
        int(low[1]),
        np.asarray(cv2.resize(canvas, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8),
    )
