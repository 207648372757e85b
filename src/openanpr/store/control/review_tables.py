"""The tables of review: items, the searches that they are about, and what the case system said again.

Times are UTC microseconds. No mark is here: a story about a vehicle is told by a keyed hash within its key.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from openanpr.store.control.schema import metadata


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _number(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=nullable) for name in names]


# One story (`key`) may come up again after somebody took it: each time is a part, numbered from 0.
review_item: Final = sa.Table(
    "review_item",
    metadata,
    sa.Column("item_id", sa.Text, primary_key=True),
    *_text("key"),
    *_number("part"),
    *_text("origin", "kinds", "about", "why"),  # kinds by spaces
    *_text("strength", nullable=True),
    *_number("raised_at_us"),
    *_text("taken_by", nullable=True),
    *_number("taken_at_us", nullable=True),
    *_text("outcome", "remedy", "found_text", "found_by", nullable=True),
    *_number("found_at_us", nullable=True),
    *_text("referred_by", "referred_why", nullable=True),
    *_number("referred_at_us", nullable=True),
    sa.UniqueConstraint("key", "part"),
    sa.CheckConstraint("(taken_by IS NULL) = (taken_at_us IS NULL)", name="taken"),
    sa.CheckConstraint("(outcome IS NULL) = (found_by IS NULL)", name="found"),
    sa.CheckConstraint("found_by IS NULL OR (taken_by IS NOT NULL AND found_by = taken_by)", name="in_hand"),
    sa.CheckConstraint("found_by IS NULL OR found_by <> about", name="not_own"),
    sa.CheckConstraint(
        "referred_by IS NULL OR (outcome IS NOT NULL AND outcome <> 'proper')", name="referred"
    ),
    sa.Index("ix_review_item_raised_at_us", "raised_at_us"),
    sa.Index("ix_review_item_found_at_us", "found_at_us"),
)

review_concern: Final = sa.Table(
    "review_concern",
    metadata,
    sa.Column("item_id", sa.Text, sa.ForeignKey("review_item.item_id"), primary_key=True),
    sa.Column("search_id", sa.Text, primary_key=True),
    *_text("asked_by", "asked_for", "team"),
    *_number("place"),  # the order of their times
    sa.Index("ix_review_concern_asked_by", "asked_by"),
    sa.Index("ix_review_concern_asked_for", "asked_for"),
)

review_reference: Final = sa.Table(
    "review_reference",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    *_text("state"),
    *_number("asked_at_us"),
)

# One row: what the last round did.
review_round: Final = sa.Table(
    "review_round",
    metadata,
    sa.Column("which", sa.Text, primary_key=True),
    *_number("at_us", "searches", "retested", "raised"),
    *_text("not_computed"),  # JSON
)
