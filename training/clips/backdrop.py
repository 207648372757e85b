"""What stands behind the traffic: the drawn street, or a photograph kept from training."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.clips.camera import NEAR_M
from training.clips.light import Light
from training.clips.scene import Scene
from training.clips.street import lamp_places, street_picture
from training.clips.weather import add_glow
from training.photographs import DATA_FOLDER, boxes_of, held_out

Picture = NDArray[np.uint8]
_FOLDERS = ("romania-dashcam/train", "romania-dashcam/valid")


def backdrop(scene: Scene, light: Light, margin: int) -> Picture:
    """The scene without traffic, (h + 2 margin, w + 2 margin, 3) BGR, in its light."""
    photo = _photograph(scene)
    if photo is not None:
        w, h = scene.camera.size
        fitted = cv2.resize(photo, (w + 2 * margin, h + 2 * margin), interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.GaussianBlur(fitted, (0, 0), light.soft_px), np.uint8)
    picture = street_picture(scene.street, scene.camera, light, margin)
    if light.lamps > 0.6 and not light.infra_red:
        px, depth = scene.camera.see(lamp_places(scene.street))
        for (x, y), d in zip(px + margin, depth, strict=True):
            if d > NEAR_M:
                add_glow(
                    picture,
                    (float(x), float(y)),
                    0.16 * scene.camera.focal_px / float(d),
                    (0.45, 0.78, 1.0),
                    light.lamps,
                )
    return picture


def _photograph(scene: Scene) -> Picture | None:
    """The named photograph with every plate in it painted out; None when the data is absent."""
    if scene.photograph is None:
        return None
    if not held_out(scene.photograph):
        raise ValueError(
            f"{scene.photograph} is trained on: a fixed set may only use photographs kept from training"
        )
    for folder in (DATA_FOLDER / "train" / name for name in _FOLDERS):
        image = cv2.imread(str(folder / scene.photograph)) if (folder / scene.photograph).exists() else None
        if image is None:
            continue
        mask = np.zeros(image.shape[:2], np.uint8)
        for x, y, w, h in boxes_of(folder).get(scene.photograph, []):
            grow = 0.25 * h
            cv2.rectangle(
                mask, (round(x - grow), round(y - grow)), (round(x + w + grow), round(y + h + grow)), 255, -1
            )
        return np.asarray(cv2.inpaint(np.asarray(image, np.uint8), mask, 5, cv2.INPAINT_TELEA), np.uint8)
    return None
