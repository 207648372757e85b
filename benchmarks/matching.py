"""How many reads a second are matched with a list of two million, by one process on one core.

`python -m benchmarks.matching --entries N` prints one measurement as JSON; `benchmarks.bench` runs it once
for the whole list and once for a tenth of it, each in a process of its own. Rates are by the processor time
of the process, which is what one core does in a second; by the clock they fall with whatever else runs.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.result import ROOT, Finding, Line
from benchmarks.traffic import Mix, marks, reads, wildcards
from openanpr.match.doubt import MatchRules
from openanpr.match.listed import ListedEntry
from openanpr.match.live import LiveLists
from openanpr.match.seek import seek

SEED = 20261122
WILDCARDS = 5_000
READS = 40_000
_BATCHES = (4_096, 500, 50)
_PASSES = 5
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def matching(_: Path) -> Finding:
    """Reads matched a second, building, live changes and memory, with the whole list and a tenth of it."""
    whole, tenth = _measured(2_000_000), _measured(200_000)
    rates, prepared = whole["reads_per_s"][str(_BATCHES[0])], whole["prepared_reads_per_s"]
    few = tenth["reads_per_s"][str(_BATCHES[0])]
    lines = (
        Line("reads/s, 2 million entries", rates["median"], 200_000, 1_000_000, spread=_range(rates)),
        Line("the same, of reads prepared before", prepared["median"], spread=_range(prepared)),
        Line("reads/s, 200 thousand entries", few["median"], spread=_range(few)),
        Line(
            "build, 2 million entries",
            whole["build_s"],
            20,
            5,
            "s",
            less=True,
            spread=f"by the clock {whole['build_clock_s']:.1f}",
        ),
        Line(
            "one entry put live, median",
            whole["put_us"]["median"],
            1000,
            50,
            "us",
            less=True,
            spread=f"99 in 100 under {whole['put_us']['p99']:.0f}",
        ),
        Line("merge of 1,000 changes", whole["merge_s"], unit="s", less=True),
        Line("memory of 2 million entries, arrays", whole["arrays_mb"], unit="MB", less=True),
        Line("memory of the process more than before", whole["process_mb"], unit="MB", less=True),
    )
    data = f"benchmarks.traffic: {READS} drawn reads, {WILDCARDS} wildcard entries; {Mix()}"
    return Finding(lines, data, str(SEED), detail={"whole": whole, "tenth": tenth})


def _range(rates: dict[str, float]) -> str:
    by_clock = f"by the clock {rates['by_clock_median']:.0f}"
    return f"median of {_PASSES}; {rates['min']:.0f} to {rates['max']:.0f}; {by_clock}"


def _measured(entries: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.matching", "--entries", str(entries)],
        cwd=ROOT,
        env=os.environ | dict.fromkeys(_THREADS, "1"),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def measure(entries: int, read_count: int) -> dict[str, Any]:
    """Everything about a list of `entries`, wildcards among them."""
    load_before = os.getloadavg()[0]
    plain, wild = marks(entries - WILDCARDS, SEED), wildcards(WILDCARDS, SEED)
    batch = reads(read_count, plain, Mix(), SEED + 2)
    vrms = plain + wild
    ids, list_ids = list(range(len(vrms))), [1] * len(vrms)
    gc.collect()
    before_mb = _resident_mb()
    began, began_clock = time.process_time(), time.perf_counter()
    lists = LiveLists.build(vrms, ids, list_ids)
    build_s, build_clock_s = time.process_time() - began, time.perf_counter() - began_clock
    gc.collect()
    told = {
        "entries": len(lists),
        "build_s": round(build_s, 3),
        "build_clock_s": round(build_clock_s, 3),
        "arrays_mb": round(lists.nbytes / 1e6, 1),
        "process_mb": round(_resident_mb() - before_mb, 1),
        "reads_per_s": {str(size): _rates(lists, batch, size) for size in _BATCHES},
        "prepared_reads_per_s": _prepared_rates(lists, batch),
        "hits_by_reason": dict(Counter(str(h.reason) for hits in lists.match(batch).values() for h in hits)),
        "put_us": _put_us(lists),
    }
    began = time.process_time()
    lists.merge()
    told["merge_s"] = round(time.process_time() - began, 3)
    return told | {"load_before": round(load_before, 2), "load_after": round(os.getloadavg()[0], 2)}


def _rates(lists: LiveLists, batch: list[Any], size: int) -> dict[str, float]:
    """Reads a second in batches of `size`, from records to hits."""
    batches = [batch[i : i + size] for i in range(0, len(batch), size)]

    def once() -> None:
        for one in batches:
            lists.match(one)

    return _spread(once, len(batch))


def _prepared_rates(lists: LiveLists, batch: list[Any]) -> dict[str, float]:
    """The same for reads that `seek` has seen already: what the lists themselves cost."""
    size, rules = _BATCHES[0], MatchRules()
    batches = [batch[i : i + size] for i in range(0, len(batch), size)]
    sought = [seek(one, rules) for one in batches]

    def once() -> None:
        for one, what in zip(batches, sought, strict=True):
            lists.match_sought(what, one, rules=rules)

    return _spread(once, len(batch))


def _spread(once: Callable[[], None], count: int) -> dict[str, float]:
    rates: list[float] = []
    by_clock: list[float] = []
    for _ in range(_PASSES):
        began, began_clock = time.process_time(), time.perf_counter()
        once()
        rates.append(count / (time.process_time() - began))
        by_clock.append(count / (time.perf_counter() - began_clock))
    return {
        "median": round(float(np.median(rates))),
        "min": round(min(rates)),
        "max": round(max(rates)),
        "by_clock_median": round(float(np.median(by_clock))),
    }


def _put_us(lists: LiveLists) -> dict[str, float]:
    """Microseconds to add an entry: 500 new ones, and 500 that change one in the arrays."""
    taken: list[float] = []
    for i, vrm in enumerate(marks(1000, SEED + 3)):
        entry = ListedEntry(10_000_000 + i if i % 2 else i, 2, vrm)
        began = time.perf_counter()
        lists.put(entry)
        taken.append(1e6 * (time.perf_counter() - began))
    return {"median": round(float(np.median(taken)), 1), "p99": round(float(np.percentile(taken, 99)), 1)}


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Print one measurement."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--entries", type=int, default=2_000_000)
    options.add_argument("--reads", type=int, default=READS)
    asked = options.parse_args()
    print(json.dumps(measure(asked.entries, asked.reads)))


if __name__ == "__main__":
    main()
