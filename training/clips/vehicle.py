"""A vehicle as faces in space: flat drawings laid on a box with slanting glass, and a plate at each end."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.clips import paint
from training.clips.light import Light
from training.clips.plate import FlatPlate
from training.clips.shape import SHAPES, Shape
from training.clips.sheet import Colour, Picture, Sheet

Points = NDArray[np.float64]
_CORNER_M = 0.3  # width of the slanting corner piece at each end
_RECESS_M = 0.17  # how far that piece runs back
PAINTS: dict[str, Colour] = {
    "silver": (176, 174, 170),
    "white": (226, 226, 224),
    "black": (38, 36, 36),
    "grey": (104, 100, 96),
    "blue": (132, 66, 28),
    "red": (36, 30, 160),
    "green": (60, 92, 44),
    "orange": (30, 96, 208),
    "navy": (84, 44, 24),
    "cream": (176, 206, 216),
}


@dataclass(frozen=True, slots=True)
class Face:
    """A drawing in space: corners (4, 3) tl, tr, br, bl seen from outside, and its mip levels BGRA."""

    corners: Points
    mips: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Car:
    """A vehicle at rest at the origin, heading along u: its faces, plates (or None) and lamps (n, 3)."""

    shape: Shape
    faces: tuple[Face, ...]
    front_plate: Face | None
    rear_plate: Face | None
    head_lamps: Points
    tail_lamps: Points


def mips_of(image: Picture) -> tuple[Picture, ...]:
    """An image and its halves, down to a few pixels."""
    levels = [image]
    while min(levels[-1].shape[:2]) > 6 and len(levels) < 7:
        h, w = levels[-1].shape[:2]
        levels.append(
            np.asarray(
                cv2.resize(levels[-1], ((w + 1) // 2, (h + 1) // 2), interpolation=cv2.INTER_AREA), np.uint8
            )
        )
    return tuple(levels)


def _normal(corners: Points) -> Points:
    across, up = corners[1] - corners[0], corners[0] - corners[3]
    normal = np.cross(across, up)
    return normal / max(1e-9, float(np.linalg.norm(normal)))


def to_world(points: Points, place: tuple[float, float, float]) -> Points:
    """World points of a vehicle's own (u, v, z); `place`: x, y and heading in radians to the right of y."""
    x, y, heading = place
    ahead, left = (
        np.array([np.sin(heading), np.cos(heading), 0.0]),
        np.array([-np.cos(heading), np.sin(heading), 0.0]),
    )
    return (
        np.array([x, y, 0.0])
        + points[..., :1] * ahead
        + points[..., 1:2] * left
        + points[..., 2:] * np.array([0.0, 0.0, 1.0])
    )


def _lit(image: Picture, corners: Points, light: Light, heading: float) -> Face:
    share = light.on_face(_normal(to_world(corners, (0.0, 0.0, heading))))
    out = image.copy()
    out[..., :3] = np.clip(image[..., :3].astype(np.float32) * share, 0, 255).astype(np.uint8)
    return Face(corners, mips_of(out))


def _quad(*points: tuple[float, float, float]) -> Points:
    return np.array(points, float)


def _end(sheet: Sheet, shape: Shape, u: float, facing: int) -> list[tuple[Picture, Points]]:
    """The three pieces of a front (`facing` 1) or rear (-1): corner, middle, corner."""
    foot, top, half = shape.clearance, shape.clearance + sheet.height_m, shape.width / 2
    stops = [
        (-half, u - facing * _RECESS_M),
        (-half + _CORNER_M, u),
        (half - _CORNER_M, u),
        (half, u - facing * _RECESS_M),
    ]
    columns = [round((v + half) / shape.width * sheet.image.shape[1]) for v, _ in stops]
    pieces = []
    for k in range(3):
        (v0, u0), (v1, u1) = stops[k], stops[k + 1]
        corners = _quad(
            (u0, facing * v0, top), (u1, facing * v1, top), (u1, facing * v1, foot), (u0, facing * v0, foot)
        )
        pieces.append((np.ascontiguousarray(sheet.image[:, columns[k] : columns[k + 1]]), corners))
    return pieces


def _sides(shape: Shape, body: Colour) -> list[tuple[Picture, Points]]:
    sheet = paint.side(shape, body)
    half, top, belt = shape.length / 2, sheet.height_m, shape.belt
    cut = sheet.image.shape[0] - round(belt / top * sheet.image.shape[0])
    ends = round(_RECESS_M / shape.length * sheet.image.shape[1])
    pieces = []
    for sign in (1, -1):
        image = sheet.image if sign == 1 else sheet.image[:, ::-1]
        low, high = np.ascontiguousarray(image[cut:, ends:-ends]), np.ascontiguousarray(image[:cut])
        u, v, w = sign * (half - _RECESS_M), sign * shape.width / 2, sign * shape.half_width(top)
        pieces.append((low, _quad((u, v, belt), (-u, v, belt), (-u, v, 0), (u, v, 0))))
        pieces.append(
            (
                high,
                _quad(
                    (sign * half, w, top),
                    (-sign * half, w, top),
                    (-sign * half, v, belt),
                    (sign * half, v, belt),
                ),
            )
        )
    return pieces


def _span(shape: Shape, top: tuple[float, float], foot: tuple[float, float], facing: int) -> Points:
    """A quad across the vehicle from the pair `top` down to the pair `foot`."""
    # A finger wider than the sides, so that no crack of street shows between them.
    wt, wf = (facing * (shape.half_width(z) + 0.012) for z in (top[1], foot[1]))
    return _quad((top[0], -wt, top[1]), (top[0], wt, top[1]), (foot[0], wf, foot[1]), (foot[0], -wf, foot[1]))


def _plain(colour: Colour) -> Picture:
    sheet = Sheet(0.4, 0.3, colour)
    sheet.shade(0.95, 1.05)
    return sheet.image


def _top(shape: Shape, body: Colour) -> list[tuple[Picture, Points]]:
    """Bonnet, glass, roof and boot."""
    r0, r1 = shape.roof
    glass = []
    for top, foot, facing in ((r0, shape.cowl, 1), (r1, shape.screen, -1)):
        slant = float(np.hypot(top[0] - foot[0], top[1] - foot[1]))
        drawn = paint.screen(shape, shape.width - 0.1, slant, body, is_front=facing == 1)
        glass.append((drawn.image, _span(shape, top, foot, facing)))
    bonnet = Sheet(shape.width, 1.2, body)
    for x in (0.3, shape.width - 0.3):
        bonnet.line([(x, 1.15), (x + (0.12 if x < 1 else -0.12), 0.05)], paint.tone(body, 0.85), 0.014)
    return [
        (bonnet.image, _span(shape, shape.cowl, shape.nose, 1)),
        (_plain(body), _span(shape, r1, r0, 1)),
        (_plain(body), _span(shape, shape.screen, shape.tail, -1)),
        *glass,
    ]


def _trim(shape: Shape, body: Colour) -> list[tuple[Picture, Points]]:
    """Tyres seen from the ends, and door mirrors."""
    pieces, half = [], shape.width / 2
    for facing, axle in ((1, shape.axles[0]), (-1, shape.axles[1])):
        for side in (-1, 1):
            v0, v1, u = (
                side * (half - 0.14) - 0.1,
                side * (half - 0.14) + 0.1,
                axle + facing * shape.wheel * 0.8,
            )
            a, b = (v0, v1) if facing == 1 else (v1, v0)
            pieces.append(
                (_plain((20, 20, 22)), _quad((u, a, 0.34), (u, b, 0.34), (u, b, 0.01), (u, a, 0.01)))
            )
            m0, m1, mu, z = (
                side * (half - 0.03),
                side * (half + 0.13),
                shape.cowl[0] - 0.25,
                shape.belt + 0.02,
            )
            a, b = (min(m0, m1), max(m0, m1)) if facing == 1 else (max(m0, m1), min(m0, m1))
            pieces.append(
                (
                    _plain(body if facing == 1 else (60, 60, 60)),
                    _quad((mu, a, z + 0.13), (mu, b, z + 0.13), (mu, b, z), (mu, a, z)),
                )
            )
    return pieces


def _plate_face(
    plate: FlatPlate,
    shape: Shape,
    tint: tuple[float, float, float],
    hang: tuple[float, float, float],
    facing: int,
    *,
    infra_red: bool,
) -> Face:
    """A plate at one end; `hang` is its offset to the side and up in metres and its lean in radians."""
    aside, up, lean = hang
    u = facing * (shape.length / 2 + 0.012)
    z = (shape.front_z if facing == 1 else shape.rear_z) + up
    w, h = facing * plate.width_m / 2, plate.height_m / 2
    back = facing * h * np.tan(lean)
    corners = _quad(
        (u - back, aside - w, z + h),
        (u - back, aside + w, z + h),
        (u + back, aside + w, z - h),
        (u + back, aside - w, z - h),
    )
    image = _retro(plate.image) if infra_red else plate.image
    lit = np.clip(image.astype(np.float32) * np.array(tint, np.float32), 0, 255).astype(np.uint8)
    return Face(corners, mips_of(np.dstack([lit, np.full(lit.shape[:2], 255, np.uint8)])))


def _retro(image: Picture) -> Picture:
    """What an infra-red lamp makes of a plate: reflecting grounds white, silver on black dim."""
    light = image.max(axis=2).astype(np.float32)
    dark_ground = float(np.median(light)) < 90
    grey = light * 0.55 if dark_ground else 18 + (light - 18) * 1.04
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


@dataclass(frozen=True, slots=True)
class Build:
    """What one vehicle is: a kind of `SHAPES`, a colour of `PAINTS`, its plates and how they hang."""

    kind: str
    colour: str
    front: FlatPlate | None
    rear: FlatPlate | None
    hang: tuple[float, float, float] = (0.0, 0.0, 0.03)


def build_car(rng: np.random.Generator, build: Build, light: Light, heading: float) -> Car:
    """The vehicle lit for one heading (radians from the y axis to the right)."""
    shape, body = SHAPES[build.kind], PAINTS[build.colour]
    half = shape.length / 2
    pieces = [
        *_trim(shape, body),
        *_sides(shape, body),
        *_end(paint.front(rng, shape, body), shape, half, 1),
        *_end(paint.rear(rng, shape, body), shape, -half, -1),
        *_top(shape, body),
    ]
    if light.infra_red:
        pieces = [(_greyed(image), corners) for image, corners in pieces]
    ends = [
        None
        if plate is None
        else _plate_face(plate, shape, tint, build.hang, facing, infra_red=light.infra_red)
        for plate, tint, facing in ((build.front, light.front, 1), (build.rear, light.rear, -1))
    ]
    side, front_z = shape.width / 2 - 0.26, shape.nose[1] - 0.17
    return Car(
        shape,
        tuple(_lit(image, corners, light, heading) for image, corners in pieces),
        ends[0],
        ends[1],
        _quad((half - 0.02, side, front_z), (half - 0.02, -side, front_z)),
        _quad(
            (-half + 0.05, side + 0.1, shape.tail[1] - 0.17),
            (-half + 0.05, -side - 0.1, shape.tail[1] - 0.17),
        ),
    )


def _greyed(image: Picture) -> Picture:
    out = image.copy()
    out[..., :3] = cv2.cvtColor(image[..., :3], cv2.COLOR_BGR2GRAY)[..., None]
    return out
