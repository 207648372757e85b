"""Lists of vehicles of interest: definitions, entries, proposals, revisions, tombstones, receipts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0001"
down_revision = None

# Written out and not taken from `store.control.tables`: a step that ran must stay what it was.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = ["shape", "vrm", "pnc_id", "origin"]


def upgrade() -> None:
    """Make the tables."""
    _lists()
    _proposals()
    _revisions()
    _entries()
    _staged()
    _changes()
    _tombstones()
    _receipts()


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _number(*names: str, nullable: bool) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names]


def _particulars() -> list[SchemaItem]:
    return [
        *_text(*_KEY),
        sa.Column("covert", sa.Boolean(), nullable=False),
        sa.Column("review_on", sa.Date()),
        sa.Column("weed_on", sa.Date()),
        *_number("source_at_ms", nullable=True),
        *_text("said"),
    ]


def _of(table: str, column: str, other: str) -> list[SchemaItem]:
    name = f"fk_{table}_{column}"
    return [
        sa.Column(column, _ID, nullable=False),
        sa.ForeignKeyConstraint([column], [f"{other}.{column}"], name=name),
    ]


def _lists() -> None:
    op.create_table(
        "voi_list",
        sa.Column("list_id", _ID, nullable=False),
        *_text("name", "owner", "purpose", "legal_basis", "kind"),
        *_number("max_age_s", nullable=True),
        *_text("visible_to"),
        *_number("revision", "oldest", "entries", nullable=False),
        *_number("as_of_ms", "feed_revision", nullable=True),
        sa.CheckConstraint("kind IN ('mass', 'crime')", name="ck_voi_list_kind"),
        sa.PrimaryKeyConstraint("list_id", name="pk_voi_list"),
        sa.UniqueConstraint("name", name="uq_voi_list_name"),
    )


def _proposals() -> None:
    op.create_table(
        "voi_proposal",
        sa.Column("proposal_id", _ID, nullable=False),
        *_of("voi_proposal", "list_id", "voi_list"),
        *_text("kind", "state"),
        *_number("base", nullable=False),
        *_text("proposed_by"),
        *_number("proposed_at_ms", nullable=False),
        *_text("why", "source"),
        *_number("source_at_ms", "feed_revision", "feed_base", nullable=True),
        sa.Column("revive", sa.Boolean(), nullable=False),
        *_number("back_to", nullable=True),
        sa.Column("settled_on", sa.Date()),
        *_number("before", "added", "changed", "removed", "refused", nullable=True),
        *_text("asks"),
        sa.Column("decided_by", sa.Text()),
        *_number("decided_at_ms", nullable=True),
        *_text("decision"),
        *_number("revision", nullable=True),
        sa.CheckConstraint("state IN ('staging', 'ready', 'live', 'refused')", name="ck_voi_proposal_state"),
        sa.CheckConstraint(
            "state <> 'live' OR (decided_by IS NOT NULL AND decided_by <> proposed_by)",
            name="ck_voi_proposal_two_persons",
        ),
        sa.PrimaryKeyConstraint("proposal_id", name="pk_voi_proposal"),
    )
    op.create_table(
        "voi_quarantine",
        *_of("voi_quarantine", "proposal_id", "voi_proposal"),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        *_text("reason", "cells"),
        sa.PrimaryKeyConstraint("proposal_id", "line", name="pk_voi_quarantine"),
    )


def _revisions() -> None:
    op.create_table(
        "voi_revision",
        *_of("voi_revision", "list_id", "voi_list"),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        *_of("voi_revision", "proposal_id", "voi_proposal"),
        *_number("at_ms", "entries", nullable=False),
        *_number("as_of_ms", "feed_revision", nullable=True),
        sa.PrimaryKeyConstraint("list_id", "revision", name="pk_voi_revision"),
    )


def _entries() -> None:
    op.create_table(
        "voi_entry",
        sa.Column("entry_id", _ID, nullable=False),
        *_of("voi_entry", "list_id", "voi_list"),
        *_number("since", nullable=False),
        *_number("until", nullable=True),
        *_particulars(),
        sa.PrimaryKeyConstraint("entry_id", name="pk_voi_entry"),
        sqlite_autoincrement=True,
    )
    _index("uq_voi_entry_alive", "voi_entry", ["list_id", *_KEY], "until IS NULL", unique=True)
    _index("ix_voi_entry_ended", "voi_entry", ["list_id", *_KEY], "until IS NOT NULL", unique=False)
    _index("ix_voi_entry_until", "voi_entry", ["list_id", "until"], "until IS NOT NULL", unique=False)
    op.create_index("ix_voi_entry_since", "voi_entry", ["list_id", "since"])


def _index(name: str, table: str, columns: list[str], where: str, *, unique: bool) -> None:
    some = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=some, postgresql_where=some)


def _staged() -> None:
    op.create_table(
        "voi_arriving",
        sa.Column("proposal_id", _ID, autoincrement=False, nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ask", sa.SmallInteger(), nullable=False),
        *_particulars(),
        sa.PrimaryKeyConstraint("proposal_id", "line", name="pk_voi_arriving"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "voi_staged",
        sa.Column("staged_id", _ID, nullable=False),
        sa.Column("proposal_id", _ID, nullable=False),
        *_number("line", nullable=False),
        sa.Column("ask", sa.SmallInteger(), nullable=False),
        *_particulars(),
        sa.Column("fault", sa.Text()),
        *_number("fault_line", nullable=True),
        sa.PrimaryKeyConstraint("staged_id", name="pk_voi_staged"),
    )
    op.create_index("ix_voi_staged_key", "voi_staged", ["proposal_id", *_KEY])
    _index("ix_voi_staged_fault", "voi_staged", ["proposal_id", "line"], "fault IS NOT NULL", unique=False)
    _index("ix_voi_staged_ask", "voi_staged", ["proposal_id", "ask"], "ask != 1", unique=False)


def _changes() -> None:
    op.create_table(
        "voi_change",
        *_of("voi_change", "proposal_id", "voi_proposal"),
        *_text("change"),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        *_number("before", "after", nullable=True),
        sa.PrimaryKeyConstraint("proposal_id", "change", "at", name="pk_voi_change"),
        sqlite_with_rowid=False,
    )


def _tombstones() -> None:
    op.create_table(
        "voi_tombstone",
        sa.Column("tombstone_id", _ID, nullable=False),
        *_of("voi_tombstone", "list_id", "voi_list"),
        *_text(*_KEY, "gone_by"),
        *_number("revision", "at_ms", nullable=False),
        *_text("by", "why"),
        sa.Column("weed_on", sa.Date()),
        *_number("lifted", nullable=True),
        sa.PrimaryKeyConstraint("tombstone_id", name="pk_voi_tombstone"),
    )
    op.create_index("ix_voi_tombstone_key", "voi_tombstone", ["list_id", *_KEY])


def _receipts() -> None:
    op.create_table(
        "voi_receipt",
        sa.Column("receipt_id", _ID, nullable=False),
        *_of("voi_receipt", "list_id", "voi_list"),
        *_text("device"),
        *_number("revision", "at_ms", nullable=False),
        sa.PrimaryKeyConstraint("receipt_id", name="pk_voi_receipt"),
    )
    op.create_index("ix_voi_receipt_device", "voi_receipt", ["list_id", "device"])
