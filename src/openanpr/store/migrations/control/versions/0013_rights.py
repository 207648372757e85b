"""Cases of the public: their steps, and the words in them, sealed and apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

# Written out and not taken from `store.control.rights_tables`: a step that ran must stay what it was.


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "rights_case",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("form", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at_us", sa.BigInteger(), nullable=False),
        sa.Column("closed_at_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("reference", name="pk_rights_case"),
        sa.UniqueConstraint("form", name="uq_rights_case_form"),
    )
    op.create_index("ix_rights_case_opened_at_us", "rights_case", ["opened_at_us"])
    op.create_table(
        "rights_step",
        sa.Column("reference", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("number", "at_us")),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["rights_case.reference"], name="fk_rights_step_reference"),
        sa.PrimaryKeyConstraint("reference", "number", name="pk_rights_step"),
    )
    op.create_table(
        "rights_words",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reference", "number"],
            ["rights_step.reference", "rights_step.number"],
            name="fk_rights_words_reference_number",
        ),
        sa.PrimaryKeyConstraint("reference", "number", name="pk_rights_words"),
    )
