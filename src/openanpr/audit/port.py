"""What whoever acts needs of the log: an event is on its disk before the act, or the act is refused."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final, Protocol

from openanpr.audit.acts import Event, Failure
from openanpr.audit.faults import AuditError

NODE: Final = "the node"
"""Who acts where no person does."""

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
_MOST_WORD = 64


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an event stands in the log."""

    index: int


class Log(Protocol):
    """An audit log, as those who act know it. Threads share it."""

    def append(self, event: Event) -> Receipt:
        """Log one event, on disk when this returns; raises AuditError: then refuse the act."""
        ...

    def append_all(self, events: Sequence[Event]) -> tuple[Receipt, ...]:
        """Log several, all or none; raises as `append` does."""
        ...


@contextmanager
def logged(log: Log, *events: Event) -> Generator[tuple[Receipt, ...]]:
    """Log events, and only then let the act in the block begin; log it too where the act fails.

    Raises AuditError, before the block, where they could not be logged.
    """
    receipts = log.append_all(events)
    try:
        yield receipts
    except Exception as fault:  # whatever kept the act from being done, it is logged and raised again
        # Where the log itself fails now, the entry of the attempt must be enough.
        with suppress(AuditError):
            log.append_all(
                [failure(event, at.index, fault) for event, at in zip(events, receipts, strict=True)]
            )
        raise


def failure(event: Event, index: int, fault: Exception) -> Failure:
    """Return the event of an act that was logged at `index` and then failed: the fault by its kind alone."""
    return Failure(at=event.at, regards=index, failed=event.act.value, fault=fault_word(fault))


def fault_word(fault: Exception) -> str:
    """Return the kind of a fault as a word that may be public, such as `journal-error`."""
    return _CAPITAL.sub("-", type(fault).__name__.lstrip("_")).lower()[:_MOST_WORD]
