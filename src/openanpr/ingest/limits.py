"""What ingest lets through: numbers that come from a dated profile, never from code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one profile; `profile` names it with its date and is kept with what it judged.

    A read is too old when captured more than `oldest_days` before it came, late after `late_after_s`, from
    the future beyond `future_tolerance_s`. A device's clock is doubtful beyond `clock_alarm_ms` either way;
    beyond `clock_quarantine_ms` its reads are held. `retention_days` is how long anything may be kept.
    """

    profile: str
    oldest_days: int
    late_after_s: int
    future_tolerance_s: int
    clock_alarm_ms: int
    clock_quarantine_ms: int
    retention_days: int
    most_reads: int

    def __post_init__(self) -> None:
        """Refuse numbers that contradict one another."""
        if not self.profile:
            raise ValueError("limits must name the profile that they come from")
        if not 0 < self.oldest_days <= self.retention_days:
            raise ValueError("oldest_days must be above 0 and at most retention_days")
        if not 0 < self.late_after_s < self.oldest_days * 86_400:
            raise ValueError("late_after_s must be above 0 and below oldest_days")
        if self.future_tolerance_s < 0:
            raise ValueError("future_tolerance_s must be 0 or more")
        if not 0 < self.clock_alarm_ms <= self.clock_quarantine_ms:
            raise ValueError("clock_alarm_ms must be above 0 and at most clock_quarantine_ms")
        if self.most_reads < 1:
            raise ValueError("most_reads must be 1 or more")

    @property
    def oldest(self) -> timedelta:
        """How old a read may be when it comes."""
        return timedelta(days=self.oldest_days)

    @property
    def future_tolerance(self) -> timedelta:
        """How far ahead of us a read's time may be."""
        return timedelta(seconds=self.future_tolerance_s)

    @property
    def retention(self) -> timedelta:
        """How long anything may be kept."""
        return timedelta(days=self.retention_days)
