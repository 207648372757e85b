"""Covert entries on lists of their own, out of every count and history that others see.

What cannot be known any more (what a list held before its oldest revision, what the rows of a closed proposal
were) is told no more: counts that may hold covert entries go, and so do the revisions that they are of.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

# Written out and not taken from `store.control.list_tables`: a step that ran must stay what it was.
_NAMES = 18  # where, in what is said of an entry, the names of those who may see it begin
_KEY = ("shape", "vrm", "pnc_id", "origin")
_COUNTS = ("before", "added", "changed", "removed", "refused")


def _table(name: str, *columns: str) -> Any:  # noqa: ANN401 - a table is what SQLAlchemy says it is
    return sa.table(name, *map(sa.column, columns))


_CASE = ("owner", "purpose", "legal_basis", "kind", "max_age_s")
_LIST = _table(
    "voi_list",
    *("list_id", "name", *_CASE, "visible_to", "revision", "oldest", "entries", "covert_of", "seen_by"),
)
_PROPOSAL = _table(
    "voi_proposal",
    *("proposal_id", "list_id", "kind", "state", "why", "decided_by", "decided_at_ms", "decision"),
    *("proposed_at_ms", *_COUNTS),
)
_REVISION = _table("voi_revision", "list_id", "revision", "proposal_id", "entries")
_ENTRY = _table("voi_entry", "entry_id", "list_id", "since", "until", *_KEY, "covert", "said")
_STONE = _table("voi_tombstone", "tombstone_id", "list_id", *_KEY, "revision", "covert")
_REGISTER = _table("register_change", "register", "change")
_SAID = "told in the audit log alone since covert entries stand apart"


def upgrade() -> None:
    """Add the columns, and move what is covert apart."""
    op.add_column("voi_list", sa.Column("covert_of", sa.Text()))
    op.add_column("voi_list", sa.Column("seen_by", sa.Text(), nullable=False, server_default="[]"))
    op.create_index("uq_voi_list_covert", "voi_list", ["covert_of", "seen_by"], unique=True)
    op.add_column(
        "voi_tombstone", sa.Column("covert", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    here = op.get_bind()
    newest = here.execute(sa.select(sa.func.max(_PROPOSAL.c.proposal_id))).scalar() or 0
    here.execute(sa.insert(_REGISTER).values(register="proposals", change=newest))
    _close_waiting(here)
    _tell_open_stones(here)
    highest = here.execute(sa.select(sa.func.max(_LIST.c.revision))).scalar() or 0
    for one in here.execute(sa.select(_LIST)).all():
        rows = here.execute(
            sa.select(_ENTRY).where(_ENTRY.c.list_id == one.list_id, _ENTRY.c.covert == sa.true())
        ).all()
        moved = _moved(here, one, rows)
        _count_open(here, one, rows, moved)
        if rows:
            _never_again(here, highest)
    _tell_no_more(here)


def _close_waiting(here: sa.Connection) -> None:
    """Close what waits for a decision: it may have covert rows among others. It is proposed anew."""
    waits = _PROPOSAL.c.state.in_(["staging", "ready"])
    for name in ("voi_staged", "voi_arriving", "voi_change"):
        here.execute(sa.delete(_table(name)))
    closed = {"decided_by": "the node", "decided_at_ms": _PROPOSAL.c.proposed_at_ms}
    here.execute(sa.update(_PROPOSAL).where(waits).values(state="refused", **closed))


def _tell_open_stones(here: sa.Connection) -> None:
    """A tombstone is of an open entry where the entry is kept, and was open in all that is kept of it."""
    kept = sa.and_(_ENTRY.c.list_id == _STONE.c.list_id, *(_ENTRY.c[name] == _STONE.c[name] for name in _KEY))
    ended = sa.exists().where(kept, _ENTRY.c.until == _STONE.c.revision)
    hidden = sa.exists().where(kept, _ENTRY.c.covert == sa.true())
    here.execute(sa.update(_STONE).where(ended, ~hidden).values(covert=sa.false()))


def _moved(here: sa.Connection, one: sa.Row[Any], rows: Sequence[sa.Row[Any]]) -> dict[int, int]:
    """Give each circle of people a list of its own, with its entries and their tombstones.

    Return the id of the list of each entry, by the entry's.
    """
    lists: dict[str, int] = {}
    moved: dict[int, int] = {}
    for row in rows:
        names = json.dumps(sorted(set(json.loads(row.said)[_NAMES:])) or [one.owner])
        if names not in lists:
            lists[names] = -1 - secrets.randbelow(2**31 - 1)
            apart = {"visible_to": names, "covert_of": one.name, "seen_by": names, "entries": 0}
            case = {name: getattr(one, name) for name in _CASE}
            said = {"name": f"{one.name}--{secrets.token_hex(8)}", "list_id": lists[names]}
            at = {"revision": one.revision, "oldest": one.oldest}
            here.execute(sa.insert(_LIST).values(**said, **case, **apart, **at))
        list_id = moved[row.entry_id] = lists[names]
        here.execute(sa.update(_ENTRY).where(_ENTRY.c.entry_id == row.entry_id).values(list_id=list_id))
        same = (_STONE.c[name] == getattr(row, name) for name in _KEY)
        stone = (_STONE.c.list_id == one.list_id, _STONE.c.revision == row.until, *same)
        here.execute(sa.update(_STONE).where(*stone).values(list_id=list_id))
        if row.until is None:
            for of, count in ((list_id, 1), (one.list_id, -1)):
                more = {"entries": _LIST.c.entries + count}
                here.execute(sa.update(_LIST).where(_LIST.c.list_id == of).values(**more))
    return moved


def _count_open(
    here: sa.Connection, one: sa.Row[Any], rows: Sequence[sa.Row[Any]], moved: Mapping[int, int]
) -> None:
    """Count what the list held and what changed without its covert entries, as far as that is known.

    A revision that changed nothing else goes with its proposal to the list of those entries.
    """
    mine = _REVISION.c.list_id == one.list_id
    here.execute(sa.delete(_REVISION).where(mine, _REVISION.c.revision < one.oldest))
    newest = 0
    for kept in here.execute(sa.select(_REVISION).where(mine).order_by(_REVISION.c.revision)).all():
        number, newest_before = kept.revision, newest
        newest = number
        there = sum(_on_list(row, number) for row in rows)
        this = (mine, _REVISION.c.revision == number)
        here.execute(sa.update(_REVISION).where(*this).values(entries=kept.entries - there))
        touched = [row for row in rows if number in {row.since, row.until}]
        if not touched and (number > one.oldest or not one.oldest):
            continue
        counts, of = _counts(here, one.list_id, number), _PROPOSAL.c.proposal_id == kept.proposal_id
        before = kept.entries - there - counts["added"] + counts["removed"]
        if touched and not any(counts.values()) and number > one.oldest:
            newest = newest_before
            list_id = moved[touched[0].entry_id]
            counts = _counts(here, list_id, number)
            there = sum(_on_list(row, number) for row in rows if moved[row.entry_id] == list_id)
            before = there - counts["added"] + counts["removed"]
            here.execute(sa.update(_REVISION).where(*this).values(list_id=list_id, entries=there))
            here.execute(sa.update(_PROPOSAL).where(of).values(list_id=list_id))
        here.execute(sa.update(_PROPOSAL).where(of).values(before=before, refused=0, **counts))
    if rows:
        here.execute(sa.update(_LIST).where(_LIST.c.list_id == one.list_id).values(revision=newest))


def _on_list(row: sa.Row[Any], number: int) -> bool:
    return row.since <= number and (row.until is None or row.until > number)


def _counts(here: sa.Connection, list_id: int, number: int) -> dict[str, int]:
    """Return what a revision changed of the entries that are on a list now."""
    ended, begun = (
        {
            tuple(row)
            for row in here.execute(
                sa.select(*(_ENTRY.c[name] for name in _KEY)).where(
                    _ENTRY.c.list_id == list_id, column == number
                )
            )
        }
        for column in (_ENTRY.c.until, _ENTRY.c.since)
    )
    return {"added": len(begun - ended), "changed": len(begun & ended), "removed": len(ended - begun)}


def _never_again(here: sa.Connection, highest: int) -> None:
    """No number is given twice, though a list goes back behind revisions of covert entries alone."""
    of = _REGISTER.c.register == "list_revisions"
    known = here.execute(sa.select(_REGISTER.c.change).where(of)).scalar() or 0
    here.execute(sa.delete(_REGISTER).where(of))
    here.execute(sa.insert(_REGISTER).values(register="list_revisions", change=max(known, highest + 1)))


def _tell_no_more(here: sa.Connection) -> None:
    """Take what they would have done, and why, from the proposals of which no revision is kept."""
    kept = sa.exists().where(_REVISION.c.proposal_id == _PROPOSAL.c.proposal_id)
    told = {"why": _SAID, "decision": _SAID}
    here.execute(sa.update(_PROPOSAL).where(~kept).values(**dict.fromkeys(_COUNTS), **told))
