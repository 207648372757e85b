"""Alerts as they stand in the control database, with their steps, hits and what came of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from openanpr.alert.alert import OPEN, Alert, AlertKey, Change, Feedback, Step
from openanpr.alert.hit_seen import HitId, HitSeen
from openanpr.alert.ports import OpenCounts, OutdatedError
from openanpr.alert.raising import Known
from openanpr.alert.work import NoSuchAlertError
from openanpr.store.control.alert_documents import (
    ALERT,
    FEEDBACK,
    HIT,
    STEP,
    channel_of,
    channel_text,
    in_parts,
    maybe_us,
    signed,
    to_us,
    unsigned,
)
from openanpr.store.control.alert_events import append_events
from openanpr.store.control.alert_tables import (
    alert,
    alert_feedback,
    alert_feedback_to,
    alert_hit,
    alert_step,
)
from openanpr.store.control.engine import reading, writing

_LOCK: Final = 0x0A4E5053  # any number, the same in all nodes


class AlertRows:
    """The alerts of a node. Safe to share between threads: each call takes its own connection."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def load(self, keys: Collection[AlertKey], hits: Collection[HitId]) -> Known:
        """Return the open alerts of these keys, how many alerts each had, and which hits are counted."""
        with reading(self._engine) as connection:
            return Known(_open_of(connection, keys), _ordinals(connection, keys), _counted(connection, hits))

    def find(self, alert_id: str) -> Alert:
        """Return an alert, closed ones too; raises NoSuchAlertError."""
        wanted = sa.select(alert.c.form, alert.c.document).where(alert.c.alert_id == alert_id)
        with reading(self._engine) as connection:
            row = connection.execute(wanted).first()
        if row is None:
            raise NoSuchAlertError
        return ALERT.read(*row)

    def save(self, changes: Sequence[Change]) -> None:
        """Keep all of the changes with steps, hits, feedback and numbered events, or none; on disk on return.

        Raises OutdatedError.
        """
        if not changes:
            return
        try:
            with writing(self._engine) as connection:
                lock_alerts(connection)
                _refuse_outdated(connection, changes)
                _keep(connection, changes)
                append_events(connection, changes)
        except IntegrityError:
            # What the checks let by, the keys of the tables refuse. The error quotes its row: a plate.
            raise OutdatedError from None

    def open_alerts(self) -> tuple[Alert, ...]:
        """Return the open alerts, in any order."""
        return self._alerts(sa.select(alert.c.form, alert.c.document).where(alert.c.closed_at_us.is_(None)))

    def open_counts(self) -> OpenCounts:
        """Return how many open alerts there are, covert ones left out, without reading them."""
        document = _as_json(self._engine)
        # Made once a row: while grouping, SQLite would carry the documents along and look into each anew.
        of_each = (
            sa.select(
                document["list_kind"].as_string().label("kind"),
                document["watch", "waiting_since"].as_string().is_not(None).label("waits"),
                document["watch", "unattended"].as_boolean().label("unattended"),
            )
            .where(alert.c.closed_at_us.is_(None), alert.c.channel == channel_text(OPEN))
            .cte()
            .prefix_with("MATERIALIZED")
        ).c
        waits, unattended = (sa.func.count().filter(one) for one in (of_each.waits, of_each.unattended))
        wanted = sa.select(of_each.kind, sa.func.count(), waits, unattended).group_by(of_each.kind)
        with reading(self._engine) as connection:
            rows: list[Any] = list(connection.execute(wanted))
        return OpenCounts(
            open={row[0]: row[1] for row in rows},
            waiting={row[0]: row[2] for row in rows},
            unattended=sum(row[3] for row in rows),
        )

    def every_alert(self) -> tuple[Alert, ...]:
        """Return all alerts that are kept, closed ones too, in any order."""
        return self._alerts(sa.select(alert.c.form, alert.c.document))

    def _alerts(self, wanted: sa.Select[Any, Any]) -> tuple[Alert, ...]:
        with reading(self._engine) as connection:
            rows = connection.execute(wanted).all()
        return tuple(ALERT.read(form, document) for form, document in rows)

    def steps_of(self, alert_id: str) -> tuple[Step, ...]:
        """Return its steps by number; nothing for an unknown id."""
        wanted = sa.select(alert_step.c.form, alert_step.c.document).where(alert_step.c.alert_id == alert_id)
        with reading(self._engine) as connection:
            rows = connection.execute(wanted.order_by(alert_step.c.number)).all()
        return tuple(STEP.read(form, document) for form, document in rows)

    def hits_of(self, alert_id: str) -> tuple[HitSeen, ...]:
        """Return its hits by time and id; nothing for an unknown id."""
        wanted = sa.select(alert_hit.c.form, alert_hit.c.document).where(alert_hit.c.alert_id == alert_id)
        with reading(self._engine) as connection:
            rows = connection.execute(wanted).all()
        found = (HIT.read(form, document) for form, document in rows)
        return tuple(sorted(found, key=lambda hit: (hit.at, hit.id)))

    def feedback_to(self, name: str) -> tuple[Feedback, ...]:
        """Return all that this owner or person is told, in any order."""
        wanted = (
            sa.select(alert_feedback.c.form, alert_feedback.c.document)
            .join(alert_feedback_to, alert_feedback_to.c.alert_id == alert_feedback.c.alert_id)
            .where(alert_feedback_to.c.name == name)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(wanted).all()
        return tuple(FEEDBACK.read(form, document) for form, document in rows)


def _as_json(engine: sa.Engine) -> Any:  # noqa: ANN401 - what SQLAlchemy makes of a JSON column
    """Return the documents of alerts as JSON that a question can look into."""
    if engine.dialect.name == "postgresql":
        return sa.cast(alert.c.document, sa.JSON)
    return sa.type_coerce(alert.c.document, sa.JSON)  # SQLite looks into texts; a cast would make numbers


def lock_alerts(connection: sa.Connection) -> None:
    """Wait until no other writes alerts, and keep others out until the transaction ends.

    Events get numbers without a gap, and no reader may see a later number before an earlier one. SQLite has
    one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def _open_of(connection: sa.Connection, keys: Collection[AlertKey]) -> dict[AlertKey, tuple[Alert, ...]]:
    wanted = set(keys)
    found: dict[AlertKey, list[Alert]] = {}
    # By vehicle alone: what another list has of it costs less than a question with three columns.
    for part in in_parts({key.vehicle for key in wanted}):
        rows = connection.execute(
            sa.select(alert.c.form, alert.c.document).where(
                alert.c.closed_at_us.is_(None), alert.c.vehicle.in_(part)
            )
        )
        for form, document in rows:
            one = ALERT.read(form, document)
            if one.key in wanted:
                found.setdefault(one.key, []).append(one)
    return {key: tuple(alerts) for key, alerts in found.items()}


def _ordinals(connection: sa.Connection, keys: Collection[AlertKey]) -> dict[AlertKey, int]:
    """Return the highest ordinal of each key that has any: one look into an index for each, however many."""
    columns = (
        sa.column("vehicle", sa.Text),
        sa.column("list_id", sa.BigInteger),
        sa.column("channel", sa.Text),
    )
    found: dict[AlertKey, int] = {}
    for part in in_parts({(key.vehicle, key.list_id, channel_text(key.channel)) for key in keys}):
        asked = sa.values(*columns, name="asked").data(list(part)).cte()
        highest = (
            sa.select(sa.func.max(alert.c.ordinal))
            .where(*(alert.c[column.name] == asked.c[column.name] for column in columns))
            .scalar_subquery()
        )
        looked: sa.Select[*tuple[Any, ...]] = sa.select(*asked.c, highest)
        for vehicle, list_id, channel, ordinal in connection.execute(looked):
            if ordinal is not None:
                found[AlertKey(list_id, vehicle, channel_of(channel))] = ordinal
    return found


def _counted(connection: sa.Connection, hits: Collection[HitId]) -> frozenset[HitId]:
    asked = set(hits)
    found: set[HitId] = set()
    for part in in_parts({signed(read_id) for read_id, _ in asked}):
        rows = connection.execute(
            sa.select(alert_hit.c.read_id, alert_hit.c.entry_id).where(alert_hit.c.read_id.in_(part))
        )
        found.update((unsigned(read_id), entry_id) for read_id, entry_id in rows)
    return frozenset(found & asked)


def _refuse_outdated(connection: sa.Connection, changes: Sequence[Change]) -> None:
    """Raise OutdatedError where a change does not follow on what is kept."""
    versions: dict[str, int] = {}
    for part in in_parts({change.alert.id for change in changes}):
        found = sa.select(alert.c.alert_id, alert.c.version).where(alert.c.alert_id.in_(part))
        versions.update((row.alert_id, row.version) for row in connection.execute(found))
    ordinals = _ordinals(connection, {change.alert.key for change in changes if change.expected == 0})
    for change in changes:
        one = change.alert
        if versions.get(one.id, 0) != change.expected:
            raise OutdatedError
        versions[one.id] = one.version
        if change.expected == 0:
            if one.ordinal != ordinals.get(one.key, 0) + 1:
                raise OutdatedError
            ordinals[one.key] = one.ordinal
    ids = [hit.id for change in changes for hit in change.hits]
    if len(set(ids)) < len(ids) or _counted(connection, ids):
        raise OutdatedError


def _keep(connection: sa.Connection, changes: Sequence[Change]) -> None:
    last = {change.alert.id: change.alert for change in changes}
    new = {change.alert.id for change in changes if change.expected == 0}
    _insert(connection, alert, (_new_row(last[alert_id]) for alert_id in last if alert_id in new))
    changed = [{"asked": one.id, **_standing(one)} for one in last.values() if one.id not in new]
    if changed:
        same = alert.c.alert_id == sa.bindparam("asked")
        connection.execute(sa.update(alert).where(same), changed)
    _insert(connection, alert_hit, (_hit_row(c.alert.id, hit) for c in changes for hit in c.hits))
    steps = (step for change in changes for step in change.steps)
    _insert(
        connection,
        alert_step,
        ({"alert_id": s.alert_id, "number": s.number, **STEP.write(s)} for s in steps),
    )
    told = [change.feedback for change in changes if change.feedback is not None]
    _insert(connection, alert_feedback, ({"alert_id": f.alert_id, **FEEDBACK.write(f)} for f in told))
    names = ({"alert_id": f.alert_id, "name": name} for f in told for name in f.to)
    _insert(connection, alert_feedback_to, names)


def _insert(connection: sa.Connection, table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
    every = list(rows)
    if every:
        connection.execute(sa.insert(table), every)


def _new_row(one: Alert) -> dict[str, Any]:
    return {
        "alert_id": one.id,
        "vehicle": one.key.vehicle,
        "list_id": one.key.list_id,
        "channel": channel_text(one.key.channel),
        "ordinal": one.ordinal,
        **_standing(one),
    }


def _standing(one: Alert) -> dict[str, Any]:
    """Return the columns that change; only a person closes, by a step."""
    closed_at = None if one.is_open else one.watch.last_step_at
    return {"version": one.version, "closed_at_us": maybe_us(closed_at), **ALERT.write(one)}


def _hit_row(alert_id: str, hit: HitSeen) -> dict[str, Any]:
    return {
        "read_id": signed(hit.read_id),
        "entry_id": hit.entry_id,
        "alert_id": alert_id,
        "captured_at_us": to_us(hit.captured_at),
        **HIT.write(hit),
    }
