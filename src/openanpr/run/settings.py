"""What a call of `openanpr read` asks for, checked once."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from openanpr.core.grammar import Country
from openanpr.match.doubt import MatchRules


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """One call of `openanpr read`.

    `voi` are list files. `as_json` chooses JSON lines over a table. `save` is a folder for pictures
    and records, `report` the page to write. `country` is whose layouts are expected. `on` is the day
    that marks and lists are judged by, None for today. `min_confidence` (0 to 1) leaves out less
    certain reads, None for the reader's own measure.
    """

    sources: tuple[str, ...]
    voi: tuple[Path, ...] = ()
    as_json: bool = False
    save: Path | None = None
    report: Path | None = None
    country: Country = "gb"
    threads: int = 1
    on: date | None = None
    min_confidence: float | None = None
    rules: MatchRules = field(default_factory=MatchRules)

    @property
    def pictures(self) -> bool:
        """Whether anyone wants the pictures of a read."""
        return self.save is not None or self.report is not None


def usable_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
