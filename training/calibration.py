"""Fit the confidence on samples that the recogniser was not trained on, and write it into its card.

Two curves: how surely a plate was read, on drawn plates; and how surely a place is a plate at all, on what
the detector finds in drawn streets, dash-cam photographs and pictures without plates.

`python -m training.calibration --samples 6000 [--negatives FOLDER]`
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from openanpr.core.shape import shape_key
from openanpr.read.calibrate import ENOUGH_CHARACTERS, Calibration
from openanpr.read.decode import rank
from openanpr.read.detect import Detection, Detector
from openanpr.read.model_file import MODELS
from openanpr.read.recognise import Recogniser
from openanpr.read.still import read_steadily
from training.detector.stress import stress_scenes
from training.photographs import kept_for_calibration, training_photographs
from training.recogniser.samples import Shot, plate_shots

_SEED = 880_001  # no training and no benchmark uses it
_DAY = date(2026, 11, 22)
_CLIP = 1e-6
_LEAST_FOUND = 0.3

Image = NDArray[np.uint8]
Boxes = tuple[tuple[float, float, float, float], ...]


def _measures(recogniser: Recogniser, shots: Iterable[Shot]) -> NDArray[np.float64]:
    """One row a drawn plate: seen_p, plate score, character height in px, whether its shapes were right.

    Read as the reader reads a picture, several looks and all: what is fitted is what will be told.
    """
    rows: list[tuple[float, float, float, float]] = []
    for shot in shots:
        reading = read_steadily(shot.picture, Detection(shot.corners, 1.0), recogniser)
        ranking = rank(reading, country="any", on=_DAY) if reading else None
        if reading is not None and ranking is not None:
            right = shape_key(ranking.spellings[0].text) == shot.groups.replace(" ", "")
            rows.append((ranking.seen_p, reading.plate_score, shot.char_height_px, float(right)))
    return np.array(rows)


def _shots(plates: int) -> Iterator[Shot]:
    for number in range(plates):
        yield from plate_shots(np.random.default_rng((_SEED, number)), views=1)


def _confidences(numbers: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    curve = Calibration(*(float(n) for n in numbers))
    return np.array([curve.shapes_p(seen_p=s, plate_score=p, char_height_px=h) for s, p, h, _ in rows])


def fit(rows: NDArray[np.float64]) -> dict[str, float]:
    """The curve's numbers of least log loss, with a light pull towards the identity."""

    def loss(numbers: NDArray[np.float64]) -> float:
        p = np.clip(_confidences(numbers, rows), _CLIP, 1 - _CLIP)
        right = rows[:, 3]
        pull = 1e-3 * float(((numbers - [0, 1, 0, 0]) ** 2).sum())
        return float(-(right * np.log(p) + (1 - right) * np.log(1 - p)).mean()) + pull

    found = minimize(
        loss, np.array([0.0, 1.0, 0.0, 0.0]), method="Nelder-Mead", options={"maxiter": 400, "xatol": 1e-3}
    )
    return dict(zip(("bias", "seen", "plate", "small"), (round(float(v), 4) for v in found.x), strict=True))


def _place_measures(pictures: Iterable[tuple[Image, Boxes, bool]]) -> NDArray[np.float64]:
    """One row a detection: the four measures of `Calibration.place_p`, and whether a plate is there.

    Detections that half meet a plate's box say nothing clear and are left out; so are those beside every
    box of a picture in which not all plates are boxed.
    """
    detector, recogniser = Detector.load(threads=1, threshold=_LEAST_FOUND), Recogniser(threads=1)
    rows: list[tuple[float, ...]] = []
    for image, boxes, complete in pictures:
        for plate in detector.find(image, tiles=True):
            overlap = max((_overlap(plate.corners, box) for box in boxes), default=0.0)
            if 0.1 < overlap < 0.4 or (overlap <= 0.1 and not complete) or plate.is_cut_off(image):
                continue
            reading = read_steadily(image, plate, recogniser)
            ranking = rank(reading, country="any", on=_DAY) if reading else None
            if reading is None or ranking is None:
                continue
            length = min(len(ranking.spellings[0].text), ENOUGH_CHARACTERS)
            looks, read = _log_odds(reading.plate_score), _log_odds(ranking.seen_p)
            rows.append((plate.score, looks, read, length, float(overlap >= 0.4)))
    return np.array(rows)


def _log_odds(p: float) -> float:
    p = float(np.clip(p, _CLIP, 1 - _CLIP))
    return float(np.log(p / (1 - p)))


def _overlap(corners: NDArray[np.float32], box: tuple[float, float, float, float]) -> float:
    low, high = corners.min(axis=0), corners.max(axis=0)
    x, y, w, h = box
    common = max(0.0, min(high[0], x + w) - max(low[0], x)) * max(0.0, min(high[1], y + h) - max(low[1], y))
    return float(common / (w * h + float((high - low).prod()) - common))


def fit_place(rows: NDArray[np.float64]) -> dict[str, float]:
    """Logistic regression of "is a plate" on the measures of a place."""

    def loss(numbers: NDArray[np.float64]) -> float:
        log_odds = np.clip(numbers[0] + rows[:, :-1] @ numbers[1:], -30, 30)
        sign = 2 * rows[:, -1] - 1
        return float(np.logaddexp(0, -sign * log_odds).mean() + 1e-4 * (numbers**2).sum())

    found = minimize(loss, np.array([-5.0, 5.0, 1.0, 0.1, 0.1]), method="BFGS")
    names = ("place_bias", "place_found", "place_looks", "place_read", "place_length")
    return dict(zip(names, (round(float(v), 4) for v in found.x), strict=True))


def _place_pictures(negatives: Path | None) -> Iterator[tuple[Image, Boxes, bool]]:
    """Drawn streets with plates, dash-cam photographs with boxes, and pictures without any plate."""
    for scene in stress_scenes(None, count=24, seed=_SEED):
        quads = [p.corners for p in scene.plates]
        yield scene.image, tuple((*q.min(axis=0), *(q.max(axis=0) - q.min(axis=0))) for q in quads), True
    for shot in training_photographs(longest_px=1280):
        if shot.trusted and zlib.crc32(shot.name.encode()) % 3 == 0:
            yield shot.image, shot.boxes, False
    for path in sorted(negatives.glob("*.jpg")) if negatives else ():
        image = cv2.imread(str(path)) if kept_for_calibration(path.name) else None
        if image is not None:
            yield image.astype(np.uint8), (), True


def expected_error(confidences: NDArray[np.float64], right: NDArray[np.float64], bins: int = 10) -> float:
    """Expected calibration error over `bins` bins of equal count."""
    order = np.argsort(confidences)
    parts = np.array_split(order, bins)
    return float(
        sum(abs(confidences[p].mean() - right[p].mean()) * len(p) for p in parts if len(p)) / len(order)
    )


def main() -> None:
    """The command."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--samples", type=int, default=6000)
    options.add_argument("--negatives", type=Path, default=None, help="folder of .jpg without a plate")
    given = options.parse_args()
    recogniser = Recogniser(threads=1)
    rows = _measures(recogniser, _shots(given.samples))
    half = len(rows) // 2
    numbers = fit(rows[:half])
    fitted = _confidences(np.array(list(numbers.values())), rows[half:])
    measured = {
        "error_before": round(expected_error(rows[half:, 0], rows[half:, 3]), 4),
        "error_after": round(expected_error(fitted, rows[half:, 3]), 4),
        "right": round(float(rows[half:, 3].mean()), 4),
        "samples": len(rows) - half,
    }
    places = _place_measures(_place_pictures(given.negatives))
    numbers |= fit_place(places)
    measured |= {"places": len(places), "places_that_are_plates": int(places[:, -1].sum())}
    card_file = MODELS / "recogniser.json"
    card: dict[str, Any] = json.loads(card_file.read_text())
    card["settings"] = card.get("settings", {}) | {f"calibration_{k}": v for k, v in numbers.items()}
    card["calibration"] = measured | {
        "data": "drawn plates that were not trained on; first half fitted, second half measured"
    }
    card_file.write_text(json.dumps(card, indent=2) + "\n")
    print(numbers, measured)


if __name__ == "__main__":
    main()
