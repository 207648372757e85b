"""What pages show of lists of vehicles of interest, as the node's own questions answer it."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from openanpr.core.voi_entry import Action, EntryKey, Origin, Priority
from openanpr.core.voi_list import ChangeKind, GoneBy, ListKind, ProposalState


class ListTold(Struct, frozen=True):
    """A list, its number, and how it stands; `reviews_due`: of entries that one may see.

    A covert one is a part of `covert_of`, for those of `seen_by` alone; `openly` of its marks stand on the
    open list too.
    """

    list_id: int
    name: str
    kind: ListKind
    owner: str
    purpose: str
    legal_basis: str
    visible_to: list[str]
    max_age_hours: float | None
    revision: int
    entries: int
    as_of: datetime | None
    stale: bool
    why_stale: str
    covert_of: str
    seen_by: tuple[str, ...]
    openly: int = 0
    reviews_due: int = 0


class DiffTold(Struct, frozen=True):
    """What a change would do, in counts of entries."""

    before: int
    added: int
    changed: int
    removed: int
    refused: int


class EntryTold(Struct, frozen=True):
    """One vehicle of interest; `openly`: it is a covert one, and stands on the open list too."""

    vrm: str
    action: Action
    priority: Priority
    origin: Origin
    make: str
    model: str
    colour: str
    warning_markers: str
    reason: str
    information: str
    owner: str
    force_area: str
    grading: str
    protective_marking: str
    pnc_id: str
    source: str
    source_at: datetime | None
    entered_on: date | None
    review_on: date | None
    weed_on: date | None
    covert: bool
    seen_by: tuple[str, ...]
    entry: int = 0
    openly: bool = False

    @property
    def key(self) -> EntryKey:
        """What it is told apart by within its list."""
        return EntryKey(self.vrm, self.pnc_id, self.origin)

    @property
    def vehicle(self) -> str:
        """Its colour, make and model, as far as they are known."""
        return " ".join(part for part in (self.colour, self.make, self.model) if part)


class EntriesTold(Struct, frozen=True):
    """A page of a list's entries; `next` is the number to go on with."""

    entries: list[EntryTold]
    next: int | None


class GoneTold(Struct, frozen=True):
    """When and why an entry left its list."""

    gone_by: GoneBy
    at: datetime
    by: str
    why: str
    weed_on: date | None


class FoundTold(Struct, frozen=True):
    """What a list has of one mark, and what it had."""

    entries: list[EntryTold]
    gone: list[GoneTold]


class WeedingTold(Struct, frozen=True):
    """Whether anything of a list is past its last day."""

    to_weed: bool


class RowTold(Struct, frozen=True):
    """One entry of a diff."""

    before: EntryTold | None
    after: EntryTold | None


class RefusedRowTold(Struct, frozen=True):
    """A row of a file that was refused."""

    line: int
    reason: str


class ChangeTold(Struct, frozen=True):
    """A change that was proposed; with its rows and its refused rows where it was asked for by itself."""

    number: int
    list: str
    kind: ChangeKind
    state: ProposalState
    by: str
    at: datetime
    why: str
    source: str
    asks: tuple[str, ...]
    diff: DiffTold | None
    decided_by: str | None
    decision: str
    revision: int | None
    rows: dict[str, tuple[RowTold, ...]] = {}
    quarantine: tuple[RefusedRowTold, ...] = ()


class ImportTold(Struct, frozen=True):
    """What came of an import."""

    state: str
    rows: int
    proposal: ChangeTold | None


class ProfileTold(Struct, frozen=True):
    """A profile of the settings by which files are read: what an import takes, and what it is called."""

    profile: str
    name: str


class RevisionTold(Struct, frozen=True):
    """One state that a list was in."""

    number: int
    kind: ChangeKind
    at: datetime
    proposed_by: str
    approved_by: str
    why: str
    entries: int
    diff: DiffTold
    as_of: datetime | None


class DueTold(Struct, frozen=True):
    """An entry that its owner is to look at again."""

    vrm: str
    owner: str
    review_on: date | None
    weed_on: date | None
    overdue: bool | None


class HolderTold(Struct, frozen=True):
    """A device and the revision that it holds."""

    device: str
    revision: int
    at: datetime


class HoldersTold(Struct, frozen=True):
    """Who holds a list, and who not its last revision."""

    revision: int
    behind: tuple[str, ...]
    holders: tuple[HolderTold, ...]


class FiguresTold(Struct, frozen=True):
    """What came of a list's hits."""

    list_id: int
    alerts: int
    hits: int
    late_hits: int
    closed: int
    outcomes: dict[str, int]
    misread_share: float | None
