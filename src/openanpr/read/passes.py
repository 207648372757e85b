"""Moving traffic: frames of one source to one read for each pass of a vehicle."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from openanpr.core.frame import Frame
from openanpr.core.read import Read
from openanpr.read.detect import Detection, Detector
from openanpr.read.reading import Reading
from openanpr.read.recognise import Recogniser
from openanpr.read.record import Recorder, Sight, char_height_px
from openanpr.read.track import Pass, Step, Tracker, TrackSettings
from openanpr.read.vote import Ballot, frame_weight
from openanpr.read.watch import Watch

_CREDIBLE_PLATE_SCORE = 0.5
_SURE_ENOUGH = math.log(0.3)  # weaker readings vote, but name no vehicle: signs and fragments
_LEAST_CHAR_PX = 5.0
_MOST_READ_A_FRAME = 8
_SETTLED_AFTER = 10  # readings that agree: then a plate that does not come nearer is read now and then
_NOW_AND_THEN = 5
_IDLE_STEP = 2  # with nothing in sight every second frame is enough

Image = NDArray[np.uint8]
Quad = NDArray[np.float32]


@dataclass(slots=True)
class _Following:
    """What is kept of a pass while it lasts: the vote, and the sights of its best frames."""

    ballot: Ballot = field(default_factory=Ballot)
    sights: dict[int, Sight] = field(default_factory=dict[int, Sight])
    last_quad: Quad | None = None
    last_text: str = ""
    agreeing: int = 0
    tallest_px: float = 0.0
    voted: bool = False


class Passes:
    """Follows the vehicles of one source."""

    def __init__(
        self,
        detector: Detector,
        recogniser: Recogniser,
        recorder: Recorder,
        *,
        report_after_s: float | None,
        watch: Watch | None = None,
    ) -> None:
        """Begin with an empty road; `report_after_s` None tells a pass when it is over.

        `watch` is told of each frame that was looked at.
        """
        self._watch = watch
        self._detector, self._recogniser, self._recorder = detector, recogniser, recorder
        after_s = math.inf if report_after_s is None else report_after_s
        self._tracker = Tracker(
            TrackSettings(report_after_s=after_s, high_score=max(0.3, detector.threshold))
        )
        self._following: dict[int, _Following] = {}
        self._busy = False
        self._count = 0

    def take(self, frame: Frame[Image]) -> Iterator[Read]:
        """The reads of the passes that this frame ended."""
        self._count += 1
        if not self._busy and self._count % _IDLE_STEP:
            return
        plates = self._detector.find(frame.image, tiles=False)
        if self._watch is not None:
            self._watch(frame, plates)
        readings = self._readings(frame.image, plates)
        boxes = np.array([_xywh(p.corners) for p in plates], np.float32).reshape(-1, 4)
        step = self._tracker.update(
            boxes, frame_index=frame.index, offset_s=frame.offset_s,
            scores=np.array([p.score for p in plates], np.float32), marks=[_mark(r) for r in readings],
        )  # fmt: skip
        self._busy = bool(plates)
        for plate, reading, number in zip(plates, readings, step.ids, strict=True):
            if number is not None:
                self._vote(self._following.setdefault(number, _Following()), frame, plate, reading)
        yield from self._settle(step)

    def finish(self) -> Iterator[Read]:
        """The reads of the passes still open when the source ends."""
        yield from self._settle(self._tracker.finish())

    def _settle(self, step: Step) -> Iterator[Read]:
        for young, old in step.joined:
            self._join(young, old)
        for told in step.report:
            read = self._told(told)
            if read is not None:
                yield read
        for gone in step.gone:
            self._following.pop(gone.id, None)

    def _readings(self, image: Image, plates: list[Detection]) -> list[Reading | None]:
        """A reading for each plate worth reading now: tall enough, and not long known."""
        worth = [
            i
            for i, p in enumerate(plates)
            if char_height_px(p.corners, 1) >= _LEAST_CHAR_PX and not self._known(p.corners)
        ]
        worth = worth[:_MOST_READ_A_FRAME]
        readings: list[Reading | None] = [None] * len(plates)
        for i, reading in zip(
            worth, self._recogniser.read(image, [plates[i].corners for i in worth]), strict=True
        ):
            readings[i] = reading
        return readings

    def _known(self, corners: Quad) -> bool:
        """Whether the plate here has been read often enough that this frame adds nothing."""
        if self._count % _NOW_AND_THEN == 0:
            return False
        height = float(np.ptp(corners[:, 1]))
        return any(
            f.agreeing >= _SETTLED_AFTER
            and f.last_quad is not None
            and height < 1.1 * f.tallest_px
            and _near(f.last_quad, corners)
            for f in self._following.values()
        )

    def _vote(
        self, following: _Following, frame: Frame[Image], plate: Detection, reading: Reading | None
    ) -> None:
        corners = following.last_quad = plate.corners
        if reading is None or not _legible(reading) or plate.is_cut_off(frame.image):
            return
        height = float(np.ptp(corners[:, 1]))
        following.tallest_px = max(following.tallest_px, height)
        text = reading.strings[0][0]
        following.agreeing = following.agreeing + 1 if text == following.last_text else 0
        following.last_text = text
        sharp = _sharpness(frame.image, corners)
        weight = frame_weight(
            char_height_px(corners, reading.lines) / 0.7, sharpness=sharp, plate_score=reading.plate_score
        )
        quality = math.exp(reading.strings[0][1]) * math.sqrt(height) * (0.3 + sharp)
        following.voted = True
        if following.ballot.add(reading, weight=weight, frame_index=frame.index, quality=quality):
            following.sights[frame.index] = self._recorder.sight(frame, plate)
            for old in following.sights.keys() - following.ballot.kept:
                del following.sights[old]

    def _join(self, young: int, old: int) -> None:
        """The younger pass was the older one all along: its votes move over."""
        younger = self._following.pop(young, None)
        older = self._following.setdefault(old, _Following())
        if younger is None or not younger.voted:
            return
        older.ballot.absorb(younger.ballot)
        older.voted = True
        older.last_quad = younger.last_quad
        older.tallest_px = max(older.tallest_px, younger.tallest_px)
        older.sights |= younger.sights
        for stale in older.sights.keys() - older.ballot.kept:
            del older.sights[stale]

    def _told(self, told: Pass) -> Read | None:
        following = self._following.get(told.id)
        if following is None or not following.voted:
            return None
        voted = following.ballot.result()
        sight = following.sights[voted.best_frame]  # kept by the ballot's own word, see `Ballot.kept`
        return self._recorder.record(
            voted.reading, sight, frames=max(1, voted.agreeing), direction=told.direction
        )


def _legible(reading: Reading | None) -> bool:
    """Whether a reading says anything about a plate, and so may vote."""
    return (
        reading is not None and reading.plate_score >= _CREDIBLE_PLATE_SCORE and bool(reading.strings[0][0])
    )


def _mark(reading: Reading | None) -> str | None:
    """The text by which the tracker may know a plate again: one that was fairly surely read."""
    if reading is None or not _legible(reading) or reading.strings[0][1] < _SURE_ENOUGH:
        return None
    return reading.strings[0][0]


def _xywh(corners: Quad) -> tuple[float, float, float, float]:
    low, high = corners.min(axis=0), corners.max(axis=0)
    return float(low[0]), float(low[1]), max(1.0, float(high[0] - low[0])), max(1.0, float(high[1] - low[1]))


def _near(a: Quad, b: Quad) -> bool:
    return float(np.hypot(*(a.mean(axis=0) - b.mean(axis=0)))) < 0.5 * float(np.ptp(a[:, 0]))


def _sharpness(image: Image, corners: Quad) -> float:
    """How sharp the plate is, 0 to 1: its finest detail against its contrast."""
    x, y, w, h = (round(v) for v in _xywh(corners))
    part = image[max(0, y) : y + h, max(0, x) : x + w, 1]
    if min(part.shape) < 4:  # nothing to measure on
        return 0.0
    contrast = float(part.std())
    if contrast < 2.0:  # an even grey
        return 0.0
    fine = float(np.abs(cv2.Laplacian(part, cv2.CV_16S)).mean())
    return min(1.0, fine / (contrast * 1.2))
