"""The tables of alerts. Times are UTC microseconds, so that a value comes back as it was.

What is asked for stands in columns, the whole value in `document` (see `alert_documents`). Whatever holds a
plate can be found by the time of its read or by its alert: forgetting needs that.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from openanpr.store.control.schema import metadata


def _alert_id(*, key: bool = False) -> sa.Column[str]:
    return sa.Column("alert_id", sa.Text, sa.ForeignKey("alert.alert_id"), primary_key=key, nullable=False)


def _document() -> tuple[sa.Column[int], sa.Column[str]]:
    return (
        sa.Column("form", sa.SmallInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=False),  # JSON
    )


alert: Final = sa.Table(
    "alert",
    metadata,
    sa.Column("alert_id", sa.Text, primary_key=True),  # no number: those that are missing could be counted
    sa.Column("vehicle", sa.Text),  # none once all reads of an open alert were forgotten
    sa.Column("list_id", sa.BigInteger, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),  # JSON
    sa.Column("ordinal", sa.BigInteger, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("closed_at_us", sa.BigInteger),
    *_document(),
    sa.UniqueConstraint("vehicle", "list_id", "channel", "ordinal"),
)
_open = alert.c.closed_at_us.is_(None)
sa.Index("ix_alert_open", alert.c.vehicle, sqlite_where=_open, postgresql_where=_open)
_nameless = alert.c.vehicle.is_(None)
sa.Index("ix_alert_nameless", alert.c.closed_at_us, sqlite_where=_nameless, postgresql_where=_nameless)

alert_hit: Final = sa.Table(
    "alert_hit",
    metadata,
    sa.Column("read_id", sa.BigInteger, primary_key=True, autoincrement=False),  # see `signed`
    sa.Column("entry_id", sa.BigInteger, primary_key=True, autoincrement=False),
    _alert_id(),
    sa.Column("captured_at_us", sa.BigInteger, nullable=False),
    *_document(),
)
sa.Index("ix_alert_hit_alert_id", alert_hit.c.alert_id)
sa.Index("ix_alert_hit_captured_at_us", alert_hit.c.captured_at_us)

alert_step: Final = sa.Table(
    "alert_step",
    metadata,
    _alert_id(key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    *_document(),
)

# The last number given out stays when the events of a channel are forgotten.
alert_channel: Final = sa.Table(
    "alert_channel",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("newest", sa.BigInteger, nullable=False),
)

alert_event: Final = sa.Table(
    "alert_event",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at_us", sa.BigInteger, nullable=False),
    sa.Column("alert_id", sa.Text, nullable=False),  # its alert may be forgotten before it
    *_document(),
)
sa.Index("ix_alert_event_alert_id", alert_event.c.alert_id)

alert_feedback: Final = sa.Table("alert_feedback", metadata, _alert_id(key=True), *_document())

alert_feedback_to: Final = sa.Table(
    "alert_feedback_to",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    _alert_id(key=True),
)
sa.Index("ix_alert_feedback_to_alert_id", alert_feedback_to.c.alert_id)

alert_delivery: Final = sa.Table(
    "alert_delivery",
    metadata,
    sa.Column("endpoint", sa.Text, primary_key=True),
    sa.Column("message_id", sa.Text, primary_key=True),
    sa.Column("alert_id", sa.Text, nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("begun_at_us", sa.BigInteger, nullable=False),
    sa.Column("next_at_us", sa.BigInteger),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("tries", sa.BigInteger, nullable=False),
    sa.Column("status", sa.BigInteger),
    sa.CheckConstraint("state IN ('waiting', 'delivered', 'dead')", name="state"),
    sa.CheckConstraint("(state = 'waiting') = (next_at_us IS NOT NULL)", name="waiting"),
)
_waiting = alert_delivery.c.next_at_us.is_not(None)
sa.Index(
    "ix_alert_delivery_due",
    alert_delivery.c.endpoint,
    alert_delivery.c.next_at_us,
    sqlite_where=_waiting,
    postgresql_where=_waiting,
)
sa.Index("ix_alert_delivery_state", alert_delivery.c.state, alert_delivery.c.begun_at_us)
sa.Index("ix_alert_delivery_alert_id", alert_delivery.c.alert_id)

# How far into each channel the webhooks of an endpoint are made.
alert_heard: Final = sa.Table(
    "alert_heard",
    metadata,
    sa.Column("endpoint", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
)
