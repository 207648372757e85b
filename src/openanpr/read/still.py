"""One picture that stands alone: every plate in it, the most plausible first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from openanpr.core.frame import Frame
from openanpr.core.read import Direction, Read
from openanpr.read.detect import Detection, Detector
from openanpr.read.reading import Reading
from openanpr.read.recognise import Recogniser
from openanpr.read.record import Recorder
from openanpr.read.vote import Ballot
from openanpr.read.watch import Watch

# Looks at one plate with its quad moved by parts of its height, voted like the frames of a clip: grown to
# both sides, grown up and down, moved along, moved across. A quad too tight cuts characters, one too wide
# only shows more of the car: so most looks are wider than what was found.
_LOOKS = (
    (0.08, 0.05, 0.0, 0.0),
    (-0.03, -0.03, 0.0, 0.0),
    (0.03, 0.0, 0.05, -0.035),
    (0.03, 0.0, -0.05, 0.035),
    (0.15, 0.0, 0.0, 0.0),
    (0.05, 0.09, 0.0, 0.0),
)
_OUTWARD = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float32)  # of each corner, along and across
_LEAST_PLATE_SCORE = 0.3

Image = NDArray[np.uint8]
Quad = NDArray[np.float32]


def nudged(corners: Quad) -> list[Quad]:
    """The quad (4, 2) as other looks at the same plate would have it, see `_LOOKS`."""
    along = (corners[1] - corners[0] + corners[2] - corners[3]) / 2
    down = (corners[3] - corners[0] + corners[2] - corners[1]) / 2
    height = float(np.hypot(*down))
    step_along, step_down = along * (height / max(1e-3, float(np.hypot(*along)))), down
    looks: list[Quad] = []
    for wider, taller, shift, drop in _LOOKS:
        moves = _OUTWARD * np.array([wider, taller], np.float32) + np.array([shift, drop], np.float32)
        looks.append((corners + moves[:, :1] * step_along + moves[:, 1:] * step_down).astype(np.float32))
    return looks


def read_steadily(image: Image, plate: Detection, recogniser: Recogniser) -> Reading | None:
    """What several looks at one plate of a picture (h, w, 3) BGR amount to; None where it shows no text."""
    first = recogniser.read(image, [plate.corners])[0]
    if first.plate_score < _LEAST_PLATE_SCORE or not first.strings[0][0]:
        return None
    ballot = Ballot()
    for reading in (first, *recogniser.read(image, nudged(plate.corners), lines=first.lines)):
        if reading.strings[0][0]:
            ballot.add(reading, weight=1.0, frame_index=0, quality=1.0)
    return ballot.result().reading


def read_still(
    frame: Frame[Image],
    detector: Detector,
    recogniser: Recogniser,
    recorder: Recorder,
    watch: Watch | None = None,
) -> list[Read]:
    """All plates that are wholly in one picture; only the first is `primary`. `watch` is told of it."""
    found: list[tuple[float, Read]] = []
    plates = detector.find(frame.image, tiles=True)
    if watch is not None:
        watch(frame, plates)
    for plate in plates:
        if plate.is_cut_off(frame.image):
            continue
        reading = read_steadily(frame.image, plate, recogniser)
        if reading is None:
            continue
        sight = recorder.sight(frame, plate)
        read = recorder.record(reading, sight, frames=1, direction=Direction.UNKNOWN)
        if read is not None:
            found.append((_plausibility(read, plate.score), read))
    found.sort(key=lambda pair: -pair[0])
    return [replace(read, primary=i == 0) for i, (_, read) in enumerate(found)]


def _plausibility(read: Read, score: float) -> float:
    """Surer, larger and better found comes first: a far plate yields to a near one read as well."""
    return read.confidence * (0.25 + score) * float(np.log(8 + read.box.h))
