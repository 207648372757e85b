"""What a detector reaches: plates found, false boxes, corners, time.

python -m training.detector.measure --data ../shared/data --out measured.json
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from openanpr.read.detect import Detection, Detector
from openanpr.read.model_file import load_session
from training.detector.stress import BINS_PX, stress_scenes

SAME_IOU = 0.4
FALSE_A_PICTURE = 0.1
LOW = 0.12  # threshold of the search; all higher ones are judged from its finds


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A picture with the upright boxes (n, 4: x0, y0, x1, y1) of its plates."""

    name: str
    image: NDArray[np.uint8]
    boxes: NDArray[np.float64]


def cases(folder: Path, table: str) -> Iterator[Case]:
    """Pictures of a folder with the boxes of its table."""
    rows: dict[str, list[list[float]]] = {}
    with (folder / table).open(newline="") as lines:
        for row in csv.DictReader(lines):
            x, y, w, h = (float(row[k]) for k in "xywh")
            rows.setdefault(row["image"], []).append([x, y, x + w, y + h])
    for name, boxes in sorted(rows.items()):
        image = cv2.imread(str(folder / name))
        if image is not None:
            yield Case(name, image.astype(np.uint8), np.array(boxes))


def upright(found: Detection) -> NDArray[np.float64]:
    """The upright box x0, y0, x1, y1 of a detection."""
    return np.concatenate([found.corners.min(axis=0), found.corners.max(axis=0)]).astype(np.float64)


def iou(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Intersection over union of two upright boxes."""
    common = float(np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None).prod())
    return common / max(1e-9, float((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod()) - common)


def judge(truth: NDArray[np.float64], found: list[Detection]) -> tuple[list[float], list[float], list[float]]:
    """Scores of found plates (0 for a missed one), scores of false boxes, edge errors in pixels."""
    left = list(range(len(truth)))
    scores, errors, false = [0.0] * len(truth), [], []
    for plate in sorted(found, key=lambda f: -f.score):
        box = upright(plate)
        best = max(left, key=lambda i: iou(truth[i], box), default=None)
        if best is not None and iou(truth[best], box) >= SAME_IOU:
            left.remove(best)
            scores[best] = plate.score
            errors.append(float(np.abs(truth[best] - box).mean()))
        elif not any(iou(t, box) >= SAME_IOU for t in truth):
            false.append(plate.score)
    return scores, false, errors


def on_set(detector: Detector, pictures: Iterator[Case], *, tiles: bool, threshold: float) -> dict[str, Any]:
    """Recall at the threshold and at one false box in ten pictures; false boxes; edge error."""
    scores, false, errors, names, seconds = [], [], [], [], 0.0
    count = 0
    for case in pictures:
        begun = time.perf_counter()
        found = detector.find(case.image, tiles=tiles)
        seconds += time.perf_counter() - begun
        s, f, e = judge(case.boxes, found)
        scores += s
        false += f
        errors += e
        count += 1
        names += [case.name for x in s if x < threshold]
    hits, wrong = np.array(scores), np.sort(np.array(false))[::-1]
    allowed = int(FALSE_A_PICTURE * count)
    line = wrong[allowed] if len(wrong) > allowed else LOW
    return {
        "pictures": count,
        "plates": len(hits),
        "recall": round(float((hits >= threshold).mean()), 4),
        "false_boxes": int((wrong >= threshold).sum()),
        "recall_at_0.1_false": round(float((hits > line).mean()), 4),
        "threshold_at_0.1_false": round(float(line), 3),
        "edge_error_px": round(float(np.mean(errors or [np.nan])), 2),
        "edge_error_median_px": round(float(np.median(errors or [np.nan])), 2),
        "ms_a_picture": round(1000 * seconds / max(1, count), 1),
        "missed": names[:12],
    }  # fmt: skip


def on_empty(detector: Detector, folder: Path, threshold: float) -> dict[str, Any]:
    """False boxes on pictures without plates, at several thresholds."""
    scores: list[float] = []
    worst: list[tuple[float, str]] = []
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in {".jpg", ".png", ".jpeg"})
    for path in paths:
        image = cv2.imread(str(path))
        if image is None:
            continue
        found = detector.find(image.astype(np.uint8), tiles=True)
        scores += [f.score for f in found]
        worst += [(round(f.score, 2), path.name) for f in found[:1]]
    got = np.array(scores)
    steps = sorted({0.2, 0.3, 0.4, 0.5, 0.6, threshold})
    return {
        "pictures": len(paths), "false_boxes": {f"{t:g}": int((got >= t).sum()) for t in steps},
        "pictures_with_false": {f"{t:g}": sum(s >= t for s, _ in worst) for t in steps},
        "worst": sorted(worst, reverse=True)[:15],
    }  # fmt: skip


def on_stress(detector: Detector, data: Path, threshold: float, *, count: int = 120) -> dict[str, Any]:
    """Plates found in the fixed stress scenes by character height and by light; corner error; false boxes."""
    hits: dict[str, list[bool]] = {}
    errors: list[float] = []
    false = drawn = 0
    for scene in stress_scenes(data, count=count):
        found = [f for f in detector.find(scene.image, tiles=True) if f.score >= threshold]
        used: set[int] = set()
        for plate in scene.plates:
            box = np.concatenate([plate.corners.min(axis=0), plate.corners.max(axis=0)]).astype(np.float64)
            best = max(range(len(found)), key=lambda i: iou(box, upright(found[i])), default=None)
            hit = best is not None and iou(box, upright(found[best])) >= SAME_IOU
            if hit and best is not None:
                used.add(best)
                errors.append(float(np.linalg.norm(found[best].corners - plate.corners, axis=1).mean()))
            for key in (f"{plate.bin[0]:g}-{plate.bin[1]:g} px", scene.light, scene.ground, "all"):
                hits.setdefault(key, []).append(hit)
        if scene.ground == "drawn":
            drawn += 1
            false += len(found) - len(used)
    order = [f"{low:g}-{high:g} px" for low, high in BINS_PX] + [
        "day",
        "dusk",
        "rain",
        "infra_red",
        "photograph",
        "drawn",
        "all",
    ]
    return {
        "found": {k: round(float(np.mean(hits[k])), 4) for k in order if k in hits},
        "plates": {k: len(hits[k]) for k in order if k in hits},
        "corner_error_px": round(float(np.mean(errors)), 2) if errors else None,
        "false_boxes_a_drawn_scene": round(false / max(1, drawn), 3),
    }  # fmt: skip


def speed_ms(detector: Detector) -> float:
    """Median time of one 1280x720 frame, seen once at 640x384, in milliseconds."""
    frame = np.random.default_rng(0).integers(0, 255, (720, 1280, 3), dtype=np.uint8)
    taken = []
    for _ in range(30):
        begun = time.perf_counter()
        detector.find(frame, tiles=False)
        taken.append(time.perf_counter() - begun)
    return round(1000 * float(np.median(taken)), 2)


def measure(folder: Path, data: Path, *, quick: bool = False) -> dict[str, Any]:
    """All measures of the detector in `folder` on the data folder."""
    session, card = load_session("detector", threads=1, folder=folder)
    threshold = card.settings.get("threshold", 0.4)
    detector = Detector(session, threshold=LOW)
    valid = data / "train" / "romania-dashcam" / "valid"
    result: dict[str, Any] = {
        "threshold": threshold,
        "romania_valid": on_set(detector, cases(valid, "boxes.csv"), tiles=False, threshold=threshold),
        "uk_parked": on_set(
            detector, cases(data / "check" / "uk-parked", "truth.csv"), tiles=True, threshold=threshold
        ),
        "eu_parked": on_set(
            detector, cases(data / "check" / "eu-parked", "truth.csv"), tiles=True, threshold=threshold
        ),
    }
    if not quick:
        result["no_plates"] = on_empty(detector, data / "check" / "no-plates", threshold)
        result["stress"] = on_stress(detector, data, threshold)
        result["frame_1280x720_ms"] = speed_ms(detector)
    return result


def main() -> None:
    """Measure and print; also write where asked."""
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser(description="measure the plate detector")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("OPENANPR_DATA", "../shared/data")))
    parser.add_argument("--folder", type=Path, default=Path("src/openanpr/read/models"))
    parser.add_argument("--quick", action="store_true", help="leave out the pictures without plates")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    result = measure(given.folder, given.data, quick=given.quick)
    text = json.dumps(result, indent=1)
    if given.out:
        given.out.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
