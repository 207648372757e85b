"""The street without traffic: road, pavements, two rows of houses, trees and sky, traced ray by ray once."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.clips.camera import Camera, Points
from training.clips.light import Light

Picture = NDArray[np.uint8]
Field = NDArray[np.float32]
_GROUND_PX = 48  # pixels a metre of the ground tile
_GROUND_LONG = 24.0  # metres until the ground repeats
_WALL_PX = 40
_HOUSE_LONG = 7.0
_HOUSES = 8
_WALL_HIGH = 9.0
_END_Y = 130.0
_FINE = 1.5  # drawn finer than asked, then shrunk
_SIDE = 7.5  # from the kerb to the houses


@dataclass(frozen=True, slots=True)
class Street:
    """The road between two kerbs at x = `left` and `right`; `marks` are the x of the dashed lines.

    `seed` chooses houses, trees, stains and clouds; `lines`: double yellow lines at the kerbs.
    """

    left: float
    right: float
    marks: tuple[float, ...]
    seed: int
    lines: bool = True


def _rough(rng: np.random.Generator, high: int, wide: int, *, cells: int, depth: int = 1) -> Field:
    """Smooth noise of about unit size that repeats at the edges of the tile."""
    small = rng.standard_normal((max(2, high // cells), max(2, wide // cells), depth)).astype(np.float32)
    small = np.concatenate([small, small[:1]], axis=0)
    out = cv2.resize(small, (wide, high + high // max(1, small.shape[0] - 1)), interpolation=cv2.INTER_CUBIC)
    return out.reshape(out.shape[0], wide, depth)[:high]


def _ground(street: Street) -> Picture:
    """The ground from left wall to right wall, x to the right, y upwards."""
    rng = np.random.default_rng((street.seed, 1))
    wide = round((street.right - street.left + 2 * _SIDE) * _GROUND_PX)
    high = round(_GROUND_LONG * _GROUND_PX)
    tile = np.empty((high, wide, 3), np.float32)
    tile[:] = (96, 96, 98)

    def column(x: float) -> int:
        return round((x - street.left + _SIDE) * _GROUND_PX)

    def strip(x0: float, x1: float, colour: tuple[float, float, float]) -> None:
        tile[:, max(0, column(x0)) : max(0, column(x1))] = colour

    for side, kerb in ((-1, street.left), (1, street.right)):
        for a, b, colour in (
            (0, 0.15, (172, 174, 176)),
            (0.15, 2.3, (140, 146, 150)),
            (2.3, 2.6, (70, 92, 128)),
            (2.6, _SIDE, (52, 104, 84)),
        ):
            x0, x1 = sorted((kerb + side * a, kerb + side * b))
            strip(x0, x1, colour)
        for m in np.arange(0, _GROUND_LONG, 0.6):  # paving joints
            row = round(m * _GROUND_PX)
            a, b = sorted((column(kerb + side * 0.15), column(kerb + side * 2.3)))
            tile[row : row + 2, a:b] *= 0.86
        for off in (0.25, 0.45) if street.lines else ():
            strip(*sorted((kerb - side * off, kerb - side * (off + 0.09))), (40, 176, 214))
    for x in street.marks:
        for start in np.arange(0, _GROUND_LONG, 6.0):
            a = round(start * _GROUND_PX)
            tile[a : a + 2 * _GROUND_PX, column(x - 0.06) : column(x + 0.06)] = (214, 216, 216)
    for x in (*street.marks, street.left, street.right):  # worn wheel tracks beside the lines
        for off in (0.9, 2.5):
            a, b = max(0, column(x + off - 0.25)), column(x + off + 0.25)
            tile[:, a:b] *= 0.955
    road = slice(column(street.left), column(street.right))
    tile[:, road] *= 1 + 0.05 * _rough(rng, high, wide, cells=70)[:, road]
    tile *= 1 + 0.045 * rng.standard_normal((high, wide, 1), dtype=np.float32)
    tile[:, : column(street.left - 2.6)] *= (
        1 + 0.14 * _rough(rng, high, wide, cells=9)[:, : column(street.left - 2.6)]
    )
    tile[:, column(street.right + 2.6) :] *= (
        1 + 0.14 * _rough(rng, high, wide, cells=9)[:, column(street.right + 2.6) :]
    )
    return np.clip(tile, 0, 255).astype(np.uint8)


def _wall(seed: int, *, glow: float) -> Picture:
    """A row of houses, y to the right and z up; `glow` is the share of windows with the light on."""
    rng = np.random.default_rng((seed, 2))
    high, each = round(_WALL_HIGH * _WALL_PX), round(_HOUSE_LONG * _WALL_PX)
    tile = np.zeros((high, each * _HOUSES, 3), np.uint8)
    bricks = [
        (84, 104, 148),
        (96, 124, 168),
        (196, 206, 210),
        (150, 176, 190),
        (72, 86, 126),
        (188, 190, 176),
    ]
    for k in range(_HOUSES):
        part = tile[:, k * each : (k + 1) * each]
        part[:] = bricks[int(rng.integers(len(bricks)))]
        _house(rng, part, glow)
    coarse = _rough(rng, high, tile.shape[1], cells=24)
    fine = rng.standard_normal((high, tile.shape[1], 1), dtype=np.float32)
    return np.clip(tile * (1 + 0.04 * coarse + 0.05 * fine), 0, 255).astype(np.uint8)


def _house(rng: np.random.Generator, part: Picture, glow: float) -> None:
    high = part.shape[0]

    def box(y0: float, z0: float, y1: float, z1: float, colour: tuple[float, ...]) -> None:
        a, b = (
            (round(y0 * _WALL_PX), high - round(z1 * _WALL_PX)),
            (round(y1 * _WALL_PX) - 1, high - round(z0 * _WALL_PX) - 1),
        )
        cv2.rectangle(part, a, b, colour, -1)

    slate = (72, 66, 64) if rng.random() < 0.6 else (62, 78, 120)
    box(0, 5.4, _HOUSE_LONG, _WALL_HIGH, slate)
    for z in np.arange(5.5, _WALL_HIGH, 0.25):
        box(0, z, _HOUSE_LONG, z + 0.03, tuple(0.85 * v for v in slate))
    box(0, 5.3, _HOUSE_LONG, 5.45, (225, 225, 225))
    box(_HOUSE_LONG - 0.12, 0, _HOUSE_LONG, 5.3, tuple(float(v) * 0.8 for v in part[high - 5, 5]))
    door = tuple(float(v) for v in rng.integers(20, 150, 3))
    left = rng.random() < 0.5
    dy = 0.6 if left else _HOUSE_LONG - 1.6
    box(dy - 0.1, 0, dy + 1.1, 2.35, (222, 222, 222))
    box(dy, 0, dy + 1.0, 2.1, door)
    wy = 2.6 if left else 1.0
    for y, z, w, h in ((wy, 0.8, 2.6, 1.5), (0.9, 3.3, 1.6, 1.4), (_HOUSE_LONG - 2.5, 3.3, 1.6, 1.4)):
        box(y - 0.09, z - 0.09, y + w + 0.09, z + h + 0.09, (226, 226, 226))
        lit = rng.random() < glow
        pane = (110, 205, 250) if lit else (74 + rng.uniform(-20, 20), 66, 60)
        box(y, z, y + w, z + h, pane)
        if not lit:
            box(y, z + h * 0.55, y + w, z + h, (128, 120, 110))
        box(y + w / 2 - 0.04, z, y + w / 2 + 0.04, z + h, (226, 226, 226))
    hedge = (44, 92, 64) if rng.random() < 0.5 else (92, 112, 140)
    box(0 if not left else 1.8, 0, _HOUSE_LONG if left else _HOUSE_LONG - 1.8, 0.9, hedge)


def _end(seed: int) -> Picture:
    """Trees and roofs at the far end, 120 m wide and 20 m high, with a mask of sky in black."""
    rng = np.random.default_rng((seed, 3))
    high, wide = 240, 1440
    tile = np.zeros((high, wide, 3), np.uint8)
    cv2.rectangle(tile, (0, high - 40), (wide, high), (44, 76, 62), -1)
    for _ in range(420):
        x, r = rng.uniform(0, wide), rng.uniform(8, 30)
        z = rng.uniform(0, 70 + 50 * np.sin(x / 90) ** 2)
        green = np.array([58, 96, 78]) * rng.uniform(0.6, 1.15)
        cv2.circle(tile, (int(x), int(high - z)), int(r), green.tolist(), -1, cv2.LINE_AA)
    leaves = 1 + 0.16 * _rough(rng, high, wide, cells=6) + 0.12 * _rough(rng, high, wide, cells=18)
    return np.clip(cv2.GaussianBlur(tile, (0, 0), 1.2) * leaves, 0, 255).astype(np.uint8)


def _sky(seed: int, dirs: Field) -> Field:
    """Sky of a direction: paler near the horizon, with soft clouds."""
    rng = np.random.default_rng((seed, 4))
    cloud = cv2.GaussianBlur(rng.standard_normal((64, 256)).astype(np.float32), (0, 0), 4.0, sigmaY=1.6)
    cloud = np.clip(cloud / cloud.std() * 0.5 + 0.35, 0, 1)
    up = np.clip(dirs[..., 2], 0, 1)
    u = (np.arctan2(dirs[..., 0], dirs[..., 1]) / 1.6 + 0.5) * 255
    v = 63 - np.clip(up * 90, 0, 63)
    mix = cv2.remap(
        cloud, u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )[..., None]
    blue = np.array([236, 214, 190], np.float32) - up[..., None] * np.array([20, 60, 90], np.float32) * 2
    return (blue * (1 - mix) + np.float32(240) * mix).astype(np.float32)


def _sample(tile: Picture, x: Field, y: Field, px_m: float, spread: Field) -> Field:
    """The tile at metres `x` (clamped) and `y` (repeating, up), at `spread` metres a pixel."""
    level = np.clip(np.log2(np.maximum(spread * px_m, 1.0)), 0, 5)
    out = np.zeros((*x.shape, 3), np.float32)
    mip = tile
    for k in range(6):
        h, w = mip.shape[:2]
        scale = px_m / 2**k
        u = np.clip(x * scale - 0.5, 0, w - 1).astype(np.float32)
        v = np.mod(h - y * scale - 0.5, h).astype(np.float32)
        share = np.clip(1 - np.abs(level - k), 0, 1)[..., None]
        out += share * cv2.remap(mip, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        mip = np.asarray(
            cv2.resize(mip, (max(1, w // 2), max(1, h // 2)), interpolation=cv2.INTER_AREA), np.uint8
        )
    return out


def _box(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    """The smallest box that holds all that is set (one pixel when nothing is)."""
    rows, cols = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size == 0:
        return slice(0, 1), slice(0, 1)
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(cols[0]), int(cols[-1]) + 1)


def _overcast(sky: Field) -> Field:
    grey = sky.mean(axis=2, keepdims=True)
    return grey * 0.85 + np.array([30, 26, 24], np.float32)


def _above(street: Street, start: Field, dirs: Field, light: Light) -> Field:
    """What a ray that does not meet the ground meets: houses, the far end, or the sky."""
    out = _sky(street.seed, dirs)
    if light.rain:
        out = _overcast(out)
    end_t = (_END_Y - start[..., 1]) / np.where(np.abs(dirs[..., 1]) < 1e-6, 1e-6, dirs[..., 1])
    where = start + dirs * end_t[..., None]
    far = _end(street.seed)
    ahead = (end_t > 0) & (where[..., 2] < 20) & (np.abs(where[..., 0]) < 60)
    u, v = np.clip((where[..., 0] + 60) * 12, 0, 1439), np.clip(239 - where[..., 2] * 12, 0, 239)
    trees = cv2.remap(far, u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR)
    haze = np.array([200, 196, 188], np.float32)
    out = np.where((ahead & (trees.max(axis=2) > 12))[..., None], trees * 0.6 + haze * 0.4, out)
    for side, x in ((-1, street.left - _SIDE), (1, street.right + _SIDE)):
        across = np.where(side * dirs[..., 0] > 1e-6, dirs[..., 0], side * 1e-6)
        t = (x - start[..., 0]) / across
        hit = start + dirs * t[..., None]
        seen = (t > 0) & (hit[..., 2] < _WALL_HIGH - 1.5) & (hit[..., 2] > -0.5) & (hit[..., 1] < _END_Y)
        wall = np.ascontiguousarray(
            np.rot90(_wall(street.seed + side, glow=0.4 if light.lamps > 0.6 else 0.0), -1)
        )
        box = _box(seen)
        drawn = _sample(wall, hit[box][..., 2], hit[box][..., 1], _WALL_PX, np.abs(t[box]) / 800.0)
        fade = np.clip(t[box] / 260, 0, 0.6)[..., None]
        out[box] = np.where(seen[box][..., None], drawn * (1 - fade) + haze * fade, out[box])
    return out


def _posts(picture: Field, street: Street, camera: Camera, scale: float, margin: int) -> None:
    """Lamp posts along both pavements."""
    for y in np.arange(22, 120, 27.0)[::-1]:
        for side, kerb in ((-1, street.left), (1, street.right)):
            x = kerb + side * 0.7
            line = np.array([[x, y, 0.0], [x, y, 6.0], [x - side * 1.2, y, 6.15]])
            px, depth = camera.see(line)
            if depth.min() < 3:
                continue
            flat = np.round((px * scale + margin) * 16).astype(np.int32)
            wide = max(1, round(0.13 * camera.focal_px * scale / depth[0]))
            cv2.polylines(
                picture,
                [flat],
                isClosed=False,
                color=(112, 116, 112),
                thickness=wide,
                lineType=cv2.LINE_AA,
                shift=4,
            )


def _wet(ground: Field, mirror: Field, dirs: Field) -> Field:
    """The ground under a film of water that mirrors more the flatter one looks."""
    gloss = np.clip(1.15 + 5.0 * dirs[..., 2:] / np.linalg.norm(dirs, axis=2, keepdims=True), 0.12, 0.6)
    return ground * (0.72 - 0.35 * gloss) + cv2.GaussianBlur(mirror, (0, 0), 8, sigmaY=40) * gloss * 0.62


def street_picture(street: Street, camera: Camera, light: Light, margin: int = 0) -> Picture:
    """The empty street (h + 2 margin, w + 2 margin, 3) BGR as this camera sees it in this light."""
    w, h = camera.size
    dirs = camera.rays((round(w * _FINE), round(h * _FINE)), round(margin * _FINE))
    start = np.broadcast_to(np.array(camera.at, np.float32), dirs.shape)
    out = _above(street, start, dirs, light)
    down = dirs[..., 2] < -1e-4
    t = np.where(down, -camera.at[2] / np.where(down, dirs[..., 2], -1), 0).astype(np.float32)
    hit = (start + dirs * t[..., None]).astype(np.float32)
    inside = (
        down
        & (hit[..., 0] > street.left - _SIDE)
        & (hit[..., 0] < street.right + _SIDE)
        & (hit[..., 1] < _END_Y)
    )
    box = _box(inside)
    ground = _sample(
        _ground(street),
        hit[box][..., 0] - street.left + _SIDE,
        hit[box][..., 1],
        _GROUND_PX,
        t[box] / (_FINE * camera.focal_px) * 2.5,
    )
    if light.rain:
        ground = _wet(
            ground, _above(street, hit[box], dirs[box] * np.array([1, 1, -1], np.float32), light), dirs[box]
        )
    fade = np.clip(t[box] / 300, 0, 0.5)[..., None]
    out[box] = np.where(inside[box][..., None], ground * (1 - fade) + np.float32(185) * fade, out[box])
    out = np.ascontiguousarray(out, np.float32)
    _posts(out, street, camera, _FINE, round(margin * _FINE))
    out = _in_light(out, dirs, np.where(inside, t, 38.0), light, shining=~inside)
    if light.lamps > 0.6 and not light.infra_red:
        out *= _lamp_light(street, hit, inside)
    small = cv2.resize(out, (w + 2 * margin, h + 2 * margin), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), light.soft_px)
    return np.clip(small, 0, 255).astype(np.uint8)


def _lamp_light(street: Street, hit: Field, inside: NDArray[np.bool_]) -> Field:
    """How much the street lamps add where they fall on the ground, (h, w, 3) from 1 up."""
    pool = np.zeros(hit.shape[:2], np.float32)
    for x, y, _ in lamp_places(street):
        pool += 1 / (1 + ((hit[..., 0] - x) ** 2 + (hit[..., 1] - y) ** 2) / 16) ** 1.5
    pool = np.where(inside, pool, pool.mean() * 0.5)
    return 1 + pool[..., None] * np.array([0.25, 0.8, 1.3], np.float32)


def _in_light(picture: Field, dirs: Field, t: Field, light: Light, *, shining: NDArray[np.bool_]) -> Field:
    """Tint the street; after dark keep what shines, and under infra-red let the light fall off."""
    if light.infra_red:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        reach = 1 / (1 + (t / 22) ** 2)
        return np.repeat((grey * (0.06 + 0.45 * reach))[..., None], 3, axis=2)
    tint = np.array(light.backdrop, np.float32)
    out = picture * tint
    if light.lamps > 0.6:
        lit = shining & (picture[..., 2] > 215) & (picture[..., 0] < 150)  # windows with the lamp on
        out[lit] = picture[lit] * 0.92
        up = np.clip(dirs[..., 2:] / 0.25, 0, 1)
        out *= 1 - 0.35 * up
    return out


def lamp_places(street: Street) -> Points:
    """Where the heads of the street lamps are, (n, 3) metres."""
    return np.array(
        [
            [kerb - side * 0.5, y, 6.1]
            for y in np.arange(22, 120, 27.0)
            for side, kerb in ((-1, street.left), (1, street.right))
        ],
        float,
    )
