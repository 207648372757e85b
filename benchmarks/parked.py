"""Real photographs kept for checking: parked cars, and scenes without plates."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.result import Finding, Line, Skipped
from benchmarks.scored import interval, reader_of, score_of, told
from openanpr.read.detect import Detector
from openanpr.run.score_json import calibration as calibration_told
from openanpr.run.score_measures import Share, calibrated
from training.detector.measure import SAME_IOU, cases, iou, upright

_REAL = "check/uk-parked (15 pictures), check/eu-parked (54)"


def uk_parked(data: Path) -> Finding:
    """The best plate of each picture, exact and folded, as counts of fifteen."""
    score = score_of(data / "check" / "uk-parked", "gb")
    lines = (
        Line("exact", score.best_exact.hits, 14, 15, "of 15", spread=interval(score.best_exact)),
        Line("folded", score.best_folded.hits, 15, 15, "of 15", spread=interval(score.best_folded)),
    )
    return Finding(lines, "check/uk-parked, 15 pictures", model=score.model or "", detail=told(score))


def eu_parked(data: Path) -> Finding:
    """The best plate of each picture with `--country eu`; the truth has a few O/0 slips, so folded."""
    score = score_of(data / "check" / "eu-parked", "eu")
    lines = (
        Line("folded", score.best_folded.value, 0.96, 0.98, spread=interval(score.best_folded)),
        Line("strict", score.best_exact.value, spread=interval(score.best_exact)),
    )
    return Finding(lines, "check/eu-parked, 54 pictures", model=score.model or "", detail=told(score))


def no_plates(data: Path) -> Finding:
    """Reads reported where there is no plate, at the default threshold."""
    score = score_of(data / "check" / "no-plates", "gb", labelled=False)
    per_100 = score.false_per_100
    spread = f"{score.false_reads} reads; pictures with one: {interval(score.false_pictures)}"
    line = Line("reads in 100 pictures", per_100, 1, 0, less=True, spread=spread)
    return Finding(
        (line,), f"check/no-plates, {score.pictures} pictures", model=score.model or "", detail=told(score)
    )


def found(data: Path) -> Finding:
    """Plates that the detector finds at its own threshold, and how far its boxes' edges are off.

    The truth has upright boxes, drawn by hand and a little loose; `small-plates` has errors of true corners.
    """
    hits = plates = 0
    missed: list[str] = []
    errors: list[float] = []
    detector = Detector.load(threads=1)
    for name in ("uk-parked", "eu-parked"):
        folder = data / "check" / name
        if not folder.is_dir():
            raise Skipped(f"check/{name} is not on this machine (OPENANPR_DATA)")
        for case in cases(folder, "truth.csv"):
            boxes = [upright(one) for one in detector.find(case.image, tiles=True)]
            for truth in case.boxes:
                plates += 1
                best = max(boxes, key=lambda box, t=truth: iou(t, box), default=None)
                if best is None or iou(truth, best) < SAME_IOU:
                    missed.append(case.name)
                    continue
                hits += 1
                errors.append(float(np.abs(best - truth).mean()))
    share = Share(hits, plates)
    mean = float(np.mean(errors)) if errors else None
    spread = (
        f"median {np.median(errors):.2f}, 95 in 100 under {np.quantile(errors, 0.95):.2f}" if errors else ""
    )
    lines = (
        Line("found at IoU 0.4", share.value, 1.0, 1.0, spread=interval(share)),
        Line("mean error of the box's edges", mean, None, 3, "px", less=True, spread=spread),
    )
    return Finding(
        lines, _REAL, model=reader_of("gb").model, detail={"missed": missed, "threshold": detector.threshold}
    )


def calibration(data: Path) -> Finding:
    """Confidence against truth over every read of the real photographs that nothing was trained on."""
    folder = data / "check"
    uk, eu = score_of(folder / "uk-parked", "gb"), score_of(folder / "eu-parked", "eu")
    empty = score_of(folder / "no-plates", "gb", labelled=False)
    points = (*uk.points, *eu.points, *empty.points)
    folded = calibrated((p.shapes_p, p.folded) for p in points)
    strict = calibrated((p.confidence, p.exact) for p in points)
    lines = (
        Line(
            "expected error, 10 bins of equal width",
            folded.error,
            0.04,
            0.02,
            less=True,
            spread=f"{len(points)} reads",
        ),
        Line(
            "wrong among reads over 0.95",
            folded.sure.value,
            0.01,
            0.002,
            less=True,
            spread=interval(folded.sure),
        ),
    )
    detail = {
        "folded": calibration_told(folded),
        "strict": calibration_told(strict),
        "note": "folded, since the EU truth has O/0 slips: how sure the shapes are against whether they are "
        "right; false reads count as wrong; plates that the truth does not list (unlisted.csv) do not count",
    }
    return Finding(lines, f"{_REAL}, check/no-plates ({empty.pictures})", model=uk.model or "", detail=detail)
