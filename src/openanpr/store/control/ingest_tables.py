"""The tables of what ingest knows: senders, codes, cameras, their tests, quarantined reads, shelved pictures.

Times are UTC microseconds. `change` numbers the changes of a register in the order in which they were
committed (`numbering`): what came after a number is what a copy in memory lacks.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from openanpr.store.control.schema import metadata

# Ids are sorted and paged alike on both databases: by the value of their characters.
_Id: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _number(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=nullable) for name in names]


register_change: Final = sa.Table(
    "register_change",
    metadata,
    sa.Column("register", sa.Text, primary_key=True),
    *_number("change"),
)

# Devices and feeds in one: so no id can be both.
sender: Final = sa.Table(
    "sender",
    metadata,
    sa.Column("sender_id", _Id, primary_key=True),
    *_text("kind", "name", "scope"),
    *_number("revoked_at_us", nullable=True),
    *_text("revoked_by", "revoked_why", nullable=True),
    *_number("change"),
    sa.CheckConstraint("kind IN ('device', 'feed')", name="kind"),
    sa.Index("ix_sender_change", "change"),
)

device: Final = sa.Table(
    "device",
    metadata,
    sa.Column("device_id", _Id, sa.ForeignKey("sender.sender_id"), primary_key=True),
    *_text("key_id", "public_key"),
    *_number("enrolled_at_us"),
    sa.UniqueConstraint("key_id"),
)

# Every key that ever was a device's.
device_key: Final = sa.Table(
    "device_key",
    metadata,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("device_id", _Id, sa.ForeignKey("device.device_id"), nullable=False),
)

feed: Final = sa.Table(
    "feed",
    metadata,
    sa.Column("feed_id", _Id, sa.ForeignKey("sender.sender_id"), primary_key=True),
    *_text("token_name"),
    sa.Column("token_digest", sa.LargeBinary, nullable=False),
    *_number("most_message_bytes"),
    *_text("limits", nullable=True),  # JSON
    *_text("added_by"),
    *_number("added_at_us"),
    sa.UniqueConstraint("token_name"),
)

enrolment_code: Final = sa.Table(
    "enrolment_code",
    metadata,
    sa.Column("code_id", _Id, primary_key=True),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    *_text("name", "scope"),
    *_number("expires_at_us"),
    *_text("made_by"),
    *_number("made_at_us"),
    *_text("used_by", nullable=True),
)

camera: Final = sa.Table(
    "camera",
    metadata,
    *(
        sa.Column(name, sa.BigInteger, primary_key=True, autoincrement=False)
        for name in ("force", "source", "camera")
    ),
    *_text("name", "area"),
    sa.Column("moving", sa.Boolean, nullable=False),
    *(sa.Column(name, sa.Double) for name in ("lat", "lon", "place_error_m")),
    *_text("added_by"),
    *_number("added_at_us"),
    *_number("retired_at_us", nullable=True),
    *_text("retired_by", "retired_why", nullable=True),
    *_number("change"),
    *_number("first_added_at_us", nullable=True),  # it stays what it was when the camera is put again
    sa.Index("ix_camera_change", "change"),
)

# Results of tests of cameras: counts alone, in parts (JSON) too. No plate.
camera_test: Final = sa.Table(
    "camera_test",
    metadata,
    sa.Column("test_id", _Id, primary_key=True),
    *_number("force", "source", "camera"),
    *_text("digest"),
    *_number("made_at_us"),
    *_text("country"),
    *_text("model", "settings", nullable=True),
    *_number("pictures", "clips", "plates", "found", "read_exact", "read_folded"),
    *_number("false_reads", "clip_false_reads", "bad_rows", "unread", "unnamed"),
    *_text("parts", "kept_by"),
    *_number("kept_at_us"),
    *_text("note"),
    *_number("withdrawn_at_us", nullable=True),
    *_text("withdrawn_by", "withdrawn_why", nullable=True),
    sa.ForeignKeyConstraint(
        ["force", "source", "camera"], ["camera.force", "camera.source", "camera.camera"]
    ),
    sa.UniqueConstraint("force", "source", "camera", "digest"),
    sa.CheckConstraint(
        "read_exact <= read_folded AND read_folded <= found AND found <= plates AND plates > 0",
        name="counts",
    ),
)

quarantined_read: Final = sa.Table(
    "quarantined_read",
    metadata,
    sa.Column("item_id", _Id, primary_key=True),
    *_text("batch_key", "batch_id", "device"),
    sa.Column("signed", sa.Boolean, nullable=False),
    *_number("received_at_us"),
    *_number("sent_at_us", "clock_offset_ms", "clock_lag_ms", nullable=True),
    *_text("profile"),
    *_text("released_from", nullable=True),
    *_number("place_in_batch"),
    *_text("reason", "detail", "form", "state"),
    sa.Column("mends", sa.LargeBinary, nullable=False),  # JSON
    *_number("ended_at_us", nullable=True),
    *_text("ended_by", "ended_why", nullable=True),
    *_number("raw_gone_at_us", nullable=True),
    *_number("version"),
    sa.Column("raw", sa.LargeBinary, nullable=False),
)
sa.Index("ix_quarantined_read_page", quarantined_read.c.state, quarantined_read.c.item_id)
sa.Index(
    "ix_quarantined_read_device",
    quarantined_read.c.state,
    quarantined_read.c.device,
    quarantined_read.c.item_id,
)
sa.Index(
    "ix_quarantined_read_reason",
    quarantined_read.c.state,
    quarantined_read.c.reason,
    quarantined_read.c.device,
    quarantined_read.c.item_id,
)
_full: Final = quarantined_read.c.raw_gone_at_us.is_(None)
sa.Index(
    "ix_quarantined_read_full",
    quarantined_read.c.received_at_us,
    quarantined_read.c.item_id,
    sqlite_where=_full,
    postgresql_where=_full,
)

shelved_picture: Final = sa.Table(
    "shelved_picture",
    metadata,
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("device", _Id, primary_key=True),
    *_number("received_at_us", "size_bytes"),
    sa.Column("jpeg", sa.LargeBinary, nullable=False),
)
# Has all that the bound asks for: no picture is touched to add up a device's.
sa.Index("ix_shelved_picture_device", shelved_picture.c.device, shelved_picture.c.size_bytes)
sa.Index("ix_shelved_picture_received", shelved_picture.c.received_at_us)
