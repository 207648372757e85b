"""What cameras did in hours of the past, for searches: the measure that the health of cameras is told by."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from openanpr.core.camera import CameraId
from openanpr.ingest.camera_health import State, by_camera, same_hours, state_in
from openanpr.search.found import Did
from openanpr.search.ports import ReadsUnreachableError
from openanpr.store.camera_counts import CameraCounts
from openanpr.store.engine import StoreError

_DID: Final = {State.WELL: Did.WELL, State.FEWER: Did.FEWER, State.SILENT: Did.NOTHING}


@dataclass(frozen=True, slots=True)
class CountedThen:
    """As `search.ports.CamerasThen`; `zone` is the one by whose hours days are compared."""

    counts: CameraCounts
    clock: Callable[[], datetime]
    zone: ZoneInfo

    def did(
        self, hours: Mapping[CameraId, Collection[datetime]]
    ) -> Mapping[CameraId, Mapping[datetime, Did]]:
        """Return what each camera did in each of these hours; raises ReadsUnreachableError."""
        if not hours:
            return {}
        asked = {hour for of in hours.values() for hour in of}
        compared = asked | {other for hour in asked for other in same_hours(hour, self.zone)}
        try:
            counted = by_camera(self.counts.of_hours(tuple(hours), compared))
        except StoreError as fault:
            raise ReadsUnreachableError("the counts of cameras are not to be had") from fault
        now = self.clock()
        return {
            camera: {
                hour: _DID.get(state_in(counted.get(camera, {}), hour, now=now, zone=self.zone), Did.UNKNOWN)
                for hour in of
            }
            for camera, of in hours.items()
        }
