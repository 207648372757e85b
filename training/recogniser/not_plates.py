"""What is no plate, as the detector might propose it: pieces of scenes, words, strokes, halves of plates."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.detector import distract
from training.plates.draw import draw_plate
from training.recogniser.camera import View, background, backgrounds, photograph_plate
from training.recogniser.mined import Patch

Image = NDArray[np.uint8]
Place = tuple[Image, NDArray[np.float32]]


def not_a_plate(rng: np.random.Generator, mined: tuple[Patch, ...] = ()) -> Place:
    """A picture uint8 (h, w, 3) BGR and a quad (4, 2) in it that holds no whole plate.

    `mined` are places that a detector did propose on pictures without plates.
    """
    if mined and rng.random() < 0.35:
        return mined[int(rng.integers(len(mined)))].seen(rng)
    kinds = (_scene_piece, _words, _half_seen, _few_strokes, _stripes)
    draw = kinds[int(rng.choice(len(kinds), p=[0.38, 0.22, 0.14, 0.13, 0.13]))]
    return draw(rng) or _stripes(rng)


def _words(rng: np.random.Generator) -> Place:
    """A sign, a shop front, a page: text that is no plate. Words in capitals alone fill half of them."""
    if rng.random() < 0.35:
        picture = distract.sign(rng)
        h, w = picture.shape[:2]
    else:
        height = int(rng.integers(24, 70))
        w, h = int(height * rng.uniform(2.2, 5.5)), int(height * rng.uniform(1.0, 1.8))
        picture = background(rng, h, w)
        dark = rng.random() < 0.5
        if rng.random() < 0.7:
            picture[:] = rng.uniform(150, 255, 3) if dark else rng.uniform(0, 110, 3)
        distract.line_of_capitals(
            rng, picture, height, rng.uniform(0, 90, 3) if dark else rng.uniform(170, 255, 3)
        )
    quad = np.array([(1, 1), (w - 1, 1), (w - 1, h - 1), (1, h - 1)], np.float32)
    return picture, quad


def _few_strokes(rng: np.random.Generator) -> Place:
    """A post, a slot, a handle, a lone figure: one to three strokes that a reader takes for 1, 7, L or T."""
    w, h = int(rng.integers(40, 240)), int(rng.integers(20, 80))
    picture = background(rng, h, w)
    if rng.random() < 0.6:
        picture[:] = rng.uniform(0, 255, 3) if rng.random() < 0.5 else rng.uniform(0, 255)
    tone = float(picture.mean()) + float(rng.choice([-1, 1])) * rng.uniform(40, 160)
    ink = (np.clip(tone, 0, 255) + rng.normal(0, 12, 3)).tolist()
    for _ in range(int(rng.choice([0, 1, 2, 3], p=[0.15, 0.45, 0.25, 0.15]))):
        x, y = int(rng.integers(0, w)), int(rng.integers(0, h))
        thick = max(1, int(h * rng.uniform(0.04, 0.3)))
        roll = rng.random()
        if roll < 0.5:
            cv2.line(
                picture,
                (x, y),
                (x + int(rng.normal(0, 0.1 * h)), y + int(rng.uniform(0.4, 1.2) * h)),
                ink,
                thick,
            )
        elif roll < 0.75:
            cv2.line(
                picture,
                (x, y),
                (x + int(rng.uniform(0.3, 1.5) * h), y + int(rng.normal(0, 0.1 * h))),
                ink,
                thick,
            )
        else:
            axes = (max(2, int(h * rng.uniform(0.1, 0.5))), max(2, int(h * rng.uniform(0.1, 0.5))))
            cv2.ellipse(picture, (x, y), axes, 0, 0, int(rng.choice([180, 360])), ink, thick, cv2.LINE_AA)
    quad = np.array([(1, 1), (w - 1, 1), (w - 1, h - 1), (1, h - 1)], np.float32)
    return picture, quad


def _stripes(rng: np.random.Generator) -> Place:
    """Grilles, blinds, bricks, stairs, railings: strokes that are no characters."""
    w, h = int(rng.integers(60, 240)), int(rng.integers(20, 80))
    picture = background(rng, h, w)
    step, tone = int(rng.integers(3, 24)), rng.uniform(0, 255, 3)
    if rng.random() < 0.6:
        for x in range(int(rng.integers(0, step)), w, step):
            cv2.line(
                picture,
                (x, 0),
                (x + int(rng.integers(-3, 4)), h),
                tuple(map(float, tone)),
                max(1, step // int(rng.integers(2, 6))),
            )
    if rng.random() < 0.5:
        for y in range(int(rng.integers(0, step)), h, step):
            cv2.line(
                picture, (0, y), (w, y), tuple(map(float, tone)), max(1, step // int(rng.integers(2, 6)))
            )
    quad = np.array([(1, 1), (w - 1, 1), (w - 1, h - 1), (1, h - 1)], np.float32)
    return picture, quad


def _scene_piece(rng: np.random.Generator) -> Place | None:
    """A plate-sized piece of a photograph that touches no labelled plate."""
    photographs = [p for p in backgrounds() if p.trusted]
    if not photographs:
        return None
    shot = photographs[int(rng.integers(len(photographs)))]
    h = float(np.exp(rng.uniform(np.log(10), np.log(120))))
    w = h * rng.uniform(1.2, 5)
    big_h, big_w = shot.image.shape[:2]
    if w + 4 > big_w or h + 4 > big_h:
        return None
    x, y = rng.uniform(2, big_w - w - 2), rng.uniform(2, big_h - h - 2)
    for bx, by, bw, bh in shot.boxes:
        if x < bx + bw and bx < x + w and y < by + bh and by < y + h:
            return None
    x0, y0, x1, y1 = int(max(0, x - 4)), int(max(0, y - 4)), int(x + w + 4), int(y + h + 4)
    quad = np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], np.float32) - np.array(
        [x0, y0], np.float32
    )
    return shot.image[y0:y1, x0:x1].copy(), quad


def _half_seen(rng: np.random.Generator) -> Place:
    """A plate cut through: less than two thirds of it in the quad."""
    k = rng.uniform(0.4, 0.6)
    picture, quad, _ = photograph_plate(rng, draw_plate(rng, px_per_mm=k), k, View())
    along = quad[1] - quad[0]
    down = quad[3] - quad[0]
    shift = (
        along * rng.uniform(0.4, 0.8) * rng.choice([-1, 1])
        if rng.random() < 0.5
        else down * rng.uniform(0.45, 0.9) * rng.choice([-1, 1])
    )
    return picture, (quad + shift).astype(np.float32)
