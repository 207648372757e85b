"""What the read store tells of cameras: counts by the hour and offsets of clocks, of no vehicle and no read.

It is for their health. Reads themselves are found by governed search alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from openanpr.core.camera import CameraId
from openanpr.ingest.camera_health import ClockNote, HourCount
from openanpr.store.engine import ReadEngine, Value, statement
from openanpr.store.read_columns import from_ms, to_ms
from openanpr.store.value_parts import value_parts

_EPOCH = date(1970, 1, 1)


class _Hour(msgspec.Struct, frozen=True, array_like=True):
    force: int
    source: int
    camera: int
    hour_s: int
    reads: int
    late: int
    unsure: int
    last_ms: int


class _Day(msgspec.Struct, frozen=True, array_like=True):
    force: int
    source: int
    camera: int
    day: int


class _Clock(msgspec.Struct, frozen=True, array_like=True):
    force: int
    source: int
    camera: int
    offset_ms: int | None
    reads: int
    doubtful: int


class CameraCounts:
    """Counts of all cameras, or of one. Safe to share between threads. Every method raises StoreError."""

    __slots__ = ("_engine",)

    def __init__(self, engine: ReadEngine) -> None:
        self._engine = engine

    def last_day(self, hour: datetime, *, days: int, zone: ZoneInfo) -> tuple[HourCount, ...]:
        """Return the hours of the day up to the end of `hour`, and the same hour of the days before it."""
        since = hour - timedelta(hours=23)
        return self._hours(
            since=since,
            before=hour - timedelta(days=days, hours=1),
            every=False,
            hour=hour.astimezone(zone).hour,
            zone=zone.key,
        )

    def all_hours(self, camera: CameraId, *, since: datetime) -> tuple[HourCount, ...]:
        """Return every hour of one camera since a time in which it read anything."""
        return self._hours(since=since, before=since, every=True, hour=0, zone="UTC", camera=camera)

    def of_hours(self, cameras: Collection[CameraId], hours: Collection[datetime]) -> tuple[HourCount, ...]:
        """Return these hours (UTC, by their beginnings) of these cameras in which they read anything."""
        asked = sorted(f"{hour.astimezone(UTC):%Y-%m-%d %H:%M:%S}" for hour in hours)
        named = sorted((one.force, one.source, one.camera) for one in cameras)
        return tuple(
            _count(row)
            for part in value_parts(named)
            for some in value_parts(asked)
            for row in self._engine.rows(
                statement("camera_hours_of"), {"cameras": list(part), "hours": list(some)}, _Hour
            )
        )

    def last_days(self) -> Mapping[CameraId, date]:
        """Return on which day (UTC) each camera read last."""
        rows = self._engine.rows(statement("camera_days"), {}, _Day)
        return {CameraId(one.force, one.source, one.camera): _EPOCH + timedelta(days=one.day) for one in rows}

    def clocks(self, *, since: datetime) -> Mapping[CameraId, ClockNote]:
        """Return what was measured of the clocks of the cameras that read since a time."""
        rows = self._engine.rows(statement("camera_clocks"), {"since_ms": to_ms(since)}, _Clock)
        return {
            CameraId(one.force, one.source, one.camera): ClockNote(one.offset_ms, one.reads, one.doubtful)
            for one in rows
        }

    def _hours(
        self,
        *,
        since: datetime,
        before: datetime,
        every: bool,
        hour: int,
        zone: str,
        camera: CameraId | None = None,
    ) -> tuple[HourCount, ...]:
        values: dict[str, Value] = {
            "since_s": int(since.timestamp()),
            "before_s": int(before.timestamp()),
            "every": every,
            "hour": hour,
            "zone": zone,
            "everywhere": camera is None,
            "camera": [] if camera is None else [(camera.force, camera.source, camera.camera)],
        }
        return tuple(map(_count, self._engine.rows(statement("camera_hours"), values, _Hour)))


def _count(row: _Hour) -> HourCount:
    return HourCount(
        CameraId(row.force, row.source, row.camera),
        datetime.fromtimestamp(row.hour_s, UTC),
        row.reads,
        row.late,
        row.unsure,
        from_ms(row.last_ms),
    )
