"""One vehicle of interest, as a list names it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a list of vehicles of interest (the 16-column form; see docs/reference)."""

    vrm: str
    list_name: str
    row: int
    make: str = ""
    model: str = ""
    colour: str = ""
    action: str = ""
    warning_markers: str = ""
    reason: str = ""
    grading: str = ""
    information: str = ""
    force_area: str = ""
    weed_date: date | None = None
    pnc_id: str = ""
    protective_marking: str = ""
    cad: str = ""
    spare: tuple[str, str] = field(default=("", ""))
