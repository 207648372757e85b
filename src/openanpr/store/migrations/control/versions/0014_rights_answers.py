"""Answers to people: challenges, subject access, packs, the register, lists as devices got them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

# Written out and not taken from the tables of `store.control`: a step that ran must stay what it was.


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "voi_served",
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["voi_list.list_id"], name="fk_voi_served_list_id"),
        sa.PrimaryKeyConstraint("list_id", "device", name="pk_voi_served"),
    )
    _files()
    _register()


def _files() -> None:
    op.create_table(
        "rights_file",
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_ref", sa.Text(), nullable=False),
        sa.Column("opened_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", name="pk_rights_file"),
    )
    op.create_index("ix_rights_file_case_ref", "rights_file", ["case_ref"])
    op.create_table(
        "rights_file_step",
        sa.Column("file_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("number", "at_us")),
        sa.Column("form", sa.SmallInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["rights_file.file_id"], name="fk_rights_file_step_file_id"),
        sa.PrimaryKeyConstraint("file_id", "number", name="pk_rights_file_step"),
    )
    op.create_table(
        "rights_pack",
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("made_at_us", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["rights_file.file_id"], name="fk_rights_pack_file_id"),
        sa.PrimaryKeyConstraint("file_id", "sha256", name="pk_rights_pack"),
    )


def _register() -> None:
    op.create_table(
        "disclosed",
        sa.Column("disclosed_id", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("last_entry", sa.BigInteger(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("last_at_us", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.SmallInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("disclosed_id", name="pk_disclosed"),
    )
    op.create_index("ix_disclosed_at_us", "disclosed", ["at_us"])
    op.create_table(
        "disclosed_upto",
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", name="pk_disclosed_upto"),
    )
