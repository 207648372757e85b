"""What publishing needs of the world: small protocols; `store` and `run` provide them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from openanpr.audit.acts import Event
from openanpr.audit.checkpoint import SignedCheckpoint
from openanpr.audit.disclosure import Disclosure
from openanpr.audit.entry import Entry
from openanpr.audit.port import Receipt
from openanpr.publish.period import Month
from openanpr.publish.population import Counts
from openanpr.publish.proof import Proof
from openanpr.publish.publication import Fact


class Counter(Protocol):
    """Counts one population where it is kept; nothing but counts comes out."""

    def count(self, month: Month, settled: datetime) -> Counts:
        """Return the counts of a month by finest cell, as they stood at the time of settling.

        The same whenever it is asked after that, while what is counted is kept.
        """
        ...

    def how(self, month: Month, settled: datetime) -> str:
        """Return the query as text that a person can run, with its times put in."""
        ...


class Facts(Protocol):
    """What is told of the node that is no count."""

    def facts(self, month: Month) -> Sequence[Fact]:
        """Return them, always the same ones in the same order."""
        ...


class ProvingLog(Protocol):
    """The audit log, as far as it is read, added to and proved from; see `audit.log.AuditLog`."""

    @property
    def size(self) -> int:
        """The number of entries."""
        ...

    def append(self, event: Event) -> Receipt:
        """Log one event, on disk when this returns; raises AuditError."""
        ...

    def entries_from(self, first: int, most: int) -> tuple[Entry, ...]:
        """Return entries from a number on, without what opens them."""
        ...

    def checkpoint(self) -> SignedCheckpoint:
        """Return a signed checkpoint of all entries until now."""
        ...

    def disclose(self, index: int) -> Disclosure:
        """Return an entry with the proof that it is the one that was logged."""
        ...

    def grown(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """Return the hashes from an earlier size to a later one."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """A document as it is kept. `number` 0 is of the figures of a month, 1 and up of notes on it.

    `proof` None: it is not logged yet, and nobody is shown it.
    """

    period: Month
    number: int
    body: bytes
    proof: Proof | None


class Publications(Protocol):
    """Where documents are kept, for ever: none is changed, and none is taken away."""

    def keep(self, one: Kept) -> Kept:
        """Keep a document where there is none of its period and number; return the one that is kept."""
        ...

    def prove(self, period: Month, number: int, proof: Proof) -> None:
        """Put its proof to a document that has none; from then on it is shown."""
        ...

    def every(self) -> Sequence[Kept]:
        """Return all, by period and number."""
        ...

    def of(self, period: Month) -> Sequence[Kept]:
        """Return those of one period, by number."""
        ...
