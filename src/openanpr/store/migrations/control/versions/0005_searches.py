"""Searches: what was asked and what came of it, who gave the authority, cases with what they keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# Written out and not taken from `store.control.search_tables`: a step that ran must stay what it was.


def upgrade() -> None:
    """Make the tables."""
    _searches()
    _authorities()
    _cases()


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _number(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names]


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.{column}"], name=f"fk_{table}_{column}")


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def _searches() -> None:
    op.create_table(
        "search",
        *_text("search_id", "asked", "asked_by", "asked_for", "name", "team", "source"),
        *_number("asked_at_us"),
        *_text("meter", "request", "decision", "version", "outcome", "rules", "least_rank"),
        *_text("state"),
        *_number("state_at_us"),
        *_text("why"),
        *_number("rows_shown", nullable=True),
        *_number("entry", "runs", "changed"),
        *_number("given_entry", nullable=True),
        *_text("given_means", nullable=True),
        _key("search", "search_id"),
    )
    for column in ("asked_by", "asked_for", "state", "given_means"):
        _index("search", column, "asked_at_us")
    _index("search", "asked_at_us")


def _authorities() -> None:
    op.create_table(
        "search_authority",
        *_text("search_id"),
        *_number("entry"),
        *_text("asked_by", "given_by", "rank", "roles", "means"),
        *_number("at_us"),
        *_number("written_at_us", nullable=True),
        *_text("reason"),
        _key("search_authority", "search_id", "entry"),
        _of("search_authority", "search_id", "search"),
        sa.CheckConstraint("given_by <> asked_by", name="ck_search_authority_self"),
    )


def _cases() -> None:
    op.create_table(
        "search_case",
        *_text("case_id", "reference", "owner"),
        *_number("opened_at_us"),
        sa.Column("until", sa.Date(), nullable=False),
        *_number("closed_at_us", nullable=True),
        _key("search_case", "case_id"),
    )
    _index("search_case", "owner", "opened_at_us")
    op.create_table(
        "search_hold",
        *_text("hold_id", "case_id", "search_id", "held_by"),
        *_number("at_us"),
        sa.Column("until", sa.Date(), nullable=False),
        *_number("reads"),
        sa.Column("oldest_on", sa.Date(), nullable=False),
        *_text("reason"),
        _key("search_hold", "hold_id"),
        _of("search_hold", "case_id", "search_case"),
    )
    _index("search_hold", "case_id")
    op.create_table(
        "search_note",
        *_text("note_id", "case_id", "written_by"),
        *_number("at_us"),
        *_text("note"),
        _key("search_note", "note_id"),
        _of("search_note", "case_id", "search_case"),
    )
    _index("search_note", "case_id")
