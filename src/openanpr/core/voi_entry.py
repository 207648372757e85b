"""A vehicle of interest as a node keeps it: all that is known of why it is looked for, and for how long.

`core.entry.Entry` is one row of a list file; `VoiEntry` is that row after it was checked, or what a person
put in by hand.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from openanpr.core.entry import Entry
from openanpr.core.shape import shape_key

_WILDCARDS = frozenset("?*")


class Action(StrEnum):
    """What is asked of whoever meets the vehicle."""

    STOP = "stop"
    SILENT = "silent"  # do not stop, report
    ASSESS = "assess"  # stop only on further grounds
    INTELLIGENCE = "intelligence"  # record only


class Priority(StrEnum):
    """How soon a hit wants an answer. Kept as its word, and in order: LOW < MEDIUM < HIGH."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """A number to order by: 1 for LOW, 3 for HIGH."""
        return _RISING.index(self) + 1

    def raised(self, steps: int = 1) -> Priority:
        """Return the priority `steps` higher, at most HIGH."""
        return _RISING[min(self.rank + steps, len(_RISING)) - 1]

    # A text has an order of its own, in which "high" comes before "low": each of the four is replaced.
    def __lt__(self, other: str) -> bool:
        return self.rank < Priority(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Priority(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Priority(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Priority(other).rank


_RISING = (Priority.LOW, Priority.MEDIUM, Priority.HIGH)


class Origin(StrEnum):
    """Who put the entry in. A full import replaces what feeds put in and never what a person did."""

    FEED = "feed"
    HAND = "hand"


class EntryKey(NamedTuple):
    """What makes two entries of one list the same entry: the mark, the PNC ID, and who put it in."""

    vrm: str
    pnc_id: str
    origin: Origin


class VoiEntry(NamedTuple):
    """One vehicle of interest. A bare tuple with names, because a list may have millions of them.

    `vrm` is A-Z0-9, with `?` and `*` where it is left open. `grading` is 5x5x5 or 3x5x2 as text.
    `entered_on` and `confirmed_on` are days in the life of a stolen report (None: not known, not
    confirmed). `weed_on` is the last day of use, `review_on` the day on which its owner must look
    again. `seen_by` names the people or teams that alone may see a `covert` entry.
    """

    vrm: str
    action: Action
    priority: Priority = Priority.MEDIUM
    origin: Origin = Origin.FEED
    make: str = ""
    model: str = ""
    colour: str = ""
    warning_markers: str = ""
    reason: str = ""
    information: str = ""
    owner: str = ""
    force_area: str = ""
    grading: str = ""
    protective_marking: str = ""
    pnc_id: str = ""
    cad: str = ""
    spare_1: str = ""
    spare_2: str = ""
    source: str = ""
    source_at: datetime | None = None
    entered_on: date | None = None
    confirmed_on: date | None = None
    review_on: date | None = None
    weed_on: date | None = None
    covert: bool = False
    seen_by: tuple[str, ...] = ()

    @property
    def key(self) -> EntryKey:
        """What this entry is told apart by within its list."""
        return EntryKey(self.vrm, self.pnc_id, self.origin)

    def as_row(self, list_name: str, row: int) -> Entry:
        """Return the entry in the form that matching files it by; `row` is any number that names it."""
        return Entry(
            self.vrm,
            list_name,
            row,
            make=self.make,
            model=self.model,
            colour=self.colour,
            action=self.action.value.upper(),
            warning_markers=self.warning_markers,
            reason=self.reason,
            grading=self.grading,
            information=self.information,
            force_area=self.force_area,
            weed_date=self.weed_on,
            pnc_id=self.pnc_id,
            protective_marking=self.protective_marking,
            cad=self.cad,
            spare=(self.spare_1, self.spare_2),
        )


_FOLD = str.maketrans("IO", "10")


def mark_shape(vrm: str) -> str:
    """Return the shape of an entry's mark: O is 0 and I is 1, and wildcards stay as they are."""
    if vrm.isalnum() and vrm.isascii():
        return vrm.translate(_FOLD)  # nearly every entry; an entry's mark is A-Z0-9 already
    return "".join(c if c in _WILDCARDS else shape_key(c) for c in vrm)
