"""What cameras brought in a time: reads from the read store, hits and outcomes from the alerts, as counts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from openanpr.core.camera import CameraId
from openanpr.sites.contribution import OUTCOMES, Counted
from openanpr.store.camera_counts import CameraCounts
from openanpr.store.control.camera_hits import CameraHits


@dataclass(frozen=True, slots=True)
class SiteCounts:
    """Counts, as `sites.ports.Contributions`. `kept_from` gives the oldest capture day that is kept."""

    reads: CameraCounts
    hits: CameraHits
    kept_from: Callable[[], date]

    def counted(self, cameras: Collection[CameraId], *, since: datetime, until: datetime) -> Counted:
        """Return the counts of these cameras together; raises StoreError."""
        kept = max(since, datetime.combine(self.kept_from(), time(), UTC))
        reads = sum(
            count.reads
            for camera in cameras
            for count in self.reads.all_hours(camera, since=kept)
            if count.hour < until
        )
        found = self.hits.counted(cameras, since=kept, until=until)
        return Counted(
            reads=reads,
            hits=found.hits,
            outcomes=sum(count for name, count in found.outcomes.items() if name in OUTCOMES),
            arrests=found.outcomes.get("arrest", 0),
            seizures=found.outcomes.get("seizure", 0),
            days=max(0, (until - kept) // timedelta(days=1)),
        )
