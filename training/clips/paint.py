"""What is seen on each side of a vehicle: lamps, grille, glass, seams, wheels. No maker's design."""

from __future__ import annotations

from math import cos, pi, sin

import numpy as np

from training.clips.shape import Shape
from training.clips.sheet import Colour, Sheet

_BLACK = (22.0, 22.0, 24.0)
_DARK = (42.0, 42.0, 44.0)
_CHROME = (205.0, 205.0, 208.0)
_GLASS = (62.0, 56.0, 50.0)
_RED = (32.0, 24.0, 175.0)
_CLEAR = (228.0, 226.0, 222.0)
_AMBER = (40.0, 140.0, 235.0)


def tone(colour: Colour, share: float) -> Colour:
    """`colour` made lighter or darker by `share`."""
    b, g, r = (min(255.0, max(0.0, v * share)) for v in colour)
    return b, g, r


def front(rng: np.random.Generator, shape: Shape, body: Colour) -> Sheet:
    """The front from the lower edge of the bumper to the edge of the bonnet."""
    foot, top, wide = shape.clearance, shape.nose[1], shape.width
    sheet, high = Sheet(wide, top - foot, body), top - foot
    mid, lamp_z = wide / 2, high - 0.17
    grille = (0.26 if shape.old else rng.uniform(0.3, 0.48)) * 1.0
    sheet.box(0, 0, wide, 0.1, _DARK)
    sheet.box(mid - 0.5, 0.08, mid + 0.5, 0.2, _BLACK, corner=0.04)
    sheet.box(mid - grille, high - 0.24, mid + grille, high - 0.06, _BLACK, corner=0.05)
    for k in range(4):
        z = high - 0.09 - k * 0.04
        sheet.line(
            [(mid - grille + 0.04, z), (mid + grille - 0.04, z)], _CHROME if shape.old else (70, 70, 72), 0.01
        )
    sheet.disc(mid, high - 0.14, 0.055, _CHROME)
    sheet.disc(mid, high - 0.14, 0.035, _DARK)
    sheet.line([(0, high - 0.3), (wide, high - 0.3)], tone(body, 0.7), 0.012)
    if shape.old:
        sheet.box(0.02, 0.14, wide - 0.02, 0.24, _CHROME, corner=0.04)
    for side in (-1, 1):
        _head_lamp(sheet, mid + side * (mid - 0.26), lamp_z, side, old=shape.old)
        if not shape.old:
            sheet.disc(mid + side * (mid - 0.28), 0.17, 0.055, _DARK)
            sheet.disc(mid + side * (mid - 0.28), 0.17, 0.035, _CLEAR)
    sheet.shade(1.06, 0.72)
    return sheet


def _head_lamp(sheet: Sheet, x: float, z: float, side: int, *, old: bool) -> None:
    if old:
        sheet.disc(x, z, 0.115, _CHROME)
        sheet.disc(x, z, 0.095, _CLEAR)
        return
    outer, inner = x + side * 0.24, x - side * 0.2
    sheet.poly([(inner, z - 0.07), (outer, z - 0.05), (outer, z + 0.09), (inner, z + 0.05)], _BLACK)
    sheet.poly(
        [
            (inner + side * 0.02, z - 0.05),
            (outer, z - 0.03),
            (outer, z + 0.07),
            (inner + side * 0.02, z + 0.035),
        ],
        (150, 148, 145),
    )
    sheet.disc(x, z + 0.002, 0.05, _CLEAR)
    sheet.disc(x + side * 0.13, z + 0.012, 0.04, _CLEAR)
    sheet.box(min(outer, outer - side * 0.05), z - 0.01, max(outer, outer - side * 0.05), z + 0.05, _AMBER)


def rear(rng: np.random.Generator, shape: Shape, body: Colour) -> Sheet:
    """The rear from the lower edge of the bumper to the foot of the rear window."""
    foot, top, wide = shape.clearance, shape.tail[1], shape.width
    sheet, high = Sheet(wide, top - foot, body), top - foot
    mid, plate_z = wide / 2, shape.rear_z - foot
    sheet.box(0, 0, wide, 0.14, _DARK)
    seam = 0.33 if plate_z > 0.45 else plate_z - 0.13
    sheet.line([(0.12, seam), (wide - 0.12, seam)], tone(body, 0.45), 0.012)
    for side in (-1, 1):
        x = mid + side * (mid - 0.17)
        if shape.panel or shape.old:
            sheet.box(x - 0.07, high - 0.42, x + 0.07, high - 0.08, _RED, corner=0.03)
            sheet.box(x - 0.07, high - 0.2, x + 0.07, high - 0.13, _AMBER)
        else:
            reach = rng.uniform(0.16, 0.3)
            sheet.poly(
                [
                    (x + side * 0.17, high - 0.3),
                    (x + side * 0.17, high - 0.06),
                    (x - side * reach, high - 0.1),
                    (x - side * 0.1, high - 0.24),
                ],
                _RED,
            )
            sheet.box(x - 0.04, high - 0.19, x + 0.08, high - 0.14, _CLEAR)
        sheet.box(mid + side * (mid - 0.3) - 0.09, 0.17, mid + side * (mid - 0.3) + 0.09, 0.2, (30, 25, 140))
    if shape.panel:
        sheet.line([(mid, 0.14), (mid, high)], tone(body, 0.4), 0.012)
    if shape.old:
        sheet.box(0.03, 0.12, wide - 0.03, 0.21, _CHROME, corner=0.03)
    sheet.box(mid - 0.3, plate_z - 0.09, mid + 0.3, plate_z + 0.1, tone(body, 0.8), corner=0.03)
    sheet.disc(mid, min(high - 0.05, plate_z + 0.17), 0.04, _CHROME)
    sheet.box(mid - 0.62, 0.02, mid - 0.5, 0.07, (60, 60, 62), corner=0.02)
    sheet.shade(1.04, 0.74)
    return sheet


def screen(shape: Shape, wide: float, slant: float, body: Colour, *, is_front: bool) -> Sheet:
    """Windscreen or rear window, `wide` at its foot and `slant` metres from foot to roof."""
    sheet = Sheet(wide, slant, tone(body, 0.92))
    edge = 0.07
    sheet.box(edge, 0.04, wide - edge, slant - 0.05, _GLASS, corner=0.08)
    glare = sheet.image
    ramp = np.linspace(1.9 if is_front else 1.5, 0.75, glare.shape[0], dtype=np.float32)[:, None, None]
    inside = (np.abs(glare[..., 0].astype(int) - _GLASS[0]) < 3)[..., None]
    glare[..., :3] = np.where(inside, np.clip(glare[..., :3] * ramp, 0, 255), glare[..., :3]).astype(np.uint8)
    for x in (wide * 0.3, wide * 0.7):
        sheet.box(x - 0.13, 0.1, x + 0.13, slant * 0.62, (40, 37, 34), corner=0.09)
    if is_front:
        sheet.box(wide / 2 - 0.11, slant - 0.18, wide / 2 + 0.11, slant - 0.11, _BLACK, corner=0.02)
        sheet.disc(wide * 0.7, slant * 0.55, 0.1, (88, 104, 132))  # the driver
        sheet.line([(wide * 0.2, 0.05), (wide * 0.48, 0.11)], _BLACK, 0.014)
        sheet.line([(wide * 0.55, 0.05), (wide * 0.83, 0.11)], _BLACK, 0.014)
    elif shape.panel:
        sheet.box(wide / 2 - 0.07, 0, wide / 2 + 0.07, slant, tone(body, 0.9))
    return sheet


def side(shape: Shape, body: Colour) -> Sheet:
    """The left side, front to the left, from the road to the roof; clear outside the outline."""
    half = shape.length / 2
    sheet = Sheet(shape.length, shape.roof[0][1] + 0.02)

    def at(u: float, z: float) -> tuple[float, float]:
        return half - u, z

    (r0, r1), low = shape.roof, shape.clearance + 0.04
    outline = [
        at(half - 0.02, low),
        at(half, shape.nose[1] - 0.08),
        at(*shape.nose),
        at(*shape.cowl),
        at(*r0),
        at(*r1),
        at(*shape.screen),
        at(*shape.tail),
        at(-half, low),
    ]
    sheet.poly(outline, body)
    _side_glass(sheet, shape, at)
    sheet.line(
        [at(half - 0.25, shape.belt - 0.16), at(-half + 0.1, shape.belt - 0.12)], tone(body, 0.8), 0.014
    )
    sheet.box(*at(half - 0.1, low), *at(-half + 0.1, low + 0.1), tone(body, 0.4))
    doors = (shape.cowl[0] - 0.15, 0.0 if shape.panel else -0.2, *(() if shape.panel else (-1.15,)))
    for u in doors:
        sheet.line([at(u, low + 0.08), at(u, shape.belt)], tone(body, 0.55), 0.012)
        sheet.box(*at(u - 0.08, shape.belt - 0.11), *at(u - 0.24, shape.belt - 0.075), tone(body, 0.6))
    sheet.shade(1.02, 0.7)
    for u in shape.axles:
        sheet.disc(*at(u, shape.wheel), shape.wheel + 0.06, (16, 16, 16))
        _wheel(sheet, *at(u, shape.wheel), shape.wheel, old=shape.old)
    return sheet


def _side_glass(sheet: Sheet, shape: Shape, at) -> None:  # noqa: ANN001  # the local map of `side`
    (r0, r1), z0 = shape.roof, shape.belt + 0.05
    z1 = r0[1] - 0.08
    front_foot, front_top = (shape.cowl[0] - 0.18, z0), (r0[0] - 0.06, z1)
    back_u = 0.05 if shape.panel else shape.screen[0] + 0.22
    back_top = 0.05 if shape.panel else r1[0] + 0.12
    sheet.poly([at(*front_foot), at(*front_top), at(back_top, z1), at(back_u, z0)], _GLASS)
    edge = front_foot[0] + 0.45 * (front_top[0] - front_foot[0]), z0 + 0.45 * (z1 - z0)
    sheet.poly(
        [
            at(*edge),
            at(*front_top),
            at(back_top, z1),
            at(back_u + 0.4 * (back_top - back_u), z0 + 0.4 * (z1 - z0)),
        ],
        (92, 84, 76),
    )
    if not shape.panel:
        for u in (-0.2, -1.15):
            sheet.line([at(u, z0 - 0.02), at(u, z1 + 0.02)], _BLACK, 0.07)


def _wheel(sheet: Sheet, x: float, z: float, radius: float, *, old: bool) -> None:
    sheet.disc(x, z, radius, (28, 28, 30))
    sheet.disc(x, z, radius * 0.66, (120, 120, 124))
    if old:
        sheet.disc(x, z, radius * 0.4, _CHROME)
        return
    for k in range(5):
        a = 2 * pi * k / 5 + 0.3
        sheet.line(
            [
                (x + 0.1 * radius * cos(a), z + 0.1 * radius * sin(a)),
                (x + 0.62 * radius * cos(a), z + 0.62 * radius * sin(a)),
            ],
            (185, 185, 188),
            0.05,
        )
    sheet.disc(x, z, radius * 0.14, _DARK)
