"""A whole store of alerts in memory: all that the ports promise but the disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from threading import Lock

from openanpr.alert.alert import Alert, AlertKey, Change, Channel, Feedback, Step
from openanpr.alert.events import Event, Kept, numbered
from openanpr.alert.hit_seen import HitId, HitSeen
from openanpr.alert.ports import OutdatedError
from openanpr.alert.raising import Known
from openanpr.alert.webhook import Delivery, DeliveryState
from openanpr.alert.work import NoSuchAlertError


class MemoryStore:
    """Provides every port of `alert/ports.py`; one lock stands for the transaction."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._alerts: dict[str, Alert] = {}
        self._open: dict[AlertKey, dict[str, Alert]] = {}
        self._ordinals: dict[AlertKey, int] = {}
        self._hits: dict[HitId, tuple[str, HitSeen]] = {}
        self._steps: dict[str, list[Step]] = {}
        self._events: dict[Channel, list[Event]] = {}
        self._feedback: list[Feedback] = []
        self._deliveries: dict[tuple[str, str], Delivery] = {}
        self._heard: dict[str, dict[Channel, int]] = {}

    def load(self, keys: Collection[AlertKey], hits: Collection[HitId]) -> Known:
        with self._lock:
            return Known(
                {key: tuple(self._open[key].values()) for key in keys if self._open.get(key)},
                {key: self._ordinals[key] for key in keys if key in self._ordinals},
                frozenset(hit for hit in hits if hit in self._hits),
            )

    def find(self, alert_id: str) -> Alert:
        with self._lock:
            if alert_id not in self._alerts:
                raise NoSuchAlertError
            return self._alerts[alert_id]

    def save(self, changes: Sequence[Change]) -> None:
        with self._lock:
            self._check(changes)
            last = {channel: events[-1].seq for channel, events in self._events.items()}
            for event in numbered(changes, last):
                self._events.setdefault(event.channel, []).append(event)
            for change in changes:
                self._keep(change)

    def open_alerts(self) -> tuple[Alert, ...]:
        with self._lock:
            return tuple(alert for alerts in self._open.values() for alert in alerts.values())

    def steps_of(self, alert_id: str) -> tuple[Step, ...]:
        with self._lock:
            return tuple(self._steps.get(alert_id, ()))

    def hits_of(self, alert_id: str) -> tuple[HitSeen, ...]:
        with self._lock:
            found = [hit for owner, hit in self._hits.values() if owner == alert_id]
        return tuple(sorted(found, key=lambda hit: (hit.at, hit.id)))

    def kept(self) -> dict[Channel, Kept]:
        with self._lock:
            return {channel: Kept(es[0].seq, es[-1].seq) for channel, es in self._events.items()}

    def after(self, channel: Channel, seq: int, *, limit: int) -> tuple[Event, ...]:
        with self._lock:
            return tuple(e for e in self._events.get(channel, ()) if e.seq > seq)[:limit]

    def feedback_to(self, name: str) -> tuple[Feedback, ...]:
        with self._lock:
            return tuple(one for one in self._feedback if name in one.to)

    def add(self, deliveries: Sequence[Delivery]) -> None:
        with self._lock:
            for one in deliveries:
                self._deliveries.setdefault((one.endpoint, one.message_id), one)

    def due(self, endpoint: str, now: datetime, *, limit: int) -> tuple[Delivery, ...]:
        return tuple(one for at, one in self._waiting(endpoint) if at <= now)[:limit]

    def next_at(self, endpoint: str) -> datetime | None:
        return min((at for at, _ in self._waiting(endpoint)), default=None)

    def _waiting(self, endpoint: str) -> list[tuple[datetime, Delivery]]:
        with self._lock:
            mine = [one for (name, _), one in self._deliveries.items() if name == endpoint]
        waiting = [(one.next_at, one) for one in mine if one.next_at is not None]
        return sorted(waiting, key=lambda pair: pair[0])

    def heard(self, endpoint: str) -> dict[Channel, int]:
        with self._lock:
            return dict(self._heard.get(endpoint, {}))

    def collect(self, endpoint: str, deliveries: Sequence[Delivery], heard: Mapping[Channel, int]) -> None:
        self.add(deliveries)
        with self._lock:
            known = self._heard.setdefault(endpoint, {})
            for channel, seq in heard.items():
                known[channel] = max(known.get(channel, 0), seq)

    def settle(self, delivery: Delivery) -> None:
        place = delivery.endpoint, delivery.message_id
        with self._lock:
            if place not in self._deliveries:
                raise LookupError("settle a delivery that was added")
            self._deliveries[place] = delivery

    def dead(self) -> tuple[Delivery, ...]:
        with self._lock:
            dead = [one for one in self._deliveries.values() if one.state is DeliveryState.DEAD]
        return tuple(sorted(dead, key=lambda one: one.begun_at))

    def _check(self, changes: Sequence[Change]) -> None:
        """Refuse the whole before anything is kept."""
        versions = {alert.id: alert.version for alert in self._alerts.values()}
        ordinals = dict(self._ordinals)
        for change in changes:
            alert = change.alert
            if versions.get(alert.id, 0) != change.expected:
                raise OutdatedError
            versions[alert.id] = alert.version
            if change.expected == 0:
                if alert.ordinal != ordinals.get(alert.key, 0) + 1:
                    raise OutdatedError
                ordinals[alert.key] = alert.ordinal
        ids = Counter(hit.id for change in changes for hit in change.hits)
        if any(count > 1 or hit_id in self._hits for hit_id, count in ids.items()):
            raise OutdatedError

    def _keep(self, change: Change) -> None:
        alert = change.alert
        self._alerts[alert.id] = alert
        self._ordinals[alert.key] = max(self._ordinals.get(alert.key, 0), alert.ordinal)
        of_key = self._open.setdefault(alert.key, {})
        if alert.is_open:
            of_key[alert.id] = alert
        else:
            of_key.pop(alert.id, None)
        self._steps.setdefault(alert.id, []).extend(change.steps)
        self._hits.update({hit.id: (alert.id, hit) for hit in change.hits})
        if change.feedback is not None:
            self._feedback.append(change.feedback)
