"""Times as cameras write them, made into UTC; a time without a zone means nothing until one is set."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from openanpr.wire.vendors.contract import MessageFault

_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:[.,]([0-9]{1,9}))?\s?(Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.IGNORECASE,
)
_EARLIEST_MS = 946_684_800_000  # 2000-01-01: before it a camera has lost its clock
_LATEST_MS = 4_102_444_800_000  # 2100-01-01: beyond it the unit was not milliseconds


def from_ms(value: float | None) -> datetime:
    """Return the UTC time of milliseconds since 1970; raises MessageFault for none, or another unit."""
    if value is None:
        raise MessageFault("the time is missing or is no number")
    if not _EARLIEST_MS <= value < _LATEST_MS:
        raise MessageFault("the time is not one between 2000 and 2100")
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=round(value))


def from_iso(written: str) -> datetime:
    """Return a time of ISO 8601 to the millisecond, with its zone if it has one.

    Raises MessageFault for other text and for a day that no calendar has.
    """
    found = _ISO.fullmatch(written)
    if found is None:
        raise MessageFault("the time is missing or not of the form 2026-11-22T08:30:15+00:00")
    day, clock, fraction, zone = found.groups()
    milliseconds = (fraction or "").ljust(3, "0")[:3]
    try:
        at = datetime.fromisoformat(f"{day}T{clock}.{milliseconds}{(zone or '').upper()}")
    except ValueError as error:
        raise MessageFault("the time is on no calendar or clock") from error
    return at if at.tzinfo is None else _believable(at)


def settled(at: datetime, zone: tzinfo | None, near: datetime) -> datetime:
    """Return `at` in UTC, a time without a zone taken as one of `zone`.

    In the hour that autumn repeats, the one nearer to `near` is meant. Raises MessageFault when no
    zone is set, and for a time that the zone skipped in spring: the zone set, or the clock, is wrong.
    """
    if at.tzinfo is not None:
        return _believable(at)
    if zone is None:
        raise MessageFault("the time has no zone: set the zone of this camera's clock")
    try:
        readings = [at.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
        real = [one for one in readings if one.astimezone(zone).replace(tzinfo=None) == at]
    except (OverflowError, ValueError) as error:
        raise MessageFault("the time is not one between 2000 and 2100") from error
    if not real:
        raise MessageFault("the time was skipped when the clocks went forward: check the camera's zone")
    return _believable(min(real, key=lambda one: abs(one - near)))


def _believable(at: datetime) -> datetime:
    try:
        utc = at.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise MessageFault("the time is not one between 2000 and 2100") from error
    if not 2000 <= utc.year < 2100:
        raise MessageFault("the time is not one between 2000 and 2100")
    return utc
