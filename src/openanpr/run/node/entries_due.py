"""Which lists have entries that somebody must look at again: counted by the clock, told as an alarm."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from openanpr.store.control.list_store import ListStore


class EntriesDue:
    """How many entries are due for review, by list and without covert ones, at the last count."""

    def __init__(self, lists: ListStore) -> None:
        self._lists = lists
        self.due: Mapping[str, int] = {}

    def count(self, now: datetime) -> None:
        """Count them; raises DatabaseError."""
        due = self._lists.reviews_due(on=now.astimezone(UTC).date())
        shown = {one.of.name for one in self._lists.standings()}
        self.due = {name: count for name, count in due.items() if name in shown}
