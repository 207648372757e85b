"""Parts that the engine put aside as damaged: no question finds their reads, and the disk still has them."""

from __future__ import annotations

import re
from datetime import date

import msgspec

from openanpr.store.engine import ReadEngine, statement

_DAY = re.compile(r"\d{8}")


class DamagedPart(msgspec.Struct, frozen=True, array_like=True):
    """One such part; `partition` is its day (of a month the first) as yyyymmdd, where the table has days."""

    table: str
    partition: str
    name: str


def damaged_parts(engine: ReadEngine) -> tuple[DamagedPart, ...]:
    """Return every part that was put aside; raises StoreError."""
    return tuple(engine.rows(statement("damaged_parts"), {}, DamagedPart))


def drop_damaged(engine: ReadEngine, kept_from: date) -> None:
    """Drop what was put aside of days before `kept_from`: it may be kept no longer than what is whole.

    A damaged summary of a month goes with the month's first day: it is counted anew. Raises StoreError.
    """
    before = f"{kept_from:%Y%m%d}"
    for part in damaged_parts(engine):
        if _DAY.fullmatch(part.partition) and part.partition < before:
            engine.run(statement("drop_damaged_part"), {"table": part.table, "name": part.name})
