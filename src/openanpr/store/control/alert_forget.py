"""Alerts, events and webhooks whose time is over go from the control database, and are counted.

The rule that says until when is the caller's: the days of the profile for reads hold here too, since an
alert holds the marks of its reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from openanpr.alert.alert import Alert, Tally
from openanpr.alert.hit_seen import HitSeen
from openanpr.alert.webhook import DeliveryState
from openanpr.store.control.alert_documents import ALERT, EVENT, HIT, to_us
from openanpr.store.control.alert_rows import lock_alerts
from openanpr.store.control.alert_tables import (
    alert,
    alert_channel,
    alert_delivery,
    alert_event,
    alert_feedback,
    alert_feedback_to,
    alert_hit,
    alert_step,
)
from openanpr.store.control.engine import reading, writing

_AT_ONCE: Final = 200  # alerts in one transaction: new alerts wait no longer than that takes
_NO_MARK: Final = "?"


@dataclass(frozen=True, slots=True)
class ForgottenAlerts:
    """What went, in counts: for a certificate.

    `alerts` went whole, with `steps`; of `nameless` ones, which nobody has closed, the mark went, and of
    `shortened` ones the older of their `hits`. `deliveries` are webhooks about any of them, of which
    `undelivered` were never taken. `left` counts the hits past their time that a search found after: 0, or
    something is wrong.
    """

    alerts: int = 0
    nameless: int = 0
    shortened: int = 0
    hits: int = 0
    steps: int = 0
    deliveries: int = 0
    undelivered: int = 0
    left: int = 0

    def __add__(self, other: ForgottenAlerts) -> ForgottenAlerts:
        return ForgottenAlerts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


class AlertForgetting:
    """Takes out of one control database what is past its time."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def forget_events(self, before: datetime) -> int:
        """Forget the events before `before` (UTC) and return how many.

        Of each channel from its oldest on and without a gap: clients that missed them are told to start
        afresh. Webhooks are made of events: forget none that an endpoint may not have been told of yet.
        """
        with writing(self._engine) as connection:
            _overwrite(connection)
            lock_alerts(connection)
            channels = connection.execute(sa.select(alert_channel.c.channel, alert_channel.c.newest)).all()
            return sum(_cut_off(connection, text, newest, to_us(before)) for text, newest in channels)

    def forget_deliveries(self, before: datetime) -> int:
        """Forget the webhooks that were begun before `before` (UTC) and delivered; return how many."""
        done = sa.and_(
            alert_delivery.c.state == DeliveryState.DELIVERED.value,
            alert_delivery.c.begun_at_us < to_us(before),
        )
        with writing(self._engine) as connection:
            _overwrite(connection)
            return connection.execute(sa.delete(alert_delivery).where(done)).rowcount

    def forget_alerts(self, read_before: datetime) -> ForgottenAlerts:
        """Forget every hit whose read was captured before `read_before` (UTC); return what went.

        A closed alert without any hit left goes whole, with its steps and what came of it. An open one stays
        until somebody closes it, but without mark, read or entry. Of others the older hits go. Events that
        showed them are written anew, webhooks about them go in whatever state. May be repeated, and stopped
        at any moment: it goes on with what is left.
        """
        total, cut_us = ForgottenAlerts(), to_us(read_before)
        while True:
            with writing(self._engine) as connection:
                _overwrite(connection)
                lock_alerts(connection)
                touched = _past(connection, cut_us)
                if not touched:
                    break
                total += _forget(connection, touched, cut_us)
        with reading(self._engine) as connection:
            left = sa.select(sa.func.count()).where(alert_hit.c.captured_at_us < cut_us)
            return replace(total, left=connection.execute(left).scalar_one())


def _overwrite(connection: sa.Connection) -> None:
    """Have what is deleted on this connection overwritten: SQLite leaves it in the file otherwise."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def _cut_off(connection: sa.Connection, text: str, newest: int, before_us: int) -> int:
    of_channel = alert_event.c.channel == text
    first_kept = (
        sa.select(alert_event.c.seq)
        .where(of_channel, alert_event.c.at_us >= before_us)
        .order_by(alert_event.c.seq)
        .limit(1)
    )
    kept_from = connection.execute(first_kept).scalar_one_or_none()
    upto = newest + 1 if kept_from is None else kept_from
    return connection.execute(sa.delete(alert_event).where(of_channel, alert_event.c.seq < upto)).rowcount


def _past(connection: sa.Connection, cut_us: int) -> Sequence[str]:
    """Return some alerts that hold a read past its time, or that were closed after they lost them all."""
    hit = sa.select(alert_hit.c.alert_id).where(alert_hit.c.captured_at_us < cut_us).distinct()
    found = connection.execute(hit.limit(_AT_ONCE)).scalars().all()
    if found:
        return found
    closed = sa.select(alert.c.alert_id).where(alert.c.vehicle.is_(None), alert.c.closed_at_us.is_not(None))
    return connection.execute(closed.limit(_AT_ONCE)).scalars().all()


def _forget(connection: sa.Connection, touched: Sequence[str], cut_us: int) -> ForgottenAlerts:
    past = sa.and_(alert_hit.c.alert_id.in_(touched), alert_hit.c.captured_at_us < cut_us)
    hits = connection.execute(sa.delete(alert_hit).where(past)).rowcount
    remaining = _remaining(connection, touched)
    kept: list[Alert] = []
    shown: dict[str, Alert] = {}
    closed: list[str] = []
    for one in _alerts(connection, touched):
        less = _without(one, remaining.get(one.id, ()))
        shown[one.id] = less
        if less.key.vehicle or one.is_open:
            kept.append(less)
        else:
            closed.append(one.id)
    for one in kept:
        mark = one.key.vehicle or None
        row = {"vehicle": mark, "version": one.version, **ALERT.write(one)}
        connection.execute(sa.update(alert).where(alert.c.alert_id == one.id).values(**row))
    _show_less(connection, shown)
    deliveries, undelivered = _drop_deliveries(connection, touched)
    nameless = sum(not one.key.vehicle for one in kept)
    return ForgottenAlerts(
        alerts=len(closed),
        nameless=nameless,
        shortened=len(kept) - nameless,
        hits=hits,
        steps=_drop(connection, closed),
        deliveries=deliveries,
        undelivered=undelivered,
    )


def _remaining(connection: sa.Connection, touched: Sequence[str]) -> dict[str, list[HitSeen]]:
    wanted = sa.select(alert_hit.c.alert_id, alert_hit.c.form, alert_hit.c.document)
    found: dict[str, list[HitSeen]] = {}
    for alert_id, form, document in connection.execute(wanted.where(alert_hit.c.alert_id.in_(touched))):
        found.setdefault(alert_id, []).append(HIT.read(form, document))
    return found


def _alerts(connection: sa.Connection, touched: Sequence[str]) -> list[Alert]:
    wanted = sa.select(alert.c.form, alert.c.document).where(alert.c.alert_id.in_(touched))
    return [ALERT.read(form, document) for form, document in connection.execute(wanted)]


def _without(one: Alert, hits: Sequence[HitSeen]) -> Alert:
    """Return the alert as its remaining hits show it; counts stay, and so does what asks for silence.

    It is a new version, so that nobody who loaded it before can write back what went.
    """
    version = one.version + 1
    if hits:
        return replace(one, version=version, tally=_tally(one.tally, hits))
    key = replace(one.key, vehicle="")
    return replace(one, version=version, key=key, tally=_nameless(one.tally))


def _tally(tally: Tally, hits: Sequence[HitSeen]) -> Tally:
    times = [hit.at for hit in hits]
    return replace(
        tally,
        strongest=max(hits, key=lambda hit: hit.strength),
        first_at=min(times),
        last_at=max(times),
        entries=frozenset(hit.entry_id for hit in hits),
        places=frozenset((hit.camera.force, hit.area) for hit in hits),
    )


def _nameless(tally: Tally) -> Tally:
    """Return a tally from which neither the mark nor the read or entry that have it can be found."""
    strongest = replace(tally.strongest, read_id=0, entry_id=0, vrm_listed=_NO_MARK, vrm_read=_NO_MARK)
    return replace(tally, strongest=strongest, entries=frozenset())


def _show_less(connection: sa.Connection, shown: dict[str, Alert]) -> None:
    """Write the events of these alerts anew, with no more of their hits than is left."""
    wanted = sa.select(alert_event).where(alert_event.c.alert_id.in_(list(shown)))
    of_event = sa.and_(
        alert_event.c.channel == sa.bindparam("in_channel"), alert_event.c.seq == sa.bindparam("numbered")
    )
    rows: list[dict[str, Any]] = []
    for row in connection.execute(wanted):
        event = EVENT.read(row.form, row.document)
        less = shown[event.alert.id]
        tally = replace(
            event.alert.tally,
            strongest=less.tally.strongest,
            first_at=less.tally.first_at,
            last_at=less.tally.last_at,
            entries=less.tally.entries,
            places=less.tally.places,
        )
        then = replace(event, alert=replace(event.alert, key=less.key, tally=tally))
        rows.append({"in_channel": row.channel, "numbered": row.seq, **EVENT.write(then)})
    if rows:
        connection.execute(sa.update(alert_event).where(of_event), rows)


def _drop_deliveries(connection: sa.Connection, touched: Sequence[str]) -> tuple[int, int]:
    about = alert_delivery.c.alert_id.in_(touched)
    open_ones = about, alert_delivery.c.state != DeliveryState.DELIVERED.value
    undelivered = connection.execute(sa.delete(alert_delivery).where(*open_ones)).rowcount
    return undelivered + connection.execute(sa.delete(alert_delivery).where(about)).rowcount, undelivered


def _drop(connection: sa.Connection, closed: Iterable[str]) -> int:
    """Delete alerts with all that hangs on them; return how many steps went."""
    ids = list(closed)
    for table in (alert_feedback_to, alert_feedback):
        connection.execute(sa.delete(table).where(table.c.alert_id.in_(ids)))
    steps = connection.execute(sa.delete(alert_step).where(alert_step.c.alert_id.in_(ids))).rowcount
    connection.execute(sa.delete(alert).where(alert.c.alert_id.in_(ids)))
    return steps
