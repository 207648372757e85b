"""Simple drawn streets and the ends of cars, to teach where plates hang and what lies round them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class CarEnd:
    """A car's end: image (h, w, 3), mask (h, w) 0..1, its plate's middle x, y and width in pixels."""

    image: Image
    mask: NDArray[np.float32]
    plate: tuple[float, float, float]


def street(rng: Rng, wide: int, high: int | None = None) -> Image:
    """Sky, houses with windows and a road with lines, `wide` pixels wide and `high` (or as high as wide)."""
    high = high or wide
    dark = rng.random() < 0.4
    sky = rng.uniform(10, 70, 3) if dark else rng.uniform(120, 255, 3)
    road = np.full(3, rng.uniform(20, 60) if dark else rng.uniform(70, 140)) + rng.normal(0, 5, 3)
    horizon = int(high * rng.uniform(0.2, 0.6))
    share = np.linspace(0.8, 1.1, high)[:, None, None]
    picture = np.where(np.arange(high)[:, None, None] < horizon, sky, road) * share
    picture = np.ascontiguousarray(
        np.clip(np.broadcast_to(picture, (high, wide, 3)), 0, 255).astype(np.uint8)
    )
    x = 0
    while x < wide:
        _house(rng, picture, x, horizon, dark=dark)
        x += int(rng.integers(wide // 10, wide // 3))
    vanish = (int(rng.uniform(0.2, 0.8) * wide), horizon)
    for foot in np.linspace(-wide, 2 * wide, int(rng.integers(3, 8))):
        cv2.line(
            picture,
            vanish,
            (int(foot), high),
            [int(rng.uniform(120, 230))] * 3,
            int(rng.integers(1, 5)),
            cv2.LINE_AA,
        )
    noise = cv2.resize(rng.normal(0, 9, (high // 2, wide // 2, 1)).astype(np.float32), (wide, high))[
        ..., None
    ]
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def _house(rng: Rng, picture: Image, x: int, foot: int, *, dark: bool) -> None:
    wide = int(rng.integers(picture.shape[1] // 10, picture.shape[1] // 2))
    top = int(rng.uniform(0, foot))
    wall = rng.uniform(15, 80, 3) if dark else rng.uniform(60, 220, 3)
    pane = (
        np.array([120, 200, 240]) * rng.uniform(0.4, 1)
        if dark and rng.random() < 0.5
        else wall * rng.uniform(0.4, 0.8)
    )
    cv2.rectangle(picture, (x, top), (x + wide, foot), wall.tolist(), -1)
    step = int(rng.integers(8, 40))
    for wy in range(top + step // 2, foot - step // 2, step):
        for wx in range(x + step // 3, x + wide - step // 2, step):
            cv2.rectangle(picture, (wx, wy), (wx + step // 2, wy + int(step * 0.6)), pane.tolist(), -1)


def car_end(rng: Rng, wide: int) -> CarEnd:
    """The front or rear of a car, van or lorry, `wide` pixels wide, body at 0.75 to 1.2 of that in height."""
    high = int(wide * rng.uniform(0.7, 1.15))
    rear = rng.random() < 0.5
    body = rng.uniform(15, 240) + rng.normal(0, 18, 3) if rng.random() < 0.6 else rng.uniform(0, 230, 3)
    body = np.clip(body, 5, 245)
    picture = np.zeros((high, wide, 3), np.uint8)
    mask = np.zeros((high, wide), np.uint8)
    waist, roof = int(high * rng.uniform(0.35, 0.5)), rng.uniform(0.08, 0.22)
    shape = np.array(
        [[0.02, 0.45], [roof, 0.03], [1 - roof, 0.03], [0.98, 0.45], [0.99, 0.9], [0.01, 0.9]]
    ) * (wide, high)
    for canvas, colour in ((picture, body.tolist()), (mask, 255)):
        cv2.fillPoly(canvas, [shape.astype(np.int32)], colour, cv2.LINE_AA)
        for x in (0.04, 0.8):
            cv2.rectangle(
                canvas,
                (int(x * wide), int(0.8 * high)),
                (int((x + 0.16) * wide), high - 1),
                20 if canvas is picture else 255,
                -1,
            )
    glass = np.array([[0.08, 0.42], [roof + 0.03, 0.08], [0.97 - roof, 0.08], [0.92, 0.42]]) * (wide, high)
    cv2.fillPoly(picture, [glass.astype(np.int32)], [int(rng.uniform(10, 120))] * 3, cv2.LINE_AA)
    shade = np.linspace(1.15, 0.7, high)[:, None, None]
    picture = np.clip(picture * shade, 0, 255).astype(np.uint8)
    _trim(rng, picture, waist, rear=rear)
    spot_y = high * (rng.uniform(0.5, 0.85) if rear else rng.uniform(0.66, 0.86))
    width = wide * rng.uniform(0.24, 0.36)
    return CarEnd(picture, mask.astype(np.float32) / 255, (wide * (0.5 + rng.normal(0, 0.02)), spot_y, width))


def _trim(rng: Rng, picture: Image, waist: int, *, rear: bool) -> None:
    """Lamps, grille, bumper and badge."""
    high, wide = picture.shape[:2]
    lamp = [
        int(c)
        for c in (
            rng.choice([(30, 25, 170), (60, 60, 250), (25, 25, 90)])
            if rear
            else rng.choice([(200, 205, 210), (255, 255, 255), (120, 125, 130)])
        )
    ]
    size = (int(wide * rng.uniform(0.1, 0.2)), int(high * rng.uniform(0.06, 0.16)))
    for x in (int(0.04 * wide), int(0.96 * wide) - size[0]):
        cv2.rectangle(
            picture,
            (x, waist + int(0.08 * high)),
            (x + size[0], waist + int(0.08 * high) + size[1]),
            lamp,
            -1,
        )
    if not rear:
        top, foot = int(high * rng.uniform(0.52, 0.58)), int(high * rng.uniform(0.62, 0.7))
        cv2.rectangle(picture, (int(0.28 * wide), top), (int(0.72 * wide), foot), (25, 25, 25), -1)
        for y in range(top, foot, max(2, high // 40)):
            cv2.line(picture, (int(0.28 * wide), y), (int(0.72 * wide), y), (140, 140, 140), 1)
    tone = [int(rng.uniform(15, 160))] * 3
    cv2.line(picture, (0, int(0.76 * high)), (wide, int(0.76 * high)), tone, max(1, high // 60))
    if rng.random() < 0.7:
        cv2.ellipse(
            picture,
            (wide // 2, int(waist + 0.06 * high)),
            (wide // 22 + 1, wide // 26 + 1),
            0,
            0,
            360,
            (190, 190, 190),
            -1,
            cv2.LINE_AA,
        )
