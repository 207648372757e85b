"""Searches and their review by the clock: what waits too long is counted, what is past its time erased."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from openanpr.audit.acts import Erasure
from openanpr.audit.port import Log
from openanpr.review.desk import ReviewDesk, waiting
from openanpr.search.desk import SearchDesk
from openanpr.store.control.review_items import ReviewItems

FINDINGS_KEPT: Final = timedelta(days=730)
"""So long after its finding an item of review is kept: as long as a search outlives its reads."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """Oral authorities that nobody confirmed in time, and items of review that wait too long."""

    authorities: int = 0
    reviews: int = 0


@dataclass(slots=True)
class Overseeing:
    """The chores, and what they counted last."""

    searches: SearchDesk
    reviews: ReviewDesk
    items: ReviewItems
    log: Log
    overdue: Overdue = field(default_factory=Overdue)

    def count(self, now: datetime) -> None:
        """Count what waits too long; raises what the stores raise."""
        self.overdue = Overdue(len(self.searches.overdue()), waiting(self.reviews, now=now).overdue)

    def forget(self, now: datetime) -> None:
        """Erase records of searches, cases and findings past their time, logged first; raises AuditError."""
        self.searches.forget()
        before = now - FINDINGS_KEPT
        if found := self.items.found_before(before):
            self.log.append(Erasure(at=now, what="findings", rules=("findings-kept",), rows=found))
            self.items.forget(before)
