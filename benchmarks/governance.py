"""What governing a search costs beside the query itself: asking, running and opening a read, on a real log.

`python -m benchmarks.governance` prints one measurement as JSON; `benchmarks.bench` runs it by itself.
The store of reads answers at once from memory, so what is measured is all but the query: the register of
2,000 cameras, the meter, the rules, a control database in SQLite with its full sync, the audit log with its
fsync. Asked is for 30 days of one mark, for an area and for a form.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.result import ROOT, Finding, Line
from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.role import Role
from openanpr.search.question import Around, OneVehicle, PartOfAMark, PlaceAndTime, Question
from openanpr.search.shown import Row
from openanpr.store.control.engine import open_database
from openanpr.store.control.migrate import migrate
from openanpr.store.control.search_cases import CaseRows
from openanpr.store.control.search_records import SearchRows
from tests.search.scene import MARK, TOWN, Scene, asked, camera, span

_CAMERAS = 2_000
_TURNS = 100
_QUESTIONS: tuple[Question, ...] = (
    OneVehicle(MARK, span(30)),
    PlaceAndTime(Around(TOWN, 300), span(0.1)),
    PartOfAMark("AB12C*", span(30)),
)


@dataclass(frozen=True, slots=True)
class _Took:
    """Milliseconds of one act, by the clock and of the processor."""

    clock_ms: float
    processor_ms: float


def governance(_: Path) -> Finding:
    """Milliseconds that asking, running and opening take beside the query."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.governance"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout)
    lines = (
        _line("running a search, beside the query, p95", told["run"], 50),
        Line("the same, processor time, p95", told["run"]["processor_p95"], unit="ms", less=True),
        _line("asking for a search, its meter too, p95", told["ask"], None),
        _line("opening a read, p95", told["open"], None),
    )
    data = f"{told['turns']} turns of {len(_QUESTIONS)} questions, {_CAMERAS} cameras in the register"
    return Finding(lines, data, detail=told)


def _line(what: str, of: dict[str, float], at_least: float | None) -> Line:
    spread = f"half under {of['median']:.2f}; longest of {of['count']} {of['longest']:.2f}"
    return Line(what, of["p95"], at_least, unit="ms", less=True, spread=spread)


def measure(turns: int) -> dict[str, Any]:
    """Every time that was taken, summed up."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:  # on the disk, not in memory
        scene = _scene(Path(folder))
        times = _timed(scene, turns)
        scene.log.close()
    summed = {name: _summed(taken) for name, taken in times.items()}
    return {
        **summed,
        "turns": turns,
        "load_before": round(load, 2),
        "load_after": round(os.getloadavg()[0], 2),
    }


def _scene(folder: Path) -> Scene:
    engine = open_database(f"sqlite:///{folder / 'control.db'}")
    migrate(engine)
    scene = Scene(folder, searches=SearchRows(engine), cases=CaseRows(engine))
    scene.world.cameras += [
        camera(CameraId(53, 7, n), "a camera", Place(51 + n / 1000, -2 - n / 1000)) for n in range(_CAMERAS)
    ]
    scene.read()
    return scene


def _timed(scene: Scene, turns: int) -> dict[str, list[_Took]]:
    times: dict[str, list[_Took]] = {"ask": [], "run": [], "open": []}
    ann = scene.asker("ann", Role.INVESTIGATOR)
    for turn in range(turns + 1):
        for question in _QUESTIONS:
            scene.now += timedelta(seconds=1)
            took, record = _clocked(lambda question=question: scene.desk.ask(asked(question), ann))
            ran, found = _clocked(lambda record=record: scene.desk.run(record.search_id, ann))
            if turn:
                times["ask"].append(took)
                times["run"].append(ran)
            if turn and isinstance(question, OneVehicle):
                row = Row(found.run, 1)
                opened, _ = _clocked(
                    lambda record=record, row=row: scene.desk.open_read(record.search_id, row, ann)
                )
                times["open"].append(opened)
    return times


def _clocked(act: Callable[[], Any]) -> tuple[_Took, Any]:
    began, began_processor = time.perf_counter(), time.process_time()
    found = act()
    return _Took(1e3 * (time.perf_counter() - began), 1e3 * (time.process_time() - began_processor)), found


def _summed(times: list[_Took]) -> dict[str, float]:
    clock, processor = [one.clock_ms for one in times], [one.processor_ms for one in times]
    return {
        "count": len(times),
        "median": round(float(np.median(clock)), 3),
        "p95": round(float(np.percentile(clock, 95)), 3),
        "longest": round(max(clock), 3),
        "processor_p95": round(float(np.percentile(processor, 95)), 3),
    }


def main() -> None:
    """Print one measurement."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--turns", type=int, default=_TURNS)
    print(json.dumps(measure(options.parse_args().turns)))


if __name__ == "__main__":
    main()
