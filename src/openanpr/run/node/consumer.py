"""A thread that takes the journal group by group and does one thing with each, once in effect.

What a consumer does with a group must be safe to do again: after a kill the same group comes again under the
same name. A group that fails is tried again, with growing waits and a word in the log, and never passed over.
"""

from __future__ import annotations

import logging
import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Protocol

from openanpr.run.node.decoded import DecodedEntries
from openanpr.run.node.fault import kind_and_place
from openanpr.store.journal import Group, Journal

_LOG = logging.getLogger("openanpr.node")
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 30.0
_IDLE_S = 1.0


class Step(Protocol):
    """What is done with each group; `name` is its name and place in the journal."""

    @property
    def name(self) -> str:
        """The consumer's name, which never changes: its place in the journal is kept under it."""
        ...

    def take(self, group: Group, decoded: DecodedEntries) -> None:
        """Do it, on disk when this returns. May be called again with the same group."""
        ...


@dataclass(frozen=True, slots=True)
class GroupSize:
    """The most batches, and bytes of them, that are taken together."""

    batches: int
    size_bytes: int = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Going:
    """How a consumer does: groups and batches since the start, failures in a row and the last one's kind."""

    groups: int = 0
    batches: int = 0
    failures: int = 0
    fault: str = ""


class Consumer:
    """One consumer and its thread."""

    def __init__(
        self,
        journal: Journal,
        decoded: DecodedEntries,
        step: Step,
        size: GroupSize,
        held: AbstractContextManager[object] | None = None,
    ) -> None:
        """`held`: a lock to hold while a group is taken, for a step that others must not overlap."""
        self._journal, self._decoded, self._step, self._size = journal, decoded, step, size
        self._held = held or nullcontext()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"journal-{step.name}", daemon=True)
        self.going = Going()

    @property
    def name(self) -> str:
        """The name of what it does."""
        return self._step.name

    def start(self) -> None:
        """Begin in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Let the thread end after the group that it is at."""
        self._stopped.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread; return whether it has ended."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def once(self) -> bool:
        """Take one group, if one is there; return whether it was. Raises what the step raises."""
        with self._held:
            return self._once()

    def _once(self) -> bool:
        group = self._journal.claim(
            self.name, most_batches=self._size.batches, most_bytes=self._size.size_bytes
        )
        if group is None:
            return False
        self._step.take(group, self._decoded)
        self._journal.done(self.name, group)
        self.going = Going(self.going.groups + 1, self.going.batches + len(group.batches))
        return True

    def _run(self) -> None:
        while not self._stopped.is_set():
            known = self._journal.newest()
            try:
                busy = self.once()
            except Exception as fault:  # noqa: BLE001 - the outermost loop: nothing is passed over
                self._failed(fault)
                continue
            if not busy:
                self._journal.wait_beyond(known, _IDLE_S)

    def _failed(self, fault: Exception) -> None:
        kind = kind_and_place(fault)
        self.going = replace(self.going, failures=self.going.failures + 1, fault=kind)
        _LOG.error("the journal's consumer %s failed (%s): it is tried again", self.name, kind)
        wait_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** min(self.going.failures - 1, 16))
        self._stopped.wait(wait_s)
