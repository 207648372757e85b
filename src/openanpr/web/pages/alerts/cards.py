"""An alert as a card of the queue shows it: with its list, its place and who is told next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

import msgspec

from openanpr.alert.alert import Alert
from openanpr.alert.alert_json import alert_record
from openanpr.alert.desk import AlertDesk
from openanpr.core.camera import CameraId
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.core.voi_list import ListStanding
from openanpr.policy.ask import Act, Guarded
from openanpr.voi.fresh import freshness
from openanpr.web.local.gate import Proved
from openanpr.web.pages.alerts.told import AlertTold

Cameras: TypeAlias = Callable[[CameraId], RegisteredCamera | None]
Lists: TypeAlias = Callable[[], Mapping[int, ListStanding]]


@dataclass(frozen=True, slots=True)
class ListShown:
    """The list that an alert is of. `age` None: not known."""

    name: str
    owner: str
    purpose: str
    age: timedelta | None
    by_hand: bool
    why_stale: str


@dataclass(frozen=True, slots=True)
class Card:
    """An alert with what stands beside it.

    `place` is the camera's name, `at` its longitude and latitude: empty for whoever may not see places.
    `next_role` is told at `alert.answer_by` unless somebody answers; empty where that is not to be told.
    """

    alert: AlertTold
    of: ListShown | None
    place: str = field(repr=False)
    at: str = field(repr=False)
    next_role: str

    @property
    def stale(self) -> bool:
        """Whether its list was too old when the read met it, or is so now."""
        return self.alert.list_stale or (self.of is not None and bool(self.of.why_stale))


@dataclass(frozen=True, slots=True)
class Cards:
    """Makes cards. Safe to share between threads."""

    desk: AlertDesk
    lists: Lists
    cameras: Cameras
    clock: Callable[[], datetime]

    def of(self, told: AlertTold, *, places: bool) -> Card:
        """Return the card of an alert; `places`: whoever looks may see where cameras stand."""
        camera = self.cameras(CameraId.parse(told.strongest.camera)) if places else None
        where = None if camera is None else camera.place
        return Card(
            told,
            self._list(told.list_id),
            "" if camera is None else camera.name,
            "" if where is None else f"{where.lon},{where.lat}",
            self._next_role(told),
        )

    def of_alert(self, alert: Alert, *, places: bool) -> Card:
        """Return the card of an alert as the desk has it."""
        return self.of(msgspec.convert(alert_record(alert, self.desk.book), AlertTold), places=places)

    def _list(self, list_id: int) -> ListShown | None:
        standing = self.lists().get(list_id)
        if standing is None:
            return None
        fresh = freshness(standing, self.clock())
        by_hand = standing.of.max_age is None
        of = standing.of
        return ListShown(of.called, of.owner, of.purpose, fresh.age, by_hand, fresh.why_stale)

    def _next_role(self, told: AlertTold) -> str:
        """Of a covert alert no role is told: only its named people know of it."""
        if told.covert or not told.is_open:
            return ""
        ladder = self.desk.book.of(told.list_id).ladder
        return ladder.role_of(told.escalation + 1 if told.waiting_since is not None else 1)


def sees_places(proved: Proved) -> bool:
    """Return whether the policy lets somebody see where cameras stand."""
    return proved.judge.allows(Act.SEE_PLACE, proved.person, guarded=Guarded(hidden=False))
