"""False boxes of a detector on pictures without plates, to be shown again in the next training.

python -m training.detector.mine --folder MODELS --negatives FOLDER --out hard.json
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2

from openanpr.read.detect import Detector
from openanpr.read.model_file import load_session
from training.detector.photos import read_folder

LEAST_SCORE = 0.2


def false_boxes(detector: Detector, negatives: Path) -> dict[str, list[list[float]]]:
    """Upright boxes x, y, w, h of everything found, by picture."""
    found: dict[str, list[list[float]]] = {}
    for photo in read_folder(negatives, "empty"):
        for plate in detector.find(photo.image, tiles=True, most=6):
            low, high = plate.corners.min(axis=0), plate.corners.max(axis=0)
            box = [round(float(v), 1) for v in (*low, *(high - low))]
            found.setdefault(photo.name, []).append(box)
    return found


def main() -> None:
    """Write the false boxes of a folder of pictures."""
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser(description="collect false boxes on pictures without plates")
    parser.add_argument("--folder", type=Path, required=True, help="folder of detector.onnx and its card")
    parser.add_argument("--negatives", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    session, _ = load_session("detector", threads=1, folder=given.folder)
    found = false_boxes(Detector(session, threshold=LEAST_SCORE), given.negatives)
    given.out.write_text(json.dumps(found))
    print(f"{sum(map(len, found.values()))} false boxes in {len(found)} pictures")


if __name__ == "__main__":
    main()
