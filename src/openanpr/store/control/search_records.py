"""Searches in the control database."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from openanpr.core.role import Rank
from openanpr.search.record import Given, Judged, Means, PastDecision, SearchRecord, Standing, State
from openanpr.search.record_json import ask_json, ask_of, meter_json, meter_of, roles_json, roles_of
from openanpr.store.control.engine import empty_log, erasing, reading, writing
from openanpr.store.control.search_tables import search, search_authority
from openanpr.store.control.times import from_us, from_us_or_none, to_us, to_us_or_none
from openanpr.store.control.upsert import insert_into


class SearchRows:
    """As `search.ports.SearchRecords`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, record: SearchRecord) -> None:
        """Keep a new search."""
        with writing(self._engine) as connection:
            connection.execute(
                sa.insert(search).values(**_asked_row(record), **_changing_row(record), changed=0)
            )
            _keep_given(connection, record)

    def find(self, search_id: str) -> SearchRecord | None:
        """Return a search, None where there is none."""
        found = self._found(sa.select(search).where(search.c.search_id == search_id))
        return found[0] if found else None

    def of(self, account_id: str, *, most: int) -> tuple[SearchRecord, ...]:
        """Return the searches asked by or for an account, the newest first."""
        mine = sa.or_(search.c.asked_by == account_id, search.c.asked_for == account_id)
        newest = (search.c.asked_at_us.desc(), search.c.search_id.desc())
        return self._found(sa.select(search).where(mine).order_by(*newest).limit(most))

    def standing(self, states: Collection[State], *, most: int) -> tuple[SearchRecord, ...]:
        """Return the searches that stand so, the oldest first."""
        return self._oldest(search.c.state.in_([str(state) for state in states]), most)

    def unconfirmed(self, *, most: int) -> tuple[SearchRecord, ...]:
        """Return the searches whose authority is oral still, the oldest first."""
        return self._oldest(search.c.given_means == str(Means.ORAL), most)

    def replace(self, record: SearchRecord) -> bool:
        """Keep what is new of a search; False where it was changed since."""
        with writing(self._engine) as connection:
            done = connection.execute(
                sa.update(search)
                .where(search.c.search_id == record.search_id, search.c.changed == record.changed)
                .values(**_changing_row(record), changed=record.changed + 1)
            )
            if done.rowcount == 0:
                return False
            _keep_given(connection, record)
            return True

    def judged(self, since: datetime, *, after: str, most: int) -> tuple[PastDecision, ...]:
        """Return the last decisions on searches asked since a time, by id, beyond the id `after`."""
        c = search.c
        wanted = (
            sa.select(c.search_id, c.request, c.decision)
            .where(c.asked_at_us >= to_us(since), c.search_id > after)
            .order_by(c.search_id)
            .limit(most)
        )
        with reading(self._engine) as connection:
            return tuple(PastDecision(*row) for row in connection.execute(wanted))

    def asked_before(self, before: datetime) -> int:
        """Return how many searches were asked before a time."""
        old = sa.select(sa.func.count()).select_from(search).where(search.c.asked_at_us < to_us(before))
        with reading(self._engine) as connection:
            return connection.execute(old).scalar_one()

    def forget(self, before: datetime) -> int:
        """Erase what was asked before a time, with its authorities; return how many searches."""
        old = search.c.asked_at_us < to_us(before)
        with erasing(self._engine) as connection:
            connection.execute(
                sa.delete(search_authority).where(
                    search_authority.c.search_id.in_(sa.select(search.c.search_id).where(old))
                )
            )
            gone = connection.execute(sa.delete(search).where(old)).rowcount
        empty_log(self._engine)
        return gone

    def _oldest(self, where: sa.ColumnElement[bool], most: int) -> tuple[SearchRecord, ...]:
        oldest = (search.c.asked_at_us, search.c.search_id)
        return self._found(sa.select(search).where(where).order_by(*oldest).limit(most))

    def _found(self, wanted: sa.Select[Any]) -> tuple[SearchRecord, ...]:
        with reading(self._engine) as connection:
            rows = connection.execute(wanted).all()
            given = _given_of(connection, [row.search_id for row in rows])
        return tuple(_record(row, given.get((row.search_id, row.given_entry))) for row in rows)


def _asked_row(record: SearchRecord) -> dict[str, Any]:
    return {
        "search_id": record.search_id,
        "asked": ask_json(record.ask),
        "asked_by": record.asked_by,
        "asked_for": _account_of(record),
        "name": record.name,
        "team": record.team,
        "source": record.source,
        "asked_at_us": to_us(record.asked_at),
        "meter": meter_json(record.meter),
        "entry": record.entry,
    }


def _account_of(record: SearchRecord) -> str:
    """The account that it was asked for; empty for a person without one, whose name is in what was asked."""
    for_whom = record.ask.for_whom
    return record.asked_by if for_whom is None else for_whom.account_id


def _changing_row(record: SearchRecord) -> dict[str, Any]:
    judged, standing, given = record.judged, record.standing, record.given
    return {
        "request": judged.request_json,
        "decision": judged.decision_json,
        "version": judged.version,
        "outcome": judged.outcome,
        "rules": json.dumps(judged.rules),
        "least_rank": str(judged.least_rank),
        "state": str(standing.state),
        "state_at_us": to_us(standing.at),
        "why": standing.why,
        "rows_shown": standing.rows,
        "runs": record.runs,
        "given_entry": None if given is None else given.entry,
        "given_means": None if given is None else str(given.means),
    }


def _keep_given(connection: sa.Connection, record: SearchRecord) -> None:
    given = record.given
    if given is None:
        return
    row = {
        "search_id": record.search_id,
        "entry": given.entry,
        "asked_by": record.asked_by,
        "given_by": given.by,
        "rank": str(given.rank),
        "roles": roles_json(given.roles),
        "means": str(given.means),
        "at_us": to_us(given.at),
        "written_at_us": to_us_or_none(given.written_at),
        "reason": given.reason,
    }
    # An authority never changes: one that is confirmed or denied is another, with an entry of its own.
    connection.execute(insert_into(connection, search_authority).values(**row).on_conflict_do_nothing())


def _given_of(connection: sa.Connection, searches: list[str]) -> dict[tuple[str, int | None], Given]:
    if not searches:
        return {}
    wanted = sa.select(search_authority).where(search_authority.c.search_id.in_(searches))
    return {(row.search_id, row.entry): _given(row) for row in connection.execute(wanted)}


def _given(row: sa.Row[Any]) -> Given:
    return Given(
        by=row.given_by,
        rank=Rank(row.rank),
        roles=roles_of(row.roles),
        means=Means(row.means),
        at=from_us(row.at_us),
        written_at=from_us_or_none(row.written_at_us),
        reason=row.reason,
        entry=row.entry,
    )


def _record(row: sa.Row[Any], given: Given | None) -> SearchRecord:
    ask = ask_of(row.asked)
    rules = tuple(json.loads(row.rules))
    return SearchRecord(
        search_id=row.search_id,
        ask=ask,
        asked_by=row.asked_by,
        asked_for=row.asked_by if ask.for_whom is None else ask.for_whom.id,
        name=row.name,
        team=row.team,
        source=row.source,
        asked_at=from_us(row.asked_at_us),
        meter=meter_of(row.meter),
        judged=Judged(row.request, row.decision, row.version, row.outcome, rules, Rank(row.least_rank)),
        standing=Standing(State(row.state), from_us(row.state_at_us), row.why, row.rows_shown),
        entry=row.entry,
        runs=row.runs,
        given=given,
        changed=row.changed,
    )
