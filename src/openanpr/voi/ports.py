"""What keeping lists needs of a store. One small port for each need; `store/control` provides them all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from openanpr.core.voi_delta import Page
from openanpr.core.voi_entry import EntryKey, VoiEntry
from openanpr.core.voi_list import Diff, Draft, ListStanding, Proposal, Quarantined, Receipt
from openanpr.core.voi_staged import StagedRow
from openanpr.voi.covert_part import CovertParts
from openanpr.voi.staged_columns import StagedColumns


class Standings(Protocol):
    """How lists stand."""

    def standing(self, list_name: str) -> ListStanding:
        """Return how the list stands; raises LookupError when there is none of that name."""
        ...

    def was_at(self, list_name: str, revision: int) -> bool:
        """Return whether the list ever was at this revision: numbers may leap."""
        ...

    def still_true(self, list_name: str, *, as_of: datetime, feed_revision: int | None) -> None:
        """Note that the source said its contents were unchanged; never moves the time back."""
        ...


class Staging(Protocol):
    """Rows of a proposed change, kept apart from the list until someone decides."""

    def open(self, draft: Draft) -> int:
        """Return the number of a new proposal, on disk."""
        ...

    def stage(
        self,
        number: int,
        rows: Sequence[StagedRow],
        refused: Sequence[Quarantined],
        columns: StagedColumns | None = None,
    ) -> None:
        """Keep some of its rows, on disk when this returns."""
        ...

    def settle(self, number: int, *, on: date) -> Diff:
        """Refuse what cannot stand beside the rest, and return what is left to change."""
        ...


class Decisions(Protocol):
    """Proposals that wait for a yes or no."""

    def ready(self, number: int, asks: Sequence[str]) -> Proposal:
        """Note why a person must be asked, and return the proposal."""
        ...

    def apply(self, number: int, *, by: str, at: datetime, decision: str) -> Proposal:
        """Make it the list's next revision, all of it or nothing.

        Raises ProposalOutdated when the list has moved on so that the diff is another one.
        """
        ...

    def refuse(self, number: int, *, by: str, at: datetime, decision: str) -> Proposal:
        """Close it without a change."""
        ...


class Proposals(Protocol):
    """Proposals to look at."""

    def proposal(self, number: int) -> Proposal:
        """Return the proposal; raises LookupError when there is none of that number."""
        ...

    def quarantine(self, number: int, *, after: int = 0, limit: int = 1000) -> tuple[Quarantined, ...]:
        """Return its refused rows in the order of their lines, those beyond line `after`."""
        ...


class Contents(Protocol):
    """What is on a list."""

    def find(self, list_name: str, key: EntryKey) -> VoiEntry | None:
        """Return the entry of that key as it stands."""
        ...

    def due_for_review(self, list_name: str, *, on: date, limit: int) -> tuple[VoiEntry, ...]:
        """Return the entries whose review day has come, the longest due first."""
        ...


class Changes(Protocol):
    """The way from one revision to another."""

    def removals(self, list_name: str, *, since: int, to: int, after: int, limit: int) -> Page:
        """Return some keys that were on the list at `since` and are not at `to`."""
        ...

    def upserts(self, list_name: str, *, since: int, to: int, after: int, limit: int) -> Page:
        """Return some entries that are on the list at `to` and were not so at `since`."""
        ...


class Receipts(Protocol):
    """Who holds which revision."""

    def note(self, receipt: Receipt) -> None:
        """Keep a device's word, on disk."""
        ...

    def holders(self, list_name: str) -> tuple[Receipt, ...]:
        """Return the latest word of each device."""
        ...


class ImportStore(Standings, Staging, Decisions, CovertParts, Protocol):
    """What an import needs."""

    def waiting(self) -> tuple[Proposal, ...]:
        """Return the proposals that wait for a decision."""
        ...


class InboxStore(ImportStore, Proposals, Protocol):
    """What a watched folder needs."""


class HandStore(Standings, Staging, Decisions, Proposals, Contents, CovertParts, Protocol):
    """What a person's change needs."""


class DecisionStore(Decisions, Proposals, Protocol):
    """What a decision needs."""


class WeedStore(Standings, Decisions, Protocol):
    """What weeding needs."""

    def open_weeding(self, draft: Draft, *, on: date) -> int:
        """Return the number of a proposal that takes off all entries whose weed date is before `on`."""
        ...

    def settle(self, number: int, *, on: date) -> Diff:
        """Return what it would change."""
        ...


class DeltaStore(Standings, Changes, Protocol):
    """What serving a list needs."""
