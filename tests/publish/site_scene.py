"""A state of the public site over a real log: months that were published, an assessment, rules, contacts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from openanpr.publish.assessment.page import state_said
from openanpr.publish.assessment.paper import paper
from openanpr.publish.assessment.shown import Shown
from openanpr.publish.closing import add_note, publish
from openanpr.publish.period import Month
from openanpr.publish.population import Cell
from openanpr.publish.ports import Kept
from openanpr.publish.site.state import AssessmentShown, LogTold, Matter, PublicState, RuleChange
from tests.publish.logs import month_of_searches, opened
from tests.publish.memory import PROFILE, Given, desk_of
from tests.publish.scene import NOW, log_in, published_over

SEPTEMBER, OCTOBER = Month(2026, 9), Month(2026, 10)
AT = datetime.fromisoformat("2026-12-03T09:30:00Z")
NOTE = "A clock stood still <b>for a day</b> & more."


def figures_in(folder: Path) -> tuple[tuple[Kept, ...], LogTold]:
    """Two months and a note, published over a real log, and what is told of the log."""
    with opened(folder / "figures-log") as log:
        month_of_searches(log)
        counts = {month: {(): Cell(99_000)} for month in (SEPTEMBER, OCTOBER)}
        came = {("crime", "yes", "arrest"): Cell(120, 140), ("crime", "yes", "misread"): Cell(3, 3)}
        desk = desk_of(log, reads=Given(counts), alerts=Given(dict.fromkeys(counts, came)))
        for month in (SEPTEMBER, OCTOBER):
            publish(desk, month, now=month.settled(31))
        add_note(desk, SEPTEMBER, NOTE, by="Ann Marked", now=OCTOBER.settled(31))
        told = LogTold(str(log.key), log.checkpoint().note.to_bytes())
        return tuple(desk.kept.every()), told


def assessment_of(shown: Shown) -> AssessmentShown:
    """A published assessment as the site shows it."""
    told, state = shown.document, state_said(shown.version, shown.words)
    return AssessmentShown(NOW, told, state, shown.actions, told.to_bytes(), paper(shown))


def state_in(folder: Path, **changed: Any) -> PublicState:
    """A state with everything in it."""
    published, told = figures_in(folder)
    log = log_in(folder)
    shown = published_over(log)
    log.close()
    state = PublicState(
        at=AT,
        name="Aldshire Police",
        log=told,
        published=published,
        late_months=0,
        assessments={"en": assessment_of(shown)},
        fresh_days=400,
        profile=PROFILE,
        rules="ab" * 32,
        history=(RuleChange(AT - timedelta(days=90), "current.2021-02-01", 4),),
        contact={Matter.QUESTION: "anpr@police.example\n01632 960000"},
        copy_days=7,
    )
    return replace(state, **changed)


def bare(state: PublicState) -> PublicState:
    """The same before anything was published."""
    return replace(state, published=(), assessments={}, history=(), contact={})
