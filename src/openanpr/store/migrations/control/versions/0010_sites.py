"""Sites: their steps and places, since when cases are asked for, and when a camera was first registered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

# Written out and not taken from `store.control.site_tables`: a step that ran must stay what it was.


def upgrade() -> None:
    """Make the tables; of a camera that is there nothing earlier is known than when it was last put."""
    op.create_table(
        "site",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("drafted_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", name="pk_site"),
    )
    op.create_index("ix_site_drafted_at_us", "site", ["drafted_at_us"])
    op.create_table(
        "site_step",
        sa.Column("site_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("number", "at_us")),
        sa.Column("form", sa.SmallInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.site_id"], name="fk_site_step_site_id"),
        sa.PrimaryKeyConstraint("site_id", "number", name="pk_site_step"),
    )
    _places()
    op.create_table(
        "site_since",
        sa.Column("which", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("which", name="pk_site_since"),
    )
    op.add_column("camera", sa.Column("first_added_at_us", sa.BigInteger(), nullable=True))
    op.execute("UPDATE camera SET first_added_at_us = added_at_us")


def _places() -> None:
    numbers = ("number", "force", "source", "camera")
    op.create_table(
        "site_place",
        sa.Column("site_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in numbers),
        *(sa.Column(name, sa.Double, nullable=True) for name in ("lat", "lon", "error_m")),
        sa.Column("looks", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "number"],
            ["site_step.site_id", "site_step.number"],
            name="fk_site_place_site_id_number",
        ),
        sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="ck_site_place_whole"),
        sa.PrimaryKeyConstraint("site_id", *numbers, name="pk_site_place"),
    )
