"""The plate of a clip's vehicle: flat, in the statutory measures, and the same on every machine.

`training.plates.draw` draws with whatever free fonts a machine has; a fixed set may not hang on that, so
only the drawn glyphs are used here.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.plates.glyphs import GLYPH_HEIGHT_PX, Typeface, glyph_mask, random_typeface

Picture = NDArray[np.uint8]
PX_PER_MM = 1.0
_CHAR_MM = 79.0
_GAP_MM = 11.0
_GROUP_MM = 33.0
_LINE_MM = 19.0
_PAINT = {
    "white": ((226, 232, 234), (24, 24, 24)),
    "yellow": ((20, 190, 240), (20, 22, 24)),
    "black": ((26, 26, 26), (205, 208, 212)),
}


@dataclass(frozen=True, slots=True)
class FlatPlate:
    """A plate from the front: `image` (h, w, 3) BGR at `PX_PER_MM`, sizes in metres.

    `char_span` is the top and bottom of one row of characters as shares of the height.
    """

    image: Picture
    width_m: float
    height_m: float
    char_span: tuple[float, float]


def _line_width(line: str, face: Typeface) -> float:
    inks = [glyph_mask(c, face).shape[1] / GLYPH_HEIGHT_PX * _CHAR_MM for c in line if c != " "]
    gaps = _GAP_MM * (len(inks) - 1) + (_GROUP_MM - _GAP_MM) * line.count(" ")
    return sum(inks) + gaps


def _write_line(
    image: Picture, line: str, face: Typeface, left_top: tuple[float, float], ink: tuple[int, int, int]
) -> None:
    x, y = left_top
    for c in line:
        if c == " ":
            x += _GROUP_MM - _GAP_MM
            continue
        mask = glyph_mask(c, face)
        width = mask.shape[1] / GLYPH_HEIGHT_PX * _CHAR_MM
        x0, y0 = round(x * PX_PER_MM), round(y * PX_PER_MM)
        size = (max(1, round(width * PX_PER_MM)), round(_CHAR_MM * PX_PER_MM))
        alpha = cv2.resize(mask, size, interpolation=cv2.INTER_AREA).astype(np.float32)[..., None] / 255
        part = image[y0 : y0 + size[1], x0 : x0 + size[0]]
        part[:] = np.round(part * (1 - alpha) + np.array(ink, np.float32) * alpha).astype(np.uint8)
        x += width + _GAP_MM


def _band(image: Picture, kind: str) -> None:
    h = image.shape[0]
    wide = round(45 * PX_PER_MM)
    image[:, :wide] = (70, 150, 0) if kind == "green" else (150, 45, 10)
    if kind == "blue":
        cv2.putText(image, "UK", (4, h - 14), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (240, 240, 240), 2, cv2.LINE_AA)


def flat_plate(rng: np.random.Generator, lines: tuple[str, ...], style: str, band: str = "") -> FlatPlate:
    """Draw a plate that says `lines` (gaps kept) in `style`: white, yellow or black.

    `band` is "", "green" or "blue". The typeface is the statutory one, as cut by one maker or another.
    """
    face = random_typeface(rng, british=True)
    ground, ink = _PAINT[style]
    band_mm = 45.0 if band else 0.0
    text = max(_line_width(line, face) for line in lines)
    least = 285.0 if len(lines) > 1 else 520.0
    width = max(least, text + band_mm + 26)
    height = 203.0 if len(lines) > 1 else 111.0
    image = np.empty((round(height * PX_PER_MM), round(width * PX_PER_MM), 3), np.uint8)
    image[:] = ground
    if band:
        _band(image, band)
    top = (height - _CHAR_MM * len(lines) - _LINE_MM * (len(lines) - 1)) / 2
    for row, line in enumerate(lines):
        left = band_mm + (width - band_mm - _line_width(line, face)) / 2
        _write_line(image, line, face, (left, top + row * (_CHAR_MM + _LINE_MM)), ink)
    if style == "black":
        cv2.rectangle(image, (2, 2), (image.shape[1] - 3, image.shape[0] - 3), ink, 2, cv2.LINE_AA)
    else:
        _small_print(rng, image, ink)
    span = (top / height, (top + _CHAR_MM) / height)
    return FlatPlate(image, width / 1000, height / 1000, span)


def _small_print(rng: np.random.Generator, image: Picture, ink: tuple[int, int, int]) -> None:
    """The dealer's name under the mark, and the two screws."""
    h, w = image.shape[:2]
    if rng.random() < 0.7:
        cv2.putText(image, "MOTORS", (w // 2 - 26, h - 3), cv2.FONT_HERSHEY_SIMPLEX, 0.3, ink, 1, cv2.LINE_AA)
    if rng.random() < 0.5:
        for x in (w // 9, w - w // 9):
            cv2.circle(
                image,
                (x, h // 2),
                4,
                tuple(int(0.85 * v) for v in image[h // 2, 3].tolist()),
                -1,
                cv2.LINE_AA,
            )


def aged(rng: np.random.Generator, plate: FlatPlate, dirt: float) -> FlatPlate:
    """The same plate after some miles: `dirt` from 0 to 1 darkens it unevenly, most at the foot."""
    if dirt <= 0:
        return plate
    h, w = plate.image.shape[:2]
    coarse = rng.random((4, 12), dtype=np.float32)
    veil = cv2.resize(coarse, (w, h), interpolation=cv2.INTER_CUBIC)[..., None]
    slope = np.linspace(0.5, 1.0, h, dtype=np.float32)[:, None, None]
    mix = np.clip(veil * slope * np.float32(0.6 * dirt), 0, 0.6)
    mud = np.array([70, 90, 105], np.float32)
    image = (plate.image * (1 - mix) + mud * mix).astype(np.uint8)
    return FlatPlate(image, plate.width_m, plate.height_m, plate.char_span)
