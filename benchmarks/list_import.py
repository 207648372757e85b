"""How long a list of two million takes from its file to being matched with, first and again.

`python -m benchmarks.list_import --entries N` prints one measurement as JSON; `benchmarks.bench` runs it
once in a process of its own. The list is a full file of sixteen columns, brought into a new SQLite file:
read, checked, compared with what the list held, swapped in, and taken into the lists that a node matches
with.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from array import array
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from benchmarks.result import ROOT, Finding, Line
from benchmarks.traffic import Mix, marks, reads
from openanpr.core.voi_entry import Action, VoiEntry
from openanpr.core.voi_list import ChangeKind, ListKind, VoiList
from openanpr.match.doubt import MatchRules
from openanpr.run.node.live_lists import NodeLists
from openanpr.store.control.engine import open_database
from openanpr.store.control.list_store import ListStore
from openanpr.store.control.live_entries import AliveEntries, LiveEntries
from openanpr.store.control.migrate import migrate
from openanpr.voi.by_hand import Asker, approve, propose_entry
from openanpr.voi.column_map import FeedProfile, shipped_profile
from openanpr.voi.importing import ImportRequest, ImportState, import_feed

SEED = 20261122
ENTRIES = 2_000_000
_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
_DELTA = 1_000
_BY_HAND = 20
_BATCH = 500
_HEADINGS = (
    "VRM,Make,Model,Colour,Action,Warning markers,Reason,NIM code,Information/action,Force/area,Weed date,"
    "PNC ID,GPMS marking,CAD information,Spare 1,Spare 2\n"
)
_CARS = ("FORD,FOCUS", "VAUXHALL,ASTRA", "BMW,3 SERIES", "AUDI,A4", "TOYOTA,YARIS", "KIA,CEED")
_COLOURS = ("BLUE", "BLACK", "WHITE", "SILVER", "GREY", "RED")
_REASONS = ("NO CURRENT INSURANCE", "UNTAXED", "NO KEEPER", "STOLEN")


def list_import(_: Path) -> Finding:
    """A list of two million imported and live: first, again with one in a hundred changed, and by bits."""
    told = _measured(ENTRIES)
    lines = (
        _seconds("2 million entries from file to live", told["first"], 60, 20),
        _seconds("again, 1 in 100 changed", told["again"], 60, 20),
        _seconds("delta of 1,000 rows", told["delta"], None, None),
        Line(
            "one entry by hand, from approval to live",
            told["by_hand_s"]["median"],
            1,
            0.1,
            "s",
            less=True,
            spread=f"median of {_BY_HAND}; the longest {told['by_hand_s']['max']:.4f}",
        ),
        Line("a look that finds nothing new", told["nothing_new_ms"], 1, unit="ms", less=True),
        _seconds("2 million entries from the database to memory", told["loaded"], None, None),
        Line(
            "longest match of 500 reads while 2 million come in beside it",
            told["longest_match_ms"],
            unit="ms",
            less=True,
            spread=f"median {told['median_match_ms']:.2f}",
        ),
    )
    size = f"{told['entries']} drawn rows of 16 columns, {told['file_mb']:.0f} MB"
    data = f"benchmarks.list_import: {size}; SQLite"
    return Finding(lines, data, str(SEED), detail=told)


def _seconds(what: str, taken: dict[str, float], at_least: float | None, aim: float | None) -> Line:
    spread = f"one run; processor {taken['processor_s']:.1f} s"
    return Line(what, taken["clock_s"], at_least, aim, "s", less=True, spread=spread)


def _measured(entries: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.list_import", "--entries", str(entries)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def measure(entries: int, folder: Path) -> dict[str, Any]:
    """Everything about a list of `entries`, with its files and its database in `folder`."""
    load_before = os.getloadavg()[0]
    drawn = marks(entries + _DELTA, SEED)
    listed, later = drawn[:entries], drawn[entries:]
    first, again = folder / "first.csv", folder / "again.csv"
    _write(first, listed, changed=())
    _write(again, listed, changed=random.Random(SEED).sample(range(entries), entries // 100))
    delta = folder / "delta.csv"
    _write(delta, later, changed=())
    engine = open_database(f"sqlite:///{folder / 'control.db'}")
    migrate(engine)
    node = _Node(ListStore(engine), LiveEntries(engine))
    full = ChangeKind.FULL
    told: dict[str, Any] = {
        "entries": entries,
        "file_mb": first.stat().st_size / 1e6,
        "first": _taken(lambda: node.bring(first, full, 1)),
        "again": _taken(lambda: node.bring(again, full, 2)),
        "delta": _taken(lambda: node.bring(delta, ChangeKind.DELTA, 3)),
        "by_hand_s": node.by_hand(marks(_BY_HAND, SEED + 1)),
        "nothing_new_ms": 10 * _taken(lambda: [node.lists.refresh() for _ in range(100)])["clock_s"],
        "loaded": _taken(lambda: NodeLists(node.entries)),
    }
    told |= _matching_beside(engine, listed)
    engine.dispose()
    return told | {
        "database_mb": round((folder / "control.db").stat().st_size / 1e6),
        "load_before": round(load_before, 2),
        "load_after": round(os.getloadavg()[0], 2),
    }


class _Node:
    """A control database with one list, and the lists in memory that follow it."""

    def __init__(self, store: ListStore, entries: LiveEntries) -> None:
        self.store, self.entries = store, entries
        self.profile: FeedProfile = shipped_profile("sixteen-columns")
        name = self.profile.list_name
        store.define(VoiList(name, "owner", "purpose", "basis", ListKind.MASS, None, frozenset({"all"})))
        self.lists = NodeLists(entries)

    def bring(self, path: Path, kind: ChangeKind, revision: int) -> None:
        """Import a file, approve it where that is asked for, and match with it."""
        at = _AT + timedelta(days=revision)
        base = revision - 1 if kind is ChangeKind.DELTA else None
        request = ImportRequest(kind, "feed", at, "daily", at, revision, base)
        got = import_feed(path, request, profile=self.profile, store=self.store)
        if got.state is ImportState.WAITING and got.proposal is not None:
            self.store.apply(got.proposal.number, by="inspector", at=at, decision="approved")
        done = self.lists.refresh()
        if not done.put:
            msg = "the import changed nothing: there is nothing to measure"
            raise RuntimeError(msg)

    def by_hand(self, vrms: Iterable[str]) -> dict[str, float]:
        """Seconds from a person's approval of one entry until it is matched with."""
        taken: list[float] = []
        for vrm in vrms:
            asker = Asker("sergeant", _AT, "seen at a scene")
            day = _AT.date() + timedelta(days=7)
            entry = VoiEntry(vrm, Action.STOP, reason="wanted", owner="CID", weed_on=day)
            proposal = propose_entry(
                self.profile.list_name, entry, asker=asker, longest=timedelta(days=30), store=self.store
            )
            began = time.perf_counter()
            approve(proposal.number, by="inspector", at=_AT, store=self.store)
            if self.lists.refresh().put != 1:
                msg = "the entry is not live"
                raise RuntimeError(msg)
            taken.append(time.perf_counter() - began)
        return {"median": round(float(np.median(taken)), 5), "max": round(max(taken), 5)}


def _matching_beside(engine: sa.Engine, listed: Sequence[str]) -> dict[str, float]:
    """How long batches take while another thread fills the lists that they are matched with."""
    batch, rules = reads(_BATCH, listed[:10_000], Mix(), SEED), MatchRules()
    entries = _NothingHeld(engine)
    lists = NodeLists(entries)
    lists.match(batch, rules)  # the first of all builds tables
    entries.shown = True
    stop, taken = threading.Event(), list[float]()

    def matching() -> None:
        while not stop.is_set():
            began = time.perf_counter()
            lists.match(batch, rules)
            taken.append(time.perf_counter() - began)

    thread = threading.Thread(target=matching)
    thread.start()
    lists.refresh()
    stop.set()
    thread.join()
    return {
        "longest_match_ms": round(1000 * max(taken), 1),
        "median_match_ms": round(1000 * float(np.median(taken)), 2),
    }


class _NothingHeld(LiveEntries):
    """The same entries, of which none is told until they are `shown`: the next refresh then brings all."""

    def __init__(self, engine: sa.Engine) -> None:
        super().__init__(engine)
        self.shown = False

    def all_alive(self) -> AliveEntries:
        """Return nothing at first."""
        return super().all_alive() if self.shown else AliveEntries([], array("q"), array("q"), {})


def _taken(run: Callable[[], object]) -> dict[str, float]:
    began, began_clock = time.process_time(), time.perf_counter()
    run()
    clock_s, processor_s = time.perf_counter() - began_clock, time.process_time() - began
    return {"clock_s": round(clock_s, 3), "processor_s": round(processor_s, 3)}


def _write(path: Path, vrms: Sequence[str], changed: Iterable[int]) -> None:
    recoloured = set(changed)
    with path.open("w", encoding="utf-8") as stream:
        stream.write(_HEADINGS)
        for i, vrm in enumerate(vrms):
            colour = _COLOURS[(i + (i in recoloured)) % len(_COLOURS)]
            day = f"{1 + i % 28:02}/{1 + i % 12:02}/2027"
            stream.write(
                f"{vrm},{_CARS[i % len(_CARS)]},{colour},ASSESS,,{_REASONS[i % len(_REASONS)]},3x5x2,"
                f"see record {i},53 area {i % 40},{day},{i % 100}/{i}X,OFFICIAL,CAD {i % 9999},,\n"
            )


def main() -> None:
    """Print one measurement."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--entries", type=int, default=ENTRIES)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="openanpr-lists-") as folder:
        print(json.dumps(measure(asked.entries, Path(folder))))


if __name__ == "__main__":
    main()
