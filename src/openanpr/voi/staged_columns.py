"""Rows of a feed that each put an entry on, column by column: millions of them without an object each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from openanpr.core.voi_entry import Action, Priority


@dataclass(frozen=True, slots=True)
class StagedColumns:
    """Columns of one length: the row's line in the file, and what `core.voi_entry.VoiEntry` says of each.

    All are of one `source` at one time; a covert entry is not among them, so `covert` and `seen_by` have no
    column.
    """

    source: str
    source_at: datetime | None
    line: Sequence[int]
    vrm: Sequence[str]
    action: Sequence[Action]
    priority: Sequence[Priority]
    make: Sequence[str]
    model: Sequence[str]
    colour: Sequence[str]
    warning_markers: Sequence[str]
    reason: Sequence[str]
    information: Sequence[str]
    owner: Sequence[str]
    force_area: Sequence[str]
    grading: Sequence[str]
    protective_marking: Sequence[str]
    pnc_id: Sequence[str]
    cad: Sequence[str]
    spare_1: Sequence[str]
    spare_2: Sequence[str]
    entered_on: Sequence[date | None]
    confirmed_on: Sequence[date | None]
    review_on: Sequence[date | None]
    weed_on: Sequence[date | None]

    def __len__(self) -> int:
        return len(self.line)
