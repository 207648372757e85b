"""Results of tests, kept with their cameras."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

# Written out and not taken from `store.control.ingest_tables`: a step that ran must stay what it was.
_OF_CAMERA = ["force", "source", "camera"]


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "camera_test",
        sa.Column("test_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        *_number(*_OF_CAMERA),
        *_text("digest"),
        *_number("made_at_us"),
        *_text("country"),
        *_text("model", "settings", nullable=True),
        *_number("pictures", "clips", "plates", "found", "read_exact", "read_folded"),
        *_number("false_reads", "clip_false_reads", "bad_rows", "unread", "unnamed"),
        *_text("parts", "kept_by"),
        *_number("kept_at_us"),
        *_text("note"),
        sa.PrimaryKeyConstraint("test_id", name="pk_camera_test"),
        sa.ForeignKeyConstraint(
            _OF_CAMERA, [f"camera.{name}" for name in _OF_CAMERA], name="fk_camera_test_force_source_camera"
        ),
        sa.UniqueConstraint(*_OF_CAMERA, "digest", name="uq_camera_test_force_source_camera_digest"),
        sa.CheckConstraint(
            "read_exact <= read_folded AND read_folded <= found AND found <= plates AND plates > 0",
            name="ck_camera_test_counts",
        ),
    )


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _number(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]
