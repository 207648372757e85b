"""What is published is kept with its proof."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

# Written out and not taken from `store.control.publication_tables`: a step that ran must stay what it was.


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "publication",
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("period", "number", name="pk_publication"),
        sa.CheckConstraint("number >= 0", name="ck_publication_number"),
    )
