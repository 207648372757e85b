"""What a call of `openanpr score` asks for, and what its reports tell beside the measures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from openanpr.capture.item import SourceFault
from openanpr.core.grammar import Country
from openanpr.run.score_truth import BadTruth


@dataclass(frozen=True, slots=True)
class ScoreSettings:
    """One call of `openanpr score`.

    `no_plates` says that no plate is to be seen in `folder`, whatever its truth file holds. `on` is the
    day that marks are judged by: for the reader, None is the day of each picture; for layouts, any day.
    """

    folder: Path
    no_plates: bool = False
    as_json: bool = False
    report: Path | None = None
    country: Country = "gb"
    threads: int = 1
    on: date | None = None


@dataclass(frozen=True, slots=True)
class ScoreRun:
    """What a report tells beside the score: when, on what, how, and what was left out.

    `unread` are files that could not be read; `unnamed` counts files of the folder that the truth does
    not name.
    """

    made_at: datetime
    settings: ScoreSettings
    bad_rows: tuple[BadTruth, ...]
    unread: tuple[SourceFault, ...]
    unnamed: int
