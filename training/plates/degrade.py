"""What light, optics, sensors and codecs do to a picture. Every function takes and gives uint8 BGR.

`strength` runs from 0 (hardly seen) to 1 (as bad as still worth reading).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


def _u8(picture: NDArray[np.float32]) -> Image:
    return np.clip(picture, 0, 255).astype(np.uint8)


def relight(rng: np.random.Generator, picture: Image, strength: float = 0.5) -> Image:
    """Exposure, gamma, a colour cast, and a soft gradient or a hard shadow edge."""
    h, w = picture.shape[:2]
    gain = np.exp(rng.normal(0, 0.35 * strength + 0.05))
    cast = np.exp(rng.normal(0, 0.12 * strength + 0.02, 3))
    out = picture.astype(np.float32)
    if rng.random() < 0.5:
        out = 255 * (out / 255) ** np.exp(rng.normal(0, 0.4 * strength))
    out *= (gain * cast).astype(np.float32)
    if rng.random() < 0.5:
        angle = rng.uniform(0, 2 * np.pi)
        yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
        ramp = (xx / w - 0.5) * np.cos(angle) + (yy / h - 0.5) * np.sin(angle)
        if rng.random() < 0.4:  # the edge of a shadow
            width = rng.uniform(0.01, 0.2)
            field = 1 - rng.uniform(0.2, 0.75) * strength / (
                1 + np.exp(-np.clip((ramp - rng.uniform(-0.3, 0.3)) / width, -30, 30))
            )
        else:
            field = 1 + ramp * rng.uniform(0.2, 1.2) * strength
        out *= field.astype(np.float32)[..., None]
    return _u8(out + np.float32(rng.normal(0, 8 * strength)))


def dusk(rng: np.random.Generator, picture: Image, strength: float = 0.5) -> Image:
    """Little light, a cast of sky or street lamps, lifted blacks."""
    cast = np.array([rng.uniform(0.7, 1.25), rng.uniform(0.65, 1.0), rng.uniform(0.7, 1.25)], np.float32)
    level = 1 - 0.85 * strength * rng.uniform(0.6, 1)
    return _u8(picture.astype(np.float32) * (cast * np.float32(level)) + np.float32(rng.uniform(0, 12)))


def infra_red(rng: np.random.Generator, picture: Image, strength: float = 0.5) -> Image:
    """The grey picture of an infra-red camera: yellow and white alike, surroundings dark."""
    weights = np.array([rng.uniform(0.0, 0.2), rng.uniform(0.2, 0.5), rng.uniform(0.4, 0.8)], np.float32)
    grey = picture.astype(np.float32) @ (weights / weights.sum())
    grey = (grey - 128) * rng.uniform(0.7, 1.5) + 128 + rng.uniform(-70, 60) * strength
    return _u8(np.repeat(grey[..., None], 3, axis=2))


def washed_out(rng: np.random.Generator, picture: Image, strength: float = 0.5) -> Image:
    """Low contrast: haze, dirty lens, veiling glare or over-exposure that eats the ink."""
    veil = np.float32(rng.uniform(60, 250))
    mix = np.float32(rng.uniform(0.2, 0.85) * strength)
    return _u8(picture.astype(np.float32) * (1 - mix) + veil * mix)


def glare(rng: np.random.Generator, picture: Image, strength: float = 0.5) -> Image:
    """A soft bright spot: a headlamp, the sun or the flash on the plate."""
    h, w = picture.shape[:2]
    cx, cy = rng.uniform(-0.1, 1.1) * w, rng.uniform(-0.3, 1.3) * h
    radius = rng.uniform(0.15, 0.8) * h * (1 + strength)
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    spot = np.exp(-(((xx - cx) / rng.uniform(0.8, 2.5)) ** 2 + (yy - cy) ** 2) / (2 * radius**2 + 1e-6))
    tint = np.array([rng.uniform(0.75, 1), rng.uniform(0.85, 1), 1], np.float32)
    return _u8(
        picture.astype(np.float32)
        + (rng.uniform(60, 240) * strength) * spot[..., None].astype(np.float32) * tint
    )


def defocus(rng: np.random.Generator, picture: Image, sigma_px: float) -> Image:
    """Gaussian blur of `sigma_px`, a little wider one way than the other."""
    if sigma_px < 0.2:  # nothing to see
        return picture
    return cv2.GaussianBlur(
        picture, (0, 0), sigma_px * rng.uniform(0.85, 1.15), sigmaY=sigma_px * rng.uniform(0.85, 1.15)
    ).astype(np.uint8)


def motion_blur(
    rng: np.random.Generator, picture: Image, length_px: float, angle_deg: float | None = None
) -> Image:
    """A straight smear of `length_px`; any direction unless one is given."""
    size = int(np.ceil(length_px)) | 1
    if size < 3:
        return picture
    angle = np.deg2rad(rng.uniform(0, 180) if angle_deg is None else angle_deg)
    kernel = np.zeros((size, size), np.float32)
    c, reach = size / 2, length_px / 2
    ends = [
        (round((c + s * reach * np.cos(angle) - 0.5) * 16), round((c + s * reach * np.sin(angle) - 0.5) * 16))
        for s in (-1, 1)
    ]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_8, shift=4)
    total = kernel.sum()
    return picture if total <= 0 else cv2.filter2D(picture, -1, kernel / total).astype(np.uint8)


def sensor_noise(rng: np.random.Generator, picture: Image, strength: float = 0.5) -> Image:
    """Noise that is stronger in the dark, in patches of one or two pixels, grey or coloured."""
    h, w = picture.shape[:2]
    deep = 1 if rng.random() < 0.5 else 3
    coarse = rng.random() < 0.35
    shape = (h // 2 + 1, w // 2 + 1, deep) if coarse else (h, w, deep)
    noise = rng.standard_normal(shape, dtype=np.float32) * np.float32(rng.uniform(1, 28) * strength)
    if coarse:
        noise = cv2.resize(noise, (w, h), interpolation=cv2.INTER_LINEAR).reshape(h, w, deep)
    return _u8(picture.astype(np.float32) + noise)


def jpeg(rng: np.random.Generator, picture: Image, strength: float = 0.5) -> Image:
    """JPEG at a quality from 95 down to 12."""
    quality = int(np.clip(95 - strength * rng.uniform(10, 95), 12, 95))
    ok, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_COLOR).astype(np.uint8) if ok else picture


def rain(rng: np.random.Generator, picture: Image, strength: float = 0.5) -> Image:
    """Streaks and drops: bright slanted lines, and a few lenses of blur."""
    h, w = picture.shape[:2]
    layer = np.zeros((h, w), np.uint8)
    slope = rng.uniform(-0.4, 0.4)
    for _ in range(int(rng.integers(2, 6 + int(40 * strength * h * w / 60_000)))):
        x, y, length = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(0.05, 0.35) * h
        cv2.line(
            layer,
            (round(x), round(y)),
            (round(x + slope * length), round(y + length)),
            int(rng.integers(40, 160)),
            1,
            cv2.LINE_AA,
        )
    out = picture.astype(np.float32) + cv2.GaussianBlur(layer, (0, 0), 0.7).astype(np.float32)[
        ..., None
    ] * np.float32(strength)
    out = _u8(out)
    for _ in range(int(rng.integers(0, 1 + round(4 * strength)))):
        x, y, r = int(rng.integers(0, w)), int(rng.integers(0, h)), max(1, round(rng.uniform(0.03, 0.12) * h))
        part = out[max(0, y - r) : y + r, max(0, x - r) : x + r]
        if min(part.shape[:2]) > 2:
            part[:] = cv2.GaussianBlur(part, (0, 0), max(0.8, r / 2))
    return out


def any_weather(rng: np.random.Generator, picture: Image, strength: float) -> Image:
    """Light and weather in the proportions used for training."""
    out = relight(rng, picture, strength)
    roll = rng.random()
    if roll < 0.25:
        out = infra_red(rng, out, strength)
    elif roll < 0.42:
        out = dusk(rng, out, strength)
    if rng.random() < 0.15:
        out = washed_out(rng, out, strength)
    if rng.random() < 0.12:
        out = glare(rng, out, strength)
    if rng.random() < 0.08:
        out = rain(rng, out, strength)
    return out
