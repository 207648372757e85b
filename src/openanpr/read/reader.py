"""Frames in, reads out: the one place where detection, recognition, voting and grammar meet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

from openanpr.core.frame import Frame
from openanpr.core.grammar import Country
from openanpr.core.read import Read
from openanpr.read.calibrate import Calibration
from openanpr.read.detect import Detector
from openanpr.read.model_file import load_card
from openanpr.read.passes import Passes
from openanpr.read.recognise import Recogniser
from openanpr.read.record import Recorder
from openanpr.read.still import read_still
from openanpr.read.watch import Watch

_CALIBRATION = "calibration_"


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """How to read.

    `country` names the layouts tried; `threads` the processor threads of each model;
    `min_confidence` how sure the shapes of a reported read must be (0..1; which O is a 0 left aside);
    `on` the day whose age codes are valid (None: the day of each frame); `pictures` whether patch and
    overview are made; `report_after_s` tells a pass of a live stream at the latest so long after it
    could be read (None: when it is over).
    """

    country: Country = "gb"
    threads: int = 1
    min_confidence: float = 0.5  # more likely right than wrong
    on: date | None = None
    pictures: bool = True
    report_after_s: float | None = None

    def digest(self) -> str:
        """The first 16 hex digits of the SHA-256 over every setting that can change a read."""
        told = {
            "country": self.country,
            "min_confidence": self.min_confidence,
            "on": str(self.on),
            "report_after_s": self.report_after_s,
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


class Reader:
    """Reads number plates; not for use from several threads at once."""

    def __init__(
        self,
        detector: Detector,
        recogniser: Recogniser,
        settings: ReaderSettings,
        *,
        model: str,
        watch: Watch | None = None,
    ) -> None:
        """Join loaded models; most callers want `Reader.load`. `watch` is told of each frame looked at."""
        self.settings = settings
        self.model = model
        self._detector = detector
        self._recogniser = recogniser
        self._watch = watch
        numbers = recogniser.card.settings
        calibration = {
            k.removeprefix(_CALIBRATION): v for k, v in numbers.items() if k.startswith(_CALIBRATION)
        }
        self._recorder = Recorder(
            country=settings.country, on=settings.on, min_confidence=settings.min_confidence,
            pictures=settings.pictures,
            model=model, settings=settings.digest(), calibration=Calibration.from_card(calibration),
        )  # fmt: skip

    @classmethod
    def load(cls, settings: ReaderSettings, *, watch: Watch | None = None) -> Self:
        """Load both models; raises ModelError if one is missing or not the one that its card names."""
        detector = Detector.load(threads=settings.threads)
        recogniser = Recogniser(threads=settings.threads)
        model = "+".join(
            f"{card.name}-{card.sha256[:12]}" for card in (load_card("detector"), recogniser.card)
        )
        return cls(detector, recogniser, settings, model=model, watch=watch)

    def read(self, frames: Iterable[Frame[NDArray[np.uint8]]]) -> Iterator[Read]:
        """The reads of a source and of the files in it, as they are made.

        A still gives every plate in it, the most plausible first; moving frames give one read for each
        pass of a vehicle, when the pass is over (or after `report_after_s`).
        """
        passes = self._open_road()
        source = None
        for frame in frames:
            if frame.still:
                yield from read_still(frame, self._detector, self._recogniser, self._recorder, self._watch)
                continue
            if source not in {None, frame.source}:  # the next clip of a folder: another road, other cars
                yield from passes.finish()
                passes = self._open_road()
            source = frame.source
            yield from passes.take(frame)
        yield from passes.finish()

    def _open_road(self) -> Passes:
        after_s = self.settings.report_after_s
        return Passes(
            self._detector, self._recogniser, self._recorder, report_after_s=after_s, watch=self._watch
        )
