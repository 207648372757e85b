"""A flat thing put into a picture in perspective, in the light of the place."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Quad = NDArray[np.float32]
Rng = np.random.Generator


def random_quad(rng: Rng, aspect: float, width: float, *, slant: float = 1.0) -> Quad:
    """Corners (4, 2) around the origin of a plate `width` px wide before slant, turned in space.

    Yaw to 50 degrees, pitch to 30, roll to 20 at `slant` 1; most are milder. `aspect` is width over height.
    """
    yaw, pitch, roll = (
        np.radians(np.clip(rng.normal(0, s * slant), -m, m)) for s, m in ((22, 52), (11, 32), (6, 22))
    )
    flat = np.array([[-0.5, -0.5 / aspect], [0.5, -0.5 / aspect], [0.5, 0.5 / aspect], [-0.5, 0.5 / aspect]])
    x, y = flat[:, 0], flat[:, 1]
    z = x * np.sin(yaw) + y * np.sin(pitch)
    x, y = x * np.cos(yaw), y * np.cos(pitch) + x * np.sin(yaw) * np.sin(pitch)
    depth = 1 + z / rng.uniform(2.2, 12)
    x, y = x / depth, y / depth
    turned = np.stack([x * np.cos(roll) - y * np.sin(roll), x * np.sin(roll) + y * np.cos(roll)], axis=1)
    return (turned * width).astype(np.float32)


def grown(quad: Quad, by: float) -> Quad:
    """The quad scaled about its middle."""
    middle = quad.mean(axis=0)
    return (middle + (quad - middle) * by).astype(np.float32)


def _warp(flat: Image, quad: Quad, box: tuple[int, int, int, int]) -> tuple[Image, NDArray[np.float32]]:
    """The flat picture and its soft mask inside the box (x0, y0, x1, y1)."""
    x0, y0, x1, y1 = box
    extent = np.maximum(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[3]))
    shrink = flat.shape[1] / max(8.0, float(extent) * 1.4)
    if shrink > 1.2:  # shrink first so that the warp does not alias
        size = (max(8, round(flat.shape[1] / shrink)), max(4, round(flat.shape[0] / shrink)))
        flat = cv2.resize(flat, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    high, wide = flat.shape[:2]
    source = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32) - 0.5
    move = cv2.getPerspectiveTransform(source, (quad - (x0, y0) - 0.5).astype(np.float32))
    size = (x1 - x0, y1 - y0)
    picture = cv2.warpPerspective(flat, move, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask = np.zeros((size[1], size[0]), np.uint8)
    points = np.round((quad - (x0, y0) - 0.5) * 16).astype(np.int32)
    cv2.fillConvexPoly(mask, points, 255, cv2.LINE_AA, 4)
    return picture.astype(np.uint8), mask.astype(np.float32) / 255


def _clip_box(quad: Quad, shape: tuple[int, ...]) -> tuple[int, int, int, int] | None:
    low, high = np.floor(quad.min(axis=0)) - 2, np.ceil(quad.max(axis=0)) + 2
    x0, y0 = max(0, int(low[0])), max(0, int(low[1]))
    x1, y1 = min(shape[1], int(high[0])), min(shape[0], int(high[1]))
    return (x0, y0, x1, y1) if x1 - x0 > 3 and y1 - y0 > 2 else None


def place_light(rng: Rng, image: Image, box: tuple[int, int, int, int], *, own: float) -> NDArray[np.float32]:
    """Gain for each colour that fits a place's light; `own` is how far a thing shines by itself, 0..1."""
    x0, y0, x1, y1 = box
    here = image[y0:y1, x0:x1].reshape(-1, 3).mean(axis=0) + 4.0
    whole = image[::8, ::8].reshape(-1, 3).mean(axis=0) + 4.0
    grey = 0.35 * here.mean() + 0.65 * whole.mean()
    bright = np.clip((grey / 120.0) ** (0.75 * (1 - own)) * np.exp(rng.normal(0, 0.22)), 0.12, 1.35)
    tint = (whole / whole.mean()) ** rng.uniform(0.0, 0.8)
    return (bright * np.clip(tint, 0.6, 1.5)).astype(np.float32)


def paste(rng: Rng, image: Image, flat: Image, quad: Quad, *, own: float = 0.3, blur: float = 0.0) -> None:
    """Lay `flat` into `image` in place, its corners at `quad` (4, 2 pixels); `blur` is a sigma in pixels."""
    box = _clip_box(quad, image.shape)
    if box is None:
        return
    x0, y0, x1, y1 = box
    picture, mask = _warp(flat, quad, box)
    light = place_light(rng, image, box, own=own)
    lit = picture * light
    if rng.random() < 0.3:
        lit *= _shade(rng, (y1 - y0, x1 - x0))
    if blur > 0.25:  # less than a quarter of a pixel shows nothing
        lit = cv2.GaussianBlur(lit, (0, 0), blur)
        mask = cv2.GaussianBlur(mask, (0, 0), blur)
    part = image[y0:y1, x0:x1]
    image[y0:y1, x0:x1] = np.clip(part + (lit - part) * mask[..., None], 0, 255).astype(np.uint8)


def _shade(rng: Rng, size: tuple[int, int]) -> NDArray[np.float32]:
    """A shadow's edge or a slope of light across a patch, as a gain (h, w, 1)."""
    ys, xs = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    along = (xs / size[1] - rng.random()) * np.cos(angle) + (ys / size[0] - rng.random()) * np.sin(angle)
    sharp = rng.choice([1.5, 4.0, 30.0])
    low = rng.uniform(0.35, 0.9)
    return (low + (1.1 - low) / (1 + np.exp(-along * sharp)))[..., None].astype(np.float32)


def erase(rng: Rng, image: Image, box: tuple[float, float, float, float]) -> None:
    """Paint over a box (x0, y0, x1, y1) in place with what lies above and below: a car without its plate."""
    high, wide = image.shape[:2]
    x0, x1 = max(0, int(box[0])), min(wide, int(box[2]) + 1)
    y0, y1 = max(0, int(box[1])), min(high, int(box[3]) + 1)
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    above = image[max(0, y0 - 3) : y0, x0:x1] if y0 > 0 else image[y1 : y1 + 3, x0:x1]
    below = image[y1 : y1 + 3, x0:x1] if y1 < high else above
    if above.size == 0 or below.size == 0:
        image[y0:y1, x0:x1] = image[::16, ::16].reshape(-1, 3).mean(axis=0).astype(np.uint8)
        return
    top, foot = above.mean(axis=0), below.mean(axis=0)
    share = np.linspace(0, 1, y1 - y0)[:, None, None]
    fill = top * (1 - share) + foot * share + rng.normal(0, 3, (y1 - y0, x1 - x0, 1))
    image[y0:y1, x0:x1] = np.clip(fill, 0, 255).astype(np.uint8)
