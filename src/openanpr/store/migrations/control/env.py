"""Alembic's entry: runs the migrations on the connection that `store.control.migrate` hands over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

_connection = context.config.attributes.get("connection")
if not isinstance(_connection, sa.Connection):
    msg = "migrations run through openanpr.store.control.migrate, which hands over the connection"
    raise TypeError(msg)
context.configure(connection=_connection, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
