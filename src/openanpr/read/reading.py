"""What the recogniser made of one rectified crop, before grammar and before voting."""

from __future__ import annotations

from dataclasses import dataclass

from openanpr.core.read import Style


@dataclass(frozen=True, slots=True)
class Reading:
    """Rival strings of one crop.

    `strings` are (text, log-probability) best first, over the 34 shapes (0-9 and A-Z without I and
    O, which are the shapes of 1 and 0). `positions` gives for each character of the best string its
    rivals as (shape, probability), best first. `plate_score` is the probability that the crop shows
    a number plate at all. `lines` is 1 or 2. `gaps` gives for each two neighbours of the best string the
    probability that a space parts them, and is empty where that is not known.
    """

    strings: tuple[tuple[str, float], ...]
    positions: tuple[tuple[tuple[str, float], ...], ...]
    plate_score: float
    style: Style
    lines: int
    gaps: tuple[float, ...] = ()
