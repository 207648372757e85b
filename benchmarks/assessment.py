"""How long the self assessment of a whole year takes: on fifty million reads, and the registers of a force.

`python -m benchmarks.assessment [--reads N] [--searches N] [--alerts N] [--people N]` prints one measurement
as JSON, by default a small one; `benchmarks.bench` runs the large one in a process of its own. The node is
made by its own wiring, on the embedded stores. Its registers are filled with copies of one search, one item
of review and one alert under other names and times: what is asked of them is counts.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import sqlalchemy as sa

from benchmarks.result import ROOT, Finding, Line
from benchmarks.stored_reads import CAMERAS, draw_road, drawn_reads
from openanpr.core.role import Role
from openanpr.core.span import Span
from openanpr.people.account import Account, Post
from openanpr.people.roles import Grant
from openanpr.people.training import Training
from openanpr.publish.assessment.answer import AnswerKind
from openanpr.publish.assessment.desk import AssessmentDesk, Said, begin, give_answer, measure
from openanpr.publish.assessment.page import page
from openanpr.publish.assessment.paper import paper
from openanpr.publish.assessment.shown import shown
from openanpr.publish.assessment.telling import Audience
from openanpr.publish.words import catalogue
from openanpr.run.node import build
from openanpr.run.node.addresses import control_url
from openanpr.run.node.profile_rules import ingest_limits, profile_of, retention_rule
from openanpr.run.node.read_settings import parse_settings
from openanpr.run.node.stores import Stores
from openanpr.store.control.alert_tables import alert
from openanpr.store.control.engine import open_database, writing
from openanpr.store.control.review_tables import review_concern, review_item
from openanpr.store.control.search_tables import search
from openanpr.store.engine import statement
from openanpr.store.native import block
from tests.alert.scenes import make_hit, raised
from tests.search.record_contract import record

READS, SEARCHES, ALERTS, PEOPLE = 50_000_000, 350_000, 700_000, 5_000
MOST_S = 10
_SMALL = 200_000, 5_000, 10_000, 200
_SEED = 20_261_130
_DAYS = 365
_NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
_REVIEWED_EVERY = 18
_AT_ONCE = 10_000
_ITEM = {
    "origin": "sample",
    "kinds": "lot",
    "about": "dan",
    "why": "drawn",
    "strength": None,
    "taken_by": "ada",
    "outcome": "proper",
    "remedy": "none",
    "found_text": "as it should be",
    "found_by": "ada",
}
_TURNS = 5


def assessment(_: Path) -> Finding:
    """The evidence of a year, a whole assessment as it is shown, its page and its PDF."""
    command = ["-m", "benchmarks.assessment", "--reads", str(READS), "--searches", str(SEARCHES)]
    command += ["--alerts", str(ALERTS), "--people", str(PEOPLE)]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    times = told["seconds"]
    lines = (
        _line("evidence of a year measured, longest", times["evidence"], MOST_S),
        _line("a whole assessment as it is shown, longest", times["shown"], MOST_S),
        _line("its page, longest", times["page"]),
        _line("its PDF, longest", times["paper"]),
        Line("memory at its peak, with the drawing of the reads", told["peak_mb"], unit="MB", less=True),
    )
    data = (
        f"benchmarks.stored_reads: {READS} reads over {_DAYS} days, {CAMERAS} cameras; {SEARCHES} searches, "
        f"{ALERTS} alerts, {PEOPLE} people; SQLite and chDB in the process"
    )
    return Finding(lines, data, seeds=str(_SEED), detail=told)


def _line(what: str, of: dict[str, float], at_least: float | None = None) -> Line:
    spread = f"half under {of['median']}, of {of['turns']}"
    return Line(what, of["longest"], at_least, unit="s", less=True, spread=spread)


def measured(folder: Path, reads: int, searches: int, alerts: int, people: int) -> dict[str, Any]:
    """Everything about a node of that size, in a new folder."""
    load_before = os.getloadavg()[0]
    settings = parse_settings("", folder=folder)
    profile = profile_of(settings, on=_NOW.date())
    with ExitStack() as last:
        made = build._made(  # noqa: SLF001 - the node's own wiring, not started
            settings, ingest_limits(profile, settings), retention_rule(profile), lambda: _NOW, last
        )
        filled = {
            "reads": _fill_reads(made.stores, reads),
            "searches": _fill_searches(made.stores, control_url(settings), searches),
            "alerts": _fill_alerts(made.stores, control_url(settings), alerts),
            "people": _fill_people(made.stores, people),
        }
        seconds = _seconds(made.assessing.desk())
    return {
        "filled_s": filled,
        "seconds": seconds,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "load_before": round(load_before, 2),
        "load_after": round(os.getloadavg()[0], 2),
    }


def _seconds(desk: AssessmentDesk) -> dict[str, Any]:
    draft, words = begin(desk, by="ada", now=_NOW).number, catalogue()
    for principle in desk.principles:
        for one in principle.questions:
            give_answer(desk, draft, Said(one.id, AnswerKind.YES, "So it is."), by="ada", now=_NOW)
    whole = shown(desk, draft, words, Audience.INTERNAL, now=_NOW)
    year = Span(_NOW - timedelta(days=desk.numbers.year_days.value), _NOW)
    by_source = {
        name: _timed(lambda name=name: getattr(desk.sources, name)(year), turns=1)["longest"]
        for name in desk.sources.__dataclass_fields__
    }
    return {
        "evidence": _timed(lambda: measure(desk, now=_NOW)),
        "shown": _timed(lambda: shown(desk, draft, words, Audience.INTERNAL, now=_NOW)),
        "page": _timed(lambda: page(whole)),
        "paper": _timed(lambda: paper(whole)),
        "by_source": by_source,
    }


def _timed(act: Callable[[], object], *, turns: int = _TURNS) -> dict[str, float]:
    spent: list[float] = []
    for _ in range(turns):
        began = time.perf_counter()
        act()
        spent.append(time.perf_counter() - began)
    told = {"longest": round(max(spent), 3), "median": round(statistics.median(spent), 3)}
    return told | {"turns": turns}


def _fill_reads(stores: Stores, reads: int) -> float:
    began, chance = time.perf_counter(), np.random.default_rng(_SEED)
    road = draw_road(reads, chance)
    first = (_NOW - timedelta(days=_DAYS - 1)).date()
    drawn = drawn_reads(road, reads=reads, first_day=first, days=_DAYS, particulars=False, chance=chance)
    for number, one in enumerate(drawn):
        stores.engine.insert(statement("arrivals_insert"), block(one.columns), token=f"{number:064x}")
    return round(time.perf_counter() - began, 1)


def _fill_searches(stores: Stores, url: str, searches: int) -> float:
    """One search kept as it is kept, and copies of it; every so many looked at by a reviewer."""
    began = time.perf_counter()
    asked = '{"act":"search","purpose":{"reference":"open","reason_given":true},"search":{"cameras":40}}'
    first = record("s", runs=1, asked_at=_NOW - timedelta(days=1))
    stores.searches.add(first)
    engine = open_database(url)
    with writing(engine) as connection:
        one = dict(connection.execute(sa.select(search)).one()._mapping)  # noqa: SLF001 - SQLAlchemy's own name
        step = (_DAYS * 86_400_000_000) // (searches + 1)
        rows = (
            {**one, "search_id": f"s{n:08}", "request": asked, "asked_at_us": one["asked_at_us"] - n * step}
            for n in range(searches)
        )
        _insert(connection, search, rows)
        seen = range(0, searches, _REVIEWED_EVERY)
        at_us = one["asked_at_us"]
        items = (
            {
                "item_id": f"i{n:08}",
                "key": f"k{n}",
                "part": 0,
                "raised_at_us": at_us,
                "taken_at_us": at_us,
                "found_at_us": at_us,
                **_ITEM,
            }
            for n in seen
        )
        _insert(connection, review_item, items)
        concerns = (
            {"item_id": f"i{n:08}", "search_id": f"s{n:08}", "asked_by": "dan", "asked_for": "dan"}
            | {"team": "north", "place": 0}
            for n in seen
        )
        _insert(connection, review_concern, concerns)
    engine.dispose()
    return round(time.perf_counter() - began, 1)


def _fill_alerts(stores: Stores, url: str, alerts: int) -> float:
    began = time.perf_counter()
    stores.alerts.save(raised(make_hit()))
    engine = open_database(url)
    with writing(engine) as connection:
        one = dict(connection.execute(sa.select(alert)).one()._mapping)  # noqa: SLF001 - as above
        rows = ({**one, "alert_id": f"a{n:08}", "vehicle": f"V{n:08}"} for n in range(alerts))
        _insert(connection, alert, rows)
    engine.dispose()
    return round(time.perf_counter() - began, 1)


def _fill_people(stores: Stores, people: int) -> float:
    began, today = time.perf_counter(), _NOW.date()
    for n in range(people):
        name = f"p{n}"
        stores.people.add(Account(name, f"login{n}", "Somebody", Post(53, "Crime", "North"), "test", _NOW))
        grant = Grant(
            f"g{n}", name, Role.INVESTIGATOR, None, _NOW, _NOW + timedelta(days=300), "test", _NOW, "posted"
        )
        stores.people.give(grant, lambda _: None)
        until: date = today + timedelta(days=300)
        stores.people.record(Training(f"t{n}", name, "anpr-user", today, until, "test", _NOW))
    return round(time.perf_counter() - began, 1)


def _insert(connection: sa.Connection, table: sa.Table, rows: Iterator[dict[str, Any]]) -> None:
    while some := list(islice(rows, _AT_ONCE)):
        connection.execute(sa.insert(table), some)


def main() -> None:
    """Print one measurement."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, small in zip(("reads", "searches", "alerts", "people"), _SMALL, strict=True):
        options.add_argument(f"--{name}", type=int, default=small)
    asked = options.parse_args()
    with TemporaryDirectory(prefix="openanpr-assess-") as folder:
        told = measured(Path(folder), asked.reads, asked.searches, asked.alerts, asked.people)
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
