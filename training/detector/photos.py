"""Photographs to train on with their boxes, in memory; a share chosen by content is kept for measuring.

Folders follow `../shared/data`: `romania-dashcam/{train,valid}`, `mixed-plates`, `web-plates`, each with a
`boxes.csv` (image, x, y, w, h in pixels). A folder of pictures without plates may be added.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.photographs import kept_for_calibration

Image = NDArray[np.uint8]
HELD_OUT_SHARE = 0.15
LONGEST_PX = 1280


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture (h, w, 3) uint8 BGR and the upright boxes (n, 4: x, y, w, h) of its plates in pixels.

    `kind` is "street" (all plates near enough are boxed), "close" (other plates may be there unboxed) or
    "empty" (no plate). `hard` are boxes that an earlier network took for plates and that are none.
    """

    name: str
    kind: str
    image: Image
    boxes: NDArray[np.float32]
    hard: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 4), np.float32))


def held_out(image: Image) -> bool:
    """True for about 15 % of pictures, chosen by what they show so that copies fall on the same side."""
    small = cv2.resize(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (9, 8), interpolation=cv2.INTER_AREA).astype(
        int
    )
    coarse = np.round(small[::2, ::2] / 32).astype(np.uint8)
    return int(hashlib.sha256(coarse.tobytes()).hexdigest(), 16) % 1000 < HELD_OUT_SHARE * 1000


def boxes_of(folder: Path) -> dict[str, NDArray[np.float32]]:
    """The boxes of a folder by picture name."""
    found: dict[str, list[list[float]]] = {}
    with (folder / "boxes.csv").open(newline="") as rows:
        for row in csv.DictReader(rows):
            found.setdefault(row["image"], []).append([float(row[k]) for k in "xywh"])
    return {name: np.array(boxes, np.float32) for name, boxes in found.items()}


def read_folder(folder: Path, kind: str) -> Iterator[Photo]:
    """Every readable picture of a folder, at most 1280 px long, with its boxes."""
    boxes = boxes_of(folder) if kind != "empty" else {}
    for path in sorted(p for p in folder.iterdir() if p.suffix.lower() in {".jpg", ".jpeg", ".png"}):
        image = cv2.imread(str(path))
        if image is None:
            continue
        scale = min(1.0, LONGEST_PX / max(image.shape[:2]))
        if scale < 1:
            image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        mine = boxes.get(path.name, np.zeros((0, 4), np.float32)) * np.float32(scale)
        yield Photo(path.name, kind, image.astype(np.uint8), mine)


def photos_to_train(data: Path, negatives: Path | None = None, hard: Path | None = None) -> list[Photo]:
    """All photographs to train on: the held-out share of the last two sets is left out.

    Of the pictures without plates those kept for the calibration are left out, too. `hard` is a JSON file
    {picture: [[x, y, w, h], ...]} of false boxes, as `mine.py` writes it.
    """
    train = data / "train"
    photos = list(read_folder(train / "romania-dashcam" / "train", "street"))
    for name in ("mixed-plates", "web-plates"):
        photos += [p for p in read_folder(train / name, "close") if not held_out(p.image)]
    if negatives is not None:
        photos += [p for p in read_folder(negatives, "empty") if not kept_for_calibration(p.name)]
    if hard is None:
        return photos
    mined = json.loads(hard.read_text())
    return [replace(p, hard=np.array(mined[p.name], np.float32)) if p.name in mined else p for p in photos]


def photos_to_measure(data: Path) -> list[Photo]:
    """Photographs never trained on: Romania's `valid` and the held-out share of the other two sets."""
    train = data / "train"
    photos = list(read_folder(train / "romania-dashcam" / "valid", "street"))
    for name in ("mixed-plates", "web-plates"):
        photos += [p for p in read_folder(train / name, "close") if held_out(p.image)]
    return photos
