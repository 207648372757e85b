"""What came of the hits of some cameras, as counts for the review of a site. Covert hits are left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from openanpr.alert.alert import OPEN
from openanpr.core.camera import CameraId
from openanpr.store.control.alert_documents import channel_text, to_us
from openanpr.store.control.alert_tables import alert, alert_hit
from openanpr.store.control.engine import reading


@dataclass(frozen=True, slots=True)
class HitCounts:
    """Hits, and of the alerts that they belong to how many ended by each outcome."""

    hits: int
    outcomes: Mapping[str, int]


class CameraHits:
    """Counts over the alerts of one control database. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def counted(self, cameras: Collection[CameraId], *, since: datetime, until: datetime) -> HitCounts:
        """Return the counts of these cameras together, by when their reads were captured."""
        if not cameras:
            return HitCounts(0, {})
        hit, of_alert = self._json(alert_hit.c.document), self._json(alert.c.document)
        outcome = of_alert["closure", "outcome"].as_string()
        theirs = [
            sa.and_(*(hit["camera", name].as_integer() == getattr(one, name) for name in _NAMES))
            for one in cameras
        ]
        rows = (
            sa.select(outcome, sa.func.count(), sa.func.count(sa.distinct(alert.c.alert_id)))
            .join(alert, alert.c.alert_id == alert_hit.c.alert_id)
            .where(
                alert_hit.c.captured_at_us >= to_us(since),
                alert_hit.c.captured_at_us < to_us(until),
                alert.c.channel == channel_text(OPEN),
                sa.or_(*theirs),
            )
            .group_by(outcome)
        )
        with reading(self._engine) as connection:
            found = [(name, hits, alerts) for name, hits, alerts in connection.execute(rows)]
        outcomes = {name: alerts for name, _, alerts in found if name is not None}
        return HitCounts(sum(hits for _, hits, _ in found), outcomes)

    def _json(self, column: sa.Column[str]) -> Any:  # noqa: ANN401 - what SQLAlchemy makes of a JSON column
        if self._engine.dialect.name == "postgresql":
            return sa.cast(column, sa.JSON)
        return sa.type_coerce(column, sa.JSON)  # SQLite looks into texts; a cast would make numbers


_NAMES = ("force", "source", "camera")
