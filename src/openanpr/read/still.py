"""One picture that stands alone: every plate in it, the most plausible first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from openanpr.core.frame import Frame
from openanpr.core.read import Direction, Read
from openanpr.read.detect import Detector
from openanpr.read.recognise import Recogniser
from openanpr.read.record import Recorder
from openanpr.read.vote import Ballot

_LOOKS = 5  # readings of one plate with its corners moved a little, voted like the frames of a clip
_MOVE = 0.035  # of the plate's height
_LEAST_PLATE_SCORE = 0.3

Quad = NDArray[np.float32]


def nudged(corners: Quad, looks: int = _LOOKS) -> list[Quad]:
    """The quad (4, 2) itself, then grown, shrunk and shifted by parts of its height."""
    height = float(np.hypot(*(corners[3] - corners[0])) + np.hypot(*(corners[2] - corners[1]))) / 2
    centre = corners.mean(axis=0)
    step = _MOVE * height
    moves = (
        corners,
        centre + (corners - centre) * np.array([1.03, 1.10], np.float32),
        centre + (corners - centre) * np.array([0.985, 0.94], np.float32),
        corners + np.array([step * 1.5, -step], np.float32),
        corners + np.array([-step * 1.5, step], np.float32),
    )
    return [quad.astype(np.float32) for quad in moves[:looks]]


def read_still(
    frame: Frame[NDArray[np.uint8]], detector: Detector, recogniser: Recogniser, recorder: Recorder
) -> list[Read]:
    """All plates of one picture; only the first is `primary`."""
    found: list[tuple[float, Read]] = []
    for plate in detector.find(frame.image, tiles=True):
        first = recogniser.read(frame.image, [plate.corners])[0]
        if first.plate_score < _LEAST_PLATE_SCORE or not first.strings[0][0]:
            continue
        ballot = Ballot()
        for reading in (first, *recogniser.read(frame.image, nudged(plate.corners)[1:], lines=first.lines)):
            if reading.strings[0][0]:
                ballot.add(reading, weight=1.0, frame_index=0, quality=1.0)
        sight = recorder.sight(frame, plate)
        read = recorder.record(ballot.result().reading, sight, frames=1, direction=Direction.UNKNOWN)
        if read is not None:
            found.append((_plausibility(read, plate.score), read))
    found.sort(key=lambda pair: -pair[0])
    return [replace(read, primary=i == 0) for i, (_, read) in enumerate(found)]


def _plausibility(read: Read, score: float) -> float:
    """Surer, larger and better found comes first: a far plate yields to a near one read as well."""
    return read.confidence * (0.25 + score) * float(np.log(8 + read.box.h))
