"""Alerts in the audit log: every step before it is kept, every webhook before it can be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from openanpr.alert.alert import Change, Channel, Step
from openanpr.alert.webhook import Delivery
from openanpr.audit.acts import AlertHandling, Disclosure
from openanpr.audit.port import NODE, Log, logged
from openanpr.store.control.alert_store import AlertRecords

_STANDING = "standing arrangement: webhooks in the settings"


def log_alerts(records: AlertRecords, log: Log, clock: Callable[[], datetime]) -> AlertRecords:
    """Return the store, in which no change of an alert and no webhook is kept that the log has not.

    Everybody's steps, the clock's and new hits come through `save`. Of a covert alert the log tells no more
    than of any other: that there was a step, which, and when.
    """
    save, collect = records.save, records.collect

    def save_logged(changes: Sequence[Change]) -> None:
        with logged(log, *_steps(changes)):
            save(changes)

    def collect_logged(endpoint: str, deliveries: Sequence[Delivery], heard: Mapping[Channel, int]) -> None:
        with logged(log, *(_told(one, clock()) for one in deliveries)):
            collect(endpoint, deliveries, heard)

    records.save, records.collect = save_logged, collect_logged
    return records


def _steps(changes: Sequence[Change]) -> Iterator[AlertHandling]:
    for change in changes:
        mark = change.alert.tally.strongest.vrm_listed
        for step in change.steps:
            yield AlertHandling(
                at=step.at,
                alert=step.alert_id,
                step=step.kind.value,
                person=step.by or None,
                outcome=_outcome(step),
                plate=mark,
                reason=step.note.strip() or None,
            )


def _outcome(step: Step) -> str | None:
    if step.closure is not None:
        return step.closure.outcome.value
    return None if step.check is None else step.check.value


def _told(delivery: Delivery, at: datetime) -> Disclosure:
    return Disclosure(
        at=at,
        person=NODE,
        recipient=delivery.endpoint,
        what="alert-webhook",
        purpose="alerting",
        reference=delivery.message_id,
        reason=_STANDING,
    )
