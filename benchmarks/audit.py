"""How quickly the audit log has an entry on the disk, and how long an outsider verifies a million of them.

`python -m benchmarks.audit [--entries N]` prints one measurement as JSON; `benchmarks.bench` runs it. The log
is in the process that logs; the verifier is a process of its own, on the export, as an outsider runs it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.result import ROOT, Finding, Line
from openanpr.audit.acts import Consultation
from openanpr.audit.export import export_log
from openanpr.audit.log import AuditLog
from openanpr.audit.note import NoteSigner

ENTRIES = 1_000_000
_ALONE = 2_000
_THREADS = 16
_EACH = 500
_PACE = 1_000
_PACED_S = 10
_TOGETHER = 1_000
_AT = datetime(2026, 11, 29, tzinfo=UTC)


def audit(_: Path) -> Finding:
    """Appends alone and by many threads, then a million entries put out and verified."""
    told = _measured(ENTRIES)
    alone, paced, many = told["alone_ms"], told["paced_ms"], told["threads"]
    lines = (
        Line(
            "one append on the disk, alone, p99",
            alone["p99"],
            20,
            unit="ms",
            less=True,
            spread=f"median {alone['median']}, longest {alone['longest']}, of {_ALONE}",
        ),
        Line(
            f"one append on the disk, {_PACE:,} a second by {_THREADS} threads, p99",
            paced["p99"],
            20,
            unit="ms",
            less=True,
            spread=f"median {paced['median']}, longest {paced['longest']}, of {_PACE * _PACED_S:,}",
        ),
        Line(
            f"appends a second, {_THREADS} threads as fast as they can, group commit",
            many["a_second"],
            1_000,
            unit="/s",
            spread=f"p99 {many['p99_ms']} ms, of {_THREADS * _EACH:,}",
        ),
        Line(
            "a log of 1 million entries verified", told["verify_s"], 60, unit="s", less=True, spread="one run"
        ),
        Line("the same log opened by its node", told["open_s"], unit="s", less=True, spread="one run"),
        Line("bytes of an exported entry, with its hashes", told["bytes_an_entry"], unit="bytes", less=True),
    )
    return Finding(lines, f"benchmarks.audit: {told['entries']} searches of one kind", detail=told)


def _measured(entries: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.audit", "--entries", str(entries)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def measure(entries: int, folder: Path) -> dict[str, Any]:
    """Everything about a log of `entries` in `folder`."""
    load_before = os.getloadavg()[0]
    signer = NoteSigner.generate("log.example/benchmark")
    log = AuditLog.open(folder / "log", signer)
    told: dict[str, Any] = {
        "entries": entries,
        "alone_ms": _alone(log),
        "paced_ms": _paced(log),
        "threads": _threads(log),
    }
    began = time.perf_counter()
    while log.size < entries:
        log.append_all([search(n) for n in range(log.size, min(log.size + _TOGETHER, entries))])
    told["filled_s"] = round(time.perf_counter() - began, 1)
    log.close()
    began = time.perf_counter()
    AuditLog.open(folder / "log", signer).close()
    told["open_s"] = round(time.perf_counter() - began, 3)
    began = time.perf_counter()
    export_log(folder / "log", folder / "out", log_key=signer.key)
    told["export_s"] = round(time.perf_counter() - began, 1)
    told |= _verified(folder / "out", str(signer.key), entries)
    return told | {"load_before": round(load_before, 2), "load_after": round(os.getloadavg()[0], 2)}


def search(n: int) -> Consultation:
    """Search number n, as a node logs it before it runs."""
    return Consultation(
        at=_AT + timedelta(seconds=n),
        person=f"PC {n % 900}",
        stage="asked",
        kind="vehicle",
        purpose="serious",
        reference=f"CR/{n % 5000}/26",
        reason="to find a witness of the robbery in Mill Street",
        plate=f"AB{n:06d}",
        cameras=140,
        oldest_days=n % 90,
        rules=("within-90-days", "trained"),
    )


def _alone(log: AuditLog) -> dict[str, float]:
    return _spread([_append(log, n) for n in range(_ALONE)])


def _paced(log: AuditLog) -> dict[str, float]:
    """As many appends a second as the log must bear, each due at its time whatever became of the others."""
    every_s, taken = _THREADS / _PACE, list[float]()
    began = time.perf_counter()

    def keep(first: int) -> None:
        for n in range(_PACE * _PACED_S // _THREADS):
            due = began + (n + first / _THREADS) * every_s
            time.sleep(max(0.0, due - time.perf_counter()))
            log.append(search(n))
            taken.append(time.perf_counter() - due)

    _by_threads(keep)
    return _spread(taken)


def _threads(log: AuditLog) -> dict[str, float]:
    taken: list[float] = []

    def keep(first: int) -> None:
        taken.extend([_append(log, n) for n in range(first * _EACH, (first + 1) * _EACH)])

    a_second = _THREADS * _EACH / _by_threads(keep)
    spread = {f"{name}_ms": value for name, value in _spread(taken).items()}
    return {"a_second": round(a_second), **spread}


def _by_threads(work: Callable[[int], None]) -> float:
    """Seconds until all threads have done their part."""
    threads = [threading.Thread(target=work, args=(n,)) for n in range(_THREADS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def _append(log: AuditLog, n: int) -> float:
    began = time.perf_counter()
    log.append(search(n))
    return time.perf_counter() - began


def _spread(taken_s: list[float]) -> dict[str, float]:
    ms = 1000 * np.asarray(taken_s)
    return {
        "median": round(float(np.median(ms)), 3),
        "p99": round(float(np.quantile(ms, 0.99)), 3),
        "longest": round(float(ms.max()), 3),
    }


def _verified(out: Path, key: str, entries: int) -> dict[str, float]:
    words = [sys.executable, "-m", "openanpr.audit.verify", str(out), "--key", key]
    began = time.perf_counter()
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    taken = time.perf_counter() - began
    if not done.stdout.startswith(f"WHOLE: {entries} entries"):
        msg = "the log that was measured is not whole"
        raise RuntimeError(msg)
    size = sum(path.stat().st_size for path in (out / "tile").rglob("*") if path.is_file())
    return {"verify_s": round(taken, 1), "bytes_an_entry": round(size / entries, 1)}


def main() -> None:
    """Print one measurement."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--entries", type=int, default=ENTRIES)
    asked = options.parse_args()
    with TemporaryDirectory(prefix="openanpr-audit-") as folder:
        print(json.dumps(measure(asked.entries, Path(folder))))


if __name__ == "__main__":
    main()
