"""The quarantine in the control database: reads that are held, with what was done to each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa

from openanpr.ingest.accept import Reason
from openanpr.ingest.arrival import Arrival
from openanpr.ingest.quarantine import ChangedMeanwhileError, Deed, Mend, QuarantinedRead, Query, State
from openanpr.store.control.engine import erasing, reading, writing
from openanpr.store.control.ingest_tables import quarantined_read
from openanpr.store.control.times import from_us, from_us_or_none, to_us, to_us_or_none
from openanpr.store.control.upsert import insert_into

_C: Final = quarantined_read.c
_MENDS: Final = msgspec.json.Decoder(tuple[Mend, ...])


class QuarantinedReads:
    """The quarantine of a node, as `ingest.quarantine.Quarantine` and `QuarantineList`.

    Safe to share between threads.
    """

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def put(self, items: Sequence[QuarantinedRead]) -> None:
        """Keep items, all or none, on disk when this returns; one whose id is kept already stays as it is."""
        if not items:
            return
        with writing(self._engine) as connection:
            new = insert_into(connection, quarantined_read).on_conflict_do_nothing()
            connection.execute(new, [_cells(item) for item in items])

    def find(self, item_id: str) -> QuarantinedRead | None:
        """Return the item, None when there is none."""
        with reading(self._engine) as connection:
            row = connection.execute(sa.select(quarantined_read).where(_C.item_id == item_id)).first()
        return None if row is None else _item_of(row)

    def change(self, item: QuarantinedRead) -> None:
        """Keep the next version of an item, on disk when this returns; what it replaces is overwritten.

        Raises ChangedMeanwhileError unless the version kept is the one before.
        """
        before = sa.and_(_C.item_id == item.item_id, _C.version == item.version - 1)
        with erasing(self._engine) as connection:
            changed = connection.execute(sa.update(quarantined_read).where(before).values(**_cells(item)))
            if changed.rowcount != 1:
                raise ChangedMeanwhileError(
                    "somebody else changed this read since you looked at it: look again"
                )

    def look(self, query: Query) -> tuple[QuarantinedRead, ...]:
        """Return what `query` asks for, by item id."""
        asked = [_C.item_id > query.after]
        if query.state is not None:
            asked.append(_C.state == query.state.value)
        if query.reason is not None:
            asked.append(_C.reason == query.reason.value)
        if query.device is not None:
            asked.append(_C.device == query.device)
        page = sa.select(quarantined_read).where(*asked).order_by(_C.item_id).limit(query.most)
        with reading(self._engine) as connection:
            return tuple(map(_item_of, connection.execute(page)))

    def counts(self) -> Mapping[tuple[Reason, str], int]:
        """Return how many wait, by reason and device id; what was ended is not counted."""
        counted = (
            sa.select(_C.reason, _C.device, sa.func.count())
            .where(_C.state == State.WAITING.value)
            .group_by(_C.reason, _C.device)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(counted).all()
        return {(Reason(reason), device): number for reason, device, number in rows}

    def overdue(self, before: datetime, *, most: int = 1000) -> tuple[str, ...]:
        """Return the ids of items that came before a time and are not emptied yet, the oldest first.

        For retention, which keeps of each what `ingest.mend.emptied` leaves, and asks again until none is
        left; then `engine.empty_log`.
        """
        page = (
            sa.select(_C.item_id)
            .where(_C.raw_gone_at_us.is_(None), _C.received_at_us < to_us(before))
            .order_by(_C.received_at_us, _C.item_id)
            .limit(most)
        )
        with reading(self._engine) as connection:
            return tuple(connection.execute(page).scalars())


def _cells(item: QuarantinedRead) -> dict[str, object]:
    arrival, end = item.arrival, item.end
    return {
        "item_id": item.item_id,
        "batch_key": arrival.key,
        "batch_id": str(arrival.batch_id),
        "device": arrival.device,
        "signed": arrival.signed,
        "received_at_us": to_us(arrival.received_at),
        "sent_at_us": to_us_or_none(arrival.sent_at),
        "clock_offset_ms": arrival.clock_offset_ms,
        "clock_lag_ms": arrival.clock_lag_ms,
        "profile": arrival.profile,
        "released_from": arrival.released_from,
        "place_in_batch": item.index,
        "reason": item.reason.value,
        "detail": _storable(item.detail),
        "form": _storable(item.form),
        "state": item.state.value,
        "mends": msgspec.json.encode(item.mends),
        "ended_at_us": None if end is None else to_us(end.at),
        "ended_by": None if end is None else end.by,
        "ended_why": None if end is None else end.why,
        "raw_gone_at_us": to_us_or_none(item.raw_gone_at),
        "version": item.version,
        "raw": item.raw,
    }


def _storable(text: str) -> str:
    """Return a text that both databases take: one odd character must not hold up all that waits behind it."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")


def _item_of(row: sa.Row[Any]) -> QuarantinedRead:
    arrival = Arrival(
        key=row.batch_key,
        batch_id=UUID(row.batch_id),
        device=row.device,
        signed=row.signed,
        received_at=from_us(row.received_at_us),
        sent_at=from_us_or_none(row.sent_at_us),
        clock_offset_ms=row.clock_offset_ms,
        clock_lag_ms=row.clock_lag_ms,
        profile=row.profile,
        released_from=row.released_from,
    )
    end = None if row.ended_at_us is None else Deed(row.ended_by, from_us(row.ended_at_us), row.ended_why)
    return QuarantinedRead(
        item_id=row.item_id,
        arrival=arrival,
        index=row.place_in_batch,
        reason=Reason(row.reason),
        detail=row.detail,
        form=row.form,
        raw=bytes(row.raw),
        mends=_MENDS.decode(row.mends),
        state=State(row.state),
        end=end,
        raw_gone_at=from_us_or_none(row.raw_gone_at_us),
        version=row.version,
    )
