"""Things that are not number plates: signs, price tags, lamps, grilles, badges, barcodes, keys, pages.

Each drawer gives a flat uint8 BGR picture. Where it carries words they break the habits of a plate: small
letters, several lines, signs of money, telephone numbers, one or two characters only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PilImage
from PIL import ImageDraw, ImageFont

Image = NDArray[np.uint8]
Rng = np.random.Generator
_SMALL = np.array(list("aaabcdeeeefghiiklmnnooprrssttuvwy"))
_CAPITALS = np.array(list("AAABCDEEEEFGHIIKLMNNOOPRRSSTTUVWY"))
_DIGITS = np.array(list("0123456789"))
_FONT_FOLDERS = ("/usr/share/fonts/truetype",)


@lru_cache(maxsize=1)
def _fonts() -> tuple[str, ...]:
    """Latin fonts of this machine; empty where none is installed (OpenCV's own strokes serve then)."""
    wanted = ("Regular", "Bold", "Medium", "DejaVu", "Light")
    found = [p for folder in _FONT_FOLDERS for p in sorted(Path(folder).rglob("*.ttf"))]
    latin = [
        str(p)
        for p in found
        if any(w in p.name for w in wanted) and ("Noto" not in p.name or p.name.startswith("NotoSans-"))
    ]
    return tuple(latin[:80])


def _ink(text: str, font: int, height: int) -> Image:

    face = ImageFont.truetype(_fonts()[font], height)
    left, top, right, foot = face.getbbox(text)
    picture = PilImage.new("L", (max(2, int(right - left) + 2), max(2, int(foot - top) + 2)), 0)
    ImageDraw.Draw(picture).text((1 - left, 1 - top), text, fill=255, font=face)
    return np.asarray(picture, np.uint8)


@lru_cache(maxsize=6000)
def _ink_kept(text: str, font: int, height: int) -> Image:
    return _ink(text, font, height)


def words(rng: Rng, kind: str) -> str:
    """A random text of a kind that no plate carries."""
    if kind == "price":
        coin, unit = rng.choice(["£", "€", "$", ""]), rng.choice(["", "/kg", "9", " TTC"])
        return f"{coin}{rng.integers(0, 99)}.{rng.integers(0, 99):02d}{unit}"
    if kind == "phone":
        return f"0{rng.integers(100, 999)} {rng.integers(100, 999)} {rng.integers(1000, 9999)}"
    if kind == "short":
        return str(
            rng.choice(
                [
                    "P",
                    "30",
                    "50",
                    "STOP",
                    "Exit",
                    "24h",
                    "i",
                    "H",
                    "A4",
                    "M25",
                    "B1",
                    "No",
                    "UP",
                    "GB",
                    "D",
                    "2.0",
                    "GTi",
                    "4x4",
                ]
            )
        )
    if kind == "long":
        return "".join(rng.choice(_CAPITALS, int(rng.integers(9, 16))))
    count = int(rng.integers(1, 4)) if kind == "title" else int(rng.integers(2, 9))
    made = ["".join(rng.choice(_SMALL, int(rng.integers(2, 9)))) for _ in range(count)]
    return " ".join(w.capitalize() if kind == "title" or rng.random() < 0.2 else w for w in made)


def _colours(rng: Rng) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    ground = rng.uniform(0, 255, 3) if rng.random() < 0.6 else np.full(3, rng.uniform(170, 255))
    ink = np.clip(255 - ground + rng.normal(0, 40, 3), 0, 255)
    return ground, np.where(np.abs(ink - ground) < 50, (ground + 128) % 255, ink)


def _write(
    picture: Image, text: str, at: tuple[int, int], height: int, ink: NDArray[np.float64], font: int
) -> int:
    """Write in place at x, y, clipped; gives the x where the writing ends."""
    x, y = at
    if _fonts():
        mask = _ink_kept(text, font, height) if len(text) < 5 else _ink(text, font, height)
    else:
        mask = np.zeros((height + 8, 12 + height * len(text)), np.uint8)
        cv2.putText(
            mask,
            text,
            (2, height),
            cv2.FONT_HERSHEY_SIMPLEX,
            height / 24,
            255,
            max(1, height // 10),
            cv2.LINE_AA,
        )
    shown = mask[max(0, -y) :, max(0, -x) :]
    part = picture[max(0, y) : max(0, y + mask.shape[0]), max(0, x) : max(0, x + mask.shape[1])]
    if part.size:
        alpha = shown[: part.shape[0], : part.shape[1], None].astype(np.float32) / 255
        part[:] = (part * (1 - alpha) + ink * alpha).astype(np.uint8)
    return x + mask.shape[1]


def sign(rng: Rng) -> Image:
    """A board with words: one to five lines, mixed sizes, with or without a rim."""
    high, wide = int(rng.integers(50, 130)), int(rng.integers(80, 320))
    ground, ink = _colours(rng)
    picture = np.empty((high, wide, 3), np.uint8)
    picture[:] = ground.astype(np.uint8)
    kind = str(rng.choice(["price", "phone", "short", "long", "title", "prose"]))
    lines = 1 if kind in {"price", "short", "phone"} else int(rng.integers(1, 6))
    font = int(rng.integers(max(1, len(_fonts()))))
    step = high // lines
    for i in range(lines):
        size = max(7, int(step * rng.uniform(0.45, 0.8)))
        at = (int(rng.integers(1, 30)), i * step + int(rng.integers(0, 6)))
        _write(picture, words(rng, kind), at, size, ink, font)
    if rng.random() < 0.5:
        cv2.rectangle(picture, (1, 1), (wide - 2, high - 2), ink.tolist(), int(rng.integers(1, 5)))
    return picture


def stripes(rng: Rng) -> Image:
    """Bars of a grille, a crossing, a radiator, steps, shutters or a barcode."""
    high, wide = int(rng.integers(30, 120)), int(rng.integers(60, 300))
    along = wide if rng.random() < 0.6 else high
    if rng.random() < 0.3:
        line = (np.repeat(rng.random(along), rng.integers(1, 7, along))[:along] > 0.5).astype(np.float32)
    else:
        line = (np.sin(np.arange(along) * rng.uniform(0.15, 1.2)) > rng.uniform(-0.6, 0.6)).astype(np.float32)
    ground, ink = _colours(rng)
    across = line[None, :, None] if along == wide else line[:, None, None]
    picture = ground * (1 - across) + ink * across
    return np.broadcast_to(picture, (high, wide, 3)).astype(np.uint8).copy()


def lamp(rng: Rng) -> Image:
    """A lamp cluster: blobs of red, amber and white with facets."""
    high, wide = int(rng.integers(30, 100)), int(rng.integers(50, 220))
    picture = np.empty((high, wide, 3), np.uint8)
    picture[:] = rng.choice([(20, 20, 150), (40, 40, 40), (200, 205, 210), (30, 30, 190)])
    for _ in range(int(rng.integers(1, 5))):
        at = (int(rng.integers(0, wide)), int(rng.integers(0, high)))
        colour = [
            int(c) for c in rng.choice([(235, 240, 250), (20, 120, 250), (30, 30, 220), (250, 250, 250)])
        ]
        axes = (int(rng.integers(6, wide // 3)), int(rng.integers(5, high // 2)))
        cv2.ellipse(picture, at, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)
    return picture


def bricks(rng: Rng) -> Image:
    """Rows of bricks, windows, tiles or keys, some with a character on each."""
    high, wide = int(rng.integers(90, 260)), int(rng.integers(90, 320))
    ground, ink = _colours(rng)
    picture = np.empty((high, wide, 3), np.uint8)
    picture[:] = ground.astype(np.uint8)
    step_y, step_x = int(rng.integers(10, 44)), int(rng.integers(12, 80))
    keys, font = rng.random() < 0.4, int(rng.integers(max(1, len(_fonts()))))
    for row, y in enumerate(range(0, high, step_y)):
        for x in range(-(row % 2) * (step_x // 2 if not keys else 0), wide, step_x):
            tone = np.clip(ink + rng.normal(0, 18), 0, 255)
            cv2.rectangle(picture, (x + 1, y + 1), (x + step_x - 2, y + step_y - 2), tone.tolist(), -1)
            if keys:
                _write(picture, str(rng.choice(_CAPITALS)), (x + 3, y + 2), max(7, step_y // 2), ground, font)
    return picture


def oval(rng: Rng) -> Image:
    """A badge or country oval on the body's colour."""
    high, wide = int(rng.integers(40, 90)), int(rng.integers(50, 140))
    ground, ink = _colours(rng)
    picture = np.empty((high, wide, 3), np.uint8)
    picture[:] = rng.uniform(0, 255, 3).astype(np.uint8)
    middle, axes = (wide // 2, high // 2), (wide // 2 - 2, high // 2 - 2)
    cv2.ellipse(picture, middle, axes, 0, 0, 360, ground.tolist(), -1, cv2.LINE_AA)
    cv2.ellipse(picture, middle, axes, 0, 0, 360, ink.tolist(), 2, cv2.LINE_AA)
    font = int(rng.integers(max(1, len(_fonts()))))
    _write(picture, words(rng, "short"), (wide // 4, high // 4), high // 2, ink, font)
    return picture


def lettering(rng: Rng, picture: Image, at: tuple[int, int], height: int) -> None:
    """A maker's name or other words laid straight on what is there, in place: no plate lies under them."""
    here = picture[max(0, at[1]) : at[1] + height, max(0, at[0]) : at[0] + 3 * height]
    ground = here.reshape(-1, 3).mean(axis=0) if here.size else np.full(3, 128.0)
    ink = np.full(3, rng.uniform(150, 255) if ground.mean() < 120 else rng.uniform(0, 90)) + rng.normal(
        0, 12, 3
    )
    letters = "".join(rng.choice(_CAPITALS if rng.random() < 0.7 else _SMALL, int(rng.integers(3, 9))))
    text = letters if rng.random() < 0.7 else f"{letters.capitalize()} {words(rng, 'short')}"
    _write(picture, text, at, height, np.clip(ink, 0, 255), int(rng.integers(max(1, len(_fonts())))))


def line_of_capitals(rng: Rng, picture: Image, height: int, ink: NDArray[np.float64]) -> None:
    """One or two words in capitals across the picture, in place: a shop, a shirt, a button. Never a digit."""
    count = 1 if rng.random() < 0.6 else 2
    text = " ".join("".join(rng.choice(_CAPITALS, int(rng.integers(2, 10 // count)))) for _ in range(count))
    at = (int(rng.integers(-height // 3, height)), (picture.shape[0] - height) // 2)
    _write(
        picture,
        text,
        at,
        max(8, int(height * rng.uniform(0.6, 0.95))),
        ink,
        int(rng.integers(max(1, len(_fonts())))),
    )


def emblem(rng: Rng, picture: Image, at: tuple[int, int], radius: int) -> None:
    """A round badge, a wheel or a lamp: rings and spokes in place."""
    light, dark = [float(rng.uniform(140, 255))] * 3, [float(rng.uniform(0, 120))] * 3
    axes = (radius, max(3, int(radius * rng.uniform(0.5, 1.0))))
    if rng.random() < 0.6:
        cv2.ellipse(picture, at, axes, 0, 0, 360, dark if rng.random() < 0.6 else light, -1, cv2.LINE_AA)
    cv2.ellipse(picture, at, axes, 0, 0, 360, light, max(1, radius // 8), cv2.LINE_AA)
    for angle in rng.uniform(0, 360, int(rng.integers(0, 7))):
        reach = (np.cos(np.radians(angle)) * axes[0], np.sin(np.radians(angle)) * axes[1])
        end = (int(at[0] + reach[0]), int(at[1] + reach[1]))
        cv2.line(picture, at, end, light if rng.random() < 0.7 else dark, max(1, radius // 7), cv2.LINE_AA)


def blank(rng: Rng) -> Image:
    """A bright or dark rectangle with nothing on it, or with a rim only."""
    high, wide = int(rng.integers(30, 90)), int(rng.integers(60, 260))
    picture = np.empty((high, wide, 3), np.uint8)
    picture[:] = (
        rng.uniform(0, 255, 3).astype(np.uint8) if rng.random() < 0.5 else int(rng.integers(180, 255))
    )
    if rng.random() < 0.5:
        cv2.rectangle(
            picture, (2, 2), (wide - 3, high - 3), rng.uniform(0, 255, 3).tolist(), int(rng.integers(1, 6))
        )
    return picture


def page(rng: Rng, size: int) -> Image:
    """A document, a web page or a chart that fills the picture."""
    ground, ink = (
        (np.full(3, rng.uniform(200, 255)), np.full(3, rng.uniform(0, 80)))
        if rng.random() < 0.7
        else _colours(rng)
    )
    picture = np.empty((size, size, 3), np.uint8)
    picture[:] = ground.astype(np.uint8)
    fonts = max(1, len(_fonts()))
    font, y = int(rng.integers(fonts)), int(rng.integers(0, 30))
    while y < size:
        height = int(np.exp(rng.uniform(np.log(8), np.log(60 if rng.random() < 0.25 else 16))))
        roll = rng.random()
        if roll < 0.12:
            cv2.rectangle(
                picture,
                (int(rng.integers(0, 80)), y),
                (int(rng.integers(120, size)), y + height),
                rng.uniform(0, 255, 3).tolist(),
                int(rng.choice([-1, 1, 2])),
            )
        elif roll < 0.2:
            cv2.line(picture, (0, y), (size, y), ink.tolist(), int(rng.integers(1, 4)))
        else:
            kind = str(rng.choice(["prose", "prose", "title", "long", "phone", "price"]))
            x = int(rng.integers(-40, 120))
            for _ in range(int(rng.integers(1, 4))):
                x = _write(picture, words(rng, kind), (x, y), height, ink, font) + int(rng.integers(6, 60))
                if x > size:
                    break
        y += int(height * rng.uniform(1.2, 2.2))
        if rng.random() < 0.1:
            font = int(rng.integers(fonts))
    return picture


def pattern(rng: Rng, size: int) -> Image:
    """Stripes, bricks or clouds of noise that fill the picture."""
    roll = rng.random()
    if roll < 0.3:
        return cv2.resize(stripes(rng), (size, size), interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    if roll < 0.6:
        return cv2.resize(bricks(rng), (size, size), interpolation=cv2.INTER_AREA).astype(np.uint8)
    cells = int(rng.choice([4, 10, 40, 80]))
    small = rng.uniform(0, 255, (cells, cells, 3)).astype(np.uint8)
    return cv2.resize(
        small, (size, size), interpolation=int(rng.choice([cv2.INTER_CUBIC, cv2.INTER_NEAREST]))
    ).astype(np.uint8)


THINGS: tuple[Callable[[Rng], Image], ...] = (sign, sign, sign, stripes, lamp, bricks, oval, blank)


class Shelf:
    """Distractors drawn once and used many times, renewed slowly."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: list[Image] = []

    def take(self, rng: Rng) -> Image:
        """One distractor; one in ten is drawn anew."""
        if len(self._kept) < self._size:
            self._kept.append(THINGS[int(rng.integers(len(THINGS)))](rng))
            return self._kept[-1]
        at = int(rng.integers(self._size))
        if rng.random() < 0.1:
            self._kept[at] = THINGS[int(rng.integers(len(THINGS)))](rng)
        return self._kept[at]
