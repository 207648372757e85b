"""What every piece of evidence is told beside its facts, and how what it saw becomes a finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from openanpr.policy.sourced import Number
from openanpr.publish.assessment.facts import Facts, Known, NotKnown
from openanpr.publish.assessment.finding import Finding, Found, Standing
from openanpr.publish.assessment.numbers import AssessmentNumbers

FactT = TypeVar("FactT")

AHEAD: Final = timedelta(minutes=5)
"""Clocks differ by so much."""


@dataclass(frozen=True, slots=True)
class Measuring:
    """The moment of looking, and the numbers that are measured against."""

    now: datetime
    numbers: AssessmentNumbers

    def days_ago(self, number: Number) -> datetime:
        """Return the moment so many days ago."""
        return self.now - timedelta(days=number.value)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence by its name; `find` looks at it. It never raises for facts that are not known."""

    name: str
    find: Callable[[Facts, Measuring], Finding]


def evidence(
    name: str,
    of: Callable[[Facts], Known[FactT] | NotKnown],
    look: Callable[[FactT, Measuring], Found],
    *,
    fresh: Callable[[AssessmentNumbers], Number] | None = None,
) -> Evidence:
    """Return the evidence that `look` sees in the facts that `of` picks out.

    What would support, and rests on something older than the days of `fresh`, is stale. Facts that are not
    known are missing, and so is what rests on a time that is still to come: it would never grow old.
    """

    def find(facts: Facts, at: Measuring) -> Finding:
        known, days = of(facts), None if fresh is None else fresh(at.numbers)
        fresh_days = None if days is None else days.value
        if isinstance(known, NotKnown):
            return Finding(
                name, Standing.MISSING, known.why, at.now, known.source, None, fresh_days=fresh_days
            )
        found = look(known.value, at)
        standing, says = _dated(found, at, days)
        return Finding(
            name,
            standing,
            says,
            at.now,
            known.source,
            found.dated or known.as_of,
            found.figures,
            found.yardsticks,
            fresh_days,
            found.empty,
        )

    return Evidence(name, find)


def _dated(found: Found, at: Measuring, days: Number | None) -> tuple[Standing, str]:
    """How what was seen stands by its date."""
    if found.standing is not Standing.SUPPORTS or found.dated is None:
        return found.standing, found.says
    if found.dated > at.now + AHEAD:
        return Standing.MISSING, "time-to-come"
    too_old = days is not None and found.dated < at.days_ago(days)
    return Standing.STALE if too_old else Standing.SUPPORTS, found.says
