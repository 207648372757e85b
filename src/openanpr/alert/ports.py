"""What alerting needs of the world: places to keep alerts, their history, events and webhooks.

A store that provides these passes the suite in `tests/alert/test_store_contract.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from openanpr.alert.alert import Alert, AlertKey, Change, Channel, Feedback, Step
from openanpr.alert.events import Event, Kept
from openanpr.alert.hit_seen import HitId, HitSeen
from openanpr.alert.raising import Known
from openanpr.alert.webhook import Delivery


class OutdatedError(RuntimeError):
    """The store has moved on since the alerts were loaded: load them again and repeat the work."""

    def __init__(self) -> None:
        super().__init__("another change came first: load the alerts again and repeat the work")


class AlertStore(Protocol):
    """Alerts as they stand."""

    def load(self, keys: Collection[AlertKey], hits: Collection[HitId]) -> Known:
        """Return the open alerts of these keys, how many alerts each had, and which hits are counted.

        One moment's state, of all alerts, closed ones too.
        """
        ...

    def find(self, alert_id: str) -> Alert:
        """Return an alert, closed ones too; raises NoSuchAlertError."""
        ...

    def save(self, changes: Sequence[Change]) -> None:
        """Keep all of the changes with steps, hits, feedback and numbered events, or none; on disk on return.

        Raises OutdatedError where an alert is not at the version that a change expects, a new one's ordinal
        is not the next of its key, or a hit is counted already.
        """
        ...


@dataclass(frozen=True, slots=True)
class OpenCounts:
    """The open alerts that anyone on duty may know of, counted; covert ones are in no count."""

    open: Mapping[str, int]  # by the kind of list
    waiting: Mapping[str, int]
    unattended: int


class OpenAlerts(Protocol):
    """All that is still to be done: for queues and the clock."""

    def open_alerts(self) -> tuple[Alert, ...]:
        """Return the open alerts, in any order."""
        ...


class StepLog(Protocol):
    """What happened to an alert; written by `AlertStore.save` only."""

    def steps_of(self, alert_id: str) -> tuple[Step, ...]:
        """Return its steps by number; nothing for an unknown id."""
        ...

    def hits_of(self, alert_id: str) -> tuple[HitSeen, ...]:
        """Return its hits by time and id; nothing for an unknown id."""
        ...


class HitPictures(Protocol):
    """The pictures of hits, for the person who must look at them before a unit is tasked."""

    def any_here(self, hits: Sequence[HitSeen]) -> bool:
        """Return whether a picture of one of the hits can be looked at now; False where nobody can tell."""
        ...


class EventLog(Protocol):
    """The events of the live stream; written by `AlertStore.save` only."""

    def kept(self) -> dict[Channel, Kept]:
        """Return of every channel what is kept."""
        ...

    def after(self, channel: Channel, seq: int, *, limit: int) -> tuple[Event, ...]:
        """Return at most `limit` events of a channel after `seq`, in order."""
        ...


class FeedbackLog(Protocol):
    """What came of alerts; written by `AlertStore.save` only."""

    def feedback_to(self, name: str) -> tuple[Feedback, ...]:
        """Return all that this owner or person is told, in any order."""
        ...


class DeliveryQueue(Protocol):
    """Webhooks on their way."""

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Keep new ones, on disk on return; one of a known endpoint and message is left as it is."""
        ...

    def due(self, endpoint: str, now: datetime, *, limit: int) -> tuple[Delivery, ...]:
        """Return at most `limit` that wait for this endpoint and whose time has come, longest due first."""
        ...

    def next_at(self, endpoint: str) -> datetime | None:
        """Return when the next of those that wait for this endpoint is due; None where none waits."""
        ...

    def settle(self, delivery: Delivery) -> None:
        """Keep what became of a known one; raises LookupError for one that was never added."""
        ...


class WebhookCursors(Protocol):
    """How far into the events the webhooks of each endpoint are made."""

    def heard(self, endpoint: str) -> dict[Channel, int]:
        """Return the number of the last event of each channel; nothing for an endpoint that is new."""
        ...

    def collect(self, endpoint: str, deliveries: Sequence[Delivery], heard: Mapping[Channel, int]) -> None:
        """Keep new deliveries and how far was heard, both or neither; on disk on return.

        A delivery of a known endpoint and message is left as it is; a number never falls.
        """
        ...


class DeadLetters(Protocol):
    """Webhooks that were given up; they stay until a person sends them again."""

    def dead(self) -> tuple[Delivery, ...]:
        """Return all of them, the oldest first."""
        ...
