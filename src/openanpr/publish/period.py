"""A period that is counted: one calendar month in UTC. Longer periods are sums of what months show. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

_NAME = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month; each thing that is counted belongs to the month in which it began."""

    year: int
    month: int

    def __post_init__(self) -> None:
        """Refuse a month that no calendar has."""
        if not (1970 <= self.year <= 9998 and 1 <= self.month <= 12):
            raise ValueError("a month is of the years 1970 to 9998")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the month that is written as 2026-09; raises ValueError."""
        found = _NAME.fullmatch(text)
        if found is None:
            raise ValueError("a month is written as 2026-09")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, at: datetime) -> Self:
        """Return the month in which an aware time lies, in UTC."""
        utc = at.astimezone(UTC)
        return cls(utc.year, utc.month)

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return self.next.since

    @property
    def next(self) -> Self:
        """The month after it."""
        years, month = divmod(self.month, 12)
        return type(self)(self.year + years, month + 1)

    def settled(self, days: int) -> datetime:
        """When it may be counted: so many days after its end. What came of it later is not in its figures."""
        return self.until + timedelta(days=days)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"
