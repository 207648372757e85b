"""Times as the tables of ingest keep them: whole microseconds since 1970, UTC, so that none is rounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def to_us(at: datetime) -> int:
    """Return an aware time as microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def from_us(at_us: int) -> datetime:
    """Return the UTC time of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=at_us)


def to_us_or_none(at: datetime | None) -> int | None:
    """Return an aware time as microseconds since 1970, None for none."""
    return None if at is None else to_us(at)


def from_us_or_none(at_us: int | None) -> datetime | None:
    """Return the UTC time of microseconds since 1970, None for none."""
    return None if at_us is None else from_us(at_us)
