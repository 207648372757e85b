"""Time one 1280x720 frame in a process of its own, so that its threads can be held to one.

`python -m benchmarks.frame_time` prints JSON; `benchmarks.speed` starts it with the thread counts set.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from openanpr.read.detect import Detector
from openanpr.read.recognise import Recogniser
from training.detector.street import street
from training.plates.draw import draw_plate

SEED = 77
RUNS = 50
_MATRIX = 512


def scene() -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """A drawn street (720, 1280, 3) with one plate, and the plate's corners."""
    rng = np.random.default_rng(SEED)
    image = street(rng, 1280, 720)
    plate = draw_plate(rng, px_per_mm=0.25, family="gb").image
    high, wide = plate.shape[:2]
    x, y = 560, 470
    image[y : y + high, x : x + wide] = plate
    corners = [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)]
    return image, np.array(corners, np.float32)


def timed(work: Callable[[], object], runs: int = RUNS) -> dict[str, float]:
    """Median and least of `runs` in milliseconds, after three to warm up."""
    taken = []
    for run in range(runs + 3):
        began = time.perf_counter()
        work()
        if run >= 3:
            taken.append(1000 * (time.perf_counter() - began))
    return {"median_ms": round(float(np.median(taken)), 3), "min_ms": round(min(taken), 3)}


def main() -> None:
    """Print the times of the frame, of its parts and of the baseline."""
    cv2.setNumThreads(1)
    detector, recogniser = Detector.load(threads=1), Recogniser(threads=1)
    image, corners = scene()
    a, b = np.random.default_rng(SEED).standard_normal((2, _MATRIX, _MATRIX), np.float32)

    def both() -> None:
        detector.find(image, tiles=False)
        recogniser.read(image, [corners])

    # The baseline runs before and after: a neighbour's load may come or go in between.
    before = timed(lambda: a @ b)
    told = {
        "frame": timed(both),
        "detect": timed(lambda: detector.find(image, tiles=False)),
        "read_one_plate": timed(lambda: recogniser.read(image, [corners])),
        "plates_found": len(detector.find(image, tiles=False)),
    }
    after = timed(lambda: a @ b)
    baseline = {key: min(before[key], after[key]) for key in before}
    told["baseline_matmul_512"] = baseline
    told["frame_over_baseline"] = round(told["frame"]["min_ms"] / baseline["min_ms"], 2)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
