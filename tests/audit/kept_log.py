"""An audit log in memory, for tests of those who log: it refuses what the real one refuses."""

from __future__ import annotations

import os
from collections.abc import Sequence

from openanpr.audit.acts import Event
from openanpr.audit.entry import seal
from openanpr.audit.faults import CannotWriteError
from openanpr.audit.port import Receipt


class KeptLog:
    """An `audit.port.Log`; `full` has it take nothing more."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.full = False

    def append(self, event: Event) -> Receipt:
        return self.append_all((event,))[0]

    def append_all(self, events: Sequence[Event]) -> tuple[Receipt, ...]:
        for one in events:
            seal(one, lambda: os.urandom(32))
        if self.full and events:
            raise CannotWriteError("full")
        first = len(self.events)
        self.events += events
        return tuple(Receipt(first + n) for n in range(len(events)))
