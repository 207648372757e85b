"""The fixed stress set of single plates: by character height, blur, angle and light.

Drawn by the training generator from seeds that training never uses; fixed before the models were
trained. `python -m benchmarks.crops --sheet docs/pictures/stress-crops.jpg` shows it.
"""

from __future__ import annotations

import argparse
import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from training.recogniser.camera import View
from training.recogniser.samples import Sample, plate_samples

SEED = 990_001
SIZE = 300
_FAMILIES = ("gb", "gb", "gb", "gb_two", "gb_black", "gb_trade")


@dataclass(frozen=True, slots=True)
class Bin:
    """One point of a curve: which curve, its label, and how its plates are seen."""

    curve: str
    label: str
    low: View
    high: View


def _height(low: float, high: float) -> Bin:
    return Bin(
        "character height, px", f"{low:g}-{high:g}", View(char_height_px=low), View(char_height_px=high)
    )


def bins() -> tuple[Bin, ...]:
    """All points: heights under every condition, then one condition at a time at 14 to 22 px."""
    heights = [
        _height(a, b)
        for a, b in ((7, 8), (8, 10), (10, 12), (12, 14), (14, 16), (16, 20), (20, 24), (24, 32), (32, 44))
    ]
    blurs = [
        Bin("blur, sigma in character heights", f"{b * 0.085:.3f}", View(14, blur=b), View(22, blur=b))
        for b in (0.0, 0.3, 0.6, 0.9, 1.2, 1.5)
    ]
    angles = [
        Bin(
            "slant, degrees",
            f"{a}-{a + 10}",
            View(14, yaw_deg=a, roll_deg=-6),
            View(22, yaw_deg=a + 10, roll_deg=6),
        )
        for a in range(0, 70, 10)
    ]
    lights = [
        Bin("light", name, View(14, light=name), View(22, light=name))
        for name in ("day", "dusk", "infra_red", "rain")
    ]
    return (*heights, *blurs, *angles, *lights)


def _between(rng: np.random.Generator, low: float | None, high: float | None) -> float | None:
    return None if low is None or high is None else float(rng.uniform(low, high))


def samples_of(number: int, size: int = SIZE) -> list[Sample]:
    """The samples of bin `number`; the same on every call."""
    which = bins()[number]
    rng = np.random.default_rng((SEED, number))
    made: list[Sample] = []
    while len(made) < size:
        view = View(
            char_height_px=_between(rng, which.low.char_height_px, which.high.char_height_px),
            yaw_deg=_between(rng, which.low.yaw_deg, which.high.yaw_deg),
            roll_deg=_between(rng, which.low.roll_deg, which.high.roll_deg),
            blur=which.low.blur, light=which.low.light,
        )  # fmt: skip
        made.extend(plate_samples(rng, 1, view, family=str(rng.choice(_FAMILIES))))
    return made


def digest() -> str:
    """SHA-256 of all canvases and truths: the name of this very set."""
    total = hashlib.sha256()
    for number in range(len(bins())):
        for sample in samples_of(number, 40):
            total.update(sample.canvas.tobytes() + sample.shapes.encode())
    return total.hexdigest()


def sheet(path: Path, *, a_row: int = 8) -> None:
    """Draw the first samples of every bin under its name."""
    rows = []
    for number, which in enumerate(bins()):
        name = np.full((34, 330, 3), 255, np.uint8)
        cv2.putText(
            name,
            f"{which.curve}: {which.label}",
            (4, 22),
            cv2.FONT_HERSHEY_SIMPLEX,
            0.42,
            (0, 0, 0),
            1,
            cv2.LINE_AA,
        )
        cells = [
            cv2.copyMakeBorder(s.canvas, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(255, 255, 255))
            for s in samples_of(number, a_row)
        ]
        rows.append(np.hstack([name, *cells]))
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.vstack(rows))


if __name__ == "__main__":
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--sheet", type=Path, default=None)
    given = options.parse_args()
    if given.sheet:
        sheet(given.sheet)
    print(digest())
