"""How old a list's contents are, and whether that is too old. Pure: it is told the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from openanpr.core.voi_list import ListStanding

AHEAD = timedelta(minutes=5)
"""Clocks differ; contents from further ahead have a time that nobody can trust."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """A list's age (None: not known) and, when it is stale, why; empty when it is not."""

    age: timedelta | None
    why_stale: str

    @property
    def stale(self) -> bool:
        """Whether every hit from the list must say that it may be out of date."""
        return bool(self.why_stale)


def freshness(standing: ListStanding, now: datetime) -> Freshness:
    """Return how fresh the list is at `now`; a list whose age is not known is stale.

    A list kept by hand (no greatest age) is never stale: each of its entries expires.
    """
    most = standing.of.max_age
    age = None if standing.as_of is None else now - standing.as_of
    if most is None:
        return Freshness(age, "")
    if age is None:
        return Freshness(None, "nobody knows when its contents were true")
    if age < -AHEAD:
        return Freshness(age, "its contents bear a time that is still to come")
    if age > most:
        return Freshness(age, f"its contents are {_span(age)} old, more than {_span(most)}")
    return Freshness(age, "")


def _span(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    if hours >= 48:
        return f"{hours / 24:.0f} days"
    return f"{hours:.0f} hours" if hours >= 2 else f"{hours * 60:.0f} minutes"
