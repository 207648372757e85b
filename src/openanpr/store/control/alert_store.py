"""One object with all that alerting asks of a store: what `alert/ports.py` names, joined."""

from __future__ import annotations

import sqlalchemy as sa

from openanpr.store.control.alert_deliveries import AlertDeliveries
from openanpr.store.control.alert_events import AlertEvents
from openanpr.store.control.alert_forget import AlertForgetting
from openanpr.store.control.alert_rows import AlertRows


class AlertRecords:
    """The alerts, events and webhooks of one control database. Safe to share between threads."""

    def __init__(self, engine: sa.Engine) -> None:
        rows, events, deliveries = AlertRows(engine), AlertEvents(engine), AlertDeliveries(engine)
        self.engine = engine
        self.load = rows.load
        self.find = rows.find
        self.save = rows.save
        self.open_alerts = rows.open_alerts
        self.open_counts = rows.open_counts
        self.every_alert = rows.every_alert
        self.steps_of = rows.steps_of
        self.hits_of = rows.hits_of
        self.feedback_to = rows.feedback_to
        self.kept = events.kept
        self.after = events.after
        self.add = deliveries.add
        self.due = deliveries.due
        self.next_at = deliveries.next_at
        self.settle = deliveries.settle
        self.dead = deliveries.dead
        self.dead_count = deliveries.dead_count
        self.heard = deliveries.heard
        self.collect = deliveries.collect
        forgetting = AlertForgetting(engine)
        self.forget_events = forgetting.forget_events
        self.forget_deliveries = forgetting.forget_deliveries
        self.forget_alerts = forgetting.forget_alerts
