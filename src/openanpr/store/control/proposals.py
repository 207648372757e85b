"""Proposed changes in the control database: opened, staged, settled, and made live in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from openanpr.core.voi_list import (
    ChangeKind,
    Diff,
    DiffRow,
    Draft,
    Proposal,
    ProposalState,
    Quarantined,
)
from openanpr.core.voi_staged import RowOrder, StagedRow
from openanpr.store.control.arriving import write_columns, write_rows
from openanpr.store.control.compare import Change, kept_back, note_changes, noted
from openanpr.store.control.engine import reading, writing
from openanpr.store.control.faults import mark_faults
from openanpr.store.control.job import Job
from openanpr.store.control.list_tables import (
    ARRIVING,
    PARTICULARS,
    voi_arriving,
    voi_entry,
    voi_list,
    voi_proposal,
    voi_revision,
    voi_staged,
)
from openanpr.store.control.lists import list_row
from openanpr.store.control.numbering import Register, covert_proposal_id, next_change, next_revision
from openanpr.store.control.rows import entry_of, from_ms, time_of, to_ms
from openanpr.store.control.staging import quarantine, refuse_rows, sort_arrived, sweep, unswept
from openanpr.store.control.swap import swap
from openanpr.voi.staged_columns import StagedColumns

_STATES = ProposalState
_FILES = (ChangeKind.FULL, ChangeKind.DELTA)


class ProposalOutdated(Exception):  # noqa: N818 - nothing failed: the list moved on
    """The list has changed since the proposal was looked at, and its diff with it: look again."""


class ListProposals:
    """The proposals of a node. Safe to share between threads: each call takes its own connection."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def open(self, draft: Draft) -> int:
        """Return the number of a new proposal, on disk; raises LookupError when there is no such list."""
        with writing(self._engine) as connection:
            return _open(connection, draft)

    def open_weeding(self, draft: Draft, *, on: date) -> int:
        """Return the number of a proposal that takes off all entries whose weed date is before `on`."""
        with writing(self._engine) as connection:
            number = _open(connection, draft)
            row = list_row(connection, draft.list_name)
            names = list(ARRIVING)
            line = sa.func.row_number().over(order_by=voi_entry.c.entry_id)
            due = sa.select(
                sa.literal(number),
                line,
                sa.literal(RowOrder.TAKE_OFF.value),
                *(voi_entry.c[name] for name in names[3:]),
            ).where(voi_entry.c.list_id == row.list_id, voi_entry.c.until.is_(None), voi_entry.c.weed_on < on)
            connection.execute(sa.insert(voi_arriving).from_select(names, due))
            return number

    def stage(
        self,
        number: int,
        rows: Sequence[StagedRow],
        refused: Sequence[Quarantined],
        columns: StagedColumns | None = None,
    ) -> None:
        """Keep some rows of a proposal that is still open, on disk when this returns."""
        with writing(self._engine) as connection:
            row = _row(connection, number)
            _in_state(row, _STATES.STAGING)
            _verify_circle(row, rows, columns)
            write_rows(connection, number, rows)
            if columns is not None:
                write_columns(connection, number, columns)
            refuse_rows(connection, number, refused)

    def settle(self, number: int, *, on: date) -> Diff:
        """Return what the proposal would change, after refusing what cannot stand beside the rest."""
        with writing(self._engine) as connection:
            row = _row(connection, number)
            _in_state(row, _STATES.STAGING, _STATES.READY)
            sort_arrived(connection, number)
            # Rows that came a moment ago are unknown to the planner, which would take them for few.
            connection.exec_driver_sql("ANALYZE voi_staged")
            connection.exec_driver_sql("ANALYZE voi_entry")
            return _settled(connection, row, on)

    def ready(self, number: int, asks: Sequence[str]) -> Proposal:
        """Return the proposal, which now waits for a decision, with why a person is asked."""
        with writing(self._engine) as connection:
            _in_state(_row(connection, number), _STATES.STAGING, _STATES.READY)
            _set(connection, number, state=_STATES.READY.value, asks=json.dumps(list(asks)))
            return _proposal(_row(connection, number))

    def apply(self, number: int, *, by: str, at: datetime, decision: str) -> Proposal:
        """Return the proposal, now the list's newest revision, all of it or nothing.

        When the list moved on since, its diff is made anew: the same one goes live, another one raises
        ProposalOutdated and waits to be looked at again. So does a delivery that a later one has overtaken.
        """
        with writing(self._engine) as connection:
            row = _row(connection, number)
            _in_state(row, _STATES.READY)
            listed = list_row(connection, row.name, lock=True)
            _must_follow(row, listed)
            was = _diff(row)
            outdated = listed.revision != row.base and _settled(connection, row, row.settled_on) != was
            if not outdated:
                _go_live(connection, _row(connection, number), listed, by=by, at=at, decision=decision)
        if outdated:
            msg = f"the list has changed since proposal {number} was made: look at its new diff"
            raise ProposalOutdated(msg)
        return self._closed(number)

    def refuse(self, number: int, *, by: str, at: datetime, decision: str) -> Proposal:
        """Return the proposal, closed without a change."""
        with writing(self._engine) as connection:
            _in_state(_row(connection, number), _STATES.STAGING, _STATES.READY)
            decided = {"decided_by": by, "decided_at_ms": to_ms(at), "decision": decision}
            _set(connection, number, state=_STATES.REFUSED.value, **decided)
        return self._closed(number)

    def proposal(self, number: int) -> Proposal:
        """Return the proposal; raises LookupError when there is none of that number."""
        with reading(self._engine) as connection:
            return _proposal(_row(connection, number))

    def waiting(self) -> tuple[Proposal, ...]:
        """Return the proposals that wait for a decision, the oldest first."""
        with reading(self._engine) as connection:
            wanted = _joined().where(voi_proposal.c.state == _STATES.READY.value)
            return tuple(map(_proposal, connection.execute(wanted.order_by(voi_proposal.c.proposal_id))))

    def quarantine(self, number: int, *, after: int = 0, limit: int = 1000) -> tuple[Quarantined, ...]:
        """Return the proposal's refused rows in the order of their lines, those beyond line `after`."""
        with reading(self._engine) as connection:
            return quarantine(connection, number, after, limit)

    def diff_rows(
        self, number: int, change: Change, *, after: int = 0, limit: int = 1000
    ) -> tuple[tuple[DiffRow, ...], int | None]:
        """Return some entries that the proposal adds, changes or removes, and where the rest begins."""
        with reading(self._engine) as connection:
            row = _row(connection, number)
            _in_state(row, _STATES.READY)
            job = _job(row, row.settled_on, empty=row.before == 0)
            found = noted(job, change).subquery()
            wanted = sa.select(found).where(found.c.at > after).order_by(found.c.at).limit(limit)
            page = connection.execute(wanted).all()
            rolls = job.kind is ChangeKind.ROLLBACK
            before = _entries(connection, {r.before for r in page}, staged=False)
            later = _entries(connection, {r.after for r in page}, staged=not rolls)
            shown = tuple(DiffRow(before.get(r.before), later.get(r.after)) for r in page)
            return shown, page[-1].at if len(page) == limit else None

    def discard_unfinished(self, *, by: str, at: datetime) -> int:
        """Return how many proposals were left half staged by a stop of the program, now refused.

        Called once before imports begin: a delivery that was cut off is brought in again from its file.
        """
        with writing(self._engine) as connection:
            wanted = sa.select(voi_proposal.c.proposal_id).where(
                voi_proposal.c.state == _STATES.STAGING.value
            )
            numbers = connection.execute(wanted).scalars().all()
        for number in numbers:
            self.refuse(number, by=by, at=at, decision="cut off before its rows were all there")
        with writing(self._engine) as connection:
            closed = voi_proposal.c.state.in_([_STATES.LIVE.value, _STATES.REFUSED.value])
            for number in unswept(connection, closed):
                sweep(connection, number)
        return len(numbers)

    def _closed(self, number: int) -> Proposal:
        # After the swap, in its own transaction: the list is live before its staging is swept out.
        with writing(self._engine) as connection:
            sweep(connection, number)
            return _proposal(_row(connection, number))


def _open(connection: sa.Connection, draft: Draft) -> int:
    listed = list_row(connection, draft.list_name)
    number = covert_proposal_id() if listed.covert_of else next_change(connection, Register.PROPOSALS)
    connection.execute(
        sa.insert(voi_proposal).values(
            proposal_id=number,
            list_id=listed.list_id,
            kind=draft.kind.value,
            state=_STATES.STAGING.value,
            base=listed.revision,
            proposed_by=draft.by,
            proposed_at_ms=to_ms(draft.at),
            why=draft.why,
            source=draft.source,
            source_at_ms=to_ms(draft.source_at),
            feed_revision=draft.feed_revision,
            feed_base=draft.feed_base,
            revive=draft.revive,
            back_to=draft.back_to,
            asks="[]",
            decision="",
        )
    )
    return number


def _verify_circle(row: sa.Row[Any], rows: Sequence[StagedRow], columns: StagedColumns | None) -> None:
    """Refuse a covert entry on a list of which others know, and an open one on a covert list."""
    circle = frozenset[str](json.loads(row.seen_by))
    put_on = [one.entry for one in rows if one.order is RowOrder.PUT_ON]
    strange = any(one.covert != bool(circle) or frozenset(one.seen_by) != circle for one in put_on)
    if strange or (columns is not None and circle):
        msg = "a covert entry stands on the list of those whom it names, and no other entry does"
        raise ValueError(msg)


def _settled(connection: sa.Connection, row: sa.Row[Any], on: date) -> Diff:
    listed = list_row(connection, row.name, lock=True)
    job = _job(row, on, empty=listed.entries == 0)
    if job.kind is not ChangeKind.ROLLBACK:
        mark_faults(connection, job)
    counts = note_changes(connection, job)
    diff = Diff(before=listed.entries, refused=kept_back(connection, job), **counts)
    _set(
        connection,
        row.proposal_id,
        base=listed.revision,
        settled_on=on,
        before=diff.before,
        refused=diff.refused,
        **counts,
    )
    return diff


def _must_follow(row: sa.Row[Any], listed: sa.Row[Any]) -> None:
    """Refuse a file that waited so long that the list holds what its source said later.

    Whoever brought it in was asked the same, but of the list as it was then.
    """
    if row.kind not in _FILES:
        return
    older = any(
        brought is not None and held is not None and brought < held
        for brought, held in (
            (row.source_at_ms, listed.as_of_ms),
            (row.feed_revision, listed.feed_revision),
        )
    )
    if older or (row.kind == ChangeKind.DELTA and row.feed_base != listed.feed_revision):
        msg = f"the list holds what its source said after proposal {row.proposal_id}: refuse that one"
        raise ProposalOutdated(msg)


def _go_live(
    connection: sa.Connection,
    row: sa.Row[Any],
    listed: sa.Row[Any],
    *,
    by: str,
    at: datetime,
    decision: str,
) -> None:
    diff = _diff(row)
    revision = listed.revision if diff.empty else next_revision(connection, listed.revision)
    said = _contents_said(connection, row, listed)
    if not diff.empty:
        swap(connection, _job(row, row.settled_on, empty=diff.before == 0), row, revision, at=at)
        said["entries"] = listed.entries + diff.added - diff.removed
        connection.execute(
            sa.insert(voi_revision).values(
                list_id=row.list_id,
                revision=revision,
                proposal_id=row.proposal_id,
                at_ms=to_ms(at),
                **said,
            )
        )
    connection.execute(
        sa.update(voi_list).where(voi_list.c.list_id == row.list_id).values(revision=revision, **said)
    )
    decided = {"decided_by": by, "decided_at_ms": to_ms(at), "decision": decision}
    _set(connection, row.proposal_id, state=_STATES.LIVE.value, revision=revision, **decided)


def _contents_said(connection: sa.Connection, row: sa.Row[Any], listed: sa.Row[Any]) -> dict[str, Any]:
    """Return what the source said of the contents; a person's change does not make a feed fresh."""
    if row.kind in _FILES:
        return {"as_of_ms": row.source_at_ms, "feed_revision": row.feed_revision}
    if row.kind == ChangeKind.ROLLBACK:
        then = connection.execute(
            sa.select(voi_revision.c.as_of_ms, voi_revision.c.feed_revision).where(
                voi_revision.c.list_id == row.list_id, voi_revision.c.revision == row.back_to
            )
        ).one()
        return {"as_of_ms": then.as_of_ms, "feed_revision": then.feed_revision}
    return {"as_of_ms": listed.as_of_ms, "feed_revision": listed.feed_revision}


def _entries(connection: sa.Connection, ids: set[Any], *, staged: bool) -> dict[Any, Any]:
    table, at = (voi_staged, voi_staged.c.staged_id) if staged else (voi_entry, voi_entry.c.entry_id)
    wanted = sa.select(*(table.c[name] for name in PARTICULARS), at.label("at")).where(at.in_(ids - {None}))
    return {row.at: entry_of(row[:-1]) for row in connection.execute(wanted)}


def _joined() -> sa.Select[Any]:
    return sa.select(voi_proposal, voi_list.c.name, voi_list.c.covert_of, voi_list.c.seen_by).join(
        voi_list, voi_list.c.list_id == voi_proposal.c.list_id
    )


def _row(connection: sa.Connection, number: int) -> sa.Row[Any]:
    found = connection.execute(_joined().where(voi_proposal.c.proposal_id == number)).first()
    if found is None:
        raise no_proposal(number)
    return found


def no_proposal(number: int) -> LookupError:
    """Return what is said of a proposal that is not there, and of one that somebody may not know of."""
    return LookupError(f"there is no proposal {number}")


def _set(connection: sa.Connection, number: int, **values: object) -> None:
    connection.execute(sa.update(voi_proposal).where(voi_proposal.c.proposal_id == number).values(**values))


def _in_state(row: sa.Row[Any], *states: ProposalState) -> None:
    if row.state not in states:
        msg = f"proposal {row.proposal_id} is {row.state}: nothing more can be done with it"
        raise ProposalOutdated(msg)


def _job(row: sa.Row[Any], on: date, *, empty: bool) -> Job:
    kind = ChangeKind(row.kind)
    fills = empty and kind is not ChangeKind.ROLLBACK
    covert = row.covert_of is not None
    return Job(row.proposal_id, row.list_id, kind, row.revive, row.back_to, on, fills, covert)


def _diff(row: sa.Row[Any]) -> Diff:
    return Diff(row.before, row.added, row.changed, row.removed, row.refused)


def _proposal(row: sa.Row[Any]) -> Proposal:
    draft = Draft(
        row.name,
        ChangeKind(row.kind),
        row.proposed_by,
        time_of(row.proposed_at_ms),
        row.why,
        row.source,
        from_ms(row.source_at_ms),
        row.feed_revision,
        row.feed_base,
        row.revive,
        row.back_to,
    )
    return Proposal(
        row.proposal_id,
        draft,
        ProposalState(row.state),
        None if row.before is None else _diff(row),
        tuple(json.loads(row.asks)),
        row.decided_by,
        from_ms(row.decided_at_ms),
        row.decision,
        row.revision,
    )
