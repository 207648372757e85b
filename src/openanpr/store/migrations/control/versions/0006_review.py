"""Review: items, the searches that they are about, references asked of again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# Written out and not taken from `store.control.review_tables`: a step that ran must stay what it was.


def upgrade() -> None:
    """Make the tables."""
    _items()
    _concerns()
    op.create_table(
        "review_reference",
        *_text("key", "state"),
        *_number("asked_at_us"),
        sa.PrimaryKeyConstraint("key", name="pk_review_reference"),
    )
    op.create_table(
        "review_round",
        *_text("which"),
        *_number("at_us", "searches", "retested", "raised"),
        *_text("not_computed"),
        sa.PrimaryKeyConstraint("which", name="pk_review_round"),
    )


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _number(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names]


def _check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=f"ck_review_item_{name}")


def _items() -> None:
    op.create_table(
        "review_item",
        *_text("item_id", "key"),
        *_number("part"),
        *_text("origin", "kinds", "about", "why"),
        *_text("strength", nullable=True),
        *_number("raised_at_us"),
        *_text("taken_by", nullable=True),
        *_number("taken_at_us", nullable=True),
        *_text("outcome", "remedy", "found_text", "found_by", nullable=True),
        *_number("found_at_us", nullable=True),
        *_text("referred_by", "referred_why", nullable=True),
        *_number("referred_at_us", nullable=True),
        _check("taken", "(taken_by IS NULL) = (taken_at_us IS NULL)"),
        _check("found", "(outcome IS NULL) = (found_by IS NULL)"),
        _check("in_hand", "found_by IS NULL OR (taken_by IS NOT NULL AND found_by = taken_by)"),
        _check("not_own", "found_by IS NULL OR found_by <> about"),
        _check("referred", "referred_by IS NULL OR (outcome IS NOT NULL AND outcome <> 'proper')"),
        sa.PrimaryKeyConstraint("item_id", name="pk_review_item"),
        sa.UniqueConstraint("key", "part", name="uq_review_item_key_part"),
    )
    op.create_index("ix_review_item_raised_at_us", "review_item", ["raised_at_us"])
    op.create_index("ix_review_item_found_at_us", "review_item", ["found_at_us"])


def _concerns() -> None:
    op.create_table(
        "review_concern",
        *_text("item_id", "search_id", "asked_by", "asked_for", "team"),
        *_number("place"),
        sa.ForeignKeyConstraint(["item_id"], ["review_item.item_id"], name="fk_review_concern_item_id"),
        sa.PrimaryKeyConstraint("item_id", "search_id", name="pk_review_concern"),
    )
    op.create_index("ix_review_concern_asked_by", "review_concern", ["asked_by"])
    op.create_index("ix_review_concern_asked_for", "review_concern", ["asked_for"])
