"""Entries to table rows and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, TypeAlias

import sqlalchemy as sa

from openanpr.core.voi_entry import Action, EntryKey, Origin, Priority, VoiEntry
from openanpr.store.control.list_tables import SAID

Cells: TypeAlias = tuple[object, ...]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_AFTER_PNC: Final = SAID.index("cad")  # the entry has its PNC id before this one, and a column for it
_DAYS: Final = SAID.index("entered_on")
_NAMES: Final = len(SAID)  # where the names of those who may see it begin


def to_ms(at: datetime | None) -> int | None:
    """Return a time as UTC milliseconds since 1970, None for none."""
    return None if at is None else round((at - _EPOCH) / timedelta(milliseconds=1))


def from_ms(at_ms: int | None) -> datetime | None:
    """Return the UTC time of milliseconds since 1970, None for none."""
    return None if at_ms is None else _EPOCH + timedelta(milliseconds=at_ms)


def time_of(at_ms: int) -> datetime:
    """Return the UTC time of milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=at_ms)


def entry_of(row: Sequence[Any]) -> VoiEntry:
    """Return the entry whose columns, in the order of `PARTICULARS`, are `row`."""
    vrm, pnc_id, origin, covert, review_on, weed_on, source_at_ms, said = row
    texts: list[str] = json.loads(said)
    return VoiEntry._make(
        (
            vrm,
            Action(texts[0]),
            Priority(texts[1]),
            Origin(origin),
            *texts[2:_AFTER_PNC],
            pnc_id,
            *texts[_AFTER_PNC:_DAYS],
            from_ms(source_at_ms),
            _day(texts[_DAYS]),
            _day(texts[_DAYS + 1]),
            review_on,
            weed_on,
            covert,
            tuple(texts[_NAMES:]),
        )
    )


def key_of(row: sa.Row[Any]) -> EntryKey:
    """Return the key in a row that has its columns."""
    return EntryKey(row.vrm, row.pnc_id, Origin(row.origin))


def particulars(entry: VoiEntry) -> Cells:
    """Return the columns of an entry in the order of `PARTICULARS`, as the drivers take them."""
    return (
        entry.vrm,
        entry.pnc_id,
        str(entry.origin),
        entry.covert,
        iso(entry.review_on),
        iso(entry.weed_on),
        ms(entry.source_at),
        written([*(_text(getattr(entry, name)) for name in SAID), *entry.seen_by]),
    )


def written(texts: Sequence[str]) -> str:
    """Return texts as the JSON array that is kept; one writing only, because writings are compared."""
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":"))


ms = lru_cache(maxsize=64)(to_ms)  # one time for all rows of a delivery


@lru_cache(maxsize=8192)
def iso(day: date | None) -> str | None:
    """Return a day as SQLAlchemy keeps it in SQLite and as PostgreSQL reads it, None for none."""
    return None if day is None else day.isoformat()


def _text(value: str | date | None) -> str:
    return str(value) if isinstance(value, str) else iso(value) or ""


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
