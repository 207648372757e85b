"""What open lists have of some marks, and what a revision did to them. Covert entries are never looked at."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from openanpr.core.voi_entry import EntryKey, mark_shape
from openanpr.core.voi_list import DiffRow
from openanpr.store.control.engine import reading
from openanpr.store.control.list_tables import PARTICULARS, voi_entry, voi_list
from openanpr.store.control.rows import entry_of

_ENTRY = [voi_entry.c[name] for name in PARTICULARS]
_OPENLY = (
    voi_list.c.list_id == voi_entry.c.list_id,
    voi_list.c.covert_of.is_(None),
    voi_entry.c.covert.is_(False),
)


class ListMarks:
    """Entries of open lists by mark. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def shaped(self, mark: str) -> Mapping[str, int]:
        """Return how many entries of this mark's shape are on which open list now."""
        wanted = (
            sa.select(voi_list.c.name, sa.func.count())
            .where(*_OPENLY, voi_entry.c.shape == mark_shape(mark), voi_entry.c.until.is_(None))
            .group_by(voi_list.c.name)
        )
        with reading(self._engine) as connection:
            return {row[0]: row[1] for row in connection.execute(wanted)}

    def changed(self, list_name: str, revision: int, marks: Collection[str]) -> tuple[DiffRow, ...]:
        """Return what a revision did to entries of these shapes: gone, new, or one in place of the other."""
        shapes = {mark_shape(mark) for mark in marks}
        wanted = sa.select(*_ENTRY, voi_entry.c.since, voi_entry.c.until).where(
            *_OPENLY,
            voi_list.c.name == list_name,
            voi_entry.c.shape.in_(shapes),
            sa.or_(voi_entry.c.since == revision, voi_entry.c.until == revision),
        )
        before: dict[EntryKey, Any] = {}
        after: dict[EntryKey, Any] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(wanted):
                one = entry_of(row[:-2])
                (before if row.until == revision else after)[one.key] = one
        return tuple(DiffRow(before.get(key), after.get(key)) for key in before.keys() | after.keys())
