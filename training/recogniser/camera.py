"""How a plate comes to the recogniser: hung somewhere, seen aslant, through a camera, not quite found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from training.photographs import Photograph, training_photographs
from training.plates import degrade
from training.plates.draw import DrawnPlate

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class View:
    """How a plate is seen; None: drawn at random."""

    char_height_px: float | None = None
    yaw_deg: float | None = None
    pitch_deg: float | None = None
    roll_deg: float | None = None
    blur: float | None = None
    light: str | None = None
    jitter: float = 1.0
    wear: bool = True


def project(
    width: float, height: float, yaw: float, pitch: float, roll: float, distance: float
) -> NDArray[np.float32]:
    """Corners (4, 2) of a plate turned by angles in degrees and seen from `distance` plate widths."""
    y, p, r = np.deg2rad([yaw, pitch, roll])
    flat = np.array([(-width, -height, 0), (width, -height, 0), (width, height, 0), (-width, height, 0)]) / 2
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    turned = flat @ (about_z @ about_x @ about_y).T
    far = distance * width
    return (turned[:, :2] * (far / (far + turned[:, 2:]))).astype(np.float32)


@lru_cache(maxsize=1)
def backgrounds() -> tuple[Photograph, ...]:
    """The photographs to cut pieces from, read once."""
    return training_photographs()


def background(rng: np.random.Generator, h: int, w: int) -> Image:
    """Something for the plate to hang on: a piece of a photograph, car paint, or texture."""
    photographs = backgrounds()
    roll = rng.random()
    if photographs and roll < 0.55:
        picture = photographs[int(rng.integers(len(photographs)))].image
        scale = rng.uniform(0.5, 2.5)
        ch, cw = (
            min(picture.shape[0], max(4, round(h / scale))),
            min(picture.shape[1], max(4, round(w / scale))),
        )
        y, x = (
            int(rng.integers(0, picture.shape[0] - ch + 1)),
            int(rng.integers(0, picture.shape[1] - cw + 1)),
        )
        return cv2.resize(picture[y : y + ch, x : x + cw], (w, h), interpolation=cv2.INTER_LINEAR).astype(
            np.uint8
        )
    if roll < 0.85:
        base = rng.uniform(5, 235, 3) if rng.random() < 0.5 else np.full(3, rng.uniform(5, 235))
        ends = np.stack([base * rng.uniform(0.6, 1.2), base * rng.uniform(0.6, 1.2)]).astype(np.float32)[
            :, None
        ]
        return np.clip(cv2.resize(ends, (w, h), interpolation=cv2.INTER_LINEAR), 0, 255).astype(np.uint8)
    small = rng.uniform(0, 255, (int(rng.integers(2, 12)), int(rng.integers(2, 12)), 3)).astype(np.uint8)
    return cv2.resize(
        small, (w, h), interpolation=int(rng.choice([cv2.INTER_NEAREST, cv2.INTER_CUBIC]))
    ).astype(np.uint8)


def _framed(rng: np.random.Generator, plate: DrawnPlate, k: float) -> tuple[Image, tuple[int, int]]:
    """The flat plate with a holder around it, and how far the holder reaches left and up in pixels."""
    if rng.random() < 0.55:
        return plate.image, (0, 0)
    side, top, bottom = (
        max(0, round(v * k)) for v in (rng.uniform(2, 12), rng.uniform(2, 10), rng.uniform(3, 26))
    )
    tone = tuple(
        float(v) for v in (np.full(3, rng.uniform(0, 70)) if rng.random() < 0.8 else rng.uniform(0, 255, 3))
    )
    framed = cv2.copyMakeBorder(plate.image, top, bottom, side, side, cv2.BORDER_CONSTANT, value=tone)
    if bottom > 5 and rng.random() < 0.6:  # the garage's name on the holder
        text = "".join(chr(int(v)) for v in rng.integers(65, 91, int(rng.integers(5, 18))))
        size = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, bottom / 34, 1)[0]
        spot = (max(0, (framed.shape[1] - size[0]) // 2), framed.shape[0] - max(1, bottom // 4))
        shade = (230.0, 230.0, 230.0) if sum(tone) < 380 else (10.0, 10.0, 10.0)
        cv2.putText(framed, text, spot, cv2.FONT_HERSHEY_SIMPLEX, bottom / 34, shade, 1, cv2.LINE_AA)
    return framed.astype(np.uint8), (side, top)


def photograph_plate(
    rng: np.random.Generator, plate: DrawnPlate, k: float, view: View
) -> tuple[Image, NDArray[np.float32], float]:
    """A small picture around the plate, the plate's true corners in it, and its character height in px."""
    height = view.char_height_px or float(np.exp(rng.uniform(np.log(7.0), np.log(46.0))))
    scale = height / plate.char_height_mm
    if rng.random() < 0.5:
        yaw, pitch, roll = rng.normal(0, 12), rng.normal(0, 6), rng.normal(0, 3)
    else:
        yaw, pitch, roll = rng.uniform(-55, 55), rng.uniform(-30, 30), rng.uniform(-18, 18)
    yaw = yaw if view.yaw_deg is None else view.yaw_deg
    pitch = pitch if view.pitch_deg is None else view.pitch_deg
    roll = roll if view.roll_deg is None else view.roll_deg
    quad = project(plate.width_mm * scale, plate.height_mm * scale, yaw, pitch, roll, rng.uniform(2.5, 20))
    margin = 0.3 * plate.height_mm * scale + 3
    quad += margin - quad.min(axis=0) + rng.uniform(0, 1, 2).astype(np.float32)
    w, h = (int(v) for v in np.ceil(quad.max(axis=0) + margin))
    framed, (left, up) = _framed(rng, plate, k)
    ph, pw = plate.image.shape[:2]
    source = (
        np.array([(0, 0), (pw, 0), (pw, ph), (0, ph)], np.float32) + np.array([left, up], np.float32) - 0.5
    )
    matrix = cv2.getPerspectiveTransform(source, quad - 0.5)
    shrink = pw / max(1.0, float(np.hypot(*(quad[1] - quad[0]))))
    if shrink > 1.3:  # lenses average; sampling alone would alias
        framed = cv2.GaussianBlur(framed, (0, 0), 0.42 * shrink)
    picture = background(rng, h, w)
    cv2.warpPerspective(
        framed, matrix, (w, h), dst=picture, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT
    )
    return picture, quad, height


def through_camera(rng: np.random.Generator, picture: Image, height: float, view: View) -> Image:
    """Light, weather, blur, noise and codec; blur is bounded by what leaves the characters readable."""
    strength = float(rng.beta(1.3, 1.6))
    if view.light == "infra_red":
        out = degrade.infra_red(rng, degrade.relight(rng, picture, strength), strength)
    elif view.light == "dusk":
        out = degrade.dusk(rng, degrade.relight(rng, picture, strength), strength)
    elif view.light == "rain":
        out = degrade.rain(rng, degrade.relight(rng, picture, strength), max(0.4, strength))
    elif view.light == "day":
        out = degrade.relight(rng, picture, 0.3)
    else:
        out = degrade.any_weather(rng, picture, strength)
    worst = 0.085 * height  # sigma in px: about half a stroke
    blur = (rng.beta(1, 2.2) if view.blur is None else view.blur) * worst
    if rng.random() < 0.3 and view.blur is None:
        out = degrade.motion_blur(rng, out, rng.uniform(1, 0.28 * height + 1))
        blur *= 0.5
    out = degrade.defocus(rng, out, blur)
    if rng.random() < 0.7:
        out = degrade.sensor_noise(rng, out, strength * min(1.0, height / 14))
    if rng.random() < 0.25:  # a codec or a zoom that resampled
        f = rng.uniform(0.7, 1.6)
        small = cv2.resize(
            out,
            None,
            fx=f,
            fy=f,
            interpolation=int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_AREA, cv2.INTER_CUBIC])),
        )
        out = cv2.resize(
            degrade.jpeg(rng, small.astype(np.uint8), strength), (out.shape[1], out.shape[0])
        ).astype(np.uint8)
    elif rng.random() < 0.75:
        out = degrade.jpeg(rng, out, strength * min(1.0, height / 12))
    if rng.random() < 0.08:  # sharpened by the camera
        soft = cv2.GaussianBlur(out, (0, 0), 1.2)
        out = cv2.addWeighted(out, 1.8, soft, -0.8, 0).astype(np.uint8)
    return out


def jittered(rng: np.random.Generator, quad: NDArray[np.float32], amount: float) -> NDArray[np.float32]:
    """The corners as a detector would give them: shifted, scaled and bent by parts of the plate's height."""
    height = float(np.hypot(*(quad[3] - quad[0])) + np.hypot(*(quad[2] - quad[1]))) / 2
    if rng.random() < 0.12 * min(amount, 1.0):  # corners that are only an upright box
        (x0, y0), (x1, y1) = quad.min(axis=0), quad.max(axis=0)
        if (x1 - x0) * (y1 - y0) < 1.9 * abs(float(cv2.contourArea(quad))):
            quad = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32)
    spread = (0.05 if rng.random() < 0.8 else 0.1) * height * amount
    centre = quad.mean(axis=0)
    grow = 1 + rng.normal(0, [0.02, 0.07]) * amount
    out = centre + (quad - centre) * grow + rng.normal(0, spread, (4, 2)) + rng.normal(0, spread, 2)
    return (out + rng.normal(0, 0.3, (4, 2))).astype(np.float32)
