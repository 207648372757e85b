"""The measures of a camera or a model: shares with their intervals, calibration, times. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from openanpr.core.share import Share

BINS = 10
SURE = 0.95
HEIGHT_BANDS_PX = (12.0, 16.0, 24.0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one readable plate.

    `confidence` is None when it was missed. `exact` and `folded` (O and 0, I and 1 being one) tell
    whether every character was right. The rest says what kind of plate it was and how it was seen.
    """

    confidence: float | None
    exact: bool
    folded: bool
    layout: str
    style: str
    height: str
    light: str

    @property
    def captured(self) -> bool:
        """Whether the plate was found and read, rightly or not."""
        return self.confidence is not None


@dataclass(frozen=True, slots=True)
class Group:
    """Shares over some outcomes: `capture` of all plates, `exact` and `folded` of those captured."""

    kind: str
    label: str
    capture: Share
    exact: Share
    folded: Share


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Reads whose confidence lies between `low` and `high`: how sure they were, how many were right."""

    low: float
    high: float
    confidence: float
    right: Share


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Whether a read that says 0.9 is right nine times in ten.

    `error` is the expected calibration error over ten bins of equal width, weighted by their reads
    (None: no read). `sure` counts wrong reads among those with a confidence over 0.95; `sure_of_all`
    counts the same among all reads.
    """

    error: float | None
    sure: Share
    sure_of_all: Share
    bins: tuple[CalibrationBin, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of many: the middle one, and the one that 95 in 100 do not pass. None: nothing timed."""

    median_ms: float | None
    p95_ms: float | None


def group(outcomes: Sequence[Outcome], *, kind: str = "all", label: str = "all plates") -> Group:
    """Return the shares over `outcomes`."""
    found = [one for one in outcomes if one.captured]
    return Group(
        kind, label,
        capture=Share(len(found), len(outcomes)),
        exact=Share(sum(one.exact for one in found), len(found)),
        folded=Share(sum(one.folded for one in found), len(found)),
    )  # fmt: skip


_KINDS: tuple[tuple[str, Callable[[Outcome], str]], ...] = (
    ("layout", lambda one: one.layout),
    ("style", lambda one: one.style),
    ("character height, px", lambda one: one.height),
    ("light", lambda one: one.light),
)


def groups(outcomes: Sequence[Outcome]) -> tuple[Group, ...]:
    """Return the shares by layout, plate style, character height and light, each sorted by its label."""
    return tuple(
        group([one for one in outcomes if of(one) == label], kind=kind, label=label)
        for kind, of in _KINDS
        for label in sorted({of(one) for one in outcomes}, key=_order)
    )


def height_band(char_height_px: float | None) -> str:
    """Return the band that a character height belongs to."""
    if char_height_px is None:
        return "unknown"
    below = [edge for edge in HEIGHT_BANDS_PX if edge <= char_height_px]
    above = [edge for edge in HEIGHT_BANDS_PX if edge > char_height_px]
    if not below:
        return f"under {above[0]:g}"
    return f"{below[-1]:g} to {above[0]:g}" if above else f"{below[-1]:g} and more"


def _order(label: str) -> tuple[int, str]:
    """Height bands from small to large, the unknown last."""
    return (1, "") if label == "unknown" else (0, "" if label.startswith("under") else label)


def calibrated(points: Iterable[tuple[float, bool]]) -> Calibrated:
    """Return how far (confidence, right) pairs agree, over ten bins of equal width."""
    reads = list(points)
    bins: list[CalibrationBin] = []
    for number in range(BINS):
        inside = [(p, right) for p, right in reads if min(BINS - 1, int(p * BINS)) == number]
        mean = sum(p for p, _ in inside) / len(inside) if inside else (number + 0.5) / BINS
        right = Share(sum(right for _, right in inside), len(inside))
        bins.append(CalibrationBin(number / BINS, (number + 1) / BINS, mean, right))
    gaps = [abs(b.confidence - b.right.hits / b.right.of) * b.right.of for b in bins if b.right.of]
    sure = [right for p, right in reads if p > SURE]
    wrong = sum(not right for right in sure)
    error = sum(gaps) / len(reads) if reads else None
    return Calibrated(error, Share(wrong, len(sure)), Share(wrong, len(reads)), tuple(bins))


def times(taken_s: Sequence[float]) -> Times:
    """Return the median and the 95th percentile (nearest rank) of seconds, in milliseconds."""
    if not taken_s:
        return Times(None, None)
    ordered = sorted(taken_s)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    return Times(1000 * middle, 1000 * ordered[math.ceil(0.95 * len(ordered)) - 1])
