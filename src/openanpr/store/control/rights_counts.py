"""Counts of cases of the public, for its figures and for the self assessment: no words, and no reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from openanpr.core.span import Span
from openanpr.publish.period import Month
from openanpr.publish.population import Cell, Counts
from openanpr.rights.case import UNANSWERED, CaseKind, CaseStep, RightsCase
from openanpr.rights.clock import due
from openanpr.rights.numbers import RightsNumbers
from openanpr.store.control.engine import reading
from openanpr.store.control.figure_counts import Asked, told
from openanpr.store.control.rights_documents import read_case_step
from openanpr.store.control.rights_tables import rights_case, rights_step
from openanpr.store.control.times import to_us

_C, _S = rights_case.c, rights_step.c
_COUNTED: Final = frozenset(CaseKind) - {CaseKind.QUESTION}
"""A question asks for nothing that the law gives a right to."""


class RightsCounts:
    """As `publish.ports.Counter`, of requests and complaints. Safe to share between threads."""

    __slots__ = ("_engine", "_numbers")

    def __init__(self, engine: sa.Engine, numbers: RightsNumbers) -> None:
        self._engine, self._numbers = engine, numbers

    def count(self, month: Month, settled: datetime) -> Counts:
        """Return the cases that came in a month, by kind, and by whether they were answered in time.

        As they stood at the time of settling: what was done after it changes nothing.
        """
        found: Counter[tuple[str, str]] = Counter()
        for case in self._bare(month.since, settled):
            if month.since.date() <= case.received < month.until.date() and _counts(case):
                in_time = due(case, self._numbers).in_time
                answer = {True: "in-time", False: "late", None: "not-answered"}[in_time]
                found[case.kind.value, answer] += 1
        return {place: Cell(cases) for place, cases in found.items()}

    def how(self, month: Month, settled: datetime) -> str:
        """Return the query that gives the steps; by when each was due, `rights.clock` says of them."""
        return told(self._engine, _steps(month.since, settled))

    def within(self, over: Span) -> tuple[int, int, int, int]:
        """Return the complaints of a time, those of them past their day, and the same of requests."""
        cases = [case for case in self._bare(over.since, over.until) if _counts(case)]
        on = over.until.date()
        told_of = [(case, due(case, self._numbers)) for case in cases if case.received >= over.since.date()]
        late = [(case, ends.late(on) or ends.in_time is False) for case, ends in told_of]
        complaints = [was for case, was in late if case.kind is CaseKind.COMPLAINT]
        requests = [was for case, was in late if case.kind is not CaseKind.COMPLAINT]
        return len(complaints), sum(complaints), len(requests), sum(requests)

    def _bare(self, opened_from: datetime, before: datetime) -> Iterator[RightsCase]:
        """Yield the cases that were opened from a time on, by their steps before another, without words."""
        found: dict[str, list[CaseStep]] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(_steps(opened_from, before)):
                found.setdefault(row.reference, []).append(read_case_step(row.version, row.document, None))
        yield from (RightsCase(reference, tuple(steps)) for reference, steps in found.items())


def _steps(opened_from: datetime, before: datetime) -> Asked:
    columns: tuple[sa.Column[Any], ...] = (_S.reference, _S.version, _S.document)
    return (
        sa.select(*columns)
        .join(rights_case, _C.reference == _S.reference)
        .where(_C.opened_at_us >= to_us(opened_from), _S.at_us < to_us(before))
        .order_by(_S.reference, _S.number)
    )


def _counts(case: RightsCase) -> bool:
    """Whether it is counted: not what was withdrawn, not proved or no request, and no question."""
    return case.kind in _COUNTED and case.outcome not in UNANSWERED
