"""What cameras may deliver, in memory: looked up for each camera of a batch, made anew when a site changes.

The times in which a camera may not deliver are known ahead, so that nothing has to be done when one comes.
The database is asked for a number at most once a second, and for no read.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Protocol

from openanpr.core.camera import CameraId
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.core.span import Span
from openanpr.ingest.accept import Mount
from openanpr.sites.admission import Admission, Cause, Leave, admission, closed, leaves_in, leaves_of_camera
from openanpr.sites.case import Case
from openanpr.sites.life import Life, State, Step
from openanpr.sites.numbers import SiteNumbers

_STALE_S: Final = 1.0
_AT_WORK: Final = frozenset({State.AUTHORISED, State.INSTALLED, State.STANDS, State.REVIEWED})


class Kept(Protocol):
    """Where sites are kept, `store.control.site_store`."""

    def every(self) -> Sequence[Life]:
        """Return all sites."""
        ...

    def version(self) -> tuple[int, int]:
        """Return two numbers of which one grows with every change of a site or of the register."""
        ...

    def asks_since(self, now: datetime) -> datetime:
        """Return when this node began to ask for cases: `now`, where it is asked for the first time."""
        ...


class Register(Protocol):
    """The register of cameras."""

    def every(self) -> Sequence[RegisteredCamera]:
        """Return all cameras, retired ones too."""
        ...

    def mount(self, camera: CameraId) -> Mount | None:
        """Return whether a camera stands or drives; None for one that is not in the register."""
        ...


@dataclass(frozen=True, slots=True)
class SitedCamera:
    """A camera of the register, its site if it has one that is alive, its leaves, and when it is closed."""

    camera: CameraId
    site_id: str | None
    leaves: tuple[Leave, ...]
    closed: tuple[Span, ...]
    cased: bool


@dataclass(frozen=True, slots=True)
class _Table:
    version: tuple[int, int]
    cameras: Mapping[CameraId, SitedCamera] = field(repr=False)
    named: Mapping[CameraId, frozenset[str]] = field(repr=False)
    assessed: tuple[date, ...]


class Admitting:
    """The cameras of a node with what they may deliver, as `ingest.accept.Cameras`. Threads share it.

    What another process changed is seen a second late at most. Where the database does not answer, nothing
    is answered from memory beyond that second: a delivery is then refused, and its sender keeps it.
    """

    def __init__(
        self, sites: Kept, register: Register, numbers: SiteNumbers, clock: Callable[[], datetime]
    ) -> None:
        """`clock` gives the time (UTC); it is asked when a node asks for cases for the first time."""
        self._sites, self._register, self.numbers, self._clock = sites, register, numbers, clock
        self._asks_since = sites.asks_since(clock())
        self._lock = threading.Lock()
        self._looked_s: float | None = None
        self._table: _Table | None = None

    def mount(self, camera: CameraId) -> Mount | None:
        """Return whether a camera stands or drives; None for one that is not in the register."""
        return self._register.mount(camera)

    def closed(self, camera: CameraId, *, elsewhere: bool) -> Sequence[Span]:
        """Return the times of capture in which a camera may not deliver, as `ingest.accept.Cameras` says."""
        found = self._now().cameras.get(camera)
        if found is None:
            # Put into the register by another process within this second: its time has only begun.
            return ()
        return () if elsewhere and not found.cased else found.closed

    def every(self) -> Sequence[SitedCamera]:
        """Return all cameras that are not retired, by force, source and number."""
        return tuple(self._now().cameras.values())

    def admission(self, one: SitedCamera) -> Admission:
        """Return what a camera may do now."""
        return admission(one.leaves, self.numbers, now=self._clock())

    def now(self) -> Mapping[CameraId, tuple[Admission, str | None]]:
        """Return of each camera that is not retired what it may do, and the site that it is of."""
        return {one.camera: (self.admission(one), one.site_id) for one in self.every()}

    def confidential(self) -> Mapping[CameraId, frozenset[str]]:
        """Return the cameras of confidential sites, with the sign-in names that each names."""
        return self._now().named

    def assessed(self) -> Sequence[date]:
        """Return of each site at work the day on which its impact assessment was looked at last."""
        return self._now().assessed

    def look_again(self) -> None:
        """Ask the database at once when somebody asks next: something was changed."""
        with self._lock:
            self._looked_s = None

    def _now(self) -> _Table:
        looked_s, table = self._looked_s, self._table
        if table is not None and looked_s is not None and time.monotonic() - looked_s <= _STALE_S:
            return table
        with self._lock:
            now_s = time.monotonic()
            version = self._sites.version()  # before the rows: what comes meanwhile makes another number
            if self._table is None or self._table.version != version:
                self._table = self._made(version)
            self._looked_s = now_s
            return self._table

    def _made(self, version: tuple[int, int]) -> _Table:
        lives = self._sites.every()
        given: dict[CameraId, list[tuple[Leave, ...]]] = {}
        sites: dict[CameraId, str] = {}
        for life in lives:
            for camera, of_site in leaves_in(life, self.numbers).items():
                given.setdefault(camera, []).append(of_site)
                if life.alive:
                    sites[camera] = life.site_id
        cameras = {
            one.camera: self._sited(one, given.get(one.camera, []), sites.get(one.camera))
            for one in self._register.every()
            if one.retired is None
        }
        at_work = [life.case.dpia for life in lives if life.state in _AT_WORK]
        assessed = tuple(dpia.looked_at for dpia in at_work if dpia is not None)
        return _Table(version, cameras, _named(lives), assessed)

    def _sited(
        self, one: RegisteredCamera, given: Sequence[tuple[Leave, ...]], site_id: str | None
    ) -> SitedCamera:
        found = leaves_of_camera(
            given,
            first_added_at=one.first_added_at or one.added_at,
            known_from=self._asks_since,
            numbers=self.numbers,
        )
        cased = any(leave.cause is not Cause.NO_CASE for leave in found)
        return SitedCamera(one.camera, site_id, found, closed(found), cased)


def _named(lives: Sequence[Life]) -> Mapping[CameraId, frozenset[str]]:
    """Return the cameras that are confidential by the case that was authorised last, with whom it names.

    Also once it has lapsed or was withdrawn: its reads are still there. Before any case of a camera was
    authorised a case that is being written is enough.
    """
    decided: dict[CameraId, tuple[datetime, Case]] = {}
    written: dict[CameraId, frozenset[str]] = {}
    for life in lives:
        case = life.case
        at = max((one.at for one in life.steps if one.step is Step.AUTHORISED), default=None)
        for camera in case.camera_ids:
            if at is not None and (camera not in decided or decided[camera][0] <= at):
                decided[camera] = at, case
            elif at is None and life.alive and case.confidential:
                written[camera] = written.get(camera, frozenset()) | frozenset(case.named)
    found = {camera: frozenset(case.named) for camera, (_, case) in decided.items() if case.confidential}
    return found | {camera: named for camera, named in written.items() if camera not in decided}
