"""A hit: one read that meets one entry of a list, how surely, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from openanpr.core.entry import Entry


class HitKind(StrEnum):
    """Whether the read is the listed mark, or a person has to look at the picture first."""

    EXACT = "exact"
    POSSIBLE = "possible"


class Reason(StrEnum):
    """Why a read met an entry."""

    SAME_PLATE = "same_plate"  # spelt alike, surely read
    LOW_CONFIDENCE = "low_confidence"  # spelt alike, but the read is not sure enough
    SAME_SHAPE = "same_shape"  # O or 0, I or 1: the plate cannot tell them apart
    DOUBTFUL_CHARACTER = "doubtful_character"  # one character may be another
    RIVAL_READING = "rival_reading"  # another reading of the whole plate, which the reader ranks lower
    RAW_READING = "raw_reading"  # what was seen before the grammar corrected it
    WILDCARD = "wildcard"  # the entry leaves characters open


class Band(StrEnum):
    """A probability in words."""

    HIGH = "high"  # nine in ten or better
    MEDIUM = "medium"  # better than even
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Hit:
    """A read that meets an entry.

    `read_plate` is the read's own spelling, `listed_plate` the entry's (with `?` and `*` where it
    leaves characters open). `positions` are the places in `read_plate`, counted from 0, where the
    two differ or that a wildcard covers. `p` is the reader's probability (0 to 1) that the plate
    carries the listed mark, O and 0, I and 1 taken as one shape. Only `EXACT` may raise an alarm by
    itself; `POSSIBLE` asks for a person's look at the picture.
    """

    kind: HitKind
    reason: Reason
    entry: Entry
    read_plate: str
    listed_plate: str
    positions: tuple[int, ...]
    p: float

    @property
    def band(self) -> Band:
        """The probability in words."""
        if self.p >= 0.9:
            return Band.HIGH
        return Band.MEDIUM if self.p >= 0.5 else Band.LOW
