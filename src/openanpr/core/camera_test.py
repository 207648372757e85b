"""A test of a camera: what was counted on pictures whose plates a person had read. Counts, and no plate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from openanpr.core.camera import CameraId
from openanpr.core.share import Share

_MOST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Rates:
    """Plates that a person can read; how many were found; how many of those were read right.

    `exact`: letter by letter; `folded`: with O and 0, and I and 1, counted as one.
    """

    plates: int
    found: int
    exact: int
    folded: int

    @property
    def capture(self) -> Share:
        """The share of the readable plates that were found and read, rightly or not."""
        return Share(self.found, self.plates)

    @property
    def read_exact(self) -> Share:
        """The share of the plates found that were read right, letter by letter."""
        return Share(self.exact, self.found)

    @property
    def read_folded(self) -> Share:
        """The share of the plates found that were read right in their shapes."""
        return Share(self.folded, self.found)

    @property
    def end_to_end(self) -> Share:
        """The share of the readable plates that were read right, letter by letter."""
        return Share(self.exact, self.plates)


@dataclass(frozen=True, slots=True)
class PartRates:
    """The rates of one kind of plate or light: by what plates were parted, and which part it is."""

    by: str
    part: str
    rates: Rates


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What the measurement could not use: rows of the truth, files; and files that no row names."""

    rows: int
    unread: int
    unnamed: int


@dataclass(frozen=True, slots=True)
class FalseReads:
    """Reads where there is no such plate, in pictures and in clips."""

    pictures: int
    clips: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraScore:
    """What one result of `openanpr score` says; `digest` is the SHA-256 of its file.

    `made_at` is when it was scored: when its pictures were taken it does not say. `model` and `settings`
    are None where nothing was read.
    """

    digest: str
    made_at: datetime
    country: str
    model: str | None
    settings: str | None
    pictures: int
    clips: int
    rates: Rates
    false_reads: FalseReads
    left_out: LeftOut
    parts: tuple[PartRates, ...]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That a test counts no more: when (UTC), by whose order and why."""

    at: datetime
    by: str
    why: str

    def __post_init__(self) -> None:
        """Refuse one without a person or a reason."""
        if not (self.by.strip() and self.why.strip()):
            raise ValueError("to withdraw a test needs the person and the reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraTest:
    """A result that is kept with a camera: by whom and when, and what they said of it.

    One that was withdrawn stays, and counts no more.
    """

    test_id: str
    camera: CameraId
    score: CameraScore
    kept_by: str
    kept_at: datetime
    note: str = ""
    withdrawn: Withdrawal | None = None

    def __post_init__(self) -> None:
        """Refuse one that nobody answers for, and a long note."""
        if not self.kept_by.strip():
            raise ValueError("a test needs the person who keeps it with the camera")
        if len(self.note) > _MOST_NOTE:
            raise ValueError(f"a note has at most {_MOST_NOTE} characters")


class Verdict(StrEnum):
    """A share against what it should reach."""

    REACHED = "reached"  # the whole interval lies at the target or above
    MISSED = "missed"  # the whole interval lies below
    OPEN = "open"  # the target lies in the interval: too few plates to say


def against(share: Share, target: float | None) -> Verdict | None:
    """Return how a share does against its target; None without a target or without anything to share."""
    if target is None or share.interval is None:
        return None
    low, high = share.interval
    if low >= target:
        return Verdict.REACHED
    return Verdict.MISSED if high < target else Verdict.OPEN
