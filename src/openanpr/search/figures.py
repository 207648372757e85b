"""How wide a question is, in figures: from its own words and what traffic there is. Pure."""

from __future__ import annotations

from datetime import timedelta
from math import ceil, inf

from openanpr.core.span import Span
from openanpr.search import typical
from openanpr.search.meter import Figures
from openanpr.search.question import (
    CommonPlates,
    Convoy,
    PartOfAMark,
    PlaceAndTime,
    Question,
    Spelling,
    marks_of,
    spans_of,
)

_DAY = timedelta(days=1)
ALL_TRAFFIC = inf
"""For a question that names marks and no place: what it sweeps in does not hang upon the traffic."""


def days_of(span: Span) -> int:
    """Return the days of a span, a begun one as one."""
    return ceil((span.until - span.since) / _DAY)


def figures_of(question: Question, *, cameras: int, traffic: float) -> Figures:
    """Return the figures of a question that looks at so many cameras, on which so many reads were made."""
    days = sum(days_of(span) for span in spans_of(question))
    reads, vehicles = _swept(question, traffic, cameras, days)
    return Figures(cameras, days, typical.rounded(reads), typical.rounded(vehicles))


def _swept(question: Question, traffic: float, cameras: int, days: int) -> tuple[float, float]:
    """Reads that the answer may be made from, and vehicles of no interest among them; not rounded."""
    match question:
        case CommonPlates():
            reads = traffic
        case PlaceAndTime():
            reads = traffic if question.direction is None else traffic * typical.ONE_DIRECTION
        case Convoy():
            # Each time that it was read, what one camera reads in that time before and after.
            minutes = max(cameras, 1) * max(days, 1) * _DAY / timedelta(minutes=1)
            near = 2 * question.within_min * typical.RUSH * traffic / minutes
            reads = min(traffic, typical.READS_A_DAY * days * near)
            return reads, reads + _beside(question, question.spellings)
        case PartOfAMark():
            reads = traffic * typical.share_of_marks(question.pattern)
        case _:
            beside = _beside(question, question.spellings)
            named = len(marks_of(question)) + beside
            return min(traffic, named * typical.READS_A_DAY * days), beside
    return reads, typical.vehicles_among(reads, cameras=cameras, days=days)


def _beside(question: Question, spellings: Spelling) -> float:
    return typical.IN_USE * sum(typical.spellings_beside(mark, spellings) for mark in marks_of(question))
