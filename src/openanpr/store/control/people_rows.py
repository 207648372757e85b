"""What rows of people have in common: an end, and who it was by."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from openanpr.people.account import Ended
from openanpr.store.control.times import from_us, to_us


def ended_of(row: sa.Row[Any], name: str) -> Ended | None:
    """Return the end of a row, from its three columns of that name."""
    at_us: int | None = getattr(row, f"{name}_at_us")
    if at_us is None:
        return None
    return Ended(from_us(at_us), getattr(row, f"{name}_by"), getattr(row, f"{name}_why"))


def ended_row(ended: Ended | None, name: str) -> dict[str, int | str | None]:
    """Return the three columns of an end, empty for none."""
    return {
        f"{name}_at_us": None if ended is None else to_us(ended.at),
        f"{name}_by": None if ended is None else ended.by,
        f"{name}_why": None if ended is None else ended.why,
    }
