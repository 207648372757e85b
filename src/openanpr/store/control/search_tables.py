"""The tables of searches and cases. Times are UTC microseconds.

Of a search, `asked` alone holds marks, places and the reasons of who asked; `why` and `reason` hold what
those wrote who answered. They must be there to be reviewed, and go with the search (`forget`). The database
refuses by itself an authority that somebody gave to themselves.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from openanpr.store.control.schema import metadata


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _number(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=nullable) for name in names]


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


search: Final = sa.Table(
    "search",
    metadata,
    _key("search_id"),
    *_text("asked"),  # JSON: marks, places, reference, reason, for whom
    *_text("asked_by", "asked_for", "name", "team", "source"),
    *_number("asked_at_us"),
    *_text("meter", "request", "decision", "version", "outcome", "rules", "least_rank"),
    *_text("state"),
    *_number("state_at_us"),
    *_text("why"),
    *_number("rows_shown", nullable=True),
    *_number("entry", "runs", "changed"),
    *_number("given_entry", nullable=True),
    *_text("given_means", nullable=True),
    sa.Index("ix_search_asked_by_asked_at_us", "asked_by", "asked_at_us"),
    sa.Index("ix_search_asked_for_asked_at_us", "asked_for", "asked_at_us"),
    sa.Index("ix_search_state_asked_at_us", "state", "asked_at_us"),
    sa.Index("ix_search_given_means_asked_at_us", "given_means", "asked_at_us"),
    sa.Index("ix_search_asked_at_us", "asked_at_us"),
)

# Every authority that was given for a search, by its entry in the log; `search.given_entry` is what counts.
search_authority: Final = sa.Table(
    "search_authority",
    metadata,
    sa.Column("search_id", sa.Text, sa.ForeignKey("search.search_id"), primary_key=True),
    sa.Column("entry", sa.BigInteger, primary_key=True, autoincrement=False),
    *_text("asked_by", "given_by", "rank", "roles", "means"),
    *_number("at_us"),
    *_number("written_at_us", nullable=True),
    *_text("reason"),
    sa.CheckConstraint("given_by <> asked_by", name="self"),
)

search_case: Final = sa.Table(
    "search_case",
    metadata,
    _key("case_id"),
    *_text("reference", "owner"),
    *_number("opened_at_us"),
    sa.Column("until", sa.Date, nullable=False),
    *_number("closed_at_us", nullable=True),
    sa.Index("ix_search_case_owner_opened_at_us", "owner", "opened_at_us"),
)

search_hold: Final = sa.Table(
    "search_hold",
    metadata,
    _key("hold_id"),
    sa.Column("case_id", sa.Text, sa.ForeignKey("search_case.case_id"), nullable=False),
    *_text("search_id", "held_by"),
    *_number("at_us"),
    sa.Column("until", sa.Date, nullable=False),
    *_number("reads"),
    sa.Column("oldest_on", sa.Date, nullable=False),
    *_text("reason"),
    sa.Index("ix_search_hold_case_id", "case_id"),
)

search_note: Final = sa.Table(
    "search_note",
    metadata,
    _key("note_id"),
    sa.Column("case_id", sa.Text, sa.ForeignKey("search_case.case_id"), nullable=False),
    *_text("written_by"),
    *_number("at_us"),
    *_text("note"),
    sa.Index("ix_search_note_case_id", "case_id"),
)
