"""Pictures of simulated reads: the plate as a patch, and the vehicle on a street as an overview.

Drawn by what draws the demonstration clips, within the bounds that a reader keeps. Every vehicle looks the
same wherever it is seen, every camera has a street of its own.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from demonstration.county.traffic import Pass
from openanpr.core.camera import CameraId
from openanpr.core.read import Direction
from openanpr.read.pictures import overview_jpeg, patch_jpeg
from training.clips.backdrop import backdrop
from training.clips.camera import Camera
from training.clips.ground import lay_shadow
from training.clips.layer import draw_layer
from training.clips.light import LIGHTS
from training.clips.plate import FlatPlate, flat_plate
from training.clips.scene import Scene
from training.clips.street import Street
from training.clips.vehicle import Build, build_car

Picture = NDArray[np.uint8]
_SIZE = (640, 360)
_CAMERA = Camera((0.5, 0.0, 2.9), 0.0, -6.6, 1100.0, _SIZE)
_PATCH = (116, 28)
_PATCH_BLUR_PX = 0.7
_LANES = {Direction.AWAY: -1.05}
_NEAR_LANE = 1.7
_FACES = 5  # typefaces of plates: few, so that their glyphs are drawn once


def patch_of(one: Pass) -> bytes:
    """Return the patch of a pass as JPEG."""
    rng = _chance(one)
    plate = cv2.resize(_plate(one), _PATCH, interpolation=cv2.INTER_AREA)
    wide, high = _PATCH
    lean = rng.uniform(-2.0, 2.0, (4, 2)).astype(np.float32)
    corners = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    warp = cv2.getPerspectiveTransform(corners, corners + lean)
    seen = cv2.warpPerspective(plate, warp, _PATCH, borderMode=cv2.BORDER_REPLICATE)
    seen = cv2.GaussianBlur(seen, (0, 0), _PATCH_BLUR_PX).astype(np.float32) * rng.uniform(0.7, 1.0)
    seen += rng.normal(0, 5, seen.shape).astype(np.float32)
    return patch_jpeg(np.clip(seen, 0, 255).astype(np.uint8))


def overview_of(one: Pass) -> bytes:
    """Return the overview of a pass as JPEG."""
    rng = _chance(one)
    away = one.direction is Direction.AWAY
    heading = 0.0 if away else math.pi
    plates = [_flat(one.vehicle.mark, style) for style in ("white", "yellow")]
    light = LIGHTS["day"]
    build = Build(one.vehicle.kind, one.vehicle.colour, plates[0], plates[1])
    car = build_car(np.random.default_rng(zlib.crc32(one.vehicle.vrm.encode())), build, light, heading)
    lane = _LANES.get(one.direction, _NEAR_LANE)
    place = (lane + float(rng.uniform(-0.15, 0.15)), float(rng.uniform(11.5, 14.5)), heading)
    picture = _street(one.camera).copy()
    lay_shadow(picture, car.shape, place, _CAMERA, light)
    layer = draw_layer(car, place, _CAMERA, (0.0, 0.0))
    if layer is not None:
        layer.over(picture)
    noise = rng.normal(0, 3, picture.shape).astype(np.float32)
    return overview_jpeg(np.clip(picture.astype(np.float32) + noise, 0, 255).astype(np.uint8))


def _chance(one: Pass) -> np.random.Generator:
    named = f"{one.camera} {one.at.timestamp():.3f} {one.vehicle.vrm}"
    return np.random.default_rng(zlib.crc32(named.encode()))


def _plate(one: Pass) -> Picture:
    return _flat(one.vehicle.mark, "yellow" if one.direction is Direction.AWAY else "white").image


@lru_cache(maxsize=512)
def _flat(mark: str, style: str) -> FlatPlate:
    return flat_plate(np.random.default_rng(zlib.crc32(mark.encode()) % _FACES), (mark,), style)


@lru_cache(maxsize=32)
def _street(camera: CameraId) -> Picture:
    """The empty street that a camera sees, half a second of work; a car's camera sees that of its number."""
    street = Street(-4.45, 6.0, (0.3, 3.1), seed=camera.source * 100 + camera.camera)
    lens = replace(_CAMERA, yaw_deg=(camera.camera % 3 - 1) * 0.6)
    return backdrop(Scene("street", 1, 1, street, lens, "day", ()), LIGHTS["day"], 0)
