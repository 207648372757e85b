"""How long a start takes to know when the rules changed: all of the log read, and what was kept gone on from.

`python -m benchmarks.rule_history [--entries N]` prints one measurement as JSON; `benchmarks.bench` runs it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.audit import search
from benchmarks.result import ROOT, Finding, Line
from openanpr.audit.acts import PolicyChange
from openanpr.audit.log import AuditLog
from openanpr.audit.note import NoteSigner
from openanpr.run.node.rule_history import RuleHistory

ENTRIES = 1_000_000
_TOGETHER = 1_000
_CHANGES = 20
_A_DAY = 3_000
"""Entries that came after what was kept: about a day of a busy force, deliveries left out."""
_AGAIN = 5
_AT = datetime(2026, 11, 29, tzinfo=UTC)


def rule_history(_: Path) -> Finding:
    """A log of a million entries, read as a first start does, and as each later one."""
    told = _measured(ENTRIES)
    lines = (
        Line("a first start: all entries read", told["first_s"], unit="s", less=True, spread="one run"),
        Line(
            f"a later start: {_CHANGES} kept changes looked up, {_A_DAY:,} entries read",
            told["later_s"],
            unit="s",
            less=True,
            spread=f"median of {_AGAIN}",
        ),
        Line("times as fast", told["times"], 10, unit="x"),
    )
    return Finding(lines, f"benchmarks.rule_history: {told['entries']} entries", detail=told)


def _measured(entries: int) -> dict[str, Any]:
    line = [sys.executable, "-m", "benchmarks.rule_history", "--entries", str(entries)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def measure(entries: int, folder: Path) -> dict[str, Any]:
    """Seconds of a first and of later starts over a log of `entries` in `folder`."""
    load_before = os.getloadavg()[0]
    log = AuditLog.open(folder / "log", NoteSigner.generate("log.example/benchmark"))
    every = max(1, (entries - _A_DAY) // _CHANGES)
    while log.size < entries - _A_DAY:
        some = [search(n) for n in range(log.size, min(log.size + _TOGETHER, entries - _A_DAY))]
        log.append_all(some)
        if log.size // every > (log.size - len(some)) // every:
            log.append(_change(log.size))
    kept_under = log.checkpoint().checkpoint
    first_s, found = _start(log, folder / "kept", kept_under)
    log.append_all([search(n) for n in range(_A_DAY)])
    later = sorted(
        _start(log, folder / "kept", log.checkpoint().checkpoint, keep=False) for _ in range(_AGAIN)
    )
    if any(again != found for _, again in later):
        raise RuntimeError("what was kept is not what the log has")
    log.close()
    later_s = later[len(later) // 2][0]
    return {
        "entries": entries,
        "first_s": round(first_s, 2),
        "later_s": round(later_s, 3),
        "times": round(first_s / later_s, 1),
        "load_before": round(load_before, 2),
        "load_after": round(os.getloadavg()[0], 2),
    }


def _change(n: int) -> PolicyChange:
    at = _AT + timedelta(seconds=n)
    return PolicyChange(at=at, person="the node", profile="current.2021-02-01", digest="ab" * 32, reason="x")


def _start(log: AuditLog, path: Path, under: Any, *, keep: bool = True) -> tuple[float, int]:  # noqa: ANN401 - a checkpoint
    """Seconds until the changes are known, and how many there are; each start finds the same file."""
    kept = path.read_bytes() if path.exists() else None
    began = time.perf_counter()
    found = len(RuleHistory(log, path, b"k" * 32).changes(under))
    taken = time.perf_counter() - began
    if kept is not None and not keep:
        path.write_bytes(kept)
    return taken, found


def main() -> None:
    """Print one measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    with TemporaryDirectory(prefix="openanpr-rule-history-") as folder:
        print(json.dumps(measure(parser.parse_args().entries, Path(folder))))


if __name__ == "__main__":
    main()
