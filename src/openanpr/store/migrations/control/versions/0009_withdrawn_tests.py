"""Tests of cameras can be withdrawn: when, by whom and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

# Written out and not taken from `store.control.ingest_tables`: a step that ran must stay what it was.


def upgrade() -> None:
    """Add the columns; every test that is kept stands."""
    op.add_column("camera_test", sa.Column("withdrawn_at_us", sa.BigInteger(), nullable=True))
    op.add_column("camera_test", sa.Column("withdrawn_by", sa.Text(), nullable=True))
    op.add_column("camera_test", sa.Column("withdrawn_why", sa.Text(), nullable=True))
