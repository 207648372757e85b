"""From the recogniser's own certainty to a probability that is right as often as it says.

The fit (see `training/calibration`) is a logistic curve on a few plain measures of the reading; its
numbers live in the recogniser's card beside the checksum, so that a model and its calibration cannot
be parted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

_CLIP = 1e-6


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the logistic curve; the identity on `seen_p` where nothing was fitted."""

    bias: float = 0.0
    seen: float = 1.0
    plate: float = 0.0
    small: float = 0.0
    most: float = 0.9999

    @classmethod
    def from_card(cls, numbers: Mapping[str, float]) -> Self:
        """The calibration that a model card holds; raises TypeError for a number it does not know."""
        return cls(**numbers)

    def confidence(
        self, *, seen_p: float, spelling_p: float, plate_score: float, char_height_px: float, frames: int
    ) -> float:
        """Probability that the plate is right.

        `seen_p`: share of the chosen shape string; `spelling_p`: share of the chosen spelling among
        those of that string (O or 0); `plate_score`: that it is a plate at all; `char_height_px`:
        height of the characters in the picture. `frames` that agree raise what was seen, with
        diminishing returns because frames of one pass err alike.
        """
        doubt = max(_CLIP, (1 - seen_p) / math.sqrt(max(1, frames)))
        log_odds = (
            self.bias
            + self.seen * (math.log(max(_CLIP, seen_p)) - math.log(doubt))
            + self.plate * _log_odds(plate_score)
            + self.small * max(0.0, math.log(16.0 / max(4.0, char_height_px)))
        )
        return min(self.most, spelling_p / (1 + math.exp(-max(-30.0, min(30.0, log_odds)))))


def _log_odds(p: float) -> float:
    p = min(1 - _CLIP, max(_CLIP, p))
    return math.log(p) - math.log(1 - p)
