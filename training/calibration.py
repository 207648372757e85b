"""Fit the confidence curve on samples that were not trained on, and write it into the recogniser's card.

`python -m training.calibration --samples 6000`
"""

from __future__ import annotations

import argparse
import json
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from openanpr.core.shape import shape_key
from openanpr.read.calibrate import Calibration
from openanpr.read.decode import rank
from openanpr.read.model_file import MODELS
from openanpr.read.recognise import Recogniser, reading_of
from training.recogniser.samples import Sample, batch

_SEED = 880_001  # no training and no benchmark uses it
_DAY = date(2026, 11, 22)
_CLIP = 1e-6


def _measures(recogniser: Recogniser, samples: list[Sample]) -> NDArray[np.float64]:
    """One row a plate sample: seen_p, plate score, character height in px, whether its string was right."""
    log_p, style, plate = recogniser.scores(np.stack([s.canvas for s in samples]))
    rows: list[tuple[float, float, float, float]] = []
    for i, sample in enumerate(samples):
        ranking = rank(reading_of(log_p[i], style[i], float(plate[i]), lines=1), country="any", on=_DAY)
        if sample.is_plate and ranking is not None:
            right = shape_key(ranking.spellings[0].text) == sample.shapes
            rows.append((ranking.seen_p, float(plate[i]), sample.char_height_px, float(right)))
    return np.array(rows)


def _confidences(numbers: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    curve = Calibration(*(float(n) for n in numbers))
    said = [
        curve.confidence(seen_p=s, spelling_p=1.0, plate_score=p, char_height_px=h, frames=1)
        for s, p, h, _ in rows
    ]
    return np.array(said)


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
    given = options.parse_args()
    recogniser = Recogniser(threads=1)
    batches = (batch((_SEED, i), 250, negatives=0.0) for i in range(max(2, given.samples // 250)))
    rows = np.concatenate([_measures(recogniser, samples) for samples in batches])
    half = len(rows) // 2
    numbers = fit(rows[:half])
    fitted = _confidences(np.array(list(numbers.values())), rows[half:])
    measured = {
        "error_before": round(expected_error(rows[half:, 0], rows[half:, 3]), 4),
        "error_after": round(expected_error(fitted, rows[half:, 3]), 4),
        "right": round(float(rows[half:, 3].mean()), 4),
        "samples": len(rows) - half,
    }
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
