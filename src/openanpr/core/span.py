"""A stretch of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Span:
    """Times from `since` to before `until`, both with a zone."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        """Raise ValueError for a span that is empty or has no zone."""
        if self.since.tzinfo is None or self.until.tzinfo is None or self.since >= self.until:
            raise ValueError("a span needs two times with a zone, the first before the second")
