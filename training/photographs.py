"""The licence-clean photographs that may be trained on (never those kept for checks)."""

from __future__ import annotations

import csv
import os
import zlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

DATA_FOLDER = Path(os.environ.get("OPENANPR_DATA", Path(__file__).parents[2] / "shared" / "data"))
_HELD_OUT_IN_100 = 15  # kept from training for the stress scenes
_CALIBRATION_IN_100 = 25
_SETS = (("romania-dashcam/train", True), ("web-plates", True), ("mixed-plates", False))


@dataclass(frozen=True, slots=True)
class Photograph:
    """A photograph uint8 (h, w, 3) BGR with its plate boxes (x, y, w, h) in pixels.

    `trusted`: every plate in it that a person could read is boxed, so the rest may serve as not-a-plate.
    """

    name: str
    image: NDArray[np.uint8]
    boxes: tuple[tuple[float, float, float, float], ...]
    trusted: bool


def held_out(name: str) -> bool:
    """Whether a photograph is kept from training; decided by its name alone."""
    return zlib.crc32(name.encode()) % 100 < _HELD_OUT_IN_100


def kept_for_calibration(name: str) -> bool:
    """Whether a picture without plates is kept from training, for the calibration; by its name alone."""
    return zlib.crc32(name.encode()) % 100 < _CALIBRATION_IN_100


def boxes_of(folder: Path) -> dict[str, list[tuple[float, float, float, float]]]:
    """The boxes of one folder's `boxes.csv` by file name."""
    boxes: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    with (folder / "boxes.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            boxes[row["image"]].append((float(row["x"]), float(row["y"]), float(row["w"]), float(row["h"])))
    return boxes


def training_photographs(longest_px: int = 640) -> tuple[Photograph, ...]:
    """All photographs that may be trained on, shrunk to `longest_px`; empty where the data is absent."""
    shots: list[Photograph] = []
    for name, trusted in _SETS:
        folder = DATA_FOLDER / "train" / name
        if not (folder / "boxes.csv").exists():
            continue
        for file, boxes in sorted(boxes_of(folder).items()):
            image = None if held_out(file) else cv2.imread(str(folder / file))
            if image is None:
                continue
            f = min(1.0, longest_px / max(image.shape[:2]))
            small = cv2.resize(image, None, fx=f, fy=f, interpolation=cv2.INTER_AREA).astype(np.uint8)
            shots.append(
                Photograph(file, small, tuple((x * f, y * f, w * f, h * f) for x, y, w, h in boxes), trusted)
            )
    return tuple(shots)
