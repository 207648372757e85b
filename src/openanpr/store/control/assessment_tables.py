"""The tables of the self assessment. Times are UTC microseconds.

What happened to a version stands in `assessment_event`, one row each, and is never changed; `assessment` has
what the database itself holds to: one published version, and two persons behind each that was signed.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from openanpr.store.control.schema import metadata

assessment: Final = sa.Table(
    "assessment",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("events", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("begun_by", sa.Text, nullable=False),
    sa.Column("signed_by", sa.Text),
    sa.CheckConstraint("signed_by IS NULL OR signed_by <> begun_by", name="two_persons"),
    sa.CheckConstraint("state = 'draft' OR signed_by IS NOT NULL", name="signed"),
)
_published = assessment.c.state == sa.literal_column("'published'")
sa.Index(
    "uq_assessment_published",
    assessment.c.state,
    unique=True,
    sqlite_where=_published,
    postgresql_where=_published,
)

assessment_event: Final = sa.Table(
    "assessment_event",
    metadata,
    sa.Column("number", sa.BigInteger, sa.ForeignKey("assessment.number"), primary_key=True),
    sa.Column("place", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at_us", sa.BigInteger, nullable=False),
    sa.Column("form", sa.SmallInteger, nullable=False),
    sa.Column("document", sa.Text, nullable=False),  # JSON
)

assessment_document: Final = sa.Table(
    "assessment_document",
    metadata,
    sa.Column("number", sa.BigInteger, sa.ForeignKey("assessment.number"), primary_key=True),
    sa.Column("language", sa.Text, primary_key=True),
    sa.Column("audience", sa.Text, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
