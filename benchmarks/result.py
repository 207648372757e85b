"""What a measure hands over, and how it is kept: one JSON file each, and one table made of all."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"


class Skipped(Exception):  # noqa: N818 - it is no error: what the measure needs is not on this machine
    """The measure cannot be run here; the text says what it lacks. Never counted as reached."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: a number, what it must be `at_least` and should be (`aim`).

    `less` is true where smaller is better. None for a number that has no target. `spread` is the
    interval or the range of the number, in words.
    """

    what: str
    reached: float | None
    at_least: float | None = None
    aim: float | None = None
    unit: str = ""
    less: bool = False
    spread: str = ""

    def holds(self, target: float | None) -> bool | None:
        """Whether the number is at the target or better; None without a target."""
        if target is None:
            return None
        if self.reached is None:
            return False
        return self.reached <= target if self.less else self.reached >= target


@dataclass(frozen=True, slots=True)
class Finding:
    """What one measure found: its rows, the data that it stands on, the models, seeds, and anything more.

    No plate of a private picture may stand in `detail`: it is committed.
    """

    lines: tuple[Line, ...]
    data: str
    seeds: str = "none"
    model: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)


def machine() -> dict[str, object]:
    """The processor, its cores for this process, its load and the system: what a time depends on."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return {
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_1_min": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
    }


def commit() -> str:
    """The commit that is measured, with `+` when the code differs from it."""
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        changed = _git("status", "--porcelain", "--", "src", "benchmarks/*.py", "training")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head + ("+" if changed else "")


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def write_result(name: str, title: str, finding: Finding, *, took_s: float) -> Path:
    """Keep what a measure found as `results/<name>.json`."""
    rows = [
        asdict(line) | {"held": line.holds(line.at_least), "aim_held": line.holds(line.aim)}
        for line in finding.lines
    ]
    kept = {
        "name": name,
        "title": title,
        "lines": rows,
        "data": finding.data,
        "seeds": finding.seeds,
        "model": finding.model,
        "commit": commit(),
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "took_s": round(took_s, 1),
        "machine": machine(),
        "detail": finding.detail,
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read_results() -> dict[str, dict[str, object]]:
    """Every kept result by its name."""
    return {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in sorted(RESULTS.glob("*.json"))}
