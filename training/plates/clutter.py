"""What else is on a plate: bands, crests, seals, bolts, borders, small print, dirt, raised letters."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Canvas = NDArray[np.uint8]  # (h, w, 3) BGR, drawn on in place
_LIGHT = (240.0, 240.0, 240.0)
_DARK = (10.0, 10.0, 10.0)
_SMALL_WORDS = (
    "GB",
    "UK",
    "SK",
    "CZ",
    "D",
    "F",
    "PL",
    "RO",
    "GBJ",
    "IRL",
    "NL",
    "E",
    "ENG",
    "SCO",
    "CYM",
    "NI",
    "A",
    "H",
    "I",
)


@dataclass(frozen=True, slots=True)
class Bands:
    """Side bands in millimetres; 0: none. `kind` and `kind_right` say what is painted there."""

    left: float
    right: float
    kind: str
    kind_right: str


def pick_bands(rng: np.random.Generator, family: str, lines: int) -> Bands:
    """Bands as often as they are seen, and more often: they cost accuracy where they are not trained."""
    roll = rng.random()
    if family in {"gb_black", "gb_trade"} or (lines == 2 and roll < 0.75):
        return Bands(0, 0, "", "")
    kind = str(rng.choice(["eu", "flag", "green", "crest"], p=[0.55, 0.2, 0.15, 0.1]))
    if family.startswith("gb"):
        return Bands(rng.uniform(38, 52), 0, kind, "") if roll < 0.45 else Bands(0, 0, "", "")
    right = rng.uniform(30, 50) if rng.random() < 0.12 else 0.0
    left = rng.uniform(34, 52) if roll < 0.75 else 0.0
    kind = str(rng.choice(["eu", "flag", "green", "crest"], p=[0.7, 0.08, 0.04, 0.18]))
    return Bands(left, right, kind, str(rng.choice(["eu", "crest"])))


def _texture(rng: np.random.Generator, h: int, w: int) -> NDArray[np.uint8]:
    """A crest seen from far: coloured patches without a letter in them."""
    small = rng.uniform(0, 255, (int(rng.integers(2, 6)), int(rng.integers(2, 5)), 3)).astype(np.float32)
    small = small * rng.uniform(0.3, 1) + rng.uniform(0, 255, 3).astype(np.float32) * rng.uniform(0, 0.6)
    mode = cv2.INTER_NEAREST if rng.random() < 0.4 else cv2.INTER_CUBIC
    return cv2.resize(small, (w, h), interpolation=mode).clip(0, 255).astype(np.uint8)


def _shield(rng: np.random.Generator, canvas: Canvas, x: float, y: float, w: float, h: float) -> None:
    """A coat of arms: a pointed shield of one or two colours with a light charge, x and y its centre."""
    outline = np.array(
        [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.05), (0.32, 0.3), (0, 0.5), (-0.32, 0.3), (-0.5, 0.05)]
    ) * (w, h) + (x, y)
    colour = tuple(float(v) for v in rng.uniform(0, 255, 3))
    cv2.fillPoly(canvas, [np.round(outline * 16).astype(np.int32)], colour, cv2.LINE_AA, 4)
    lower = outline[2:]
    if rng.random() < 0.6:
        cv2.fillPoly(
            canvas,
            [np.round(lower * 16).astype(np.int32)],
            tuple(float(v) for v in rng.uniform(0, 255, 3)),
            cv2.LINE_AA,
            4,
        )
    light, thick = (240.0, 240.0, 240.0), max(1, round(w * 0.12))
    cv2.line(
        canvas, (round(x), round(y - h * 0.35)), (round(x), round(y + h * 0.2)), light, thick, cv2.LINE_AA
    )
    cv2.line(
        canvas,
        (round(x - w * 0.25), round(y - h * 0.1)),
        (round(x + w * 0.25), round(y - h * 0.1)),
        light,
        thick,
        cv2.LINE_AA,
    )


def _word(
    rng: np.random.Generator, canvas: Canvas, x: int, y: int, height: float, colour: tuple[float, ...]
) -> None:
    text = str(rng.choice(_SMALL_WORDS))
    scale = max(0.12, height / 22)
    cv2.putText(
        canvas, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, colour, max(1, round(scale * 2)), cv2.LINE_AA
    )


def _one_band(rng: np.random.Generator, canvas: Canvas, x0: int, x1: int, kind: str, k: float) -> None:
    h, w = canvas.shape[0], x1 - x0
    if w < 2:
        return
    part = canvas[:, x0:x1]
    foot = (x0 + max(1, w // 7), round(h * 0.86))
    light = _LIGHT
    if kind == "eu":
        _stars(rng, canvas, x0, w, k)
    elif kind == "green":
        part[:] = (rng.uniform(70, 110), rng.uniform(140, 180), rng.uniform(0, 40))
        if rng.random() < 0.5:
            return
    elif kind == "flag":
        if rng.random() < 0.6:
            part[:] = (rng.uniform(90, 170), rng.uniform(20, 60), rng.uniform(0, 40))
        top, bottom = round(h * 0.12), round(h * 0.55)
        part[top:bottom] = _texture(rng, bottom - top, w)
        light = _LIGHT if rng.random() < 0.7 else _DARK
    else:
        _crest(rng, canvas, x0, w)
        if rng.random() < 0.4:
            return
        light = _DARK
    _word(rng, canvas, *foot, w * 0.42, light)


def _stars(rng: np.random.Generator, canvas: Canvas, x0: int, w: int, k: float) -> None:
    """The European band: twelve stars on blue."""
    h = canvas.shape[0]
    canvas[:, x0 : x0 + w] = (rng.uniform(110, 190), rng.uniform(30, 80), rng.uniform(5, 40))
    centre, radius = (x0 + w // 2, round(h * 0.32)), max(1, round(w * 0.3))
    for a in np.linspace(0, 2 * np.pi, 12, endpoint=False):
        spot = (round(centre[0] + radius * np.cos(a)), round(centre[1] + radius * np.sin(a)))
        cv2.circle(canvas, spot, max(1, round(1.6 * k)), (40, 215, 245), -1)


def _crest(rng: np.random.Generator, canvas: Canvas, x0: int, w: int) -> None:
    """A coat of arms or an emblem on the plate's own ground."""
    h = canvas.shape[0]
    top, bottom = round(h * rng.uniform(0.02, 0.3)), round(h * rng.uniform(0.6, 1))
    if rng.random() < 0.5:
        wide, tall = w * rng.uniform(0.5, 0.75), h * rng.uniform(0.3, 0.55)
        _shield(rng, canvas, x0 + w * 0.55, (top + bottom) / 2 * 0.9, wide, tall)
    elif bottom - top > 2:
        canvas[top:bottom, x0 : x0 + w] = _texture(rng, bottom - top, w)


def draw_bands(rng: np.random.Generator, canvas: Canvas, bands: Bands, k: float) -> None:
    """Paint the side bands."""
    if bands.left:
        _one_band(rng, canvas, 0, round(bands.left * k), bands.kind, k)
    if bands.right:
        _one_band(rng, canvas, canvas.shape[1] - round(bands.right * k), canvas.shape[1], bands.kind_right, k)


def draw_under(
    rng: np.random.Generator, canvas: Canvas, k: float, margin: float, ink: NDArray[np.float32]
) -> None:
    """Border line, supplier's small print and the grey of an old plate, below the characters."""
    h, w = canvas.shape[:2]
    if rng.random() < 0.3:
        inset, thick = round(rng.uniform(0, 5) * k), max(1, round(rng.uniform(1.5, 5) * k))
        colour = tuple(float(v) for v in (ink if rng.random() < 0.7 else rng.uniform(0, 255, 3)))
        cv2.rectangle(canvas, (inset, inset), (w - 1 - inset, h - 1 - inset), colour, thick, cv2.LINE_AA)
    if rng.random() < 0.4 and margin > 10:
        length = int(rng.integers(4, 26))
        text = "".join(chr(97 + int(v)) for v in rng.integers(0, 26, length))
        scale = max(0.12, rng.uniform(3.5, 8) * k / 22)
        spot = (round(w * rng.uniform(0.15, 0.6)), h - max(1, round(rng.uniform(1.5, 4) * k)))
        cv2.putText(
            canvas, text, spot, cv2.FONT_HERSHEY_SIMPLEX, scale, tuple(float(v) for v in ink), 1, cv2.LINE_AA
        )
    if rng.random() < 0.06:  # honeycomb sheen or a tinted film
        step = max(3, round(rng.uniform(4, 12) * k))
        canvas[::step] = (canvas[::step] * rng.uniform(0.8, 0.97)).astype(np.uint8)
        canvas[:, ::step] = (canvas[:, ::step] * rng.uniform(0.8, 0.97)).astype(np.uint8)


def lay_ink(
    rng: np.random.Generator,
    picture: Canvas,
    alpha: NDArray[np.uint8],
    ink: NDArray[np.float32],
    k: float,
    *,
    clean: bool,
) -> None:
    """Lay the characters on the ground: flat, faded, raised with a lit edge, or two-tone."""
    canvas = picture.astype(np.float32)
    strength = 1.0 if clean or rng.random() < 0.85 else rng.uniform(0.6, 1.0)
    mask = alpha.astype(np.float32)[..., None] * (strength / 255)
    if (
        not clean and rng.random() < 0.18
    ):  # 3D or 4D letters, or embossed metal: shadow on one side, light on the other
        d = max(1, round(rng.uniform(1.5, 4) * k))
        dx, dy = int(rng.integers(-d, d + 1)), int(rng.integers(-d, d + 1))
        cast = np.roll(alpha, (dy, dx), (0, 1)).astype(np.float32)[..., None] / 255
        tone = rng.uniform(0.5, 0.9) if rng.random() < 0.6 else rng.uniform(1.05, 1.25)
        canvas *= 1 - cast + cast * tone
    canvas *= 1 - mask
    canvas += mask * ink
    if not clean and rng.random() < 0.12:  # a lighter core (gel letters, carbon effect)
        size = max(1, round(3 * k))
        core = cv2.erode(alpha, np.ones((size, size), np.uint8)).astype(np.float32)[..., None] / 255
        canvas *= 1 - core * 0.5
        canvas += core * 0.5 * np.clip(ink + rng.uniform(-40, 90), 0, 255).astype(np.float32)
    np.clip(canvas, 0, 255, out=canvas)
    picture[:] = canvas.astype(np.uint8)


def draw_seals(
    rng: np.random.Generator, canvas: Canvas, seals: list[tuple[float, float, float]], k: float, char: float
) -> None:
    """Seals, crests and dots between groups, which untrained eyes read as 1, P or 3."""
    for x, y, wide in seals:
        cx, cy, r = round(x * k), round(y * k), max(1.0, wide * k * rng.uniform(0.3, 0.48))
        kind = rng.random()
        if kind < 0.25:
            wide_r = r * rng.uniform(0.9, 1.3)
            _shield(
                rng,
                canvas,
                cx,
                cy + rng.uniform(-0.15, 0.1) * char * k,
                wide_r * 2,
                char * k * rng.uniform(0.3, 0.7),
            )
        elif kind < 0.55:
            if rng.random() < 0.5:  # stickers above and below a hyphen
                half, thick = max(1, round(r * 0.7)), max(1, round(char * k * 0.06))
                cv2.rectangle(
                    canvas, (cx - half, cy - thick), (cx + half, cy + thick), (30.0, 30.0, 30.0), -1
                )
            colour = tuple(float(v) for v in rng.uniform(0, 255, 3))
            for dy in (-char * 0.26, char * 0.26)[: int(rng.integers(1, 3))]:
                cv2.circle(
                    canvas,
                    (cx, round(cy + dy * k)),
                    max(1, round(r * rng.uniform(0.6, 1.1))),
                    colour,
                    -1,
                    cv2.LINE_AA,
                )
                cv2.circle(
                    canvas,
                    (cx, round(cy + dy * k)),
                    max(1, round(r * 0.4)),
                    tuple(float(v) for v in rng.uniform(0, 255, 3)),
                    -1,
                )
        elif kind < 0.85:  # a crest or shield
            hh, ww = max(2, round(char * k * rng.uniform(0.35, 0.95))), max(2, round(r * 2))
            x0, y0 = cx - ww // 2, round(cy - hh / 2 + rng.uniform(-0.15, 0.15) * char * k)
            x0, y0 = max(0, x0), max(0, y0)
            part = canvas[y0 : y0 + hh, x0 : x0 + ww]
            if part.size:
                patch = _texture(rng, part.shape[0], part.shape[1])
                part[:] = patch if rng.random() < 0.7 else cv2.addWeighted(part, 0.4, patch, 0.6, 0)
        elif kind < 0.95:
            cv2.circle(canvas, (cx, cy), max(1, round(r * 0.35)), (25.0, 25.0, 25.0), -1, cv2.LINE_AA)


def draw_over(rng: np.random.Generator, canvas: Canvas, k: float, ground: NDArray[np.float32]) -> None:
    """Bolts, stickers and dirt on top of the characters."""
    h, w = canvas.shape[:2]
    if rng.random() < 0.5:
        rise, inset = h * rng.uniform(0.3, 0.7), w * rng.uniform(0.04, 0.28)
        radius = max(1, round(rng.uniform(2.5, 8) * k))
        shade = (
            ground
            if rng.random() < 0.4
            else np.full(3, rng.uniform(0, 255))
            if rng.random() < 0.8
            else rng.uniform(0, 255, 3)
        )
        colour = tuple(float(v) for v in shade)
        for x in (inset, w - inset)[: int(rng.integers(1, 3))]:
            cv2.circle(canvas, (round(x), round(rise)), radius, colour, -1, cv2.LINE_AA)
            if rng.random() < 0.5:
                cv2.circle(canvas, (round(x), round(rise)), radius, (60.0, 60.0, 60.0), 1, cv2.LINE_AA)
    if rng.random() < 0.05:  # a sticker
        sw, sh = round(rng.uniform(8, 30) * k), round(rng.uniform(8, 30) * k)
        x, y = int(rng.integers(0, max(1, w - sw))), int(rng.choice([0, max(0, h - sh)]))
        part = canvas[y : y + sh, x : x + min(sw, round(14 * k))]
        if part.size:
            part[:] = _texture(rng, part.shape[0], part.shape[1])
    if rng.random() < 0.25:  # dirt: soft, brown or grey, heavier towards the bottom
        small = rng.random((int(rng.integers(2, 7)), int(rng.integers(4, 18)))).astype(np.float32)
        dirt = cv2.resize(small, (w, h), interpolation=cv2.INTER_CUBIC)[..., None]
        dirt = np.clip((dirt - rng.uniform(0.3, 0.7)) * rng.uniform(0.5, 2), 0, rng.uniform(0.2, 0.75))
        mud = (rng.uniform(40, 130) * np.array([0.75, 0.88, 1.0])).astype(np.float32)
        canvas[:] = (canvas * (1 - dirt) + dirt * mud).astype(np.uint8)
