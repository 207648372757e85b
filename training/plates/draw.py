"""One plate, flat and from the front, with the clutter that real plates carry.

Dimensions are those of SI 2001/561 schedule 3 (79 mm and 64 mm characters, 11 mm and 33 mm gaps) for
UK plates and of the usual 520 x 110 mm blank for the rest. Bands, crests, seals, bolts, borders, small
print, dirt and raised letters are drawn because leaving them out costs more accuracy than any other part.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.plates.glyphs import GLYPH_HEIGHT_PX, Typeface, glyph_mask, random_typeface
from training.plates.marks import Mark, british_mark, foreign_mark, in_two_lines, random_mark

Image = NDArray[np.uint8]
FAMILIES = ("gb", "gb_two", "gb_black", "gb_trade", "random", "foreign", "foreign_two")
_FAMILY_SHARE = (0.45, 0.1, 0.05, 0.03, 0.12, 0.21, 0.04)
_FONT_FOLDERS = ("/usr/share/fonts/truetype",)
_FONT_WORDS = (
    "DejaVuSans-Bold", "DejaVuSansCondensed-Bold", "DejaVuSans.", "LiberationSans-Bold",
    "LiberationSansNarrow-Bold", "LiberationSans-Regular", "LiberationMono-Bold", "Roboto-Bold",
    "RobotoCondensed-Bold", "Roboto-Medium", "RobotoCondensed-Regular", "Lato-Bold", "Lato-Heavy",
    "NotoSans-CondensedBold", "NotoSans-Bold", "NotoSans-ExtraCondensedBold", "NotoSans-SemiCondensedMedium",
    "OpenSans-Bold", "OpenSans-CondBold", "NotoSansMono-Bold",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DrawnPlate:
    """A flat plate: image uint8 (h, w, 3) BGR at the asked pixels per millimetre, and its truth."""

    image: Image
    text: str
    lines: tuple[str, ...]
    style: str
    layout: str
    char_height_mm: float
    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True)
class _Form:
    """Measures of one plate in millimetres."""

    char: float
    gap: float
    group_gap: float
    line_gap: float
    margin_x: float
    margin_y: float
    least_width: float
    least_height: float


@lru_cache(maxsize=1)
def free_fonts() -> tuple[str, ...]:
    """Free fonts of this machine that look enough like plate fonts; empty without any, or without Pillow."""
    if find_spec("PIL") is None:
        return ()
    found = [
        str(p)
        for folder in _FONT_FOLDERS
        for p in sorted(Path(folder).rglob("*.ttf"))
        if any(w in p.name for w in _FONT_WORDS)
    ]
    return tuple(found)


@lru_cache(maxsize=4096)
def _font_glyph(char: str, font: str, stretch: float) -> Image:
    from PIL import Image as PilImage  # noqa: PLC0415  # only where fonts are used
    from PIL import ImageDraw, ImageFont  # noqa: PLC0415

    face = ImageFont.truetype(font, 130)
    picture = PilImage.new("L", (260, 220), 0)
    ImageDraw.Draw(picture).text((40, 20), char, fill=255, font=face)
    ink = np.asarray(picture)
    ys, xs = np.nonzero(ink > 127)
    cut = ink[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    width = max(4, round(cut.shape[1] * GLYPH_HEIGHT_PX / cut.shape[0] * stretch))
    return cv2.resize(cut, (width, GLYPH_HEIGHT_PX), interpolation=cv2.INTER_AREA).astype(np.uint8)


class _Faces:
    """A bounded pool of typefaces so that glyph masks are drawn once and used often."""

    def __init__(self, size: int = 160) -> None:
        rng = np.random.default_rng(20_010_901)
        self.british = [Typeface()] + [random_typeface(rng, british=True) for _ in range(size)]
        self.foreign = [random_typeface(rng, british=False) for _ in range(size)]
        self.fonts = [(f, s) for f in free_fonts() for s in (0.8, 1.0)]

    def pick(self, rng: np.random.Generator, family: str) -> Typeface | tuple[str, float]:
        roll = rng.random()
        if family.startswith("gb"):
            if roll < 0.9 or not self.fonts:
                return self.british[int(rng.integers(len(self.british)))]
        elif (roll < 0.6 or not self.fonts) and family != "random":
            return self.foreign[int(rng.integers(len(self.foreign)))]
        elif roll < 0.75 or not self.fonts:
            pool = self.british if roll < 0.4 else self.foreign
            return pool[int(rng.integers(len(pool)))]
        return self.fonts[int(rng.integers(len(self.fonts)))]


@lru_cache(maxsize=1)
def _faces() -> _Faces:
    return _Faces()


def _ink_of(char: str, face: Typeface | tuple[str, float]) -> Image:
    return glyph_mask(char, face) if isinstance(face, Typeface) else _font_glyph(char, *face)


def _pick_mark(rng: np.random.Generator, family: str) -> Mark:
    if family == "gb_trade":
        return british_mark(rng, "trade")
    if family == "gb_black":
        return british_mark(
            rng, str(rng.choice(["dateless", "suffix", "military", "current"], p=[0.5, 0.3, 0.1, 0.1]))
        )
    if family == "random":
        mark = random_mark(rng)
        return in_two_lines(rng, mark) if rng.random() < 0.15 else mark
    if family == "foreign":
        return foreign_mark(rng)
    if family == "foreign_two":
        return in_two_lines(rng, foreign_mark(rng))
    if family == "gb_two":
        return in_two_lines(rng, british_mark(rng))
    return british_mark(rng)


def _pick_form(rng: np.random.Generator, family: str, lines: int) -> _Form:
    if lines == 2 and family.startswith("gb") and rng.random() < 0.5:  # a motorcycle
        return _Form(64, 10, 30, 13, rng.uniform(11, 30), rng.uniform(11, 22), rng.uniform(160, 230), 164)
    if lines == 2:
        return _Form(79, 11, 33, 19, rng.uniform(11, 30), rng.uniform(9, 16), rng.uniform(220, 340), 196)
    if family.startswith("gb"):
        return _Form(
            79, 11, 33, 19, rng.uniform(11, 26), rng.uniform(10, 19), 520 if rng.random() < 0.85 else 0, 108
        )
    char = rng.uniform(66, 84)
    gap = rng.uniform(5, 16)
    return _Form(
        char,
        gap,
        rng.uniform(1.5, 4) * gap,
        15,
        rng.uniform(6, 30),
        rng.uniform(8, 22),
        520 if rng.random() < 0.7 else 0,
        100,
    )


_PAINT = {
    "white": ((225, 228, 230), (22, 22, 22)), "yellow": ((30, 195, 245), (18, 20, 22)),
    "black": ((24, 24, 24), (215, 218, 222)),
    "trade": ((226, 228, 230), (35, 30, 190)),
}  # fmt: skip


def _paint(rng: np.random.Generator, family: str) -> tuple[str, NDArray[np.float32], NDArray[np.float32]]:
    if family == "gb_black":
        style = "black"
    elif family == "gb_trade":
        style = "trade"
    elif family.startswith("gb"):
        style = "white" if rng.random() < 0.5 else "yellow"
    else:
        style = str(rng.choice(["white", "yellow", "black", "other"], p=[0.66, 0.17, 0.07, 0.1]))
    if style == "other":
        ground = rng.uniform(10, 170, 3)
        ground[int(rng.integers(3))] *= 0.3
        ink = np.full(3, rng.uniform(200, 250)) if ground.mean() < 125 else np.full(3, 20.0)
        if rng.random() < 0.3:  # coloured ink on white
            ground, ink = (
                np.array([225.0, 228, 230]),
                rng.choice([(150, 60, 20), (60, 120, 20)], axis=0).astype(float),
            )
    else:
        ground, ink = (np.array(c, float) for c in _PAINT[style])
    ground = np.clip(ground * rng.uniform(0.85, 1.08) + rng.normal(0, 6, 3), 0, 255)
    ink = np.clip(ink + rng.normal(0, 8, 3) + (rng.uniform(0, 60) if rng.random() < 0.2 else 0), 0, 255)
    return style, ground.astype(np.float32), ink.astype(np.float32)


def _signed_width(c: str, form: _Form, rng_sign: float) -> float:
    return {" ": form.group_gap - form.gap, "-": 24.0 * rng_sign, "o": 38.0 * rng_sign**2}[c]


def _lay_line(
    line: str, face: Typeface | tuple[str, float], form: _Form, sign: float
) -> tuple[list[tuple[str, float, float]], float]:
    """Each character with its left edge and width in millimetres, and the length of the line."""
    x, placed = 0.0, []
    for c in line:
        if c in " -o":
            width = _signed_width(c, form, sign)
            placed.append((c, x, width))
            x += width + (form.gap if c != " " else 0)
            continue
        width = _ink_of(c, face).shape[1] / GLYPH_HEIGHT_PX * form.char
        placed.append((c, x, width))
        x += width + form.gap
    return placed, x - form.gap


def _squeezed(
    row: tuple[list[tuple[str, float, float]], float], longest: float
) -> tuple[list[tuple[str, float, float]], float]:
    """The line with its characters cut narrower where it would outgrow the blank, as makers do."""
    placed, length = row
    f = min(1.0, longest / length)
    return [(c, x * f, w * f) for c, x, w in placed], length * f


def _stamp(alpha: Image, ink: Image, x: float, y: float, w: float, h: float) -> None:
    """Lay one glyph's ink into the text layer; the pixel box is clipped to the layer."""
    x0, y0, x1, y1 = round(x), round(y), max(round(x) + 1, round(x + w)), max(round(y) + 1, round(y + h))
    if x0 < 0 or y0 < 0 or x1 > alpha.shape[1] or y1 > alpha.shape[0]:
        return
    part = cv2.resize(ink, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
    np.maximum(alpha[y0:y1, x0:x1], part, out=alpha[y0:y1, x0:x1])


def _ink_line(
    alpha: Image,
    placed: list[tuple[str, float, float]],
    face: Typeface | tuple[str, float],
    char: float,
    start: tuple[float, float],
    k: float,
) -> list[tuple[float, float, float]]:
    """Stamp one line from `start` (left, top in mm); gives middle and width in mm of the seals left out."""
    x, y = start
    seals: list[tuple[float, float, float]] = []
    for c, left, wide in placed:
        if c == "o":
            seals.append((x + left + wide / 2, y + char / 2, wide))
        elif c == "-":
            dash = (x + left + wide * 0.2) * k, (y + char * 0.44) * k
            _stamp(alpha, np.full((4, 8), 255, np.uint8), *dash, wide * 0.6 * k, char * 0.13 * k)
        elif c.isalnum():
            _stamp(alpha, _ink_of(c, face), (x + left) * k, y * k, wide * k, char * k)
    return seals


def draw_plate(
    rng: np.random.Generator,
    *,
    px_per_mm: float,
    family: str | None = None,
    mark: Mark | None = None,
    clean: bool = False,
) -> DrawnPlate:
    """Draw one random plate of `family` (one of FAMILIES; None: any) at `px_per_mm`.

    `mark` fixes what it says; `clean` leaves out wear and clutter beyond bands and bolts.
    """
    from training.plates import clutter  # noqa: PLC0415  # clutter imports the types of this file

    family = family or str(rng.choice(FAMILIES, p=_FAMILY_SHARE))
    mark = mark or _pick_mark(rng, family)
    form = _pick_form(rng, family, len(mark.lines))
    face = _faces().pick(rng, family)
    style, ground, ink = _paint(rng, family)
    sign = rng.uniform(0.7, 1.3)
    laid = [_lay_line(line, face, form, sign) for line in mark.lines]
    bands = clutter.pick_bands(rng, family, len(mark.lines))
    longest = (540 if len(laid) == 1 else 340) - bands.left - bands.right - 12
    laid = [_squeezed(row, longest) for row in laid]
    text_width = max(length for _, length in laid)
    inside = max(
        min(text_width + 2 * form.margin_x, longest + 12), form.least_width - bands.left - bands.right
    )
    width_mm = inside + bands.left + bands.right
    text_height = form.char * len(laid) + form.line_gap * (len(laid) - 1)
    height_mm = max(text_height + 2 * form.margin_y, form.least_height)
    if family == "gb" and rng.random() < 0.05:
        height_mm = 150.0
    k = px_per_mm
    size = (max(4, round(height_mm * k)), max(8, round(width_mm * k)))
    picture = np.empty((*size, 3), np.uint8)
    picture[:] = ground.astype(np.uint8)
    alpha = np.zeros(size, np.uint8)
    clutter.draw_bands(rng, picture, bands, k)
    if not clean:
        clutter.draw_under(rng, picture, k, form.margin_y, ink)
    y = (height_mm - text_height) / 2 + (rng.uniform(-3, 3) if not clean else 0)
    seals: list[tuple[float, float, float]] = []
    shift = rng.uniform(-0.5, 0.5) if family != "gb" and rng.random() < 0.3 else rng.normal(0, 0.1)
    for placed, length in laid:
        free = inside - length - 2 * min(form.margin_x, 8)
        x = bands.left + (inside - length) / 2 + float(np.clip(shift, -0.5, 0.5)) * max(0.0, free)
        seals += _ink_line(alpha, placed, face, form.char, (x, y), k)
        y += form.char + form.line_gap
    clutter.lay_ink(rng, picture, alpha, ink, k, clean=clean)
    clutter.draw_seals(rng, picture, seals, k, form.char)
    if not clean:
        clutter.draw_over(rng, picture, k, ground)
    return DrawnPlate(picture, mark.text, mark.lines, style, mark.layout, form.char, width_mm, height_mm)
