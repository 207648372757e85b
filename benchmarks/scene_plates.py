"""Small plates: the fixed stress scenes read by the whole reader."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.result import Finding, Line
from benchmarks.scored import interval, reader_of
from openanpr.core.frame import Frame
from openanpr.core.instant import ClockSource, Instant
from openanpr.core.read import Read
from openanpr.core.shape import shape_key
from openanpr.read.detect import Detector
from openanpr.run.score_measures import Share
from training.detector import stress as scenes
from training.detector.measure import SAME_IOU, iou, upright

COUNT = 120
_TARGETS = {
    (12.0, 16.0): ((0.90, 0.97), (0.88, 0.96)),
    (16.0, 24.0): ((0.97, 0.99), (0.95, 0.98)),
    (24.0, 44.0): ((0.99, 1.0), (0.98, 0.99)),
}
_AT = Instant(datetime(2026, 11, 22, 12, tzinfo=UTC), ClockSource.CLOCK, 0)


@dataclass(slots=True)
class _Count:
    """Plates, those boxed by the detector, those reported, those of them right by shape and by letter."""

    plates: int = 0
    found: int = 0
    reported: int = 0
    folded: int = 0
    exact: int = 0

    def add(self, plate: scenes.StressPlate, read: Read | None, *, boxed: bool) -> None:
        self.plates += 1
        self.found += boxed
        self.reported += read is not None
        self.folded += read is not None and shape_key(read.plate) == shape_key(plate.text)
        self.exact += read is not None and read.plate == plate.text

    def told(self) -> dict[str, float]:
        return {
            "plates": self.plates,
            "found": round(self.found / self.plates, 4),
            "reported": round(self.reported / self.plates, 4),
            "read_folded": round(self.folded / self.plates, 4),
            "read_strict": round(self.exact / self.plates, 4),
        }


@dataclass(slots=True)
class _Tally:
    """All counts of the scenes, by what they are asked for."""

    by: dict[str, _Count] = field(default_factory=lambda: defaultdict(_Count))
    corner_px: list[float] = field(default_factory=list)
    false: int = 0
    drawn: int = 0


def small_plates(data: Path) -> Finding:
    """Found and read by character height.

    Found: the detector, at its own threshold, has a box there (IoU 0.4), as in the measure of parked cars.
    Read: the reader reports it with every shape right; what it finds and is not sure of it leaves out, which
    the detail tells as `reported`.

    Some marks here are random or of other countries, where nobody can tell O from 0: so `--country any`, and
    folded for the target. The strict share stands in the detail.
    """
    tally = _Tally()
    reader, detector = reader_of("any"), Detector.load(threads=1)
    on_photos = (data / "train" / "romania-dashcam").is_dir()
    for scene in scenes.stress_scenes(data if on_photos else None, count=COUNT):
        frame = Frame(scene.name, 0, _AT, scene.image, still=True, offset_s=0.0)
        boxes = [upright(one) for one in detector.find(scene.image, tiles=True)]
        _judge(tally, scene, list(reader.read([frame])), boxes)
    lines = [line for low_high in scenes.BINS_PX for line in _lines(low_high, tally.by[_name(low_high)])]
    mean = float(np.mean(tally.corner_px)) if tally.corner_px else None
    lines.append(
        Line("mean corner error", mean, None, None, "px", less=True, spread=f"{len(tally.corner_px)} plates")
    )
    lines.append(Line("false reads in 100 drawn scenes", 100 * tally.false / max(1, tally.drawn), less=True))
    detail = {name: count.told() for name, count in sorted(tally.by.items())}
    ground = (
        "half on photographs, half drawn" if on_photos else "all drawn: photographs are not on this machine"
    )
    where = f"training.detector.stress, {COUNT} scenes 1920x1080, {ground}"
    seeds = f"{scenes.SEED}, version {scenes.VERSION}"
    return Finding(tuple(lines), where, seeds, reader.model, detail)


def _judge(
    tally: _Tally, scene: scenes.StressScene, reads: list[Read], boxes: list[NDArray[np.float64]]
) -> None:
    left = list(range(len(reads)))
    for plate in scene.plates:
        box = _upright(plate.corners)
        boxed = any(iou(box, other) >= SAME_IOU for other in boxes)
        best = max(left, key=lambda i, b=box: iou(b, _upright_of(reads[i])), default=None)
        read = None
        if best is not None and iou(box, _upright_of(reads[best])) >= SAME_IOU:
            left.remove(best)
            read = reads[best]
            off = np.array(read.corners) - plate.corners
            tally.corner_px.append(float(np.linalg.norm(off, axis=1).mean()))
        names = (
            _name(plate.bin),
            scene.light,
            scene.ground,
            f"lines {len(plate.lines)}",
            f"style {plate.style}",
        )
        for name in names:
            tally.by[name].add(plate, read, boxed=boxed)
    if scene.ground == "drawn":  # a photograph may hold a real plate that nobody boxed
        tally.drawn += 1
        tally.false += len(left)


def _name(low_high: tuple[float, float]) -> str:
    return f"{low_high[0]:g}-{low_high[1]:g} px"


def _lines(low_high: tuple[float, float], count: _Count) -> tuple[Line, Line]:
    found, read = Share(count.found, count.plates), Share(count.folded, count.plates)
    (least_found, aim_found), (least_read, aim_read) = _TARGETS[low_high]
    name = _name(low_high)
    return (
        Line(f"{name}, found", found.value, least_found, aim_found, spread=interval(found)),
        Line(f"{name}, read", read.value, least_read, aim_read, spread=interval(read)),
    )


def _upright(corners: np.ndarray) -> np.ndarray:
    return np.concatenate([corners.min(axis=0), corners.max(axis=0)]).astype(np.float64)


def _upright_of(read: Read) -> np.ndarray:
    return _upright(np.array(read.corners))
