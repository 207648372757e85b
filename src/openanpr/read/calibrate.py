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
ENOUGH_CHARACTERS = 6  # more of them prove no more


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of two logistic curves; the identity on `seen_p` where nothing was fitted.

    `bias`, `seen`, `plate` and `small` say how surely a plate was read; those named `place_` how surely the
    place is a plate at all.
    """

    bias: float = 0.0
    seen: float = 1.0
    plate: float = 0.0
    small: float = 0.0
    place_bias: float = 30.0
    place_found: float = 0.0
    place_looks: float = 0.0
    place_read: float = 0.0
    place_length: float = 0.0
    most: float = 0.9999

    @classmethod
    def from_card(cls, numbers: Mapping[str, float]) -> Self:
        """The calibration that a model card holds; raises TypeError for a number it does not know."""
        return cls(**numbers)

    def place_p(self, *, found: float, plate_score: float, seen_p: float, length: int) -> float:
        """Probability that a place is a plate.

        By the detector's score `found`, by whether it looks like a plate to the recogniser, and by how
        surely (`seen_p`) how many characters were read there: a grille has corners but no text.
        """
        return _logistic(
            self.place_bias
            + self.place_found * found
            + self.place_looks * _log_odds(plate_score)
            + self.place_read * _log_odds(seen_p)
            + self.place_length * min(length, ENOUGH_CHARACTERS)
        )

    def shapes_p(self, *, seen_p: float, plate_score: float, char_height_px: float) -> float:
        """Probability that every shape is right, given that the place is a plate.

        `seen_p`: share of the chosen shape string, over all frames that voted; `plate_score`: that it is
        a plate at all; `char_height_px`: height of the characters in the picture.
        """
        log_odds = (
            self.bias
            + self.seen * _log_odds(seen_p)
            + self.plate * _log_odds(plate_score)
            + self.small * max(0.0, math.log(16.0 / max(4.0, char_height_px)))
        )
        return min(self.most, _logistic(log_odds))


def _logistic(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))


def _log_odds(p: float) -> float:
    p = min(1 - _CLIP, max(_CLIP, p))
    return math.log(p) - math.log(1 - p)
