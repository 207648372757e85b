"""The self assessment: versions, what happened to them, and the documents that were frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

# Written out and not taken from `store.control.assessment_tables`: a step that ran must stay what it was.


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "assessment",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("begun_by", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.CheckConstraint("signed_by IS NULL OR signed_by <> begun_by", name="ck_assessment_two_persons"),
        sa.CheckConstraint("state = 'draft' OR signed_by IS NOT NULL", name="ck_assessment_signed"),
        sa.PrimaryKeyConstraint("number", name="pk_assessment"),
    )
    op.create_index(
        "uq_assessment_published",
        "assessment",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'published'"),
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "assessment_event",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.SmallInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["assessment.number"], name="fk_assessment_event_number"),
        sa.PrimaryKeyConstraint("number", "place", name="pk_assessment_event"),
    )
    op.create_table(
        "assessment_document",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["assessment.number"], name="fk_assessment_document_number"),
        sa.PrimaryKeyConstraint("number", "language", "audience", name="pk_assessment_document"),
    )
