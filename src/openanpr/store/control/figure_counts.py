"""Counts of alerts and of entries of lists for the public, out of the control database. Counts alone.

Each query groups by the cells of its population, so that nothing of any one alert or entry comes out.
What is covert is left out by each. Each is the same whenever it is asked after the time of settling, while
what it counts is kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeAlias

import sqlalchemy as sa

from openanpr.alert.alert import OPEN, Check
from openanpr.alert.closure import Outcome
from openanpr.publish.period import Month
from openanpr.publish.population import Cell, Counts
from openanpr.store.control.alert_documents import channel_text
from openanpr.store.control.alert_tables import alert
from openanpr.store.control.engine import reading
from openanpr.store.control.list_tables import voi_entry, voi_list, voi_revision
from openanpr.store.control.times import to_us

Asked: TypeAlias = sa.Select[*tuple[Any, ...]]
"""A query of some columns."""

_RESULTS: Final = {outcome.value: outcome.value.replace("_", "-") for outcome in Outcome}
_NOT_COMPARED: Final = (Check.CANNOT_CHECK.value,)


class AlertCounts:
    """As `publish.ports.Counter`, of alerts that are not covert. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def count(self, month: Month, settled: datetime) -> Counts:
        """Return the alerts of a month by list, check and result, with their hits."""
        found: dict[tuple[str, ...], Cell] = {}
        with reading(self._engine) as connection:
            for kind, checked, result, alerts, hits in connection.execute(self._query(month, settled)):
                place = (str(kind), str(checked), _RESULTS.get(str(result), str(result)))
                found[place] = found.get(place, Cell(0)) + Cell(alerts, int(hits))
        return found

    def how(self, month: Month, settled: datetime) -> str:
        """Return the query with its times put in."""
        return told(self._engine, self._query(month, settled))

    def _query(self, month: Month, settled: datetime) -> Asked:
        document = _as_json(self._engine, alert.c.document)
        closed = alert.c.closed_at_us < to_us(settled)
        check = document["check"].as_string()
        compared = sa.and_(closed, check.is_not(None), check.not_in(_NOT_COMPARED))
        cells = (
            document["list_kind"].as_string().label("list"),
            sa.case((compared, "yes"), else_="no").label("checked"),
            sa.case((closed, document["closure", "outcome"].as_string()), else_="not-closed").label("result"),
        )
        hits = sa.func.sum(document["tally", "count"].as_integer()).label("hits")
        raised = sa.func.substr(document["watch", "raised_at"].as_string(), 1, 7)  # UTC, as it is written
        return (
            sa.select(*cells, sa.func.count().label("alerts"), hits)
            .where(alert.c.channel == channel_text(OPEN), raised == str(month))
            .group_by(*_first(3))
        )


class EntryCounts:
    """As `publish.ports.Counter`, of entries of lists that are not covert, over the database of lists."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def count(self, month: Month, settled: datetime) -> Counts:
        """Return the entries as they stood at the end of a month, by kind of list and review."""
        del settled
        with reading(self._engine) as connection:
            rows = connection.execute(self._query(month))
            return {(kind, review): Cell(entries) for kind, review, entries in rows}

    def how(self, month: Month, settled: datetime) -> str:
        """Return the query with its times put in."""
        del settled
        return told(self._engine, self._query(month))

    def _query(self, month: Month) -> Asked:
        before_ms = to_us(month.until) // 1000
        stood = (
            sa.select(voi_revision.c.list_id, sa.func.max(voi_revision.c.revision).label("revision"))
            .where(voi_revision.c.at_ms < before_ms)
            .group_by(voi_revision.c.list_id)
            .subquery("stood")
        )
        entry = voi_entry.c
        review = sa.case((entry.review_on < month.until.date(), "due"), else_="not-due")
        return (
            sa.select(voi_list.c.kind, review.label("review"), sa.func.count().label("entries"))
            .join_from(voi_entry, stood, stood.c.list_id == entry.list_id)
            .join(voi_list, voi_list.c.list_id == entry.list_id)
            .where(
                voi_list.c.covert_of.is_(None),
                sa.not_(entry.covert),
                entry.since <= stood.c.revision,
                sa.or_(entry.until.is_(None), entry.until > stood.c.revision),
            )
            .group_by(*_first(2))
        )


def _first(columns: int) -> list[sa.ColumnElement[Any]]:
    """The first columns of a query by their numbers: a database may not know them by what makes them."""
    return [sa.literal_column(str(n), sa.Integer()) for n in range(1, columns + 1)]


def told(engine: sa.Engine, query: Asked) -> str:
    """Return a query as text with its values in it, in the words of this database."""
    compiled = query.compile(engine, compile_kwargs={"literal_binds": True})
    return " ".join(str(compiled).split())


def _as_json(engine: sa.Engine, column: sa.Column[str]) -> Any:  # noqa: ANN401 - what SQLAlchemy makes of JSON
    if engine.dialect.name == "postgresql":
        return sa.cast(column, sa.JSON)
    return sa.type_coerce(column, sa.JSON)  # SQLite looks into texts; a cast would make numbers
