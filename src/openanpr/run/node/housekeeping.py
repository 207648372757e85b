"""What a node does by the clock: it forgets what may no longer be kept, weeds lists and takes in feeds."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from openanpr.run.node.fault import kind_and_place

_LOG = logging.getLogger("openanpr.node")
Chore = Callable[[datetime], object]


@dataclass(frozen=True, slots=True)
class ChoreStanding:
    """One chore: how often it is done, when it last began (None: not yet), its last fault ("": none)."""

    name: str
    every: timedelta
    last: datetime | None
    fault: str


@dataclass(slots=True)
class _Due:
    """When a chore was last done."""

    name: str
    every: timedelta
    chore: Chore
    last: datetime | None = None


class Housekeeping:
    """Chores, each at its own pace; a chore that fails is told of and does not keep the others waiting."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._chores: list[_Due] = []
        self.failed: dict[str, str] = {}

    def add(self, name: str, every: timedelta, chore: Chore) -> None:
        """Have a chore done at the start and then every so often."""
        self._chores.append(_Due(name, every, chore))

    def standing(self) -> tuple[ChoreStanding, ...]:
        """Return how each chore does, in the order in which they are done."""
        failed = dict(self.failed)
        return tuple(
            ChoreStanding(one.name, one.every, one.last, failed.get(one.name, "")) for one in self._chores
        )

    def turn(self) -> float:
        """Do what is due; return the seconds until something may be."""
        for due in self._chores:
            now = self._clock()
            if due.last is not None and timedelta(0) <= now - due.last < due.every:
                continue
            due.last = now
            try:
                due.chore(now)
            except Exception as fault:  # noqa: BLE001 - told and done again in time; the others go on
                self.failed[due.name] = kind_and_place(fault)
                _LOG.error("%s failed (%s): it is tried again", due.name, self.failed[due.name])
            else:
                self.failed.pop(due.name, None)
        return 1.0
