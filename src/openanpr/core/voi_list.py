"""A list of vehicles of interest: whose it is, why it may be kept, its revisions, and who holds which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from openanpr.core.voi_entry import EntryKey, VoiEntry

UNCHANGED = -1
"""The revision number that list services answer with when there is nothing new."""


class ListKind(StrEnum):
    """Mass lists (untaxed, uninsured) are kept apart, so that they never bury a crime list."""

    MASS = "mass"
    CRIME = "crime"


@dataclass(frozen=True, slots=True)
class VoiList:
    """One list and the case for it.

    `max_age` is how old its contents may grow before it is stale; None for a list kept by hand, whose
    entries each expire. `visible_to` names the roles or teams that may see it.

    The covert entries of a list stand on lists of their own, one for each circle of people: `covert_of` is
    then the name of the open list, and `seen_by` names the people or teams that alone may know of it.
    """

    name: str
    owner: str
    purpose: str
    legal_basis: str
    kind: ListKind
    max_age: timedelta | None
    visible_to: frozenset[str]
    covert_of: str = ""
    seen_by: frozenset[str] = frozenset()

    @property
    def called(self) -> str:
        """What it is called by those who keep it: of a covert list the name of the open one."""
        return self.covert_of or self.name

    def __post_init__(self) -> None:
        """Refuse a list without an owner or a reason to exist."""
        for field in ("name", "owner", "purpose", "legal_basis"):
            if not getattr(self, field).strip():
                msg = f"a list needs its {field.replace('_', ' ')}: nobody could answer for it otherwise"
                raise ValueError(msg)
        if not self.visible_to:
            msg = "a list needs at least one role or team that may see it"
            raise ValueError(msg)
        if self.max_age is not None and self.max_age <= timedelta(0):
            msg = "a list's greatest age must be more than nothing; None for a list kept by hand"
            raise ValueError(msg)
        if bool(self.covert_of) != bool(self.seen_by):
            msg = "a covert list, and no other, is a part of an open one and names who may know of it"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class ListStanding:
    """A list as it stands: its revision (0: nothing yet), how many entries, and how old its contents are.

    `as_of` is the time by the source's own account at which the contents were true. `feed_revision` is
    the number the source gave its last delivery. `oldest` is the earliest revision still known in full.
    """

    of: VoiList
    revision: int = 0
    entries: int = 0
    as_of: datetime | None = None
    feed_revision: int | None = None
    oldest: int = 0


class ChangeKind(StrEnum):
    """How a list comes to change."""

    FULL = "full"  # a file with all of it
    DELTA = "delta"  # a file with what changed
    HAND = "hand"  # an entry put in or taken out by a person
    CORRECTION = "correction"
    WEEDING = "weeding"
    ROLLBACK = "rollback"


class GoneBy(StrEnum):
    """Why an entry is no longer on its list."""

    FEED = "feed"  # its source no longer names it
    PERSON = "person"
    CORRECTED = "corrected"  # another entry stands in its place
    WEEDED = "weeded"
    ROLLED_BACK = "rolled_back"


BARRING = (GoneBy.PERSON, GoneBy.CORRECTED, GoneBy.WEEDED)
"""The departures that a later delivery may not undo unless that is said."""


class ProposalState(StrEnum):
    """Where a proposed change stands."""

    STAGING = "staging"  # rows are still arriving
    READY = "ready"  # its diff is known; someone decides
    LIVE = "live"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Draft:
    """A change that someone proposes to a list, before its rows.

    `source` names the file or service; `source_at` is when its contents were true. `feed_revision` and
    `feed_base` are the source's own numbers (a delta leads from base to revision). `revive` says that
    entries which were weeded or taken off by a person may come back. `back_to` is the revision that a
    rollback restores.
    """

    list_name: str
    kind: ChangeKind
    by: str
    at: datetime
    why: str
    source: str = ""
    source_at: datetime | None = None
    feed_revision: int | None = None
    feed_base: int | None = None
    revive: bool = False
    back_to: int | None = None

    def __post_init__(self) -> None:
        """Refuse a change without a person or a reason."""
        if not self.by.strip() or not self.why.strip():
            msg = "a change to a list needs who proposes it and why"
            raise ValueError(msg)
        if (self.kind is ChangeKind.ROLLBACK) != (self.back_to is not None):
            msg = "a rollback, and nothing else, names the revision to go back to"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Diff:
    """What a proposal would do, in counts of entries; `refused` counts rows in quarantine."""

    before: int
    added: int
    changed: int
    removed: int
    refused: int

    @property
    def empty(self) -> bool:
        """Whether the list would stay as it is."""
        return not (self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed change and its diff (None while rows still arrive); `revision` once it is live."""

    number: int
    draft: Draft
    state: ProposalState
    diff: Diff | None
    asks: tuple[str, ...]  # why a person must approve it; empty when nothing asks for one
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: str = ""
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One entry of a diff: `before` is None when it is added, `after` when it is removed."""

    before: VoiEntry | None
    after: VoiEntry | None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that was refused: its line in the file, why (never with the plate), and its cells."""

    line: int
    reason: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Revision:
    """One state that a list was in, and who answers for it."""

    number: int
    kind: ChangeKind
    at: datetime
    proposed_by: str
    approved_by: str
    why: str
    entries: int
    diff: Diff
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An entry that was and is no more; `lifted` is the revision that brought it back, if one did.

    `covert`: it was covert, or nobody knows any more whether it was.
    """

    key: EntryKey
    gone_by: GoneBy
    revision: int
    at: datetime
    by: str
    why: str
    weed_on: date | None
    lifted: int | None = None
    covert: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """A device's word that it holds a revision of a list."""

    device: str
    list_name: str
    revision: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """A device that has, or had, a list: the revision that it was given last, and what it says is in force.

    `given` is None for one that only ever confirmed, `in_force` and `at` for one that never did.
    """

    device: str
    given: int | None
    in_force: int | None
    at: datetime | None
