"""What changed on a list since a revision, as it is served to readers and cars, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from openanpr.core.voi_entry import EntryKey, VoiEntry
from openanpr.core.voi_list import UNCHANGED


class DeltaKind(StrEnum):
    """What the holder of an earlier revision has to do."""

    UNCHANGED = "unchanged"
    DELTA = "delta"  # take out the removals, then put in the upserts
    FULL = "full"  # forget the list, then put in the upserts


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins: within one revision, so that pages never mix two states of a list."""

    revision: int
    removals_done: bool
    after: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the changes between two revisions; `after` is None on the last page of its sort."""

    upserts: tuple[VoiEntry, ...]
    removals: tuple[EntryKey, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class Delta:
    """One page of the way from `since` to `revision`.

    Removals come before upserts, through all pages. A holder acts on a delta only when it has the last
    page (`more` is None): a list half replaced is no list.
    """

    list_name: str
    kind: DeltaKind
    since: int
    revision: int
    upserts: tuple[VoiEntry, ...] = ()
    removals: tuple[EntryKey, ...] = ()
    more: Cursor | None = None

    @property
    def answered_revision(self) -> int:
        """The revision number as list services answer it: -1 when nothing changed."""
        return UNCHANGED if self.kind is DeltaKind.UNCHANGED else self.revision
