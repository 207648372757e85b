"""Cases, what they hold and their notes, in the control database."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from openanpr.search.record import Case, CaseHold, Note
from openanpr.store.control.engine import empty_log, erasing, reading, writing
from openanpr.store.control.search_tables import search_case, search_hold, search_note
from openanpr.store.control.times import from_us, from_us_or_none, to_us, to_us_or_none


class CaseRows:
    """As `search.ports.CaseRecords`. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def open(self, case: Case) -> None:
        """Keep a new case."""
        row = {
            "case_id": case.case_id,
            "reference": case.reference,
            "owner": case.owner,
            "opened_at_us": to_us(case.opened_at),
            "until": case.until,
            "closed_at_us": to_us_or_none(case.closed_at),
        }
        with writing(self._engine) as connection:
            connection.execute(sa.insert(search_case).values(**row))

    def case(self, case_id: str) -> Case | None:
        """Return a case, None where there is none."""
        wanted = sa.select(search_case).where(search_case.c.case_id == case_id)
        with reading(self._engine) as connection:
            row = connection.execute(wanted).first()
        return None if row is None else _case(row)

    def owned_by(self, account_id: str, *, most: int) -> tuple[Case, ...]:
        """Return the cases of an owner, the newest first."""
        newest = (search_case.c.opened_at_us.desc(), search_case.c.case_id.desc())
        wanted = sa.select(search_case).where(search_case.c.owner == account_id).order_by(*newest).limit(most)
        with reading(self._engine) as connection:
            return tuple(map(_case, connection.execute(wanted)))

    def close(self, case_id: str, at: datetime) -> bool:
        """Close a case; False where it is closed."""
        with writing(self._engine) as connection:
            done = connection.execute(
                sa.update(search_case)
                .where(search_case.c.case_id == case_id, search_case.c.closed_at_us.is_(None))
                .values(closed_at_us=to_us(at))
            )
            return done.rowcount > 0

    def keep(self, hold: CaseHold) -> bool:
        """Note a hold of a case; False where the case is closed."""
        row = {
            "hold_id": hold.hold_id,
            "case_id": hold.case_id,
            "search_id": hold.search_id,
            "held_by": hold.by,
            "at_us": to_us(hold.at),
            "until": hold.until,
            "reads": hold.reads,
            "oldest_on": hold.oldest_on,
            "reason": hold.reason,
        }
        return self._put(search_hold, row)

    def holds(self, case_id: str) -> tuple[CaseHold, ...]:
        """Return the holds of a case, the oldest first."""
        oldest = (search_hold.c.at_us, search_hold.c.hold_id)
        wanted = sa.select(search_hold).where(search_hold.c.case_id == case_id).order_by(*oldest)
        with reading(self._engine) as connection:
            return tuple(map(_hold, connection.execute(wanted)))

    def write(self, note: Note) -> bool:
        """Keep a note; False where the case is closed."""
        row = {
            "note_id": note.note_id,
            "case_id": note.case_id,
            "written_by": note.by,
            "at_us": to_us(note.at),
            "note": note.text,
        }
        return self._put(search_note, row)

    def notes(self, case_id: str) -> tuple[Note, ...]:
        """Return the notes of a case, the oldest first."""
        oldest = (search_note.c.at_us, search_note.c.note_id)
        wanted = sa.select(search_note).where(search_note.c.case_id == case_id).order_by(*oldest)
        with reading(self._engine) as connection:
            rows = connection.execute(wanted).all()
        return tuple(
            Note(row.note_id, row.case_id, row.written_by, from_us(row.at_us), row.note) for row in rows
        )

    def ended_before(self, day: date) -> int:
        """Return how many cases had their last day before a day."""
        old = sa.select(sa.func.count()).select_from(search_case).where(search_case.c.until < day)
        with reading(self._engine) as connection:
            return connection.execute(old).scalar_one()

    def forget(self, before: date) -> int:
        """Erase the cases whose last day was before a day, with holds and notes; return how many cases."""
        old = sa.select(search_case.c.case_id).where(search_case.c.until < before)
        with erasing(self._engine) as connection:
            for table in (search_hold, search_note):
                connection.execute(sa.delete(table).where(table.c.case_id.in_(old)))
            gone = connection.execute(sa.delete(search_case).where(search_case.c.until < before)).rowcount
        empty_log(self._engine)
        return gone

    def _put(self, table: sa.Table, row: dict[str, Any]) -> bool:
        """Put a row on a case unless it is closed, which nobody does meanwhile."""
        with writing(self._engine) as connection:
            open_still = (
                sa.select(search_case.c.case_id)
                .where(search_case.c.case_id == row["case_id"], search_case.c.closed_at_us.is_(None))
                .with_for_update()
            )
            if connection.execute(open_still).first() is None:
                return False
            connection.execute(sa.insert(table).values(**row))
            return True


def _case(row: sa.Row[Any]) -> Case:
    return Case(
        row.case_id,
        row.reference,
        row.owner,
        from_us(row.opened_at_us),
        row.until,
        from_us_or_none(row.closed_at_us),
    )


def _hold(row: sa.Row[Any]) -> CaseHold:
    return CaseHold(
        row.hold_id,
        row.case_id,
        row.search_id,
        row.held_by,
        from_us(row.at_us),
        row.until,
        row.reads,
        row.oldest_on,
        row.reason,
    )
