"""From a reading with its place to the read that leaves the program."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from openanpr.core.frame import Frame
from openanpr.core.grammar import Country
from openanpr.core.instant import Instant
from openanpr.core.read import BoxPx, Corners, Direction, Read
from openanpr.read.calibrate import Calibration
from openanpr.read.decode import View, decode
from openanpr.read.detect import Detection
from openanpr.read.pictures import cut_overview, cut_patch, overview_jpeg, patch_jpeg
from openanpr.read.reading import Reading

_CHARACTERS_OF_ONE_LINE = 0.70  # height of the characters over height of the plate
_CHARACTERS_OF_TWO_LINES = 0.39

Image = NDArray[np.uint8]
Quad = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """Where, when and how surely a plate was found, with the pictures of that moment (None: not wanted)."""

    source: str
    index: int
    at: Instant
    corners: Quad
    score: float
    patch: Image | None
    overview: Image | None


def char_height_px(corners: Quad, lines: int) -> float:
    """Height of the characters of a plate with these corners (4, 2), in pixels."""
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    share = _CHARACTERS_OF_ONE_LINE if lines == 1 else _CHARACTERS_OF_TWO_LINES
    return float(sides[1] + sides[3]) / 2 * share


@dataclass(frozen=True, slots=True)
class Recorder:
    """Makes reads: spelling, confidence and pictures by the settings of this run."""

    country: Country
    on: date | None
    min_confidence: float
    pictures: bool
    model: str
    settings: str
    calibration: Calibration

    def sight(self, frame: Frame[Image], plate: Detection) -> Sight:
        """Keep of a frame what a read may need of it: never the whole frame."""
        patch = cut_patch(frame.image, plate.corners) if self.pictures else None
        overview = cut_overview(frame.image) if self.pictures else None
        return Sight(frame.source, frame.index, frame.at, plate.corners, plate.score, patch, overview)

    def record(
        self, reading: Reading, sight: Sight, *, frames: int, direction: Direction, primary: bool = True
    ) -> Read | None:
        """The read; None where nothing readable was there, or what was read is less sure than the least.

        A plate whose shapes are sure is told even where nobody can say which of them are O and which 0.
        """
        decoded = decode(
            reading, country=self.country, on=self.on or sight.at.at.date(), calibration=self.calibration,
            view=View(char_height_px(sight.corners, reading.lines), sight.score),
        )  # fmt: skip
        if decoded is None or decoded.shapes_p < self.min_confidence:
            return None
        return Read(
            source=sight.source, captured_at=sight.at, frame=sight.index, plate=decoded.plate,
            raw=decoded.raw,
            syntax=decoded.syntax, confidence=decoded.confidence, candidates=decoded.candidates,
            characters=decoded.characters, box=_box(sight.corners), corners=_corners(sight.corners),
            style=reading.style,
            lines=reading.lines, direction=direction, frames=frames, primary=primary,
            patch=None if sight.patch is None else patch_jpeg(sight.patch),
            overview=None if sight.overview is None else overview_jpeg(sight.overview),
            model=self.model, settings=self.settings,
        )  # fmt: skip


def _box(corners: Quad) -> BoxPx:
    low, high = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
    return BoxPx(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1]))


def _corners(corners: Quad) -> Corners:
    a, b, c, d = ((round(float(x), 1), round(float(y), 1)) for x, y in corners)
    return (a, b, c, d)
