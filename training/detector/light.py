"""What a camera does to a scene: exposure, colour, infra-red, blur, rain, glare, noise, compression."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Rng = np.random.Generator


def tone(rng: Rng, image: Image, *, grey: float = 0.3) -> Image:
    """Random gamma, gain and colour cast by look-up table; for the share `grey` a grey picture."""
    if rng.random() < grey:
        weights = rng.dirichlet((1.2, 3.0, 1.8)).astype(np.float32)
        image = np.repeat(cv2.transform(image, weights.reshape(1, 3))[..., None], 3, axis=2)
        cast = np.ones(3)
    else:
        cast = np.clip(rng.normal(1.0, 0.08 if rng.random() < 0.7 else 0.2, 3), 0.5, 1.5)
    gamma = float(np.exp(rng.normal(0, 0.3)))
    gain = float(np.exp(rng.normal(0, 0.2))) if rng.random() < 0.88 else float(rng.uniform(0.3, 0.7))
    lift = rng.uniform(0, 40) if rng.random() < 0.25 else 0.0
    ramp = (np.arange(256) / 255.0) ** gamma
    table = [np.clip(lift + (255 - lift) * ramp * gain * c, 0, 255) for c in cast]
    if rng.random() < 0.03:
        return cv2.LUT(255 - image, np.stack(table, axis=-1).astype(np.uint8)[None]).astype(np.uint8)
    return cv2.LUT(image, np.stack(table, axis=-1).astype(np.uint8)[None]).astype(np.uint8)


def motion_blur(image: Image, length: float, angle: float) -> Image:
    """Blur along a line of `length` pixels at `angle` radians."""
    size = int(length) | 1
    if size < 3:  # a kernel of one pixel does nothing
        return image
    kernel = np.zeros((size, size), np.float32)
    middle, reach = size // 2, length / 2
    ends = [
        (round(middle + s * reach * np.cos(angle)), round(middle + s * reach * np.sin(angle)))
        for s in (-1, 1)
    ]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA)
    return cv2.filter2D(image, -1, kernel / kernel.sum()).astype(np.uint8)


def soften(rng: Rng, image: Image, *, most: float = 1.3) -> Image:
    """A little Gaussian or motion blur, a loss of resolution, or none."""
    roll = rng.random()
    if roll < 0.3:
        return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, most)).astype(np.uint8)
    if roll < 0.45:
        return motion_blur(
            image, rng.uniform(2, 1 + 3 * most), rng.uniform(0, np.pi) if rng.random() < 0.4 else 0.0
        )
    if roll < 0.6:
        high, wide = image.shape[:2]
        k = rng.uniform(0.5, 0.9)
        small = cv2.resize(image, (int(wide * k), int(high * k)), interpolation=cv2.INTER_AREA)
        return cv2.resize(
            small, (wide, high), interpolation=int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
        ).astype(np.uint8)
    return image


def glow(rng: Rng, image: Image, x: float, y: float, radius: float) -> None:
    """Lay a lamp's glare over the picture in place, centre and radius in pixels."""
    reach = int(radius * 3)
    x0, y0 = max(0, int(x) - reach), max(0, int(y) - reach)
    x1, y1 = min(image.shape[1], int(x) + reach), min(image.shape[0], int(y) + reach)
    if x1 <= x0 or y1 <= y0:
        return
    ys, xs = np.mgrid[y0:y1, x0:x1].astype(np.float32)
    away = ((xs - x) ** 2 + (ys - y) ** 2) / (radius * radius)
    light = np.exp(-away) * 255 + 40 * np.exp(-away / 4)
    tint = np.array([rng.uniform(0.6, 1), rng.uniform(0.7, 1), 1.0], np.float32)
    part = image[y0:y1, x0:x1] + (light * rng.uniform(0.4, 1))[..., None] * tint
    image[y0:y1, x0:x1] = np.clip(part, 0, 255).astype(np.uint8)


def rain(rng: Rng, image: Image) -> Image:
    """Streaks and a little haze."""
    high, wide = image.shape[:2]
    streaks = np.zeros((high, wide), np.uint8)
    slope = rng.uniform(-0.3, 0.3)
    for _ in range(int(rng.integers(15, 90))):
        x, y, length = rng.uniform(0, wide), rng.uniform(0, high), rng.uniform(6, 30)
        cv2.line(
            streaks,
            (int(x), int(y)),
            (int(x + slope * length), int(y + length)),
            int(rng.integers(40, 120)),
            1,
        )
    soft = cv2.GaussianBlur(streaks, (0, 0), 0.7)
    return cv2.addWeighted(image, 0.95, cv2.cvtColor(soft, cv2.COLOR_GRAY2BGR), 0.9, 6).astype(np.uint8)


def grain(rng: Rng, image: Image) -> Image:
    """Sensor noise, in colour or grey, sometimes clumped."""
    sigma = abs(rng.normal(0, 7)) + 1
    shape = image.shape if rng.random() < 0.6 else (*image.shape[:2], 1)
    noise = rng.standard_normal(shape, np.float32) * np.float32(sigma)
    if rng.random() < 0.3:
        noise = cv2.GaussianBlur(noise, (0, 0), 0.7).reshape(shape) * 1.6
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def compress(rng: Rng, image: Image) -> Image:
    """Through JPEG and back."""
    quality = int(rng.integers(25, 95))
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        msg = "OpenCV could not encode a training picture as JPEG"
        raise RuntimeError(msg)
    return cv2.imdecode(data, cv2.IMREAD_COLOR).astype(np.uint8)


def weather(rng: Rng, image: Image, *, grey: float = 0.3) -> Image:
    """The whole chain, each part with its own chance."""
    image = tone(rng, image, grey=grey)
    if rng.random() < 0.1:
        for _ in range(int(rng.integers(1, 4))):
            glow(
                rng,
                image,
                rng.uniform(0, image.shape[1]),
                rng.uniform(0, image.shape[0]),
                np.exp(rng.uniform(1, 3.2)),
            )
    if rng.random() < 0.06:
        image = rain(rng, image)
    if rng.random() < 0.5:
        image = soften(rng, image)
    if rng.random() < 0.4:
        image = grain(rng, image)
    return compress(rng, image) if rng.random() < 0.55 else image
