"""Alerts: as they stand, their hits, steps and events, what came of them, and webhooks on their way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0003"
down_revision = "0002"

# Written out and not taken from `store.control.alert_tables`: a step that ran must stay what it was.


def upgrade() -> None:
    """Make the tables."""
    _alerts()
    _hits()
    _steps()
    _events()
    _feedback()
    _deliveries()


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _number(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names]


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def _document() -> list[SchemaItem]:
    return [sa.Column("form", sa.SmallInteger(), nullable=False), *_text("document")]


def _of_alert(table: str) -> list[SchemaItem]:
    name = f"fk_{table}_alert_id"
    return [*_text("alert_id"), sa.ForeignKeyConstraint(["alert_id"], ["alert.alert_id"], name=name)]


def _some(name: str, table: str, columns: list[str], where: str) -> None:
    some = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=some, postgresql_where=some)


def _alerts() -> None:
    op.create_table(
        "alert",
        *_text("alert_id"),
        sa.Column("vehicle", sa.Text()),
        *_number("list_id"),
        *_text("channel"),
        *_number("ordinal", "version"),
        *_number("closed_at_us", nullable=True),
        *_document(),
        sa.PrimaryKeyConstraint("alert_id", name="pk_alert"),
        sa.UniqueConstraint(
            "vehicle", "list_id", "channel", "ordinal", name="uq_alert_vehicle_list_id_channel_ordinal"
        ),
    )
    _some("ix_alert_open", "alert", ["vehicle"], "closed_at_us IS NULL")
    _some("ix_alert_nameless", "alert", ["closed_at_us"], "vehicle IS NULL")


def _hits() -> None:
    op.create_table(
        "alert_hit",
        _key("read_id"),
        _key("entry_id"),
        *_of_alert("alert_hit"),
        *_number("captured_at_us"),
        *_document(),
        sa.PrimaryKeyConstraint("read_id", "entry_id", name="pk_alert_hit"),
    )
    op.create_index("ix_alert_hit_alert_id", "alert_hit", ["alert_id"])
    op.create_index("ix_alert_hit_captured_at_us", "alert_hit", ["captured_at_us"])


def _steps() -> None:
    op.create_table(
        "alert_step",
        *_of_alert("alert_step"),
        _key("number"),
        *_document(),
        sa.PrimaryKeyConstraint("alert_id", "number", name="pk_alert_step"),
    )


def _events() -> None:
    op.create_table(
        "alert_channel",
        *_text("channel"),
        *_number("newest"),
        sa.PrimaryKeyConstraint("channel", name="pk_alert_channel"),
    )
    op.create_table(
        "alert_event",
        *_text("channel"),
        _key("seq"),
        *_number("at_us"),
        *_text("alert_id"),
        *_document(),
        sa.PrimaryKeyConstraint("channel", "seq", name="pk_alert_event"),
    )
    op.create_index("ix_alert_event_alert_id", "alert_event", ["alert_id"])


def _feedback() -> None:
    op.create_table(
        "alert_feedback",
        *_of_alert("alert_feedback"),
        *_document(),
        sa.PrimaryKeyConstraint("alert_id", name="pk_alert_feedback"),
    )
    op.create_table(
        "alert_feedback_to",
        *_text("name"),
        *_of_alert("alert_feedback_to"),
        sa.PrimaryKeyConstraint("name", "alert_id", name="pk_alert_feedback_to"),
    )
    op.create_index("ix_alert_feedback_to_alert_id", "alert_feedback_to", ["alert_id"])


def _deliveries() -> None:
    op.create_table(
        "alert_delivery",
        *_text("endpoint", "message_id", "alert_id"),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        *_number("begun_at_us"),
        *_number("next_at_us", nullable=True),
        *_text("state"),
        *_number("tries"),
        *_number("status", nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'dead')", name="ck_alert_delivery_state"),
        sa.CheckConstraint(
            "(state = 'waiting') = (next_at_us IS NOT NULL)", name="ck_alert_delivery_waiting"
        ),
        sa.PrimaryKeyConstraint("endpoint", "message_id", name="pk_alert_delivery"),
    )
    _some("ix_alert_delivery_due", "alert_delivery", ["endpoint", "next_at_us"], "next_at_us IS NOT NULL")
    op.create_index("ix_alert_delivery_state", "alert_delivery", ["state", "begun_at_us"])
    op.create_index("ix_alert_delivery_alert_id", "alert_delivery", ["alert_id"])
    op.create_table(
        "alert_heard",
        *_text("endpoint", "channel"),
        *_number("seq"),
        sa.PrimaryKeyConstraint("endpoint", "channel", name="pk_alert_heard"),
    )
