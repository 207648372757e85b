"""The tables of lists. Times are UTC milliseconds; a row is of the revisions from `since` to before `until`.

An entry is never changed: a new version of it begins and the former one ends. So a list at any of its
revisions, and the way between two of them, is one SELECT.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from openanpr.store.control.schema import Id, metadata

SAID: Final = (
    *("action", "priority", "make", "model", "colour", "warning_markers", "reason", "information"),
    *("owner", "force_area", "grading", "protective_marking", "cad", "spare_1", "spare_2", "source"),
    *("entered_on", "confirmed_on"),
)
"""What no question here is asked by: texts of one JSON array, in this order; who may see it comes after."""
PARTICULARS: Final = ("vrm", "pnc_id", "origin", "covert", "review_on", "weed_on", "source_at_ms", "said")
"""The columns of an entry, from which `entries.entry_of` makes it."""
ARRIVING: Final = ("proposal_id", "line", "ask", "shape", *PARTICULARS)
"""The columns of a proposal's row as it arrives."""
COMPARED: Final = ("covert", "review_on", "weed_on", "said")
"""What makes an entry another version: each delivery has its own time, which alone changes nothing."""
KEY: Final = ("shape", "vrm", "pnc_id", "origin")


def _particulars() -> tuple[sa.Column[object], ...]:
    return (
        *(sa.Column(name, sa.Text, nullable=False) for name in KEY),
        sa.Column("covert", sa.Boolean, nullable=False),
        sa.Column("review_on", sa.Date),
        sa.Column("weed_on", sa.Date),
        sa.Column("source_at_ms", sa.BigInteger),
        sa.Column("said", sa.Text, nullable=False),  # JSON
    )


def _list_id() -> sa.Column[int]:
    return sa.Column("list_id", Id, sa.ForeignKey("voi_list.list_id"), nullable=False)


voi_list: Final = sa.Table(
    "voi_list",
    metadata,
    sa.Column("list_id", Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("legal_basis", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("max_age_s", sa.BigInteger),
    sa.Column("visible_to", sa.Text, nullable=False),  # JSON
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("oldest", sa.BigInteger, nullable=False),
    sa.Column("entries", sa.BigInteger, nullable=False),
    sa.Column("as_of_ms", sa.BigInteger),
    sa.Column("feed_revision", sa.BigInteger),
    # A covert list is a part of the open one of this name, for the people or teams of `seen_by` (JSON) alone.
    sa.Column("covert_of", sa.Text),
    sa.Column("seen_by", sa.Text, nullable=False, server_default="[]"),
    sa.CheckConstraint("kind IN ('mass', 'crime')", name="kind"),
)
sa.Index("uq_voi_list_covert", voi_list.c.covert_of, voi_list.c.seen_by, unique=True)

voi_proposal: Final = sa.Table(
    "voi_proposal",
    metadata,
    sa.Column("proposal_id", Id, primary_key=True),
    _list_id(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("base", sa.BigInteger, nullable=False),
    sa.Column("proposed_by", sa.Text, nullable=False),
    sa.Column("proposed_at_ms", sa.BigInteger, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("source_at_ms", sa.BigInteger),
    sa.Column("feed_revision", sa.BigInteger),
    sa.Column("feed_base", sa.BigInteger),
    sa.Column("revive", sa.Boolean, nullable=False),
    sa.Column("back_to", sa.BigInteger),
    sa.Column("settled_on", sa.Date),
    sa.Column("before", sa.BigInteger),
    sa.Column("added", sa.BigInteger),
    sa.Column("changed", sa.BigInteger),
    sa.Column("removed", sa.BigInteger),
    sa.Column("refused", sa.BigInteger),
    sa.Column("asks", sa.Text, nullable=False),  # JSON
    sa.Column("decided_by", sa.Text),
    sa.Column("decided_at_ms", sa.BigInteger),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("revision", sa.BigInteger),
    sa.CheckConstraint("state IN ('staging', 'ready', 'live', 'refused')", name="state"),
    # The rule of two persons, held here too: no code above can forget it.
    sa.CheckConstraint(
        "state <> 'live' OR (decided_by IS NOT NULL AND decided_by <> proposed_by)", name="two_persons"
    ),
)

voi_revision: Final = sa.Table(
    "voi_revision",
    metadata,
    sa.Column("list_id", Id, sa.ForeignKey("voi_list.list_id"), primary_key=True),
    sa.Column("revision", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("proposal_id", Id, sa.ForeignKey("voi_proposal.proposal_id"), nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("entries", sa.BigInteger, nullable=False),
    sa.Column("as_of_ms", sa.BigInteger),
    sa.Column("feed_revision", sa.BigInteger),
)

voi_entry: Final = sa.Table(
    "voi_entry",
    metadata,
    sa.Column("entry_id", Id, primary_key=True),
    _list_id(),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger),
    *_particulars(),
    sqlite_autoincrement=True,  # a hit names its entry by this number for as long as the hit is kept
)
_alive = voi_entry.c.until.is_(None)
sa.Index(
    "uq_voi_entry_alive",
    voi_entry.c.list_id,
    *(voi_entry.c[name] for name in KEY),
    unique=True,
    sqlite_where=_alive,
    postgresql_where=_alive,
)
sa.Index(
    "ix_voi_entry_ended",
    voi_entry.c.list_id,
    *(voi_entry.c[name] for name in KEY),
    sqlite_where=voi_entry.c.until.is_not(None),
    postgresql_where=voi_entry.c.until.is_not(None),
)
sa.Index("ix_voi_entry_since", voi_entry.c.list_id, voi_entry.c.since)
sa.Index(
    "ix_voi_entry_until",
    voi_entry.c.list_id,
    voi_entry.c.until,
    sqlite_where=voi_entry.c.until.is_not(None),
    postgresql_where=voi_entry.c.until.is_not(None),
)

# The rows of a proposal as they arrive, until it is settled and they are sorted into `voi_staged`: to sort
# them once is quicker by far than to keep millions in order while they come.
voi_arriving: Final = sa.Table(
    "voi_arriving",
    metadata,
    sa.Column("proposal_id", Id, primary_key=True, autoincrement=False),
    sa.Column("line", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("ask", sa.SmallInteger, nullable=False),
    *_particulars(),
    sqlite_with_rowid=False,  # its rows come in the order of its key: one tree to write and not two
)

# Numbered in the order of their keys, so that whatever walks the list walks them in step. No foreign key:
# with one SQLite would delete row by row.
voi_staged: Final = sa.Table(
    "voi_staged",
    metadata,
    sa.Column("staged_id", Id, primary_key=True),
    sa.Column("proposal_id", Id, nullable=False),
    sa.Column("line", sa.BigInteger, nullable=False),
    sa.Column("ask", sa.SmallInteger, nullable=False),
    *_particulars(),
    sa.Column("fault", sa.Text),
    sa.Column("fault_line", sa.BigInteger),
)
sa.Index("ix_voi_staged_key", voi_staged.c.proposal_id, *(voi_staged.c[name] for name in KEY))
sa.Index(
    "ix_voi_staged_fault",
    voi_staged.c.proposal_id,
    voi_staged.c.line,
    sqlite_where=voi_staged.c.fault.is_not(None),
    postgresql_where=voi_staged.c.fault.is_not(None),
)
sa.Index(
    "ix_voi_staged_ask",  # of the few rows that do not put an entry on
    voi_staged.c.proposal_id,
    voi_staged.c.ask,
    sqlite_where=voi_staged.c.ask != sa.literal_column("1"),
    postgresql_where=voi_staged.c.ask != sa.literal_column("1"),
)

# What a settled proposal would do, entry by entry: found once, counted, shown, and then done. Where the list
# was empty nothing stands here: every row that was not refused adds an entry.
voi_change: Final = sa.Table(
    "voi_change",
    metadata,
    sa.Column("proposal_id", Id, sa.ForeignKey("voi_proposal.proposal_id"), primary_key=True),
    sa.Column("change", sa.Text, primary_key=True),
    sa.Column("at", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("before", sa.BigInteger),  # the entry_id that ends, none when one is added
    sa.Column("after", sa.BigInteger),  # the staged_id (of a rollback: the former entry_id) that begins
    sqlite_with_rowid=False,
)

voi_quarantine: Final = sa.Table(
    "voi_quarantine",
    metadata,
    sa.Column("proposal_id", Id, sa.ForeignKey("voi_proposal.proposal_id"), primary_key=True),
    sa.Column("line", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("cells", sa.Text, nullable=False),  # JSON
)

voi_tombstone: Final = sa.Table(
    "voi_tombstone",
    metadata,
    sa.Column("tombstone_id", Id, primary_key=True),
    _list_id(),
    *(sa.Column(name, sa.Text, nullable=False) for name in KEY),
    sa.Column("gone_by", sa.Text, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("weed_on", sa.Date),
    sa.Column("lifted", sa.BigInteger),
    # It was covert, or nobody knows any more whether it was.
    sa.Column("covert", sa.Boolean, nullable=False, server_default=sa.true()),
)
sa.Index("ix_voi_tombstone_key", voi_tombstone.c.list_id, *(voi_tombstone.c[name] for name in KEY))

voi_receipt: Final = sa.Table(
    "voi_receipt",
    metadata,
    sa.Column("receipt_id", Id, primary_key=True),
    _list_id(),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
)
sa.Index("ix_voi_receipt_device", voi_receipt.c.list_id, voi_receipt.c.device)
