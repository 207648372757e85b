"""The stretch of an audit log that tells of a month: found by its times and counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol

from openanpr.audit.acts import Act
from openanpr.audit.entry import Entry
from openanpr.publish.log_counts import LogTally
from openanpr.publish.period import Month
from openanpr.publish.population import Counts

_AT_ONCE: Final = 256
_CLOCKS_FALL: Final = timedelta(days=1)
"""A clock may have been set back by so much while entries were logged, and none of them is missed."""


class Entries(Protocol):
    """The entries of a log, without what opens them."""

    def entries_from(self, first: int, most: int) -> tuple[Entry, ...]:
        """Return at most so many entries from a number on."""
        ...


def counts_in(
    log: Entries, month: Month, settled: datetime, to_days: tuple[int, ...], *, size: int
) -> Mapping[str, Counts] | None:
    """Return what the first `size` entries of the log count in a month, by population.

    None where an earlier log has some of the month.
    """
    first = log.entries_from(0, 1)
    if first and first[0].act is Act.LOG_BEGIN and first[0].at > month.since:
        return None
    tally = LogTally(month, settled, to_days)
    at = first_since(log, month.since - _CLOCKS_FALL, size)
    while at < size:
        entries = log.entries_from(at, min(_AT_ONCE, size - at))
        for number, entry in enumerate(entries, at):
            tally.take(number, entry)
        at += len(entries)
        if not entries or entries[-1].at >= settled + _CLOCKS_FALL:
            break
    return tally.counts()


def first_since(log: Entries, since: datetime, size: int) -> int:
    """Return a number before which no entry is as late as `since`, as far as the clock never fell."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        if log.entries_from(middle, 1)[0].at < since:
            low = middle + 1
        else:
            high = middle
    return low
