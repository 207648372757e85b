"""A hit as alerting needs it: plain values, whoever matched the read and kept the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from openanpr.core.advice import Advice
from openanpr.core.camera import CameraId
from openanpr.core.hit import HitKind, Reason
from openanpr.core.shape import shape_key
from openanpr.core.voi_entry import Priority

_WILDCARDS = frozenset("?*")

HitId = tuple[int, int]
"""The read and the entry: what makes two hits the same one, however often it is delivered."""


_BOLDNESS = MappingProxyType(
    {Advice.STOP: 4, Advice.SILENT: 3, Advice.ASSESS: 2, Advice.CHECK_PICTURE: 1, Advice.RECORD: 0}
)


@dataclass(frozen=True, slots=True)
class HitSeen:
    """One read that meets one entry of one list.

    `probability` (0 to 1) that the vehicle is the listed one. `vrm_listed` is the entry's mark, with `?` and
    `*` where it leaves characters open; `vrm_read` is the read's. `area` is the camera's, as routing names
    it. Times are UTC. `late`: the read came too late to act on as current; `clock_doubtful`: nobody knows
    whether it did. `silent`: whoever works on it must show no interest in the vehicle. `seen_by` names the
    people and teams that alone may know of a covert entry; empty for an open one.
    """

    read_id: int
    entry_id: int
    list_id: int
    kind: HitKind
    reason: Reason
    probability: float
    advice: Advice
    priority: Priority
    vrm_listed: str
    vrm_read: str
    camera: CameraId
    area: str
    captured_at: datetime
    received_at: datetime
    late: bool = False
    clock_doubtful: bool = False
    list_stale: bool = False
    silent: bool = False
    covert: bool = False
    seen_by: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what nobody could route or order."""
        if not 0.0 <= self.probability <= 1.0:
            msg = "the probability of a hit must be between 0 and 1"
            raise ValueError(msg)
        if self.captured_at.tzinfo is None or self.received_at.tzinfo is None:
            msg = "the times of a hit need a zone; use datetime(..., tzinfo=UTC)"
            raise ValueError(msg)
        if self.covert != bool(self.seen_by):
            msg = "a covert hit, and no other, names the people who may see it"
            raise ValueError(msg)
        if not self.vrm_listed or not self.vrm_read:
            msg = "a hit needs the mark as listed and the mark as read"
            raise ValueError(msg)

    @property
    def id(self) -> HitId:
        """The read and the entry."""
        return self.read_id, self.entry_id

    @property
    def at(self) -> datetime:
        """When the vehicle was there, as far as that can be trusted; never after the read came in."""
        return self.received_at if self.clock_doubtful else min(self.captured_at, self.received_at)

    @property
    def vehicle(self) -> str:
        """The shape of the mark looked for; of the mark read where the entry leaves characters open."""
        open_mark = not _WILDCARDS.isdisjoint(self.vrm_listed)
        return shape_key(self.vrm_read if open_mark else self.vrm_listed)

    @property
    def quiet(self) -> bool:
        """Whether nobody may show an interest in the vehicle."""
        return self.silent or self.advice is Advice.SILENT

    @property
    def says(self) -> Advice:
        """The advice as it may be shown: only an exact, timely hit on a fresh list says more than *check*.

        Matching has the same rule; it is held here again, so that no fault there can send out a stop.
        """
        doubt = self.late or self.clock_doubtful or self.list_stale or self.kind is not HitKind.EXACT
        if doubt or (self.silent and self.advice is not Advice.SILENT):
            return Advice.CHECK_PICTURE
        return self.advice

    @property
    def strength(self) -> tuple[int, bool, float, int, int]:
        """A key that orders hits from weak to strong, the same whatever their order of arrival."""
        exact = self.kind is HitKind.EXACT
        return _BOLDNESS[self.says], exact, self.probability, self.read_id, self.entry_id
