"""What the node does by itself, how it does, and what a person must look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from openanpr.policy.ask import Act
from openanpr.web.pages.administration.alarm_words import ALARM_WORDS, JOB_WORDS, AlarmWords
from openanpr.web.pages.inside import Inside
from openanpr.web.pages.route import Answer, PageRoute, Shown, Visit, page


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done again and again. `every`, `last`, `due` None: not known, not yet, not waiting.

    `fault` is the kind and place of its last failure, "" where it does well.
    """

    name: str
    every: timedelta | None
    last: datetime | None
    due: datetime | None
    fault: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """What a person must look at: its name, what it is about, and a sentence."""

    name: str
    about: str
    sentence: str

    @property
    def words(self) -> AlarmWords:
        """What it means, and what to do."""
        return ALARM_WORDS[self.name]


@dataclass(frozen=True, slots=True)
class Step:
    """What takes reads out of the journal: what waits for it, what it took, failures in a row."""

    name: str
    waiting: int
    batches: int
    failures: int
    fault: str


@dataclass(frozen=True, slots=True)
class NodeFigures:
    """How the node does, as counts; `reads` and `pictures` are since the start, by outcome."""

    at: datetime
    started_at: datetime
    profile: str
    reads: Sequence[tuple[str, int]]
    refused: Sequence[tuple[str, int]]
    pictures: Sequence[tuple[str, int]]
    entries: int
    alerts_open: int
    alerts_waiting: int
    present: int
    disk_free_bytes: int
    log_entries: int
    log_unsigned: int
    log_age_s: float | None
    log_refuses: str
    forward_waiting: int | None


@dataclass(frozen=True, slots=True)
class NodeTold:
    """All that the page tells."""

    figures: NodeFigures
    alarms: Sequence[Alarm]
    steps: Sequence[Step]
    chores: Sequence[Job]
    rounds: Sequence[Job]


@dataclass(frozen=True, slots=True)
class JobPages:
    """What the page needs; `told` tells anew each time."""

    inside: Inside
    told: Callable[[], NodeTold]


def job_pages(of: JobPages) -> list[PageRoute]:
    """Return the page of jobs."""
    return [page("/administration/jobs", Act.MANAGE_DEVICES, lambda visit: _jobs(of, visit), asks=("part",))]


def _jobs(of: JobPages, visit: Visit) -> Answer:
    of.inside.proved(visit, Act.MANAGE_DEVICES)
    values = {"told": of.told(), "words_of": JOB_WORDS, "section": "/administration"}
    return Shown("administration/jobs.html", values)
