"""Real traffic with boxes and no texts: how many plates are found at one false box in ten pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.result import Finding, Line, Skipped
from benchmarks.scored import ON, interval, reader_of
from openanpr.capture.source import open_source
from openanpr.read.detect import Detection, Detector
from openanpr.read.reader import Reader, ReaderSettings
from openanpr.read.recognise import Recogniser
from openanpr.run.score_measures import Share
from training.detector.measure import Case, cases, judge

FALSE_A_PICTURE = 0.1
_LOW = 0.12  # threshold of the search; all higher ones are judged from its finds

Find = Callable[[Case], list[Detection]]


def romania(data: Path) -> Finding:
    """Recall by the detector alone, by detector and recogniser together, and by the whole reader.

    Thresholds are swept: of the detector's score; of it times the recogniser's plate score; of a read's
    confidence. Each picture is seen once at low thresholds.
    """
    folder = data / "train" / "romania-dashcam" / "valid"
    if not folder.is_dir():
        raise Skipped("train/romania-dashcam/valid is not on this machine (OPENANPR_DATA)")
    detector, recogniser = Detector.load(threads=1, threshold=_LOW), Recogniser(threads=1)
    reader = Reader.load(ReaderSettings(threads=1, on=ON, pictures=False, min_confidence=0.0))

    def alone(case: Case) -> list[Detection]:
        return detector.find(case.image, tiles=True)

    def moving(case: Case) -> list[Detection]:
        return detector.find(case.image, tiles=False)

    def together(case: Case) -> list[Detection]:
        plates = alone(case)
        readings = recogniser.read(case.image, [plate.corners for plate in plates])
        return [replace(p, score=p.score * r.plate_score) for p, r in zip(plates, readings, strict=True)]

    def whole(case: Case) -> list[Detection]:
        frames = list(open_source(str(folder / case.name)))
        return [Detection(np.array(r.corners, np.float32), r.confidence) for r in reader.read(frames)]

    swept = {
        "detector alone": _sweep(folder, alone),
        "detector alone, as in moving traffic": _sweep(folder, moving),
        "detector times recogniser": _sweep(folder, together),
        "whole reader, by confidence": _sweep(folder, whole),
    }
    lines = tuple(
        Line(
            f"recall at 0.1 false boxes a picture, {name}",
            s.recall.value,
            0.95,
            0.98,
            spread=interval(s.recall),
        )
        for name, s in swept.items()
    )
    detail = {name: s.told() for name, s in swept.items()}
    return Finding(lines, "train/romania-dashcam/valid", model=reader_of("gb").model, detail=detail)


class _Sweep:
    """Scores of plates (0 where missed) and of false boxes over a folder."""

    def __init__(self, hits: NDArray[np.float64], false: NDArray[np.float64], pictures: int) -> None:
        self.hits, self.false, self.pictures = hits, np.sort(false)[::-1], pictures
        allowed = int(FALSE_A_PICTURE * pictures)
        # The threshold stands just above the first false box too many.
        self.threshold = float(self.false[allowed]) if len(self.false) > allowed else 0.0
        self.recall = Share(int((hits > self.threshold).sum()), len(hits))

    def told(self) -> dict[str, object]:
        """The working point and the curve of recall against false boxes a picture."""
        steps = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
        curve = [
            {
                "threshold": t,
                "recall": round(float((self.hits > t).mean()), 4),
                "false_a_picture": round(float((self.false > t).sum()) / self.pictures, 4),
            }
            for t in steps
        ]
        return {
            "pictures": self.pictures,
            "plates": len(self.hits),
            "threshold": round(self.threshold, 4),
            "curve": curve,
        }


def _sweep(folder: Path, find: Find) -> _Sweep:
    hits: list[float] = []
    false: list[float] = []
    pictures = 0
    for case in cases(folder, "boxes.csv"):
        scores, wrong, _ = judge(case.boxes, find(case))
        hits += scores
        false += wrong
        pictures += 1
    return _Sweep(np.array(hits), np.array(false), pictures)
