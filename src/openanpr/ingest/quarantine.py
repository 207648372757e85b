"""What could not be taken and waits for a person: the read as it came, why it is held, what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from openanpr.ingest.accept import Reason
from openanpr.ingest.arrival import Arrival


class State(StrEnum):
    """Where a quarantined read stands."""

    WAITING = "waiting"
    RELEASING = "releasing"  # a person let it through and it is not known yet whether the journal has it
    RELEASED = "released"
    DISCARDED = "discarded"


class ChangedMeanwhileError(Exception):
    """Somebody else changed this read since it was looked at: look again."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did something to a quarantined read, when (UTC) and why."""

    by: str
    at: datetime
    why: str

    def __post_init__(self) -> None:
        """Refuse a deed of nobody or without a reason."""
        if not (self.by.strip() and self.why.strip()):
            raise ValueError("a change to a quarantined read needs the person and the reason")


@dataclass(frozen=True, slots=True)
class Mend:
    """Fields that a person set right: a JSON merge patch (RFC 7396) over the read as it came."""

    deed: Deed
    patch: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class QuarantinedRead:
    """One read that is held, or a vendor's whole message.

    `item_id` is the same however often the batch is handled. `detail` says what is wrong and holds no
    value of the read. `raw` is what came, in `form` (a Content-Type), and never changes; retention empties
    it (`raw_gone_at`). `end` tells who released or discarded it. `version` counts the changes.
    """

    item_id: str
    arrival: Arrival
    index: int
    reason: Reason
    detail: str
    form: str
    raw: bytes = field(repr=False)
    mends: tuple[Mend, ...] = ()
    state: State = State.WAITING
    end: Deed | None = None
    raw_gone_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Query:
    """Which quarantined reads to list: None leaves open; `after` is the last item id of the page before."""

    state: State | None = State.WAITING
    reason: Reason | None = None
    device: str | None = None
    after: str = ""
    most: int = 100


class Quarantine(Protocol):
    """Keeps quarantined reads on disk."""

    def put(self, items: Sequence[QuarantinedRead]) -> None:
        """Keep items, all or none, on disk when this returns; one whose id is kept already stays as it is."""
        ...

    def find(self, item_id: str) -> QuarantinedRead | None:
        """Return the item, None when there is none."""
        ...

    def change(self, item: QuarantinedRead) -> None:
        """Keep the next version of an item, on disk when this returns.

        Raises ChangedMeanwhileError unless the version kept is the one before.
        """
        ...


class QuarantineList(Protocol):
    """Looks through the quarantine."""

    def look(self, query: Query) -> tuple[QuarantinedRead, ...]:
        """Return what `query` asks for, by item id."""
        ...

    def counts(self) -> Mapping[tuple[Reason, str], int]:
        """Return how many wait, by reason and device id; what was ended is not counted."""
        ...


def item_id(key: str, index: int) -> str:
    """Return the id of one held read of the batch `key`; ids sort as the reads stood in the batch."""
    return f"{key}#{index:04}"
