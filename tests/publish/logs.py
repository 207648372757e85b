"""An audit log with a month of searches, findings and deletions, as a node would log them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from openanpr.audit.acts import (
    Approval,
    Collection,
    Consultation,
    Erasure,
    Event,
    Failure,
    Refusal,
    Review,
)
from openanpr.audit.log import AuditLog, LogSettings
from tests.audit.events import SIGNER

BEGAN = datetime(2026, 8, 20, 9, tzinfo=UTC)
SEPTEMBER = datetime(2026, 9, 1, tzinfo=UTC)
WHO = {"person": "PC 1", "reason": "to find a witness"}
HOUR = timedelta(hours=1)


@contextmanager
def opened(folder: Path) -> Iterator[AuditLog]:
    log = AuditLog.open(folder, SIGNER, LogSettings(reserve_bytes=0, every_entries=10_000))
    try:
        yield log
    finally:
        log.close()


@dataclass(slots=True)
class Scribe:
    """Writes to a log what a node would."""

    log: AuditLog

    def append(self, event: Event) -> int:
        return self.log.append(event).index

    def search(
        self, at: datetime, *decided: str, purpose: str = "serious", days: int = 30, after: timedelta = HOUR
    ) -> int:
        """A search and what was decided on it, by words; returns its number."""
        asked = Consultation(
            at=at,
            stage="asked",
            kind="one-vehicle",
            purpose=purpose,
            reference="CR/1",
            plate="AB12CDE",
            cameras=3,
            oldest_days=days,
            **WHO,
        )
        number = self.append(asked)
        for word in decided:
            self.append(self.decision(word, number, at + after))
        return number

    def decision(self, word: str, number: int, at: datetime) -> Event:
        step = {"kind": "one-vehicle", "purpose": "serious", "reference": "CR/1", "oldest_days": 30, **WHO}
        return {
            "refused": Refusal(at=at, regards=number, person="PC 1", refused="search", rules=("r",)),
            "declined": Refusal(
                at=at, regards=number, person="PC 1", refused="search", rules=(), by="DI 2", reason="no"
            ),
            "denied": Refusal(
                at=at, regards=number, person="PC 1", refused="oral-authority", rules=(), by="DI 2"
            ),
            "approved": Approval(at=at, regards=number, rank="inspector", means="written", **WHO),
            "run": Consultation(at=at, regards=number, stage="run", **step),
            "answered": Consultation(at=at, regards=number, stage="answered", reads=3, **step),
            "run refused": Refusal(at=at, regards=number, person="PC 1", refused="run", rules=("r",)),
        }[word]

    def finding(self, at: datetime, outcome: str, *, failed: bool = False) -> None:
        number = self.append(Review(at=at, step="finding", outcome=outcome, item="i-1", **WHO))
        if failed:
            self.append(Failure(at=at, regards=number, failed="review", fault="not-in-hand-error"))

    def deleted(self, at: datetime, day: date) -> None:
        erasure = Erasure(at=at, what="reads", rules=("retention.days",), rows=1000, day=day)
        number = self.append(erasure)
        certified = Erasure(
            at=at, regards=number, what="reads-certified", rules=("retention.days",), rows=1000, day=day
        )
        self.append(certified)

    def noise(self, at: datetime) -> None:
        """What a node logs beside, and that is counted in nothing."""
        told: Iterable[Event] = (
            Collection(at=at, device="gate", batch="b", reads=200),
            Consultation(at=at, stage="asked", kind="origin", purpose="proof", reference="h", **WHO),
            Review(at=at, step="round", digest="0" * 64),
            Refusal(at=at, person="PC 1", refused="review", rules=("r",)),
        )
        for event in told:
            self.append(event)


def month_of_searches(log: AuditLog) -> None:
    """September: 6 allowed, 5 approved, 3 refused, 2 declined, 1 not run; others before and after it."""
    write = Scribe(log)
    write.noise(BEGAN)
    write.search(SEPTEMBER - timedelta(milliseconds=1), "run", "answered")
    for n in range(6):
        write.search(SEPTEMBER + n * HOUR, "run", "answered")
    for n in range(5):
        write.search(SEPTEMBER + n * HOUR, "approved", "run", "answered", days=200)
    for n in range(3):
        write.search(SEPTEMBER + n * HOUR, "refused", purpose="priority-and-volume", days=91)
    write.search(SEPTEMBER, "declined", purpose="major", days=366)
    write.search(SEPTEMBER, "approved", "run", "denied", purpose="major", days=366)
    write.search(SEPTEMBER, "run refused", purpose="counter-terrorism", days=0)
    for outcome, times in (("proper", 7), ("improper", 1), ("unclear", 0)):
        for _ in range(times):
            write.finding(SEPTEMBER + 9 * HOUR, outcome)
    write.finding(SEPTEMBER + 9 * HOUR, "improper", failed=True)
    for n in range(30):
        write.deleted(SEPTEMBER + n * 24 * HOUR, date(2025, 9, 1) + timedelta(days=n))
    write.noise(SEPTEMBER + 29 * 24 * HOUR)
    write.search(datetime(2026, 10, 1, tzinfo=UTC), "run", "answered")
