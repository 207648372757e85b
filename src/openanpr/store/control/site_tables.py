"""The tables of sites: their steps, which are only ever added to, and where their cameras stand.

Times are UTC microseconds. A step is in `document` (see `site_documents`) without any place: places, and the
words for them, are in `site_place` alone.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from openanpr.store.control.schema import metadata

site: Final = sa.Table(
    "site",
    metadata,
    sa.Column("site_id", sa.Text, primary_key=True),
    sa.Column("drafted_at_us", sa.BigInteger, nullable=False),
    sa.Index("ix_site_drafted_at_us", "drafted_at_us"),
)

site_step: Final = sa.Table(
    "site_step",
    metadata,
    sa.Column("site_id", sa.Text, sa.ForeignKey("site.site_id"), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at_us", sa.BigInteger, nullable=False),
    sa.Column("form", sa.SmallInteger, nullable=False),
    sa.Column("document", sa.Text, nullable=False),  # JSON
)

# Of the step that said it.
site_place: Final = sa.Table(
    "site_place",
    metadata,
    sa.Column("site_id", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("force", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("source", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("camera", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("lat", sa.Double),
    sa.Column("lon", sa.Double),
    sa.Column("error_m", sa.Double),
    sa.Column("looks", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["site_id", "number"], ["site_step.site_id", "site_step.number"]),
    sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="whole"),
)

# One row: since when this node asks for cases.
site_since: Final = sa.Table(
    "site_since",
    metadata,
    sa.Column("which", sa.Text, primary_key=True),
    sa.Column("at_us", sa.BigInteger, nullable=False),
)
