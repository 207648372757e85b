"""Rectified crops in, readings out: the recogniser's ONNX model and what its scores mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openanpr.core.read import Style
from openanpr.read.ctc import beam_search, gaps_of, positions_of, without_gaps
from openanpr.read.model_file import ModelCard, load_session
from openanpr.read.reading import Reading
from openanpr.read.rectify import CANVAS_HEIGHT, CANVAS_WIDTH, line_counts, rectify

_STYLES: Final = (Style.WHITE, Style.YELLOW, Style.BLACK, Style.TRADE, Style.OTHER, Style.UNKNOWN)
_BATCH: Final = 16

Image = NDArray[np.uint8]
Quad = NDArray[np.float32]


class Recogniser:
    """Reads plates on canvases of (32, 160, 3) uint8 BGR."""

    def __init__(self, *, threads: int = 1) -> None:
        """Load the model; raises ModelError if it is missing or not the one its card names."""
        self._session, self.card = load_session("recogniser", threads=threads)

    @property
    def model(self) -> ModelCard:
        """The card of the model in use."""
        return self.card

    def scores(
        self, canvases: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Log-probabilities (n, 80, 36), styles (n, 6) and plate scores (n,) of canvases (n, 32, 160, 3)."""
        wanted = (CANVAS_HEIGHT, CANVAS_WIDTH, 3)
        if canvases.shape[1:] != wanted or canvases.dtype != np.uint8:
            raise ValueError(f"wanted uint8 canvases (n, *{wanted}); found {canvases.dtype} {canvases.shape}")
        parts = [
            self._session.run(None, {"canvases": canvases[i : i + _BATCH]})
            for i in range(0, len(canvases), _BATCH)
        ]
        log_p, style, plate = (np.concatenate(part) for part in zip(*parts, strict=True))
        return log_p, style, plate

    def read(self, image: Image, quads: Sequence[Quad], *, lines: int | None = None) -> list[Reading]:
        """One reading for each quad (4, 2) tl, tr, br, bl in `image` (h, w, 3) BGR.

        `lines` is 1 or 2 where it is known; where slant leaves it in doubt both are read and the surer
        one is kept.
        """
        jobs = [(i, n) for i, quad in enumerate(quads) for n in ((lines,) if lines else line_counts(quad))]
        if not jobs:
            return []
        canvases = np.stack([rectify(image, quads[i], lines=n) for i, n in jobs])
        log_p, style, plate = self.scores(canvases)
        best: dict[int, Reading] = {}
        for row, (i, n) in enumerate(jobs):
            reading = reading_of(log_p[row], style[row], float(plate[row]), lines=n)
            if i not in best or _surety(reading) > _surety(best[i]):
                best[i] = reading
        return [best[i] for i in range(len(quads))]


def reading_of(
    log_p: NDArray[np.float32], style: NDArray[np.float32], plate: float, *, lines: int
) -> Reading:
    """The reading that one row of the network's scores amounts to."""
    log_p, gap = without_gaps(log_p)
    strings = beam_search(log_p)
    return Reading(
        strings, positions_of(log_p, strings), plate, _STYLES[int(style.argmax())], lines,
        gaps_of(log_p, gap, strings),
    )  # fmt: skip


def _surety(reading: Reading) -> float:
    """How far a reading vouches for itself: its best string, its length and that it is a plate at all."""
    text, log_score = reading.strings[0]
    return (
        log_score / max(1, len(text))
        + float(np.log(max(reading.plate_score, 1e-6)))
        - (3.0 if len(text) < 2 else 0.0)
    )
