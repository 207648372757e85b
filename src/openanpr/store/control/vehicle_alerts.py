"""The open alerts about one vehicle, for answers to people; covert ones are left out of the question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from openanpr.alert.alert import OPEN, Alert
from openanpr.alert.hit_seen import HitSeen
from openanpr.core.hit import HitKind
from openanpr.core.shape import shape_key
from openanpr.rights.answer_ports import Raised
from openanpr.store.control.alert_documents import ALERT, HIT, channel_text, to_us
from openanpr.store.control.alert_tables import alert, alert_hit
from openanpr.store.control.engine import reading


class VehicleAlerts:
    """Alerts by vehicle, as `rights.answer_ports.AlertsOfVehicle`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def raised(self, mark: str, *, since: datetime, until: datetime) -> tuple[Raised, ...]:
        """Return those whose entry or whose read is of this mark, by its shape, the newest first."""
        shape = shape_key(mark)
        read = self._json(alert_hit.c.document)["vrm_read"].as_string()
        read_shape = sa.func.replace(sa.func.replace(read, "O", "0"), "I", "1")
        wanted = (
            sa.select(alert.c.form, alert.c.document, alert_hit.c.form, alert_hit.c.document)
            .join(alert, alert.c.alert_id == alert_hit.c.alert_id)
            .where(
                alert_hit.c.captured_at_us >= to_us(since),
                alert_hit.c.captured_at_us < to_us(until),
                alert.c.channel == channel_text(OPEN),
                sa.or_(alert.c.vehicle == shape, read_shape == shape),
            )
        )
        found: dict[str, tuple[Alert, list[HitSeen]]] = {}
        with reading(self._engine) as connection:
            for alert_form, alert_text, hit_form, hit_text in connection.execute(wanted):
                one = ALERT.read(alert_form, alert_text)
                found.setdefault(one.id, (one, []))[1].append(HIT.read(hit_form, hit_text))
        # Held here again, hit by hit: no fault in the question may bring out what is covert.
        told = [_raised(one, hits) for one, hits in found.values() if not any(hit.covert for hit in hits)]
        return tuple(sorted(told, key=lambda one: (one.last_at, one.alert_id), reverse=True))

    def _json(self, column: sa.Column[str]) -> Any:  # noqa: ANN401 - what SQLAlchemy makes of a JSON column
        if self._engine.dialect.name == "postgresql":
            return sa.cast(column, sa.JSON)
        return sa.type_coerce(column, sa.JSON)


def _raised(one: Alert, hits: Sequence[HitSeen]) -> Raised:
    return Raised(
        one.id,
        one.key.list_id,
        min(hit.captured_at for hit in hits),
        max(hit.captured_at for hit in hits),
        sum(hit.kind is HitKind.EXACT for hit in hits),
        sum(hit.kind is HitKind.POSSIBLE for hit in hits),
        tuple(sorted({hit.vrm_read for hit in hits})),
        tuple(sorted({hit.vrm_listed for hit in hits})),
        "" if one.check is None else one.check.value,
        "" if one.closure is None else one.closure.outcome.value,
        tuple(sorted({hit.camera for hit in hits}, key=str)),
    )
