"""The years that months make: each a sum of months that follow one another. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from openanpr.publish.longer import LongerFigure, longer
from openanpr.publish.period import Month
from openanpr.publish.publication import ReadPublication


@dataclass(frozen=True, slots=True)
class Run:
    """Months of one year that follow one another, and what they show together."""

    first: Month
    last: Month
    months: int
    figures: tuple[LongerFigure, ...]


def years(months: Sequence[ReadPublication]) -> Iterator[tuple[int, tuple[Run, ...]]]:
    """Yield each year with its runs of months, the oldest first; a month that is missing parts two runs."""
    for year, found in groupby(sorted(months, key=lambda one: one.period), key=lambda one: one.period.year):
        yield year, tuple(map(_run, _runs(list(found))))


def _runs(months: Sequence[ReadPublication]) -> list[list[ReadPublication]]:
    runs: list[list[ReadPublication]] = []
    for one in months:
        # Months of before and after a log was begun anew are of two logs, and are not summed.
        if runs and (runs[-1][-1].period.next, runs[-1][-1].origin) == (one.period, one.origin):
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _run(months: Sequence[ReadPublication]) -> Run:
    return Run(months[0].period, months[-1].period, len(months), longer(months))
