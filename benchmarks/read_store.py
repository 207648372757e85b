"""How quickly stored reads are found and forgotten, and what they cost on disk, among fifty million.

`python -m benchmarks.read_store --reads N [--particulars]` prints one measurement as JSON; `benchmarks.bench`
runs it once for all, and once for a twenty-fifth with every particular of a read. The store is the embedded
one, in the process that asks it.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from benchmarks.result import ROOT, Finding, Line
from benchmarks.stored_reads import CAMERAS, Road, draw_road, drawn_reads
from benchmarks.traffic import Mix, marks, reads
from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.span import Span
from openanpr.ingest.arrival import Arrival, ArrivedRead
from openanpr.search.found import Answer, FoundRead
from openanpr.search.ports import MOST_ROWS, Bounds, Seen, SeenThen
from openanpr.search.question import Drawn, Spelling
from openanpr.store.chdb_folder import ChdbFolder
from openanpr.store.engine import Statement, statement
from openanpr.store.migrate_reads import migrate_reads, read_migrations
from openanpr.store.native import block
from openanpr.store.pictures import Pictures
from openanpr.store.read_columns import columns_of
from openanpr.store.reads_look_back import keys_of_shapes
from openanpr.store.reads_named import whole_reads
from openanpr.store.reads_write import write_reads
from openanpr.store.retention import RetentionRule, run_retention
from openanpr.store.searched_reads import SearchedReads

SEED = 20261122
READS = 50_000_000
DAYS = 96
FIRST_DAY = date(2026, 7, 20)
QUESTIONS = 200
_AREA_KM = 4
_SOUTH_WEST = (51.0, -2.0)
_DEGREES_A_KM = (1 / 111.2, 1 / 70.0)
_WILDCARDS = ("{0}{1}??{4}*", "{0}{1}{2}{3}*", "??{2}{3}{4}??", "*{4}{5}{6}", "{0}?{2}{3}{4}*", "{0}{1}*{6}")
_SIZES = Statement(
    "sizes",
    "SELECT table, sum(bytes_on_disk) FROM system.parts WHERE active AND database = currentDatabase() "
    "AND table IN ('reads', 'reads_by_camera', 'vrm_month', 'camera_hour', 'camera_day', 'announced') "
    "GROUP BY table",
)
_MERGES = Statement("merges", "SELECT count() FROM system.merges")


class _Size(msgspec.Struct, array_like=True):
    table: str
    size: int


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A store that is full, and what to ask of it."""

    engine: ChdbFolder
    road: Road
    vrms: Sequence[str]
    days: int
    chance: np.random.Generator

    @property
    def until(self) -> datetime:
        return datetime.combine(FIRST_DAY + timedelta(days=self.days), datetime.min.time(), UTC)


def read_store(_: Path) -> Finding:
    """Loading, questions, retention of a day and bytes a read, of plain reads and of full ones."""
    plain, full = _measured(READS), _measured(READS // 25, "--particulars")
    asked, days = plain["questions_ms"], plain["retention_day_s"]
    told = {
        "bytes": ", ".join(f"{table} {size}" for table, size in plain["bytes_a_read"].items()),
        "full": ", ".join(f"{table} {size}" for table, size in full["bytes_a_read"].items()),
    }
    lines = (
        Line("rows/s loaded, columns ready", plain["load_rows_per_s"], spread=f"{DAYS} days, 100,000 a time"),
        Line(
            "rows/s written from records",
            plain["write_reads_per_s"],
            spread="10,000 a group, with candidates and characters",
        ),
        _line("VRM over 90 days", asked["vrm"], 150, 60),
        _line("cameras within 4 km, 1 h", asked["area"], 50, 20),
        _line("wildcard", asked["wildcard"], 400, 150),
        _line("last seen", asked["last_seen"]),
        _line("VRM with its likely misreads over 90 days", asked["misread"]),
        _line("drawn area of 8 km, 1 h", asked["drawn"]),
        _line("was it there, and what its cameras did", asked["was_it_there"]),
        _line("common plates of 3 scenes", asked["common"]),
        _line("list of 200 vehicles over 90 days", asked["list"]),
        _line("estimate of 2,000 cameras over two years", asked["estimate"], 50),
        _line("1,000 shapes in the last 24 h", asked["shapes"]),
        _line("200 whole reads by their keys", asked["whole"]),
        Line(
            "retention of a day, longest of 3", max(days), 5, 1, "s", less=True, spread=f"least {min(days)}"
        ),
        Line("bytes a read", plain["bytes"], 40, 28, "B", less=True, spread=told["bytes"]),
        Line("bytes a read with particulars", full["bytes"], unit="B", less=True, spread=told["full"]),
        Line("peak memory", plain["peak_mb"], unit="MB", less=True, spread="with the drawing of the reads"),
    )
    data = f"benchmarks.stored_reads: {READS} reads over {DAYS} days, {CAMERAS} cameras; chDB in the process"
    return Finding(lines, data, str(SEED), detail={"plain": plain, "full": full})


def _line(what: str, ms: dict[str, float], at_least: float | None = None, aim: float | None = None) -> Line:
    spread = f"p50 {ms['p50']}, longest {ms['most']}, of {ms['asked']}"
    return Line(f"{what}, p95", ms["p95"], at_least, aim, "ms", less=True, spread=spread)


def _measured(count: int, *words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.read_store", "--reads", str(count), *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def measure(folder: Path, count: int, days: int, *, particulars: bool) -> dict[str, Any]:
    """Everything about a store of so many reads in a new folder."""
    load_before = os.getloadavg()[0]
    with ChdbFolder.open(folder / "reads") as engine:
        migrate_reads(engine, read_migrations())
        told, loaded = _load(engine, count, days, particulars=particulars)
        told["merged_s"] = _merged(engine)
        sizes = {row.table: round(row.size / count, 2) for row in engine.rows(_SIZES, {}, _Size)}
        told |= {"bytes": round(sum(sizes.values()), 2), "bytes_a_read": dict(sorted(sizes.items()))}
        told["questions_ms"] = _questions(loaded)
        told["retention_day_s"] = _retention(engine, Pictures.in_folder(folder / "pictures"), days)
        told["write_reads_per_s"] = _written_per_s(engine)
    told["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return told | {"load_before": round(load_before, 2), "load_after": round(os.getloadavg()[0], 2)}


def _load(engine: ChdbFolder, count: int, days: int, *, particulars: bool) -> tuple[dict[str, Any], _Loaded]:
    """Insert the reads, in the order of time, as the columns that `write_reads` makes."""
    chance = np.random.default_rng(SEED)
    road = draw_road(count, chance)
    wanted = {(column.name, column.kind) for column in columns_of(())}
    spent, some, began = 0.0, [], time.perf_counter()
    blocks = drawn_reads(
        road, reads=count, first_day=FIRST_DAY, days=days, particulars=particulars, chance=chance
    )
    for number, drawn in enumerate(blocks):
        if {(column.name, column.kind) for column in drawn.columns} != wanted:
            raise AssertionError("drawn reads have other columns than the store's")
        ready = block(drawn.columns)
        started = time.perf_counter()
        engine.insert(statement("arrivals_insert"), ready, token=f"{number:064x}")
        spent += time.perf_counter() - started
        some += drawn.some
    told: dict[str, Any] = {"reads": count, "days": days, "particulars": particulars}
    told["load_rows_per_s"] = round(count / spent)
    told["load_and_draw_s"] = round(time.perf_counter() - began, 1)
    chance.shuffle(some)
    gc.collect()
    return told, _Loaded(engine, road, some, days, chance)


def _merged(engine: ChdbFolder) -> float:
    """Wait until the store has put its parts together as it does by itself; return how long (s)."""
    began = time.perf_counter()
    quiet = 0
    while quiet < 5 and time.perf_counter() - began < 300:
        quiet = 0 if engine.rows(_MERGES, {}, tuple[int])[0][0] else quiet + 1
        time.sleep(0.5)
    return round(time.perf_counter() - began, 1)


class _Asker:
    """Asks the port of searches, each question under an id of its own."""

    def __init__(self, loaded: _Loaded) -> None:
        self._reads = SearchedReads(loaded.engine, kept_from=lambda: FIRST_DAY)
        self._until = loaded.until
        self.long = Span(loaded.until - timedelta(days=90), loaded.until)
        self._asked = 0

    def marks(self, marks: Sequence[str], spellings: Spelling = Spelling.SAME_SHAPE) -> object:
        return self._reads.of_marks(marks, spellings, self.long, self._bounds())

    def exact(self, vrm: str) -> object:
        return self.marks([vrm], Spelling.EXACT)

    def misread(self, vrm: str) -> object:
        return self.marks([vrm], Spelling.MISREAD)

    def passed(self, at: SeenThen) -> Answer[FoundRead]:
        return self._reads.passed(at, None, (), self._bounds(MOST_ROWS))

    def like(self, form: str) -> object:
        return self._reads.like(form, self.long, self._bounds())

    def last_of(self, vrm: str) -> object:
        return self._reads.last_of(vrm, Spelling.EXACT, self.long, self._bounds())

    def was_it_there(self, asked: tuple[str, SeenThen]) -> object:
        vrm, at = asked
        found = self._reads.there(vrm, Spelling.SAME_SHAPE, at, self._bounds())
        return found, self._reads.worked(at.seen.cameras, at.span)

    def common(self, scenes: Sequence[SeenThen]) -> object:
        return self._reads.common(scenes, 2, self._bounds())

    def estimate(self, cameras: Sequence[CameraId]) -> object:
        span = Span(self._until - timedelta(days=730, minutes=20), self._until - timedelta(minutes=7))
        return self._reads.estimate(cameras, span)

    def _bounds(self, rows: int = 2_000) -> Bounds:
        self._asked += 1
        return Bounds(f"bench {self._asked}", rows=rows)


def _questions(loaded: _Loaded) -> dict[str, dict[str, float]]:
    engine, asker, ever = loaded.engine, _Asker(loaded), list(loaded.vrms)
    vrms = [ever[n % len(ever)] for n in range(QUESTIONS)]
    wild = [_WILDCARDS[n % len(_WILDCARDS)].format(*vrm) for n, vrm in enumerate(vrms)]
    areas = [_area(loaded) for _ in range(QUESTIONS)]
    fixed = [SeenThen(Seen(at.seen.cameras), at.span) for at in areas]
    shapes = [ever[n : n + 1_000] for n in range(20)]
    keys = [[row.key for row in asker.passed(fixed[n]).rows[:200]] for n in range(20)]
    lists = [sorted(set(ever[n * 200 : n * 200 + 200])) for n in range(10)]
    every = [loaded.road.camera(n) for n in range(CAMERAS)]
    return {
        "vrm": _times_ms(asker.exact, vrms),
        "area": _times_ms(asker.passed, fixed),
        "wildcard": _times_ms(asker.like, wild),
        "last_seen": _times_ms(asker.last_of, vrms),
        "misread": _times_ms(asker.misread, vrms[:50]),
        "drawn": _times_ms(asker.passed, areas),
        "was_it_there": _times_ms(asker.was_it_there, list(zip(vrms, areas, strict=True))),
        "common": _times_ms(asker.common, [areas[n : n + 3] for n in range(QUESTIONS - 2)]),
        "list": _times_ms(asker.marks, [some for some in lists if some]),
        "estimate": _times_ms(asker.estimate, [every] * 20),
        "shapes": _times_ms(
            lambda some: keys_of_shapes(engine, some, now=loaded.until, limit=100_000), shapes
        ),
        "whole": _times_ms(lambda some: whole_reads(engine, some), [some for some in keys if some]),
    }


def _area(loaded: _Loaded) -> SeenThen:
    """The cameras around one of them, the square around it, and an hour of the day."""
    middle, day, hour = (int(loaded.chance.integers(most)) for most in (CAMERAS, loaded.days, 14))
    start = datetime.combine(FIRST_DAY + timedelta(days=day), datetime.min.time(), UTC)
    since = start + timedelta(hours=6 + hour)
    north, east = (float(km) for km in loaded.road.at_km[middle])
    square = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    corners = tuple(_place(north + _AREA_KM * up, east + _AREA_KM * right) for up, right in square)
    seen = Seen(tuple(loaded.road.within(middle, _AREA_KM)), Drawn(corners))
    return SeenThen(seen, Span(since, since + timedelta(hours=1)))


def _place(north_km: float, east_km: float) -> Place:
    return Place(_SOUTH_WEST[0] + north_km * _DEGREES_A_KM[0], _SOUTH_WEST[1] + east_km * _DEGREES_A_KM[1])


def _times_ms(ask: Callable[[Any], object], questions: Sequence[Any]) -> dict[str, float]:
    for question in questions[-3:]:  # so that no first use of anything is counted
        ask(question)
    spent: list[float] = []
    for question in questions:
        began = time.perf_counter()
        ask(question)
        spent.append((time.perf_counter() - began) * 1000)
    return {
        "p50": round(statistics.median(spent), 1),
        "p95": round(float(np.percentile(spent, 95)), 1),
        "most": round(max(spent), 1),
        "asked": len(spent),
    }


def _retention(engine: ChdbFolder, pictures: Pictures, days: int) -> list[float]:
    """Seconds to drop the oldest day, its month counted again and the day certified; three days in turn."""
    rule = RetentionRule("bench", days, "benchmarks.read_store")
    spent: list[float] = []
    for n in range(1, 4):
        at = datetime.combine(FIRST_DAY + timedelta(days=days + n, hours=0), datetime.min.time(), UTC)
        began = time.perf_counter()
        run = run_retention(engine, pictures, rule, at=at)
        spent.append(round(time.perf_counter() - began, 2))
        if [certificate.day for certificate in run.certificates] != [FIRST_DAY + timedelta(days=n - 1)]:
            raise AssertionError("retention dropped another day than the oldest")
    return spent


def _written_per_s(engine: ChdbFolder) -> int:
    """Reads a second that `write_reads` stores, of records as a reader makes them; the median of three."""
    at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    arrival = Arrival("gate-1/1", UUID(int=1), "gate-1", True, at, None, 12, None, "bench")  # noqa: FBT003 - as declared
    rates: list[float] = []
    for n in range(3):
        made = reads(10_000, marks(1_000, SEED), Mix(), SEED + n)
        arrived = [ArrivedRead(record, arrival, late=False, clock_doubtful=False) for record in made]
        began = time.perf_counter()
        write_reads(engine, arrived, group=f"records {n}", kept_from=FIRST_DAY)
        rates.append(len(arrived) / (time.perf_counter() - began))
    return round(statistics.median(rates))


def main() -> None:
    """Print one measurement."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--reads", type=int, default=READS)
    options.add_argument("--days", type=int, default=DAYS)
    options.add_argument("--particulars", action="store_true", help="doubts and pictures on every read")
    asked = options.parse_args()
    with TemporaryDirectory(prefix="openanpr-reads-") as folder:
        told = measure(Path(folder), asked.reads, asked.days, particulars=asked.particulars)
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
