"""What ingest knows: senders, codes, cameras, quarantined reads, shelved pictures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0002"
down_revision = "0001"

# Written out and not taken from `store.control.ingest_tables`: a step that ran must stay what it was.
_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    _registers()
    _senders()
    _devices()
    _feeds()
    _codes()
    _cameras()
    _quarantine()
    _shelf()


def _id(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _ID, nullable=False) for name in names]


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _number(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=nullable) for name in names]


def _bytes(*names: str) -> list[sa.Column[bytes]]:
    return [sa.Column(name, sa.LargeBinary(), nullable=False) for name in names]


def _points_at(table: str, column: str, other: str) -> SchemaItem:
    return sa.ForeignKeyConstraint([column], [other], name=f"fk_{table}_{column}")


def _registers() -> None:
    op.create_table(
        "register_change",
        *_text("register"),
        *_number("change"),
        sa.PrimaryKeyConstraint("register", name="pk_register_change"),
    )


def _senders() -> None:
    op.create_table(
        "sender",
        *_id("sender_id"),
        *_text("kind", "name", "scope"),
        *_number("revoked_at_us", nullable=True),
        *_text("revoked_by", "revoked_why", nullable=True),
        *_number("change"),
        sa.CheckConstraint("kind IN ('device', 'feed')", name="ck_sender_kind"),
        sa.PrimaryKeyConstraint("sender_id", name="pk_sender"),
    )
    op.create_index("ix_sender_change", "sender", ["change"])


def _devices() -> None:
    op.create_table(
        "device",
        *_id("device_id"),
        *_text("key_id", "public_key"),
        *_number("enrolled_at_us"),
        _points_at("device", "device_id", "sender.sender_id"),
        sa.PrimaryKeyConstraint("device_id", name="pk_device"),
        sa.UniqueConstraint("key_id", name="uq_device_key_id"),
    )
    op.create_table(
        "device_key",
        *_text("key_id"),
        *_id("device_id"),
        _points_at("device_key", "device_id", "device.device_id"),
        sa.PrimaryKeyConstraint("key_id", name="pk_device_key"),
    )


def _feeds() -> None:
    op.create_table(
        "feed",
        *_id("feed_id"),
        *_text("token_name"),
        *_bytes("token_digest"),
        *_number("most_message_bytes"),
        *_text("limits", nullable=True),
        *_text("added_by"),
        *_number("added_at_us"),
        _points_at("feed", "feed_id", "sender.sender_id"),
        sa.PrimaryKeyConstraint("feed_id", name="pk_feed"),
        sa.UniqueConstraint("token_name", name="uq_feed_token_name"),
    )


def _codes() -> None:
    op.create_table(
        "enrolment_code",
        *_id("code_id"),
        *_bytes("digest"),
        *_text("name", "scope"),
        *_number("expires_at_us"),
        *_text("made_by"),
        *_number("made_at_us"),
        *_text("used_by", nullable=True),
        sa.PrimaryKeyConstraint("code_id", name="pk_enrolment_code"),
    )


def _cameras() -> None:
    op.create_table(
        "camera",
        *_number("force", "source", "camera"),
        *_text("name", "area"),
        sa.Column("moving", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Double) for name in ("lat", "lon", "place_error_m")),
        *_text("added_by"),
        *_number("added_at_us"),
        *_number("retired_at_us", nullable=True),
        *_text("retired_by", "retired_why", nullable=True),
        *_number("change"),
        sa.PrimaryKeyConstraint("force", "source", "camera", name="pk_camera"),
    )
    op.create_index("ix_camera_change", "camera", ["change"])


def _quarantine() -> None:
    op.create_table(
        "quarantined_read",
        *_id("item_id"),
        *_text("batch_key", "batch_id", "device"),
        sa.Column("signed", sa.Boolean(), nullable=False),
        *_number("received_at_us"),
        *_number("sent_at_us", "clock_offset_ms", "clock_lag_ms", nullable=True),
        *_text("profile"),
        *_text("released_from", nullable=True),
        *_number("place_in_batch"),
        *_text("reason", "detail", "form", "state"),
        *_bytes("mends"),
        *_number("ended_at_us", nullable=True),
        *_text("ended_by", "ended_why", nullable=True),
        *_number("raw_gone_at_us", nullable=True),
        *_number("version"),
        *_bytes("raw"),
        sa.PrimaryKeyConstraint("item_id", name="pk_quarantined_read"),
    )
    for name, columns in (
        ("page", ["state", "item_id"]),
        ("device", ["state", "device", "item_id"]),
        ("reason", ["state", "reason", "device", "item_id"]),
    ):
        op.create_index(f"ix_quarantined_read_{name}", "quarantined_read", columns)
    full = sa.text("raw_gone_at_us IS NULL")
    op.create_index(
        "ix_quarantined_read_full",
        "quarantined_read",
        ["received_at_us", "item_id"],
        sqlite_where=full,
        postgresql_where=full,
    )


def _shelf() -> None:
    op.create_table(
        "shelved_picture",
        *_text("sha256"),
        *_id("device"),
        *_number("received_at_us", "size_bytes"),
        *_bytes("jpeg"),
        sa.PrimaryKeyConstraint("sha256", "device", name="pk_shelved_picture"),
    )
    op.create_index("ix_shelved_picture_device", "shelved_picture", ["device", "size_bytes"])
    op.create_index("ix_shelved_picture_received", "shelved_picture", ["received_at_us"])
