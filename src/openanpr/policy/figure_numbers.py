"""What of counts is shown to the public, and when: the numbers of a profile for figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openanpr.policy.sourced import Number, number, only

FIGURES = frozenset(
    {"least_shown", "rate_least", "settle_days", "late_days", "alert_step", "camera_step", "entry_step"}
)


@dataclass(frozen=True, slots=True)
class FigureNumbers:
    """The least count shown, the least that a rate is a rate of, when a month is counted; widths of bands.

    See `docs/reference/figures.md`.
    """

    least_shown: Number
    rate_least: Number
    settle_days: Number
    late_days: Number
    alert_step: Number
    camera_step: Number
    entry_step: Number


def parse_figures(found: Mapping[str, object]) -> FigureNumbers:
    """Return the numbers of the table `[figures]`. Raises KeyError, TypeError, ValueError for a fault."""
    only(found, FIGURES, "figures.")
    return FigureNumbers(**{key: number(found, key, "figures") for key in FIGURES})


def verify_figures(figures: FigureNumbers, *, oldest_days: int, kept_days: int) -> None:
    """Raise ValueError for numbers that contradict one another or what is taken in and kept."""
    if figures.least_shown.value < 3:
        raise ValueError("figures.least_shown must be 3 or more: a count withheld must be one of several")
    if figures.rate_least.value < figures.least_shown.value:
        raise ValueError("figures.rate_least must be at least figures.least_shown")
    # What still comes in after a month was counted would never be in its figures.
    if not oldest_days <= figures.settle_days.value < kept_days:
        raise ValueError("figures.settle_days must be at least ingest.oldest_days, and under retention.days")
    if figures.late_days.value < 1:
        raise ValueError("figures.late_days must be 1 or more")
    if min(figures.alert_step.value, figures.camera_step.value, figures.entry_step.value) < 1:
        raise ValueError("the steps of figures must be 1 or more")
