"""The table of what is published: documents and notes on them, with their proofs. Times: UTC microseconds."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from openanpr.store.control.schema import metadata

# Nothing here is changed or taken away: a proof is put to a document once, and it is shown from then on.
publication: Final = sa.Table(
    "publication",
    metadata,
    sa.Column("period", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),  # 0: figures; then notes
    sa.Column("body", sa.LargeBinary, nullable=False),  # canonical JSON
    sa.Column("proof", sa.Text),  # JSON
    sa.CheckConstraint("number >= 0", name="number"),
)
