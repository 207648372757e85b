"""Webhooks on their way, in the control database, and how far into the events they are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from openanpr.alert.alert import Channel
from openanpr.alert.webhook import Delivery, DeliveryState
from openanpr.store.control.alert_documents import channel_of, channel_text, from_us, maybe_us, to_us
from openanpr.store.control.alert_tables import alert_delivery, alert_heard
from openanpr.store.control.engine import reading, writing


class AlertDeliveries:
    """The webhooks of a node. Safe to share between threads: each call takes its own connection."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Keep new ones, on disk on return; one of a known endpoint and message is left as it is."""
        if deliveries:
            with writing(self._engine) as connection:
                _add(connection, deliveries)

    def due(self, endpoint: str, now: datetime, *, limit: int) -> tuple[Delivery, ...]:
        """Return at most `limit` that wait for this endpoint and whose time has come, longest due first."""
        at_us = alert_delivery.c.next_at_us
        wanted = sa.select(alert_delivery).where(
            alert_delivery.c.endpoint == endpoint, at_us.is_not(None), at_us <= to_us(now)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(wanted.order_by(at_us).limit(limit)).all()
        return tuple(map(_delivery, rows))

    def next_at(self, endpoint: str) -> datetime | None:
        """Return when the next of those that wait for this endpoint is due; None where none waits."""
        at_us = alert_delivery.c.next_at_us
        first = sa.select(sa.func.min(at_us)).where(alert_delivery.c.endpoint == endpoint, at_us.is_not(None))
        with reading(self._engine) as connection:
            found = connection.execute(first).scalar_one()
        return None if found is None else from_us(found)

    def settle(self, delivery: Delivery) -> None:
        """Keep what became of a known one; raises LookupError for one that was never added."""
        with writing(self._engine) as connection:
            done = connection.execute(
                sa.update(alert_delivery)
                .where(
                    alert_delivery.c.endpoint == delivery.endpoint,
                    alert_delivery.c.message_id == delivery.message_id,
                )
                .values(**_row(delivery))
            )
        if done.rowcount == 0:
            msg = "no such delivery is kept: it was never added, or was forgotten since"
            raise LookupError(msg)

    def dead(self) -> tuple[Delivery, ...]:
        """Return all that were given up, the oldest first."""
        wanted = (
            sa.select(alert_delivery)
            .where(alert_delivery.c.state == DeliveryState.DEAD.value)
            .order_by(alert_delivery.c.begun_at_us)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(wanted).all()
        return tuple(map(_delivery, rows))

    def dead_count(self) -> int:
        """Return how many were given up."""
        dead = alert_delivery.c.state == DeliveryState.DEAD.value
        with reading(self._engine) as connection:
            return connection.execute(sa.select(sa.func.count()).where(dead)).scalar_one()

    def heard(self, endpoint: str) -> dict[Channel, int]:
        """Return the number of the last event of each channel; nothing for an endpoint that is new."""
        wanted = sa.select(alert_heard.c.channel, alert_heard.c.seq).where(alert_heard.c.endpoint == endpoint)
        with reading(self._engine) as connection:
            return {channel_of(channel): seq for channel, seq in connection.execute(wanted)}

    def collect(self, endpoint: str, deliveries: Sequence[Delivery], heard: Mapping[Channel, int]) -> None:
        """Keep new deliveries and how far was heard, both or neither; on disk on return."""
        with writing(self._engine) as connection:
            if deliveries:
                _add(connection, deliveries)
            moved = _insert(connection, alert_heard)
            seq = moved.excluded.seq
            moved = moved.on_conflict_do_update(
                index_elements=["endpoint", "channel"], set_={"seq": seq}, where=alert_heard.c.seq < seq
            )
            for channel, number in sorted(heard.items()):
                row = {"endpoint": endpoint, "channel": channel_text(channel), "seq": number}
                connection.execute(moved, row)


def _insert(connection: sa.Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that can leave what is there as it is: each database has its own."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def _add(connection: sa.Connection, deliveries: Sequence[Delivery]) -> None:
    rows = [
        {
            "endpoint": one.endpoint,
            "message_id": one.message_id,
            "alert_id": one.message_id.rpartition(".")[0],  # an event's id is that of its alert and a number
            **_row(one),
        }
        for one in deliveries
    ]
    connection.execute(_insert(connection, alert_delivery).on_conflict_do_nothing(), rows)


def _row(one: Delivery) -> dict[str, Any]:
    return {
        "payload": one.payload,
        "begun_at_us": to_us(one.begun_at),
        "next_at_us": maybe_us(one.next_at),
        "state": one.state.value,
        "tries": one.tries,
        "status": one.status,
    }


def _delivery(row: sa.Row[Any]) -> Delivery:
    return Delivery(
        endpoint=row.endpoint,
        message_id=row.message_id,
        payload=row.payload,
        begun_at=from_us(row.begun_at_us),
        next_at=None if row.next_at_us is None else from_us(row.next_at_us),
        state=DeliveryState(row.state),
        tries=row.tries,
        status=row.status,
    )
