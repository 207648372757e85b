"""The tables of cases: their steps, which are only ever added to, and their words, sealed and apart.

Times are UTC microseconds. A step is in `document` (see `rights_documents`) without anything personal; what
people wrote is in `rights_words` alone, and is deleted there when its time is over.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from openanpr.store.control.schema import metadata

rights_case: Final = sa.Table(
    "rights_case",
    metadata,
    sa.Column("reference", sa.Text, primary_key=True),
    sa.Column("form", sa.LargeBinary, nullable=False),  # keyed hash of the form that it came by
    sa.Column("code", sa.LargeBinary, nullable=False),  # keyed hash of the code that was shown once
    sa.Column("opened_at_us", sa.BigInteger, nullable=False),
    sa.Column("closed_at_us", sa.BigInteger),
    sa.UniqueConstraint("form", name="uq_rights_case_form"),
    sa.Index("ix_rights_case_opened_at_us", "opened_at_us"),
)

rights_step: Final = sa.Table(
    "rights_step",
    metadata,
    sa.Column("reference", sa.Text, sa.ForeignKey("rights_case.reference"), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at_us", sa.BigInteger, nullable=False),
    sa.Column("version", sa.SmallInteger, nullable=False),
    sa.Column("document", sa.Text, nullable=False),  # JSON
)

rights_words: Final = sa.Table(
    "rights_words",
    metadata,
    sa.Column("reference", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.ForeignKeyConstraint(["reference", "number"], ["rights_step.reference", "rights_step.number"]),
)
