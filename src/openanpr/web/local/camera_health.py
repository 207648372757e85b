"""How cameras do, over the local socket: counts and clocks without a place, and places by themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from starlette.routing import Route

from openanpr.core.camera import CameraId
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.ingest.camera_health import (
    DAYS,
    HOUR,
    ClockLimits,
    ClockNote,
    Health,
    HourCount,
    Known,
    by_camera,
    health,
    hour_of,
    last_hours,
)
from openanpr.ingest.limits import Limits
from openanpr.ingest.scope import Scope
from openanpr.policy.ask import Act
from openanpr.store.control.intake_store import IntakeStore
from openanpr.web.local.asking import Asked, answered
from openanpr.web.local.hidden_cameras import hidden_from
from openanpr.web.local.told_tests import MOST_TESTS, Targets, told_test, told_whole

_DAY: Final = timedelta(days=1)


class Counts(Protocol):
    """Counts of cameras: `store.camera_counts`."""

    def last_day(self, hour: datetime, *, days: int, zone: ZoneInfo) -> tuple[HourCount, ...]:
        """Return the hours of the day up to the end of `hour`, and the same hour of the days before it."""
        ...

    def all_hours(self, camera: CameraId, *, since: datetime) -> tuple[HourCount, ...]:
        """Return every hour of one camera since a time in which it read anything."""
        ...

    def last_days(self) -> Mapping[CameraId, date]:
        """Return on which day each camera read last."""
        ...

    def clocks(self, *, since: datetime) -> Mapping[CameraId, ClockNote]:
        """Return what was measured of the clocks of cameras."""
        ...


@dataclass(frozen=True, slots=True)
class HealthRoutes:
    """What the health of cameras needs; `zone` is the one by whose hours they are compared.

    `targets` are what their tests should reach; `confidential` names who alone may know of which cameras.
    """

    store: IntakeStore
    counts: Counts
    limits: Callable[[], Limits]
    clock: Callable[[], datetime]
    zone: ZoneInfo
    targets: Targets
    confidential: Callable[[], Mapping[CameraId, frozenset[str]]]

    def clock_limits(self) -> ClockLimits:
        """Return from which offset a clock is off."""
        limits = self.limits()
        return ClockLimits(limits.clock_alarm_ms, limits.clock_quarantine_ms)


def health_routes(of: HealthRoutes) -> list[Route]:
    """Return the routes of the health of cameras."""
    return [
        answered("/cameras/health", lambda _: _all(of), guard=Act.MANAGE_DEVICES),
        answered("/cameras/{camera}/health", lambda asked: _one(of, asked), guard=Act.MANAGE_DEVICES),
        answered("/cameras/places", lambda asked: _places(of, asked), guard=Act.SEE_PLACE),
    ]


def camera_of(text: str) -> CameraId:
    """Return the camera that an address names, `53.1.7`; raises LookupError for another form."""
    try:
        return CameraId.parse(text.replace(".", "/"))
    except ValueError as fault:
        raise LookupError("there is no such camera in the register") from fault


def _all(of: HealthRoutes) -> object:
    """Return every camera of the register with how it does."""
    now = of.clock()
    hour = hour_of(now)
    hours = by_camera(of.counts.last_day(hour - HOUR, days=DAYS, zone=of.zone))
    clocks, days = of.counts.clocks(since=now - _DAY), of.counts.last_days()
    limits, senders, tests = of.clock_limits(), _senders(of), of.store.tests.newest()

    def told(one: RegisteredCamera) -> object:
        known = Known(hours.get(one.camera, {}), clocks.get(one.camera), days.get(one.camera))
        retired = one.retired is not None
        found = health(known, limits, now=now, zone=of.zone, retired=retired)
        test = tests.get(one.camera)
        return {
            **_told(one, found, _for(senders, one.camera)),
            "test": None if test is None else told_whole(test, of.targets),
        }

    return [told(one) for one in of.store.cameras.every()]


def _one(of: HealthRoutes, asked: Asked) -> object:
    """Return one camera with how it does, hour by hour."""
    camera, now = camera_of(asked.path["camera"]), of.clock()
    one = next((one for one in of.store.cameras.every() if one.camera == camera), None)
    if one is None:
        raise LookupError("there is no such camera in the register")
    # Two days more than are compared: the last day's hours are compared with those of the days before them.
    counts = of.counts.all_hours(camera, since=hour_of(now) - _DAY * (DAYS + 2))
    hours = {count.hour: count for count in counts}
    known = Known(hours, of.counts.clocks(since=now - _DAY).get(camera), of.counts.last_days().get(camera))
    found = health(known, of.clock_limits(), now=now, zone=of.zone, retired=one.retired is not None)
    told = _told(one, found, _for(_senders(of), camera))
    return {
        **told,
        "hours": last_hours(hours, now=now, zone=of.zone),
        "added_at": one.added_at,
        "tests": [told_test(test, of.targets) for test in of.store.tests.of(camera, most=MOST_TESTS)],
    }


def _places(of: HealthRoutes, asked: Asked) -> object:
    hidden = hidden_from(asked.proved, of.confidential())
    return [
        {
            "camera": str(one.camera),
            "name": one.name,
            "area": one.area,
            "mount": "moving" if one.moving else "fixed",
            "place": None if one.place is None else [one.place.lat, one.place.lon],
            "retired": one.retired is not None,
        }
        for one in of.store.cameras.every()
        if one.camera not in hidden
    ]


def _told(one: RegisteredCamera, found: Health, senders: list[str]) -> dict[str, object]:
    return {
        "camera": str(one.camera),
        "name": one.name,
        "area": one.area,
        "mount": "moving" if one.moving else "fixed",
        "added_by": one.added_by,
        "retired": one.retired,
        "senders": senders,
        "health": found,
    }


def _senders(of: HealthRoutes) -> list[tuple[str, Scope]]:
    """Return the devices and feeds that may deliver, by name, with their scopes."""
    devices = [(one.name, one.scope) for one in of.store.devices.every() if one.revoked is None]
    feeds = [(one.feed.name, one.feed.scope) for one in of.store.feeds.every() if one.feed.revoked is None]
    return devices + feeds


def _for(senders: list[tuple[str, Scope]], camera: CameraId) -> list[str]:
    return [name for name, scope in senders if scope.covers(camera)]
