"""A search as it is kept: asked, judged, approved, run. Outlives the reads, so that it can be reviewed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from openanpr.core.role import Rank
from openanpr.policy.ask import HeldRole
from openanpr.search.ask import Ask
from openanpr.search.meter import Meter


class State(StrEnum):
    """Where a search stands."""

    REFUSED = "refused"
    WAITING = "waiting"
    DECLINED = "declined"
    READY = "ready"
    WITHDRAWN = "withdrawn"
    RUNNING = "running"
    ANSWERED = "answered"
    STOPPED = "stopped"
    FAILED = "failed"
    BROKEN_OFF = "broken-off"


RUNNABLE = frozenset({State.READY, State.ANSWERED, State.STOPPED, State.FAILED, State.BROKEN_OFF})
"""From where a search may be run: each run is judged and logged by itself."""


class Means(StrEnum):
    """How an authority was given: written; by word of mouth, as the asker says; that, confirmed or denied."""

    WRITTEN = "written"
    ORAL = "oral"
    CONFIRMED = "oral-confirmed"
    CONTRADICTED = "oral-contradicted"


@dataclass(frozen=True, slots=True)
class Judged:
    """What a search was judged by the last time: request and decision as JSON, the version of the rules."""

    request_json: str = field(repr=False)
    decision_json: str = field(repr=False)
    version: str
    outcome: str
    rules: tuple[str, ...]
    least_rank: Rank = Rank.NONE


@dataclass(frozen=True, slots=True)
class PastDecision:
    """What a search was judged by, to be judged again under other rules: it names no mark."""

    search_id: str
    request_json: str = field(repr=False)
    decision_json: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Given:
    """The authority for one search, and for exactly what was asked. `entry`: its place in the audit log.

    `at` is when it was given; `written_at` when it was put in writing, None while it is oral only.
    """

    by: str
    rank: Rank
    roles: tuple[HeldRole, ...]
    means: Means
    at: datetime
    written_at: datetime | None
    reason: str = field(repr=False)
    entry: int

    def lapses_at(self, after: timedelta) -> datetime:
        """When it holds no more."""
        return self.at + after


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a search stands since `at`, and why in words. `rows`: how many its last run showed, if it did."""

    state: State
    at: datetime
    why: str = ""
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class SearchRecord:
    """One search. `entry` is the place of its first entry in the audit log; `runs` how often it was run.

    `asked_by`, `team`: account id and team of who asked. `asked_for`: whom it was asked for, as an id.
    `changed`: counts the changes of the record: what replaces it must name the one that it saw.
    """

    search_id: str
    ask: Ask
    asked_by: str
    asked_for: str
    name: str = field(repr=False)
    team: str
    source: str
    asked_at: datetime
    meter: Meter
    judged: Judged
    standing: Standing
    entry: int
    runs: int = 0
    given: Given | None = None
    changed: int = 0

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.standing.state


@dataclass(frozen=True, slots=True)
class Case:
    """What keeps chosen reads and notes for an investigation. `until`: the last day of it all."""

    case_id: str
    reference: str = field(repr=False)
    owner: str
    opened_at: datetime
    until: date
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseHold:
    """Reads that a case keeps: from which search, how many, by whom and why; kept to the case's last day."""

    hold_id: str
    case_id: str
    search_id: str
    by: str
    at: datetime
    until: date
    reads: int
    oldest_on: date
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote down on a case."""

    note_id: str
    case_id: str
    by: str
    at: datetime
    text: str = field(repr=False)
