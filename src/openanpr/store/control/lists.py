"""Lists of vehicles of interest in the control database: definitions, standings, contents, history."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from openanpr.core.voi_entry import EntryKey, VoiEntry, mark_shape
from openanpr.core.voi_list import (
    ChangeKind,
    Diff,
    GoneBy,
    ListKind,
    ListStanding,
    ProposalState,
    Receipt,
    Revision,
    Tombstone,
    VoiList,
)
from openanpr.store.control.engine import empty_log, erasing, reading, writing
from openanpr.store.control.list_tables import (
    PARTICULARS,
    voi_entry,
    voi_list,
    voi_proposal,
    voi_receipt,
    voi_revision,
    voi_tombstone,
)
from openanpr.store.control.numbering import BELOW_ALL, covert_list_id, leap_revisions
from openanpr.store.control.rows import entry_of, from_ms, key_of, time_of, to_ms

_ENTRY = [voi_entry.c[name] for name in PARTICULARS]
_PAGE = 10_000
_OPEN = voi_list.alias("open")
_AS_OLD_AS = sa.select(_OPEN.c.as_of_ms).where(_OPEN.c.name == voi_list.c.covert_of).scalar_subquery()
LISTED = sa.select(voi_list, _AS_OLD_AS.label("open_ms"))
"""Lists; with how old the contents of the open list are, which a covert part of it is as old as."""


class Lists:
    """The lists of a node. Safe to share between threads: each call takes its own connection."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def define(self, one: VoiList, *, by: str = "machine-owner") -> None:
        """Keep a list and the case for it, new or in place of what was said of it; its entries stay.

        `by` says who defines it: it goes into the audit log (`run.node.logged_lists`), and not in here.
        The covert parts of an open list share the case for it.
        """
        del by
        case = {
            "owner": one.owner,
            "purpose": one.purpose,
            "legal_basis": one.legal_basis,
            "kind": one.kind.value,
            "max_age_s": None if one.max_age is None else round(one.max_age.total_seconds()),
        }
        said = case | {"visible_to": json.dumps(sorted(one.visible_to))}
        with writing(self._engine) as connection:
            changed = connection.execute(
                sa.update(voi_list).where(voi_list.c.name == one.name).values(**said)
            )
            if changed.rowcount == 0:
                new = {"name": one.name, "revision": 0, "oldest": 0, "entries": 0}
                if one.covert_of:
                    apart = {"covert_of": one.covert_of, "seen_by": json.dumps(sorted(one.seen_by))}
                    new |= {"list_id": covert_list_id()} | apart
                connection.execute(sa.insert(voi_list).values(**new, **said))
            connection.execute(sa.update(voi_list).where(voi_list.c.covert_of == one.name).values(**case))

    def covert_list(self, covert_of: str, seen_by: frozenset[str]) -> str | None:
        """Return the name of the covert part of an open list for these people alone, None for none yet."""
        one = (voi_list.c.covert_of == covert_of, voi_list.c.seen_by == json.dumps(sorted(seen_by)))
        with reading(self._engine) as connection:
            return connection.execute(sa.select(voi_list.c.name).where(*one)).scalar()

    def standing(self, list_name: str) -> ListStanding:
        """Return how the list stands; raises LookupError when there is none of that name."""
        with reading(self._engine) as connection:
            return standing_of(list_row(connection, list_name))

    def standings(self) -> tuple[ListStanding, ...]:
        """Return how all open lists stand, by name."""
        with reading(self._engine) as connection:
            wanted = LISTED.where(voi_list.c.covert_of.is_(None)).order_by(voi_list.c.name)
            return tuple(map(standing_of, connection.execute(wanted)))

    def every_standing(self) -> tuple[ListStanding, ...]:
        """Return how all lists stand, by name: covert ones too, which are for those alone whom they name."""
        with reading(self._engine) as connection:
            return tuple(map(standing_of, connection.execute(LISTED.order_by(voi_list.c.name))))

    def ids(self) -> dict[str, int]:
        """Return the number of each list, by its name: hits and alerts name lists by it."""
        with reading(self._engine) as connection:
            found = connection.execute(sa.select(voi_list.c.name, voi_list.c.list_id))
            return {str(row.name): int(row.list_id) for row in found}

    def was_at(self, list_name: str, revision: int) -> bool:
        """Return whether the list ever was at this revision, as far as this database knows."""
        wanted = (voi_list.c.name == list_name, voi_revision.c.revision == revision)
        asked = sa.select(sa.true()).join(voi_list, voi_list.c.list_id == voi_revision.c.list_id)
        with reading(self._engine) as connection:
            return connection.execute(asked.select_from(voi_revision).where(*wanted)).first() is not None

    def leap(self, least: int) -> None:
        """Have every further revision of any list be at least `least`, on disk: see `leap_revisions`."""
        with writing(self._engine) as connection:
            leap_revisions(connection, least)

    def still_true(self, list_name: str, *, as_of: datetime, feed_revision: int | None) -> None:
        """Note that the source said its contents were unchanged; never moves the time back.

        While a delivery of the source waits for a person, that one is what did not change, and not the list.
        """
        at_ms = to_ms(as_of)
        waits = sa.select(1).where(
            voi_proposal.c.state == ProposalState.READY.value,
            voi_proposal.c.kind.in_([ChangeKind.FULL.value, ChangeKind.DELTA.value]),
        )
        with writing(self._engine) as connection:
            row = list_row(connection, list_name)
            if connection.execute(waits.where(voi_proposal.c.list_id == row.list_id)).first() is not None:
                return
            said = {"feed_revision": feed_revision, "as_of_ms": max(at_ms or 0, row.as_of_ms or 0)}
            connection.execute(sa.update(voi_list).where(voi_list.c.list_id == row.list_id).values(**said))

    def find(self, list_name: str, key: EntryKey) -> VoiEntry | None:
        """Return the entry of that key as it stands."""
        with reading(self._engine) as connection:
            row = list_row(connection, list_name)
            wanted = (voi_entry.c[name] == getattr(key, name) for name in ("vrm", "pnc_id", "origin"))
            found = connection.execute(
                sa.select(*_ENTRY).where(
                    voi_entry.c.list_id == row.list_id,
                    voi_entry.c.until.is_(None),
                    voi_entry.c.shape == mark_shape(key.vrm),
                    *wanted,
                )
            ).first()
            return None if found is None else entry_of(found)

    def entries(self, list_name: str, *, revision: int | None = None) -> Iterator[tuple[int, VoiEntry]]:
        """Yield (its row's number, entry) of all that is on the list, or was at `revision`.

        A few thousand rows are held at a time; the pages are of one revision though the list moves on.
        """
        with reading(self._engine) as connection:
            row = list_row(connection, list_name)
        at = row.revision if revision is None else revision
        after = BELOW_ALL
        while True:
            with reading(self._engine) as connection:
                page = connection.execute(
                    sa.select(*_ENTRY, voi_entry.c.entry_id)
                    .where(on_list_at(row.list_id, at), voi_entry.c.entry_id > after)
                    .order_by(voi_entry.c.entry_id)
                    .limit(_PAGE)
                ).all()
            yield from ((found.entry_id, entry_of(found[:-1])) for found in page)
            if len(page) < _PAGE:
                return
            after = page[-1].entry_id

    def latest(self, list_name: str, *, before: int, limit: int) -> tuple[tuple[int, VoiEntry], ...]:
        """Return (its row's number, entry) of what is on the list now, the latest first, below a number."""
        with reading(self._engine) as connection:
            row = list_row(connection, list_name)
            return _numbered(
                connection,
                (voi_entry.c.list_id == row.list_id, voi_entry.c.entry_id < before),
                limit,
            )

    def marked(self, list_name: str, vrm: str, *, limit: int) -> tuple[tuple[int, VoiEntry], ...]:
        """Return (its row's number, entry) of what is on the list now and bears exactly this mark."""
        with reading(self._engine) as connection:
            row = list_row(connection, list_name)
            mark = (voi_entry.c.shape == mark_shape(vrm), voi_entry.c.vrm == vrm)
            return _numbered(connection, (voi_entry.c.list_id == row.list_id, *mark), limit)

    def numbered(self, list_name: str, number: int) -> VoiEntry | None:
        """Return the entry of a row's number, None where it is on the list no more."""
        with reading(self._engine) as connection:
            row = list_row(connection, list_name)
            one = (voi_entry.c.list_id == row.list_id, voi_entry.c.entry_id == number)
            found = _numbered(connection, one, 1)
            return found[0][1] if found else None

    def due_for_review(self, list_name: str, *, on: date, limit: int) -> tuple[VoiEntry, ...]:
        """Return the entries whose review day has come, the longest due first."""
        with reading(self._engine) as connection:
            row = list_row(connection, list_name)
            found = connection.execute(
                sa.select(*_ENTRY)
                .where(
                    voi_entry.c.list_id == row.list_id,
                    voi_entry.c.until.is_(None),
                    voi_entry.c.review_on <= on,
                )
                .order_by(voi_entry.c.review_on, voi_entry.c.entry_id)
                .limit(limit)
            )
            return tuple(map(entry_of, found))

    def reviews_due(self, *, on: date) -> dict[str, int]:
        """Return how many entries' review day has come, by the lists that have any; covert ones too."""
        counted = (
            sa.select(voi_list.c.name, sa.func.count())
            .join(voi_entry, voi_entry.c.list_id == voi_list.c.list_id)
            .where(voi_entry.c.until.is_(None), voi_entry.c.review_on <= on)
            .group_by(voi_list.c.name)
        )
        with reading(self._engine) as connection:
            return {str(row[0]): int(row[1]) for row in connection.execute(counted)}

    def openly(self, list_name: str) -> frozenset[str]:
        """Return the marks of a covert list of which an entry stands on the open list too, however spelt."""
        there, listed = voi_entry.alias("there"), voi_list.alias("listed")
        with reading(self._engine) as connection:
            row = list_row(connection, list_name)
            also = sa.exists().where(
                listed.c.name == row.covert_of,
                there.c.list_id == listed.c.list_id,
                there.c.until.is_(None),
                there.c.shape == voi_entry.c.shape,
            )
            mine = (voi_entry.c.list_id == row.list_id, voi_entry.c.until.is_(None))
            return frozenset(connection.execute(sa.select(voi_entry.c.vrm).where(*mine, also)).scalars())

    def any_to_weed(self, list_name: str, *, on: date) -> bool:
        """Return whether an entry of the list has a weed date before `on`."""
        with reading(self._engine) as connection:
            row = list_row(connection, list_name)
            due = sa.select(1).where(
                voi_entry.c.list_id == row.list_id, voi_entry.c.until.is_(None), voi_entry.c.weed_on < on
            )
            return connection.execute(due.limit(1)).first() is not None

    def tombstones(self, list_name: str, vrm: str) -> tuple[Tombstone, ...]:
        """Return what is known of entries of this mark that left the list, the latest first."""
        with reading(self._engine) as connection:
            row = list_row(connection, list_name)
            found = connection.execute(
                sa.select(voi_tombstone)
                .where(
                    voi_tombstone.c.list_id == row.list_id,
                    voi_tombstone.c.shape == mark_shape(vrm),
                    voi_tombstone.c.vrm == vrm,
                )
                .order_by(voi_tombstone.c.tombstone_id.desc())
            )
            return tuple(map(_tombstone, found))

    def history(self, list_name: str, *, limit: int = 100) -> tuple[Revision, ...]:
        """Return the list's revisions, the newest first, with who answers for each."""
        with reading(self._engine) as connection:
            row = list_row(connection, list_name)
            found = connection.execute(
                sa.select(
                    voi_proposal,
                    voi_revision.c.revision.label("number"),
                    voi_revision.c.at_ms,
                    voi_revision.c.entries,
                    voi_revision.c.as_of_ms,
                )
                .join(voi_proposal, voi_proposal.c.proposal_id == voi_revision.c.proposal_id)
                .where(voi_revision.c.list_id == row.list_id)
                .order_by(voi_revision.c.revision.desc())
                .limit(limit)
            )
            return tuple(map(_revision, found))

    def revision_at(self, list_name: str, at: datetime) -> int:
        """Return the revision that the list was at just before a time, 0 where it had none."""
        with reading(self._engine) as connection:
            row = list_row(connection, list_name)
            newest = sa.select(sa.func.max(voi_revision.c.revision)).where(
                voi_revision.c.list_id == row.list_id, voi_revision.c.at_ms < to_ms(at)
            )
            return connection.execute(newest).scalar_one() or 0

    def forget(self, list_name: str, *, before_revision: int, stones_before: datetime) -> None:
        """Erase former versions of entries that ended by `before_revision`, and tombstones from before then.

        The list's state is then known from `before_revision` on; who held an earlier one is served in full.
        """
        with erasing(self._engine) as connection:
            row = list_row(connection, list_name)
            oldest = max(row.oldest, min(before_revision, row.revision))
            connection.execute(
                sa.delete(voi_entry).where(voi_entry.c.list_id == row.list_id, voi_entry.c.until <= oldest)
            )
            connection.execute(
                sa.delete(voi_tombstone).where(
                    voi_tombstone.c.list_id == row.list_id, voi_tombstone.c.at_ms < to_ms(stones_before)
                )
            )
            connection.execute(
                sa.update(voi_list).where(voi_list.c.list_id == row.list_id).values(oldest=oldest)
            )
        empty_log(self._engine)

    def note(self, receipt: Receipt) -> None:
        """Keep a device's word of which revision it holds."""
        with writing(self._engine) as connection:
            row = list_row(connection, receipt.list_name)
            word = {"device": receipt.device, "revision": receipt.revision, "at_ms": to_ms(receipt.at)}
            connection.execute(sa.insert(voi_receipt).values(list_id=row.list_id, **word))

    def holders(self, list_name: str) -> tuple[Receipt, ...]:
        """Return the latest word of each device, by its name."""
        with reading(self._engine) as connection:
            row = list_row(connection, list_name)
            latest = (
                sa.select(sa.func.max(voi_receipt.c.receipt_id))
                .where(voi_receipt.c.list_id == row.list_id)
                .group_by(voi_receipt.c.device)
            )
            found = connection.execute(
                sa.select(voi_receipt)
                .where(voi_receipt.c.receipt_id.in_(latest))
                .order_by(voi_receipt.c.device)
            )
            return tuple(Receipt(r.device, list_name, r.revision, time_of(r.at_ms)) for r in found)


def _numbered(
    connection: sa.Connection, wanted: Iterable[sa.ColumnElement[bool]], limit: int
) -> tuple[tuple[int, VoiEntry], ...]:
    found = connection.execute(
        sa.select(*_ENTRY, voi_entry.c.entry_id)
        .where(voi_entry.c.until.is_(None), *wanted)
        .order_by(voi_entry.c.entry_id.desc())
        .limit(limit)
    )
    return tuple((row.entry_id, entry_of(row[:-1])) for row in found)


def list_row(connection: sa.Connection, list_name: str, *, lock: bool = False) -> sa.Row[Any]:
    """Return the list's row, locked until the transaction ends if asked; raises LookupError for no list."""
    wanted = LISTED.where(voi_list.c.name == list_name)
    found = connection.execute(wanted.with_for_update() if lock else wanted).first()
    if found is None:
        raise no_list(list_name)
    return found


def no_list(list_name: str) -> LookupError:
    """Return what is said of a list that is not there, and of one that somebody may not know of."""
    return LookupError(f"no list is named {list_name}: define it first, with its owner and legal basis")


def on_list_at(list_id: int, revision: int) -> sa.ColumnElement[bool]:
    """Whether a row of `voi_entry` was on the list at a revision."""
    return sa.and_(
        voi_entry.c.list_id == list_id,
        voi_entry.c.since <= revision,
        sa.or_(voi_entry.c.until.is_(None), voi_entry.c.until > revision),
    )


def standing_of(row: sa.Row[Any]) -> ListStanding:
    """Return how the list of this row stands."""
    one = VoiList(
        row.name,
        row.owner,
        row.purpose,
        row.legal_basis,
        ListKind(row.kind),
        None if row.max_age_s is None else timedelta(seconds=row.max_age_s),
        frozenset(json.loads(row.visible_to)),
        row.covert_of or "",
        frozenset(json.loads(row.seen_by)),
    )
    as_of = from_ms(row.open_ms if one.covert_of else row.as_of_ms)
    return ListStanding(one, row.revision, row.entries, as_of, row.feed_revision, row.oldest)


def _tombstone(row: sa.Row[Any]) -> Tombstone:
    return Tombstone(
        key_of(row),
        GoneBy(row.gone_by),
        row.revision,
        time_of(row.at_ms),
        row.by,
        row.why,
        row.weed_on,
        row.lifted,
        row.covert,
    )


def _revision(row: sa.Row[Any]) -> Revision:
    return Revision(
        row.number,
        ChangeKind(row.kind),
        time_of(row.at_ms),
        row.proposed_by,
        row.decided_by,
        row.why,
        row.entries,
        Diff(row.before, row.added, row.changed, row.removed, row.refused),
        from_ms(row.as_of_ms),
    )
