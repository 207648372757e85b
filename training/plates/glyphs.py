"""The 36 characters of a number plate, drawn from dimensions instead of taken from a font.

The prescribed plate font is not free, so each character is a handful of centre lines inside a box
(50 x 79 mm with a 14 mm stroke on a UK plate since 2001, see SI 2001/561 schedule 4 and regulation
15), thickened to the stroke. A `Typeface` varies what real plates vary: proportions, stroke, how
round the bowls are, and the few shapes on which makers and countries differ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
GLYPH_HEIGHT_PX = 96  # masks are drawn once at this height and scaled down from it
_OVERSAMPLE = 3
_OPEN_FROM = 0.41  # the upper arm of a C ends above this part of its height, the lower below the rest
_FINE = 0.15  # a stroke up to which there is room for a bar or a dot inside a zero


@dataclass(frozen=True, slots=True)
class Typeface:
    """One way of drawing the characters; lengths are fractions of the character height."""

    width: float = 50 / 79
    stroke: float = 14 / 79
    round: float = 0.85  # 0: square bowls, 1: half circles
    slant: float = 0.0
    flag_on_one: float = 0.0  # length of the flag of a 1; 0 draws the plain UK bar
    foot_on_one: bool = False
    flat_three: bool = False
    open_four: bool = False
    straight_six: bool = False
    curved_seven: bool = False
    short_middle_m: float = 0.62  # how far down the middle of an M comes
    short_middle_w: float = 0.38
    spur_on_g: int = 0
    bar_on_j: bool = False
    tail_on_q: int = 0
    zero: int = 0  # 0: as O; 1: slashed; 2: gap; 3: narrower than O
    letter_width: float = 1.0
    soft: float = 0.0  # corner softness, a blur in fractions of the stroke


def _arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float) -> list[Point]:
    """Points of an elliptical arc; degrees, clockwise on the picture, 0 to the right."""
    steps = max(4, int(abs(end - start) / 9))
    return [
        (cx + rx * math.cos(math.radians(a)), cy + ry * math.sin(math.radians(a)))
        for a in np.linspace(start, end, steps)
    ]


class _Box:
    """The centre-line box of one glyph and the pieces that glyphs share."""

    def __init__(self, width: float, face: Typeface) -> None:
        half = face.stroke / 2
        self.w, self.half = width, half
        self.left, self.right = half, width - half
        self.top, self.bottom = half, 1 - half
        self.mid_x, self.mid_y = width / 2, 0.5
        reach = (self.right - self.left) / 2
        self.rx = reach * (0.45 + 0.55 * face.round)
        self.ry = min(reach * (0.55 + 0.6 * face.round), 0.36)

    def bowl(self, top: float, bottom: float, left: float, right: float) -> list[Point]:
        """A closed rounded rectangle."""
        rx, ry = min(self.rx, (right - left) / 2), min(self.ry, (bottom - top) / 2)
        return [
            *_arc(right - rx, top + ry, rx, ry, -90, 0),
            *_arc(right - rx, bottom - ry, rx, ry, 0, 90),
            *_arc(left + rx, bottom - ry, rx, ry, 90, 180),
            *_arc(left + rx, top + ry, rx, ry, 180, 270),
            (right - rx, top),
            (right - rx + 0.02, top),
        ]

    def right_bowl(self, top: float, bottom: float, left: float, right: float) -> list[Point]:
        """A bowl open to the left with flat arms: the belly of B, D, P and R."""
        rx, ry = min(self.rx, (right - left) * 0.75), min(self.ry, (bottom - top) / 2)
        return [
            (left, top),
            *_arc(right - rx, top + ry, rx, ry, -90, 0),
            *_arc(right - rx, bottom - ry, rx, ry, 0, 90),
            (left, bottom),
        ]

    def c_shape(self, drop: float, rise: float) -> list[Point]:
        """From the right end of the upper arm round the left side to the lower arm.

        The arms reach `drop` and `rise` radii down and up, but never so near each other that C is O.
        """
        most = _OPEN_FROM - self.half
        ry = min(self.ry, most - self.top)
        return [
            (self.right, min(self.top + ry * drop, most)),
            *_arc(self.right - self.rx, self.top + ry, self.rx, ry, 0, -90),
            *_arc(self.left + self.rx, self.top + ry, self.rx, ry, 270, 180),
            *_arc(self.left + self.rx, self.bottom - ry, self.rx, ry, 180, 90),
            *_arc(self.right - self.rx, self.bottom - ry, self.rx, ry, 90, 0),
            (self.right, max(self.bottom - ry * rise, 1 - most)),
        ]


def _digits(b: _Box, f: Typeface) -> dict[str, list[list[Point]]]:
    upper = 0.5 - 0.01
    one = [[(b.mid_x, 0.0), (b.mid_x, 1.0)]]
    if f.flag_on_one > 0:
        x = b.right - 0.08
        one = [[(x, 0.0), (x, 1.0)], [(x, b.half * 0.9), (x - f.flag_on_one, b.half + f.flag_on_one * 0.9)]]
        if f.foot_on_one:
            one.append([(b.left - b.half * 0.6, b.bottom), (b.w, b.bottom)])
    ring = b.bowl(b.top, b.bottom, b.left, b.right)
    two = [
        (b.left, b.top + b.ry * 1.15),
        *_arc(b.left + b.rx, b.top + b.ry, b.rx, b.ry, 180, 270),
        *_arc(b.right - b.rx, b.top + b.ry, b.rx, b.ry, -90, 25),
        (b.left + b.half * 0.3, b.bottom),
        (b.w, b.bottom),
    ]
    if f.flat_three:
        three = [
            [(0.0, b.top), (b.right, b.top), (b.mid_x, 0.42)],
            [(b.mid_x * 0.9, 0.42), *_arc(b.right - b.rx, 0.42 + b.ry, b.rx, b.ry, -90, 0),
             *_arc(b.right - b.rx, b.bottom - b.ry, b.rx, b.ry, 0, 90),
             *_arc(b.left + b.rx, b.bottom - b.ry, b.rx, b.ry, 90, 170)],
        ]  # fmt: skip
    else:
        ry = min(b.ry, (upper - b.top) / 2)
        three = [
            [*_arc(b.left + b.rx, b.top + b.ry, b.rx, b.ry, 185, 270),
             *_arc(b.right - b.rx, b.top + ry, b.rx, ry, -90, 0),
             *_arc(b.right - b.rx, upper - ry, b.rx, ry, 0, 90), (b.mid_x * 0.8, upper)],
            [(b.mid_x * 0.8, upper), *_arc(b.right - b.rx, upper + ry, b.rx, ry, -90, 0),
             *_arc(b.right - b.rx, b.bottom - ry, b.rx, ry, 0, 90),
             *_arc(b.left + b.rx, b.bottom - b.ry, b.rx, b.ry, 90, 175)],
        ]  # fmt: skip
    shelf = 0.72
    stem = b.w * 0.72
    four = [
        [(stem, 0.0), (stem, 1.0)],
        [(stem - b.half * 0.2, b.half * 0.4), (b.left, shelf)],
        [(0.0, shelf), (b.w, shelf)],
    ]
    if f.open_four:
        four = [
            [(b.w * 0.42, 0.0), (b.left, shelf)],
            [(0.0, shelf), (b.w, shelf)],
            [(stem, 0.38), (stem, 1.0)],
        ]
    waist = 0.42
    five = [
        [(b.w * 0.97, b.top), (b.left, b.top), (b.left, waist)],
        [(b.left, waist), *_arc(b.right - b.rx, waist + b.ry, b.rx, b.ry, -90, 0),
         *_arc(b.right - b.rx, b.bottom - b.ry, b.rx, b.ry, 0, 90),
         *_arc(b.left + b.rx, b.bottom - b.ry, b.rx, b.ry, 90, 170)],
    ]  # fmt: skip
    belly = b.bowl(0.40, b.bottom, b.left, b.right)
    six = [
        belly,
        [
            *_arc(b.right - b.rx, b.top + b.ry, b.rx, b.ry, -5, -90),
            *_arc(b.left + b.rx, b.top + b.ry, b.rx, b.ry, 270, 180),
            (b.left, 0.6),
        ],
    ]
    if f.straight_six:
        six = [belly, [(b.w * 0.72, 0.0), (b.left + 0.02, 0.55)]]
    nine = [[(b.w - x, 1 - y) for x, y in line] for line in six]
    seven = [[(0.0, b.top), (b.right, b.top), (b.w * 0.36, 1.0)]]
    if f.curved_seven:
        seven = [[(0.0, b.top), (b.right, b.top), *_arc(b.w * 1.05, 1.0, b.w * 0.7, 0.72, 238, 180)]]
    squeeze = 0.03
    eight = [
        b.bowl(b.top, 0.485, b.left + squeeze, b.right - squeeze),
        b.bowl(0.485, b.bottom, b.left, b.right),
    ]
    zero = [ring]
    if f.zero == 1 and f.stroke <= _FINE:
        zero = [ring, [(b.right - 0.05, b.top + 0.12), (b.left + 0.05, b.bottom - 0.12)]]
    elif f.zero == 2:  # the cut in a German FE zero
        zero = [ring[2:-3]]
    return {
        "0": zero,
        "1": one,
        "2": [two],
        "3": three,
        "4": four,
        "5": five,
        "6": six,
        "7": seven,
        "8": eight,
        "9": nine,
    }


def _letters(b: _Box, f: Typeface) -> dict[str, list[list[Point]]]:
    ring = b.bowl(b.top, b.bottom, b.left, b.right)
    stem = [(b.left, 0.0), (b.left, 1.0)]
    far = [(b.right, 0.0), (b.right, 1.0)]
    waist = 0.48
    g_in = b.mid_x + b.half * 0.2
    g_tail = [(g_in, 0.56), (b.right, 0.56), (b.right, b.bottom - b.ry)]
    if f.spur_on_g == 1:
        g_tail = [(g_in, 0.6), (b.right, 0.6), (b.right, 1.0)]
    j_hook = [
        (b.right, 0.0),
        (b.right, b.bottom - b.ry),
        *_arc(b.right - b.rx, b.bottom - b.ry, b.rx, b.ry, 0, 90),
        *_arc(b.left + b.rx, b.bottom - b.ry, b.rx, b.ry, 90, 175),
    ]
    q_tail = [(b.mid_x + 0.02, 0.66), (b.right + b.half * 0.4, 1.0)]
    if f.tail_on_q == 1:
        q_tail = [(b.mid_x, 0.78), (b.mid_x + 0.16, 1.02)]
    s_ry = min(b.ry, (waist - b.top) / 2)
    lower_ry = min(b.ry, (b.bottom - waist) / 2)
    s_line = [
        *_arc(b.right - b.rx, b.top + b.ry, b.rx, b.ry, -8, -90),
        *_arc(b.left + b.rx, b.top + s_ry, b.rx, s_ry, 270, 180),
        *_arc(b.left + b.rx, waist - s_ry, b.rx, s_ry, 180, 90),
        *_arc(b.right - b.rx, waist + lower_ry, b.rx, lower_ry, -90, 0),
        *_arc(b.right - b.rx, b.bottom - lower_ry, b.rx, lower_ry, 0, 90),
        *_arc(b.left + b.rx, b.bottom - b.ry, b.rx, b.ry, 90, 172),
    ]
    u_line = [
        (b.left, 0.0),
        *_arc(b.left + b.rx, b.bottom - b.ry, b.rx, b.ry, 180, 90),
        *_arc(b.right - b.rx, b.bottom - b.ry, b.rx, b.ry, 90, 0),
        (b.right, 0.0),
    ]
    inner = b.half * 0.75  # where the diagonals of A, M, N, V, W start from the edge
    return {
        "A": [[(inner, 1.0), (b.mid_x, -0.03)], [(b.mid_x, -0.03), (b.w - inner, 1.0)], [(b.w * 0.22, 0.71), (b.w * 0.78, 0.71)]],
        "B": [stem, b.right_bowl(b.top, waist, b.left, b.right - 0.02), b.right_bowl(waist, b.bottom, b.left, b.right)],
        "C": [b.c_shape(1.15, 1.15)],
        "D": [stem, b.right_bowl(b.top, b.bottom, b.left, b.right)],
        "E": [stem, [(b.left, b.top), (b.w, b.top)], [(b.left, waist), (b.w * 0.92, waist)], [(b.left, b.bottom), (b.w, b.bottom)]],
        "F": [stem, [(b.left, b.top), (b.w, b.top)], [(b.left, waist + 0.02), (b.w * 0.9, waist + 0.02)]],
        "G": [b.c_shape(1.1, 1.0), g_tail],
        "H": [stem, far, [(b.left, waist), (b.right, waist)]],
        "J": [j_hook, *([[(b.w * 0.3, b.top), (b.right, b.top)]] if f.bar_on_j else [])],
        "K": [stem, [(b.w - inner * 0.8, 0.0), (b.left, 0.60)], [(b.w * 0.36, 0.42), (b.w - inner * 0.6, 1.0)]],
        "L": [[(b.left, 0.0), (b.left, b.bottom), (b.w, b.bottom)]],
        "M": [stem, far, [(b.left, 0.0), (b.mid_x, f.short_middle_m)], [(b.right, 0.0), (b.mid_x, f.short_middle_m)]],
        "N": [stem, far, [(b.left + 0.01, 0.0), (b.right - 0.01, 1.0)]],
        "O": [ring],
        "P": [stem, b.right_bowl(b.top, 0.57, b.left, b.right)],
        "Q": [ring, q_tail],
        "R": [stem, b.right_bowl(b.top, 0.53, b.left, b.right), [(b.w * 0.5, 0.53), (b.w - inner * 0.7, 1.0)]],
        "S": [s_line],
        "T": [[(0.0, b.top), (b.w, b.top)], [(b.mid_x, b.half), (b.mid_x, 1.0)]],
        "U": [u_line],
        "V": [[(inner, 0.0), (b.mid_x, 1.03)], [(b.mid_x, 1.03), (b.w - inner, 0.0)]],
        "W": [[(inner * 0.7, 0.0), (b.w * 0.27, 1.02)], [(b.w * 0.27, 1.02), (b.mid_x, f.short_middle_w)],
              [(b.mid_x, f.short_middle_w), (b.w * 0.73, 1.02)], [(b.w * 0.73, 1.02), (b.w - inner * 0.7, 0.0)]],
        "X": [[(inner, 0.0), (b.w - inner, 1.0)], [(b.w - inner, 0.0), (inner, 1.0)]],
        "Y": [[(inner, 0.0), (b.mid_x, 0.58)], [(b.w - inner, 0.0), (b.mid_x, 0.58)], [(b.mid_x, 0.5), (b.mid_x, 1.0)]],
        "Z": [[(0.0, b.top), (b.right, b.top), (b.left, b.bottom), (b.w, b.bottom)]],
    }  # fmt: skip


def _thicken(line: list[Point], half: float) -> NDArray[np.float32]:
    """Four corners for each piece of a polyline, (n, 4, 2), with butt ends and mitred joints."""
    points = np.array(line, np.float64)
    keep = np.r_[True, np.hypot(*np.diff(points, axis=0).T) > 1e-6]
    points = points[keep]
    step = np.diff(points, axis=0)
    step /= np.hypot(step[:, 0], step[:, 1])[:, None]
    normal = np.stack([-step[:, 1], step[:, 0]], 1)
    at = np.vstack([normal[:1], (normal[:-1] + normal[1:]) / 2, normal[-1:]])
    length = np.maximum((at**2).sum(1, keepdims=True), 0.25)
    at = at / length
    left, right = points + at * half, points - at * half
    return np.stack([left[:-1], left[1:], right[1:], right[:-1]], 1).astype(np.float32)


def _lighter(char: str, line: list[Point]) -> float:
    """Diagonals of crowded letters are cut thinner, or their counters would clog."""
    leans = abs(line[0][0] - line[-1][0]) > 0.02
    return {"W": 0.74, "M": 0.72, "N": 0.85}.get(char, 1.0) if leans and len(line) == 2 else 1.0


def _glyph_width(char: str, face: Typeface) -> float:
    if char in "1I" and face.flag_on_one == 0:
        return face.stroke
    if char == "I":
        return face.stroke
    if char == "1":
        return max(face.width * 0.62, face.stroke + face.flag_on_one)
    if char == "0" and face.zero == 3 and face.stroke <= _FINE:
        return face.width * 0.88
    widen = face.letter_width if char.isalpha() else 1.0
    return face.width * widen * (1.12 if char in "MW" and face.letter_width > 1.0 else 1.0)


@lru_cache(maxsize=40_000)
def glyph_mask(char: str, face: Typeface) -> NDArray[np.uint8]:
    """Ink of one character: uint8 (96, width) with 255 where there is paint."""
    width = _glyph_width(char, face)
    box = _Box(width, face)
    lines = (_digits if char.isdigit() else _letters)(box, face).get(char) if char != "I" else None
    if lines is None:
        lines = [[(width / 2, 0.0), (width / 2, 1.0)]]
    scale = GLYPH_HEIGHT_PX * _OVERSAMPLE
    size = (scale, max(1, round(width * scale)))
    ink = np.zeros(size, np.uint8)
    for line in lines:
        pieces = _thicken(line, face.stroke / 2 * _lighter(char, line))
        pieces[..., 0] += face.slant * (0.5 - pieces[..., 1])
        for piece in np.round(pieces * scale * 16).astype(np.int32):  # one by one: overlaps must not cancel
            cv2.fillPoly(ink, [piece], 255, shift=4)
    if face.soft > 0:
        sigma = max(0.3, face.soft * face.stroke * scale)
        blurred = cv2.GaussianBlur(ink, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
        ink = np.where(blurred > 127, 255, 0).astype(np.uint8)  # rounds the corners
    small = (max(2, round(width * GLYPH_HEIGHT_PX)), GLYPH_HEIGHT_PX)
    return cv2.resize(ink, small, interpolation=cv2.INTER_AREA)


def random_typeface(rng: np.random.Generator, *, british: bool) -> Typeface:
    """A typeface as makers cut it: near the statutory figures if british, wide variety if not."""
    chance = rng.random
    if british:
        old = chance() < 0.18
        return Typeface(
            width=(57 if old else 50) / 79 * rng.normal(1, 0.035),
            stroke=14 / 79 * float(np.clip(rng.normal(1, 0.09), 0.7, 1.3)),
            round=float(np.clip(rng.normal(0.8, 0.15), 0.3, 1.0)),
            slant=rng.normal(0, 0.05) if chance() < 0.04 else 0.0,
            straight_six=chance() < 0.08, open_four=chance() < 0.02, flat_three=chance() < 0.04,
            short_middle_m=rng.uniform(0.45, 0.75), short_middle_w=rng.uniform(0.25, 0.5),
            spur_on_g=int(chance() < 0.3), bar_on_j=chance() < 0.05, tail_on_q=int(chance() < 0.4),
            curved_seven=chance() < 0.1,
            soft=rng.uniform(0.02, 0.25) if chance() < 0.6 else 0.0,
        )  # fmt: skip
    return Typeface(
        width=rng.uniform(0.42, 0.72),
        stroke=rng.uniform(0.09, 0.19),
        round=rng.uniform(0.25, 1.0),
        slant=rng.normal(0, 0.08) if chance() < 0.08 else 0.0,
        flag_on_one=rng.uniform(0.1, 0.26) if chance() < 0.9 else 0.0, foot_on_one=chance() < 0.12,
        straight_six=chance() < 0.4, open_four=chance() < 0.15, flat_three=chance() < 0.25,
        short_middle_m=rng.uniform(0.4, 1.0), short_middle_w=rng.uniform(0.0, 0.5),
        spur_on_g=int(chance() < 0.4), bar_on_j=chance() < 0.4, tail_on_q=int(chance() < 0.5),
        curved_seven=chance() < 0.3, zero=int(rng.choice([0, 1, 2, 3], p=[0.6, 0.12, 0.08, 0.2])),
        letter_width=rng.uniform(0.95, 1.15),
        soft=rng.uniform(0.02, 0.4) if chance() < 0.6 else 0.0,
    )  # fmt: skip
