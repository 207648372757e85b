"""The events of the live stream in the control database: numbered, and found by channel and number."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from openanpr.alert.alert import Change, Channel
from openanpr.alert.events import Event, Kept, numbered
from openanpr.store.control.alert_documents import EVENT, channel_of, channel_text, in_parts, to_us
from openanpr.store.control.alert_tables import alert_channel, alert_event
from openanpr.store.control.engine import reading


class AlertEvents:
    """What is kept of the live stream. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def kept(self) -> dict[Channel, Kept]:
        """Return of every channel what is kept."""
        oldest = (
            sa.select(sa.func.min(alert_event.c.seq))
            .where(alert_event.c.channel == alert_channel.c.channel)
            .scalar_subquery()
        )
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(alert_channel.c.channel, oldest, alert_channel.c.newest))
            return {
                channel_of(channel): Kept(newest + 1 if first is None else first, newest)
                for channel, first, newest in rows
            }

    def after(self, channel: Channel, seq: int, *, limit: int) -> tuple[Event, ...]:
        """Return at most `limit` events of a channel after `seq`, in order."""
        wanted = (
            sa.select(alert_event.c.form, alert_event.c.document)
            .where(alert_event.c.channel == channel_text(channel), alert_event.c.seq > seq)
            .order_by(alert_event.c.seq)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(wanted).all()
        return tuple(EVENT.read(form, document) for form, document in rows)


def append_events(connection: sa.Connection, changes: Sequence[Change]) -> None:
    """Keep the events of changes under the next numbers; the caller holds the writers' lock."""
    channels = {change.alert.key.channel for change in changes}
    texts = {channel_text(channel): channel for channel in channels}
    last: dict[Channel, int] = {}
    for part in in_parts(texts):
        found = sa.select(alert_channel.c.channel, alert_channel.c.newest)
        rows = connection.execute(found.where(alert_channel.c.channel.in_(part)))
        last.update({texts[text]: newest for text, newest in rows})
    events = numbered(changes, last)
    if not events:
        return
    connection.execute(
        sa.insert(alert_event),
        [
            {
                "channel": channel_text(event.channel),
                "seq": event.seq,
                "at_us": to_us(event.at),
                "alert_id": event.alert.id,
                **EVENT.write(event),
            }
            for event in events
        ],
    )
    _move_on(connection, {event.channel: event.seq for event in events}, last)


def _move_on(connection: sa.Connection, newest: dict[Channel, int], last: dict[Channel, int]) -> None:
    new = [{"channel": channel_text(c), "newest": seq} for c, seq in newest.items() if c not in last]
    if new:
        connection.execute(sa.insert(alert_channel), new)
    for channel, seq in newest.items():
        if channel in last:
            of_channel = alert_channel.c.channel == channel_text(channel)
            connection.execute(sa.update(alert_channel).where(of_channel).values(newest=seq))
