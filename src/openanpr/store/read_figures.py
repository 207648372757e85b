"""Counts of stored reads for the public, out of the counts that cameras have by day: no read is looked at."""

from __future__ import annotations

from datetime import date, datetime

from openanpr.publish.period import Month
from openanpr.publish.population import Cell, Counts
from openanpr.store.engine import ReadEngine, statement


class ReadFigures:
    """As `publish.ports.Counter`, of reads. Safe to share between threads. Its methods raise StoreError."""

    __slots__ = ("_engine",)

    def __init__(self, engine: ReadEngine) -> None:
        self._engine = engine

    def count(self, month: Month, settled: datetime) -> Counts:
        """Return how many reads of a month are stored."""
        del settled
        ((reads,),) = self._engine.rows(statement("month_reads"), _days(month), tuple[int])
        return {(): Cell(reads)}

    def how(self, month: Month, settled: datetime) -> str:
        """Return the query with its days put in."""
        del settled
        said = " ".join(line for line in statement("month_reads").text.splitlines() if line[:2] != "--")
        for name, day in _days(month).items():
            said = said.replace(f"{{{name}:Date}}", f"'{day}'")
        return said

    def oldest(self) -> date | None:
        """Return the oldest day of which a read is stored, copies for holds left out; None for no read."""
        ((day,),) = self._engine.rows(statement("oldest_day"), {}, tuple[str | None])
        return None if day is None else date.fromisoformat(day)


def _days(month: Month) -> dict[str, str]:
    return {"since": f"{month.since:%Y-%m-%d}", "until": f"{month.until:%Y-%m-%d}"}
