"""Which stored reads name a picture, told to who takes pictures in."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, date, datetime

import msgspec

from openanpr.core.camera import CameraId
from openanpr.ingest.arrival import ArrivedRead
from openanpr.ingest.picture import Announcement
from openanpr.store.engine import ReadEngine, statement
from openanpr.store.read_columns import from_ms

MOST_REMEMBERED = 200_000
"""Pictures of recent reads that are known without asking the store; one takes some 400 bytes."""


class _Row(msgspec.Struct, frozen=True, array_like=True):
    captured_ms: int
    force: int
    source: int
    camera: int


class Announced:
    """The `ingest.picture.Announcements` over the read store. Threads may share it.

    Most pictures follow their read at once, often before the store has the read: so `note` remembers what
    was journalled. After a start nothing is remembered, and a picture whose read is not stored yet is found
    by `ingest.picture.claim_shelved` later.
    """

    def __init__(self, engine: ReadEngine, *, most_remembered: int = MOST_REMEMBERED) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        # Two generations: when the younger has its half, the older is forgotten whole.
        self._half = max(1, most_remembered // 2)
        self._young: dict[bytes, tuple[Announcement, ...]] = {}
        self._old: dict[bytes, tuple[Announcement, ...]] = {}

    def note(self, reads: Iterable[ArrivedRead]) -> None:
        """Remember which pictures these reads name; call it once they are journalled."""
        named = [
            (bytes.fromhex(sha256), Announcement(read.record.camera, read.record.captured_at.astimezone(UTC)))
            for read in reads
            for sha256 in {read.record.patch, read.record.overview}
            if sha256 is not None
        ]
        with self._lock:
            for digest, announcement in named:
                self._remember(digest, announcement)

    def find(self, sha256: str) -> tuple[Announcement, ...]:
        """The accepted reads that name the picture: those remembered, and where there is none, those stored.

        Raises StoreError.
        """
        digest = bytes.fromhex(sha256)
        with self._lock:
            remembered = self._young.get(digest) or self._old.get(digest)
        if remembered:
            return remembered
        rows = self._engine.rows(statement("announced_find"), {"sha256": sha256}, _Row)
        return tuple(
            Announcement(CameraId(row.force, row.source, row.camera), from_ms(row.captured_ms))
            for row in rows
        )

    def _remember(self, digest: bytes, announcement: Announcement) -> None:
        known = self._young.get(digest) or self._old.get(digest) or ()
        if announcement in known:
            return
        if digest not in self._young and len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[digest] = (*known, announcement)


def forget_announcements(engine: ReadEngine, before: date) -> tuple[date, ...]:
    """Forget which reads captured before the UTC day `before` name pictures, and return the days.

    Their pictures are no longer taken in: `before` is as many days back as a picture may come late. The reads
    themselves and the pictures that came stay. Raises StoreError.
    """
    found = engine.rows(statement("announced_days_before"), {"before": f"{before:%Y%m%d}"}, tuple[str])
    for (day,) in found:
        engine.run(statement("drop_day_announced"), {"day": day})
    return tuple(datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC).date() for (day,) in found)
