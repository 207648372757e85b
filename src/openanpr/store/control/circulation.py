"""What changed on a list between two of its revisions, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from openanpr.core.voi_delta import Page
from openanpr.store.control.engine import reading
from openanpr.store.control.job import same_key
from openanpr.store.control.list_tables import PARTICULARS, voi_entry
from openanpr.store.control.lists import list_row
from openanpr.store.control.rows import entry_of, key_of


class Circulation:
    """Lists as they are served to devices: never with a covert entry."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def upserts(self, list_name: str, *, since: int, to: int, after: int, limit: int) -> Page:
        """Return some entries that are on the list at `to` and were not so at `since`."""
        wanted = [
            voi_entry.c.since > since,
            _there(voi_entry, to),
            voi_entry.c.covert.is_(False),
            voi_entry.c.entry_id > after,
        ]
        columns = [voi_entry.c[name] for name in PARTICULARS]
        rows, more = self._page(list_name, [*columns, voi_entry.c.entry_id], wanted, limit)
        return Page(tuple(entry_of(row[:-1]) for row in rows), (), more)

    def removals(self, list_name: str, *, since: int, to: int, after: int, limit: int) -> Page:
        """Return some keys that the holder of `since` has and that are not for it at `to`."""
        now = voi_entry.alias("now")
        same = (
            now.c.list_id == voi_entry.c.list_id,
            same_key(now, voi_entry),
            now.c.since <= to,
            now.c.covert.is_(False),
        )
        # Two questions and not one with OR: each has an index of its own.
        alive = sa.exists().where(*same, now.c.until.is_(None))
        ended_later = sa.exists().where(*same, now.c.until.is_not(None), now.c.until > to)
        wanted = [
            voi_entry.c.until > since,
            voi_entry.c.until <= to,
            voi_entry.c.since <= since,
            voi_entry.c.covert.is_(False),
            voi_entry.c.entry_id > after,
            ~alive,
            ~ended_later,
        ]
        key = [voi_entry.c.vrm, voi_entry.c.pnc_id, voi_entry.c.origin, voi_entry.c.entry_id]
        rows, more = self._page(list_name, key, wanted, limit)
        return Page((), tuple(map(key_of, rows)), more)

    def _page(
        self,
        list_name: str,
        columns: Sequence[sa.ColumnElement[Any]],
        wanted: Sequence[sa.ColumnElement[bool]],
        limit: int,
    ) -> tuple[Sequence[sa.Row[*tuple[Any, ...]]], int | None]:
        with reading(self._engine) as connection:
            list_id = list_row(connection, list_name).list_id
            found: sa.Select[*tuple[Any, ...]] = (
                sa.select(*columns)
                .where(voi_entry.c.list_id == list_id, *wanted)
                .order_by(voi_entry.c.entry_id)
                .limit(limit)
            )
            rows = connection.execute(found).all()
        return rows, rows[-1].entry_id if len(rows) == limit else None


def _there(entries: sa.FromClause, revision: int) -> sa.ColumnElement[bool]:
    return sa.and_(entries.c.since <= revision, sa.or_(entries.c.until.is_(None), entries.c.until > revision))
