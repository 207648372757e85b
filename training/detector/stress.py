"""The fixed stress scenes: drawn plates in 1920x1080 streets that nothing was trained on.

Made anew from a seed each time, so that nothing need be kept; `VERSION` changes when the scenes do. Half
stand on photographs (Romania's `valid` and the held-out share of the other sets, their own plates painted
over), half are drawn streets. Without the data folder all are drawn. Never tune this set to a model.

    python -m training.detector.stress --sheet docs/pictures/stress-scenes.jpg
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.detector.paste import erase, grown, paste
from training.detector.photos import Photo, photos_to_measure
from training.detector.street import car_end, street
from training.photographs import held_out as held_out_by_name
from training.plates.draw import DrawnPlate, draw_plate

Image = NDArray[np.uint8]
Rng = np.random.Generator
VERSION = 2
SEED = 20_261_122
WIDE, HIGH = 1920, 1080
BINS_PX = ((12.0, 16.0), (16.0, 24.0), (24.0, 44.0))
LIGHTS = ("day", "dusk", "rain", "infra_red")
PLATES_A_SCENE = 5
PX_PER_MM = 0.6
MOST_PLATE_SHARE = 0.08
_GLARE_PX = 24


@dataclass(frozen=True, slots=True, eq=False)
class StressPlate:
    """One plate's truth: text A-Z0-9, lines, corners float32 (4, 2) and characters' height in pixels."""

    text: str
    lines: tuple[str, ...]
    corners: NDArray[np.float32]
    char_height_px: float
    yaw_deg: float
    style: str
    layout: str

    @property
    def bin(self) -> tuple[float, float]:
        """The bin of `BINS_PX` that the characters' height falls in."""
        return next((b for b in BINS_PX if self.char_height_px < b[1]), BINS_PX[-1])


@dataclass(frozen=True, slots=True, eq=False)
class StressScene:
    """A picture uint8 (1080, 1920, 3) BGR, all drawn plates in it, its light and what it stands on.

    `ground` is "photograph" (a real plate may have been left in it) or "drawn" (there is no other plate);
    `photo` names the photograph.
    """

    name: str
    image: Image
    plates: tuple[StressPlate, ...]
    light: str
    ground: str
    photo: str = ""


def stress_scenes(data: Path | None, *, count: int = 120, seed: int = SEED) -> Iterator[StressScene]:
    """The scenes in order, the same for the same seed, count aside: scene n does not depend on `count`."""
    photos = _unseen(data)
    for number in range(count):
        rng = np.random.default_rng((seed, VERSION, number))
        on_photo = bool(photos) and number % 2 == 0
        light = LIGHTS[(number // 2) % len(LIGHTS)]
        photo: Photo | None = None
        if on_photo:
            photo = photos[int(rng.integers(len(photos)))]
            image, spots = _photograph(rng, photo)
        else:
            image, spots = _drawn(rng)
        plates = _put_plates(rng, image, spots, light)
        shot = _shot(rng, image, light, plates)
        name, ground = f"stress-{number:03d}", "photograph" if on_photo else "drawn"
        yield StressScene(name, shot, plates, light, ground, photo.name if photo else "")


def _unseen(data: Path | None) -> list[Photo]:
    """Photographs that neither the detector nor the recogniser was trained on."""
    if data is None or not (data / "train" / "romania-dashcam").exists():
        return []
    unseen = (p for p in photos_to_measure(data) if p.kind == "street" or held_out_by_name(p.name))
    return [p for p in unseen if _plates_share(p) < MOST_PLATE_SHARE]


def _plates_share(photo: Photo) -> float:
    """How much of a photograph its plates fill: of a close-up nothing is left once they are painted over."""
    return float(photo.boxes[:, 2:].prod(axis=1).sum()) / (photo.image.shape[0] * photo.image.shape[1])


Spot = tuple[float, float, float]  # middle x, y and the width in pixels of a plate that would hang there


def _photograph(rng: Rng, photo: Photo) -> tuple[Image, list[Spot]]:
    high, wide = photo.image.shape[:2]
    scale = max(WIDE / wide, HIGH / high)
    whole = cv2.resize(photo.image, (round(wide * scale), round(high * scale)), interpolation=cv2.INTER_CUBIC)
    x0, y0 = (whole.shape[1] - WIDE) // 2, (whole.shape[0] - HIGH) // 2
    image = np.ascontiguousarray(whole[y0 : y0 + HIGH, x0 : x0 + WIDE]).astype(np.uint8)
    spots: list[Spot] = []
    for x, y, w, h in photo.boxes * scale - (x0, y0, 0, 0):
        pad = 0.08 * h + 2
        erase(rng, image, (x - pad, y - pad, x + w + pad, y + h + pad))
        spots.append((x + w / 2, y + h / 2, w))
    return image, spots


def _drawn(rng: Rng) -> tuple[Image, list[Spot]]:
    image = street(rng, WIDE, HIGH)
    spots: list[Spot] = []
    for column in rng.permutation(PLATES_A_SCENE + 1):
        wide = int(rng.uniform(180, 300))
        car = car_end(rng, wide)
        x, y = (
            int(20 + column * 312 + rng.uniform(-15, 15)),
            int(rng.uniform(HIGH * 0.3, HIGH - car.image.shape[0] - 4)),
        )
        part = image[y : y + car.image.shape[0], x : x + wide]
        alpha = car.mask[: part.shape[0], : part.shape[1], None]
        part[:] = (part * (1 - alpha) + car.image[: part.shape[0], : part.shape[1]] * alpha).astype(np.uint8)
        spots.append((x + car.plate[0], y + car.plate[1], car.plate[2]))
    return image, spots[:PLATES_A_SCENE]


def _turned(rng: Rng, plate: DrawnPlate, char_px: float) -> tuple[NDArray[np.float32], float]:
    """Corners around the origin with characters `char_px` high, and the yaw in degrees."""
    yaw, pitch, roll = (float(np.clip(rng.normal(0, s), -m, m)) for s, m in ((17, 50), (8, 25), (4, 12)))
    a, b, c = np.radians([yaw, pitch, roll])
    half = np.array([plate.width_mm, plate.height_mm]) / 2
    flat = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    x, y, z = flat[:, 0] * np.cos(a), flat[:, 1] * np.cos(b), flat[:, 0] * np.sin(a) + flat[:, 1] * np.sin(b)
    depth = 1 + z / rng.uniform(2500, 12000)
    x, y = x / depth, y / depth
    quad = np.stack([x * np.cos(c) - y * np.sin(c), x * np.sin(c) + y * np.cos(c)], axis=1)
    sides = (np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])) / 2
    return (quad * (char_px / (plate.char_height_mm * sides / plate.height_mm))).astype(np.float32), yaw


def _put_plates(rng: Rng, image: Image, spots: list[Spot], light: str) -> tuple[StressPlate, ...]:
    placed: list[StressPlate] = []
    taken: list[NDArray[np.float32]] = []
    for number in range(PLATES_A_SCENE):
        low, high = BINS_PX[int(rng.integers(len(BINS_PX)))]
        char_px = float(rng.uniform(low, high))
        plate = draw_plate(rng, px_per_mm=PX_PER_MM)
        quad, yaw = _turned(rng, plate, char_px)
        for attempt in range(20):
            near = number < len(spots) and attempt == 0
            middle = (
                np.array(spots[number][:2])
                if near
                else rng.uniform((0.06 * WIDE, 0.3 * HIGH), (0.94 * WIDE, 0.94 * HIGH))
            )
            here = (quad + middle).astype(np.float32)
            if _fits(here, taken):
                _hang(rng, image, plate, here, char_px, light)
                taken.append(here)
                placed.append(
                    StressPlate(plate.text, plate.lines, here, char_px, yaw, plate.style, plate.layout)
                )
                break
    return tuple(placed)


def _fits(quad: NDArray[np.float32], taken: list[NDArray[np.float32]]) -> bool:
    low, high = quad.min(axis=0) - 12, quad.max(axis=0) + 12
    if low.min() < 0 or high[0] > WIDE or high[1] > HIGH:
        return False
    return not any(bool(np.all(low < t.max(axis=0)) and np.all(high > t.min(axis=0))) for t in taken)


def _hang(
    rng: Rng, image: Image, plate: DrawnPlate, quad: NDArray[np.float32], char_px: float, light: str
) -> None:
    holder = np.full((24, 60, 3), rng.uniform(8, 120), np.uint8)
    paste(rng, image, holder, grown(quad, rng.uniform(1.04, 1.25)), blur=0.8)
    own = {"day": 0.3, "dusk": 0.6, "rain": 0.4, "infra_red": 0.9}[light]
    paste(rng, image, plate.image, quad, own=own, blur=rng.uniform(0.2, 0.055 * char_px))


def _shot(rng: Rng, image: Image, light: str, plates: tuple[StressPlate, ...]) -> Image:
    """The scene as the camera sees it: light, lamps, rain, noise, JPEG."""
    picture = image.astype(np.float32)
    if light == "dusk":
        picture = picture * (np.array([1.0, 0.8, 0.85]) * rng.uniform(0.4, 0.75)) + rng.uniform(0, 10)
        picture += _lamps(rng, plates)[..., None] * np.array([0.75, 0.9, 1.0])
    elif light == "infra_red":
        grey = picture @ np.array([0.12, 0.35, 0.53])
        picture = np.repeat(
            ((grey - 110) * rng.uniform(0.8, 1.3) + rng.uniform(70, 120))[..., None], 3, axis=2
        )
    elif light == "rain":
        picture = picture * rng.uniform(0.75, 0.9) + rng.uniform(15, 40)
        picture += _streaks(rng)[..., None]
    else:
        picture *= rng.uniform(0.8, 1.15)
    noise = rng.standard_normal((HIGH, WIDE, 1 if light == "infra_red" else 3), np.float32)
    sigma = rng.uniform(5, 10) if light in {"dusk", "infra_red"} else rng.uniform(1.5, 6)
    seen = np.clip(picture + noise * np.float32(sigma), 0, 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 93))])
    return cv2.imdecode(data, cv2.IMREAD_COLOR).astype(np.uint8)


def _lamps(rng: Rng, plates: tuple[StressPlate, ...]) -> NDArray[np.float32]:
    """Lamps beside the plates, never on them: of a mark behind a lamp there is nothing to read."""
    layer = np.zeros((HIGH // 4, WIDE // 4), np.float32)
    for _ in range(int(rng.integers(2, 9))):
        at = (int(rng.integers(0, WIDE // 4)), int(rng.integers(0, HIGH // 4)))
        radius, level = int(rng.integers(2, 7)), float(rng.uniform(150, 255))
        if not any(_covers(at, radius, plate) for plate in plates):
            cv2.circle(layer, at, radius, level, -1)
    soft = cv2.GaussianBlur(layer, (0, 0), 6) * 1.5 + layer
    return cv2.resize(soft, (WIDE, HIGH), interpolation=cv2.INTER_LINEAR).astype(np.float32)


def _covers(at: tuple[int, int], radius: int, plate: StressPlate) -> bool:
    """Whether a lamp of the quarter-size layer, with its glare, reaches over a plate."""
    low, high = plate.corners.min(axis=0) / 4, plate.corners.max(axis=0) / 4
    nearest = np.clip(at, low, high)
    return float(np.hypot(*(nearest - at))) < radius + _GLARE_PX / 4


def _streaks(rng: Rng) -> NDArray[np.float32]:
    layer = np.zeros((HIGH, WIDE), np.uint8)
    slope = rng.uniform(-0.3, 0.3)
    for _ in range(int(rng.integers(300, 900))):
        x, y, length = int(rng.uniform(0, WIDE)), int(rng.uniform(0, HIGH)), int(rng.uniform(10, 50))
        cv2.line(layer, (x, y), (round(x + slope * length), y + length), int(rng.integers(30, 90)), 1)
    return cv2.GaussianBlur(layer, (0, 0), 0.8).astype(np.float32)


def contact_sheet(scenes: list[StressScene], *, columns: int = 3, wide: int = 640) -> Image:
    """Scenes in rows, each plate outlined; its scene's smallest plates are shown above, larger than life."""
    tiles: list[Image] = []
    for scene in scenes:
        picture = scene.image.copy()
        for plate in scene.plates:
            outline = plate.corners.astype(np.int32)
            cv2.polylines(picture, [outline], isClosed=True, color=(0, 255, 0), thickness=3)
        tile = cv2.resize(picture, (wide, wide * HIGH // WIDE), interpolation=cv2.INTER_AREA)
        x = 0
        for plate in sorted(scene.plates, key=lambda p: p.char_height_px):
            low, high = plate.corners.min(axis=0).astype(int) - 4, plate.corners.max(axis=0).astype(int) + 4
            near = cv2.resize(
                scene.image[max(0, low[1]) : high[1], max(0, low[0]) : high[0]], None, fx=1.5, fy=1.5
            )
            if x + near.shape[1] < wide and near.shape[0] < tile.shape[0]:
                tile[: near.shape[0], x : x + near.shape[1]] = near
                x += near.shape[1] + 3
        tiles.append(tile.astype(np.uint8))
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles) - columns + 1, columns)]
    return np.vstack(rows).astype(np.uint8)


def main() -> None:
    """Write the contact sheet."""
    parser = argparse.ArgumentParser(description="draw a contact sheet of the stress scenes")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("OPENANPR_DATA", "../shared/data")))
    parser.add_argument("--sheet", type=Path, required=True)
    given = parser.parse_args()
    given.sheet.parent.mkdir(parents=True, exist_ok=True)
    scenes = stress_scenes(given.data, count=36)
    shown = [s for s in scenes if not s.photo or "ride_type" in s.photo]  # their licence is sure: MIT
    photographs, drawn = [s for s in shown if s.photo][:6], [s for s in shown if not s.photo][:6]
    cv2.imwrite(str(given.sheet), contact_sheet(photographs + drawn), [cv2.IMWRITE_JPEG_QUALITY, 85])


if __name__ == "__main__":
    main()
