"""Rows that are new, or in place of those of the same key: the INSERT that both databases can refine."""

from __future__ import annotations

from typing import TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

RefinedInsert: TypeAlias = postgresql.Insert | sqlite.Insert


def insert_into(connection: sa.Connection, table: sa.Table) -> RefinedInsert:
    """Return an INSERT that takes `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
