"""Places that a detector took for plates on pictures without any: the likeliest things to be misread."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.detector.photos import read_folder
from training.photographs import kept_for_calibration

_ROOM = 0.25  # of the box, kept around it

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Patch:
    """A piece of a picture uint8 (h, w, 3) BGR and the upright quad (4, 2) that was taken for a plate."""

    image: Image
    quad: NDArray[np.float32]

    def seen(self, rng: np.random.Generator) -> tuple[Image, NDArray[np.float32]]:
        """A copy to be degraded, sometimes mirrored, its box a little off."""
        image, quad = self.image.copy(), self.quad.copy()
        if rng.random() < 0.3:
            image = np.ascontiguousarray(image[:, ::-1])
            quad[:, 0] = (image.shape[1] - quad[:, 0])[[1, 0, 3, 2]]
            quad[:, 1] = quad[[1, 0, 3, 2], 1]
        size = quad[2] - quad[0]
        middle = quad.mean(axis=0) + rng.normal(0, 0.06, 2) * size
        return image, (middle + (quad - quad.mean(axis=0)) * rng.uniform(0.85, 1.2, 2)).astype(np.float32)


def mined_patches(folder: Path, boxes: Path) -> tuple[Patch, ...]:
    """The false boxes of `boxes` (JSON by `training.detector.mine`) cut from the pictures of `folder`.

    Pictures kept for the calibration are left out.
    """
    found: dict[str, list[list[float]]] = json.loads(boxes.read_text())
    patches: list[Patch] = []
    for photo in read_folder(folder, "empty"):
        if kept_for_calibration(photo.name):
            continue
        high, wide = photo.image.shape[:2]
        for x, y, w, h in found.get(photo.name, ()):
            x0, y0 = max(0, int(x - _ROOM * w)), max(0, int(y - _ROOM * h))
            x1, y1 = min(wide, int(x + w + _ROOM * w)), min(high, int(y + h + _ROOM * h))
            if x1 - x0 > 8 and y1 - y0 > 4:
                quad = np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], np.float32)
                patches.append(Patch(photo.image[y0:y1, x0:x1].copy(), quad - np.array([x0, y0], np.float32)))
    return tuple(patches)
