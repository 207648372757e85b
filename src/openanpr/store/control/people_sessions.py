"""Sessions of people in the control database, and tries that failed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from openanpr.people.account import Ended
from openanpr.people.session import Claimed, Session, Way
from openanpr.people.slow_down import Slowing, Tries, judge
from openanpr.store.control.engine import reading, writing
from openanpr.store.control.people_rows import ended_of, ended_row
from openanpr.store.control.people_tables import person_session, person_tries
from openanpr.store.control.times import from_us, from_us_or_none, to_us, to_us_or_none
from openanpr.store.control.upsert import insert_into
from openanpr.wire.json_decoder import json_decoder

_KEPT: Final = timedelta(days=30)
"""So long sessions that are over stay to be looked at; the log of what was done is elsewhere."""

_TRIES_KEPT: Final = timedelta(days=2)
"""Longer than any failure counts: strangers make up names, and each is a row."""


class PeopleSessions:
    """As `people.ports.Sessions`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def put_session(self, session: Session) -> None:
        """Keep a new session; those that were over a month before it are forgotten."""
        with writing(self._engine) as connection:
            old = to_us(session.began_at - _KEPT)
            connection.execute(sa.delete(person_session).where(person_session.c.ends_at_us < old))
            connection.execute(sa.insert(person_session).values(**_row(session)))

    def session(self, digest: bytes) -> Session | None:
        """Return the session of this digest, over or not."""
        wanted = sa.select(person_session).where(person_session.c.digest == digest)
        with reading(self._engine) as connection:
            row = connection.execute(wanted).first()
        return None if row is None else _session(row)

    def follow(self, session: Session, successor: Session, at: datetime) -> bool:
        """Put another token in a session's place; return False where it was followed or ended."""
        columns = person_session.c
        with writing(self._engine) as connection:
            done = connection.execute(
                sa.update(person_session)
                .where(columns.session_id == session.session_id, _open())
                .values(followed_at_us=to_us(at))
            )
            if done.rowcount == 0:
                return False
            connection.execute(sa.insert(person_session).values(**_row(successor)))
        return True

    def seen(self, session_id: str, at: datetime) -> None:
        """Keep that the session was used; never an earlier time than is kept."""
        columns, at_us = person_session.c, to_us(at)
        with writing(self._engine) as connection:
            connection.execute(
                sa.update(person_session)
                .where(columns.session_id == session_id, columns.seen_at_us < at_us)
                .values(seen_at_us=at_us)
            )

    def end_family(self, family: str, ended: Ended) -> int:
        """End all sessions of a family; return how many were open."""
        with writing(self._engine) as connection:
            return _end(connection, person_session.c.family == family, ended)

    def end_sessions(self, account_id: str, ended: Ended) -> int:
        """End all sessions of an account; return how many were open."""
        with writing(self._engine) as connection:
            return end_all(connection, account_id, ended)

    def open_sessions(self, now: datetime) -> tuple[Session, ...]:
        """Return the sessions that are neither ended nor followed nor past their whole life."""
        columns = person_session.c
        wanted = sa.select(person_session).where(_open(), columns.ends_at_us > to_us(now))
        with reading(self._engine) as connection:
            rows = connection.execute(wanted.order_by(columns.began_at_us, columns.session_id)).all()
        return tuple(map(_session, rows))


class PeopleTries:
    """As `people.ports.Slowed`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def begin_try(self, key: bytes, slowing: Slowing, now: datetime) -> float:
        """Count a try as failed, before it is judged, and return 0; or return the seconds to wait."""
        columns, at_us = person_tries.c, to_us(now)
        with writing(self._engine) as connection:
            connection.execute(sa.delete(person_tries).where(columns.last_at_us < to_us(now - _TRIES_KEPT)))
            fresh = insert_into(connection, person_tries).values(key=key, failures=0, last_at_us=at_us)
            connection.execute(fresh.on_conflict_do_nothing())
            row = connection.execute(
                sa.select(person_tries).where(columns.key == key).with_for_update()
            ).one()
            kept = Tries(row.failures, from_us(row.last_at_us)) if row.failures else None
            judged = judge(kept, slowing, now=now)
            connection.execute(
                sa.update(person_tries)
                .where(columns.key == key)
                .values(failures=judged.tries.failures, last_at_us=to_us(judged.tries.last_at))
            )
        return judged.wait_s

    def succeeded(self, key: bytes) -> None:
        """Forget the failures under a key."""
        with writing(self._engine) as connection:
            connection.execute(sa.delete(person_tries).where(person_tries.c.key == key))

    def give_back(self, key: bytes) -> None:
        """Take back the try that has succeeded, and one that failed before it."""
        columns = person_tries.c
        with writing(self._engine) as connection:
            connection.execute(
                sa.update(person_tries)
                .where(columns.key == key)
                .values(failures=sa.case((columns.failures > 2, columns.failures - 2), else_=0))
            )


def end_all(connection: sa.Connection, account_id: str, ended: Ended) -> int:
    """End all sessions of an account; return how many were open."""
    return _end(connection, person_session.c.account_id == account_id, ended)


def _end(connection: sa.Connection, which: sa.ColumnElement[bool], ended: Ended) -> int:
    open_ones = sa.select(sa.func.count()).select_from(person_session).where(which, _open())
    count = connection.execute(open_ones).scalar_one()
    connection.execute(
        sa.update(person_session)
        .where(which, person_session.c.ended_at_us.is_(None))
        .values(**ended_row(ended, "ended"))
    )
    return count


def _open() -> sa.ColumnElement[bool]:
    return sa.and_(person_session.c.ended_at_us.is_(None), person_session.c.followed_at_us.is_(None))


def _row(session: Session) -> dict[str, object]:
    claimed = None if session.claimed is None else msgspec.json.encode(session.claimed).decode()
    return {
        "session_id": session.session_id,
        "family": session.family,
        "account_id": session.account_id,
        "digest": session.digest,
        "way": session.way.value,
        "began_at_us": to_us(session.began_at),
        "seen_at_us": to_us(session.seen_at),
        "ends_at_us": to_us(session.ends_at),
        "fresh_at_us": to_us(session.fresh_at),
        "fresh_source": session.fresh_source,
        "claimed": claimed,
        "followed_at_us": to_us_or_none(session.followed_at),
        **ended_row(session.ended, "ended"),
    }


def _session(row: sa.Row[Any]) -> Session:
    return Session(
        session_id=row.session_id,
        family=row.family,
        account_id=row.account_id,
        digest=bytes(row.digest),
        way=Way(row.way),
        began_at=from_us(row.began_at_us),
        seen_at=from_us(row.seen_at_us),
        ends_at=from_us(row.ends_at_us),
        fresh_at=from_us(row.fresh_at_us),
        fresh_source=row.fresh_source,
        claimed=None if row.claimed is None else json_decoder(Claimed).decode(row.claimed),
        followed_at=from_us_or_none(row.followed_at_us),
        ended=ended_of(row, "ended"),
    )
