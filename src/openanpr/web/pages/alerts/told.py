"""Alerts as pages take them from the node: what the local socket and the live stream say of each."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from openanpr.alert.alert import Check, State, StepKind
from openanpr.alert.closure import NoResponse, Outcome
from openanpr.core.advice import Advice
from openanpr.core.hit import Band, HitKind, Reason
from openanpr.core.voi_entry import Action, Priority
from openanpr.core.voi_list import ListKind

_HIGH, _EVEN = 0.9, 0.5


class HitTold(Struct, frozen=True):
    """One read that meets one entry."""

    entry_id: int
    kind: HitKind
    reason: Reason
    probability: float
    advice: Advice
    vrm_listed: str
    vrm_read: str
    camera: str
    area: str
    captured_at: datetime
    received_at: datetime
    late: bool
    clock_doubtful: bool
    list_stale: bool

    @property
    def exact(self) -> bool:
        """Whether it is spelt alike and surely read."""
        return self.kind is HitKind.EXACT

    @property
    def band(self) -> Band:
        """The probability in words."""
        if self.probability >= _HIGH:
            return Band.HIGH
        return Band.MEDIUM if self.probability >= _EVEN else Band.LOW

    @property
    def delay_s(self) -> float:
        """How long after the vehicle was there its read came, as far as its clock can be trusted."""
        return max((self.received_at - self.captured_at).total_seconds(), 0.0)


class ClosureTold(Struct, frozen=True):
    """How it ended."""

    outcome: Outcome
    reason: NoResponse | None
    offence: str
    note: str


class AlertTold(Struct, frozen=True):
    """An alert as it stands."""

    id: str
    version: int
    list_id: int
    list_kind: ListKind
    covert: bool
    state: State
    priority: Priority
    advice: Advice
    show_no_interest: bool
    check: Check | None
    closure: ClosureTold | None
    hits: int
    late_hits: int
    clock_doubtful: bool
    list_stale: bool
    first_at: datetime
    last_at: datetime
    strongest: HitTold
    raised_at: datetime
    waiting_since: datetime | None
    answer_by: datetime | None
    answering: list[str]
    escalation: int
    unattended: bool
    follows: str | None
    last_step_at: datetime | None

    @property
    def look(self) -> str:
        """A text that is another one once there is something to look at anew.

        That is a hit, a step of a person, or that it waits again; not that the clock told somebody of it, or
        that whoever looks has just come.
        """
        since, by_person = self.waiting_since, self.last_step_at
        times = (f"{one.timestamp():.6f}" if one else "" for one in (since, by_person))
        return ".".join((str(self.hits), self.state, *times))

    @property
    def order(self) -> str:
        """A text by which queues order: the same order as `alert.routing.queue_order`."""
        since = self.waiting_since
        at = since or self.answer_by
        moment = "9" * 20 if at is None else f"{int(at.timestamp() * 1e6):020}"
        return (
            f"{int(since is None)}.{9 - self.priority.rank}.{99999 - self.escalation:05}.{moment}.{self.id}"
        )

    @property
    def is_open(self) -> bool:
        """Whether anything is still to be done."""
        return self.state is not State.CLOSED


class QueueTold(Struct, frozen=True):
    """Open alerts in the order in which to answer them."""

    waiting: int
    alerts: list[AlertTold]


class QueuesTold(Struct, frozen=True):
    """The two queues of whoever looks."""

    crime: QueueTold
    mass: QueueTold


class StepTold(Struct, frozen=True):
    """One thing that happened."""

    number: int
    at: datetime
    kind: StepKind
    by: str | None
    hits: int
    level: int | None
    role: str
    check: Check | None
    to: str
    closure: ClosureTold | None
    note: str


class WantedTold(Struct, frozen=True):
    """What the list says of the vehicle."""

    entry_id: int
    make: str
    model: str
    colour: str
    reason: str
    information: str
    warning_markers: str
    action: Action
    priority: Priority
    owner: str
    weed_on: date | None


class WholeTold(Struct, frozen=True):
    """One alert with all that belongs to it."""

    alert: AlertTold
    possible: list[str]
    steps: list[StepTold]
    hits: list[HitTold]
    wanted: list[WantedTold]

    @property
    def may_see(self) -> bool:
        """Whether it can be taken in hand."""
        return "see" in self.possible and self.alert.state is State.NEW

    @property
    def may_see_again(self) -> bool:
        """Whether it waits again, and can be taken in hand once more."""
        waits = self.alert.waiting_since is not None
        return "see" in self.possible and self.alert.state is not State.NEW and waits

    @property
    def may_check(self) -> bool:
        """Whether a picture is here, of which it can be said what it shows."""
        return "check" in self.possible

    @property
    def may_not_check(self) -> bool:
        """Whether it can be said that the picture cannot be checked."""
        return f"check as {Check.CANNOT_CHECK}" in self.possible

    @property
    def outcomes(self) -> list[Outcome]:
        """The outcomes that it can be closed with now."""
        return [one for one in Outcome if f"close as {one.value}" in self.possible]


class PictureTold(Struct, frozen=True):
    """A picture of a hit, as base64."""

    camera: str
    captured_at: datetime
    kind: str
    jpeg: str


class HeldTold(Struct, frozen=True):
    """How many pictures of an alert are here, and whether one is still to come."""

    held: int
    awaited: bool
