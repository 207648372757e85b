"""The table of all results, `benchmarks/results/README.md`, made from the JSON files beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.result import RESULTS, Line, read_results

_HEAD = """\
# What the reader reaches

Made by `make bench` from the JSON files in this folder; not written by hand. A measure whose data is not on
the machine is skipped and keeps its last result. **Bold** misses what it must reach at least. Shares have
their 95 % interval (Wilson), times with their spread; the machine is shared, so a time says most beside its
baseline in the JSON file. A `+` behind a commit: the code had changes that were not committed.

| measure | reached | at least | aim | data | commit, date | machine, model |
|---|---|---|---|---|---|---|
"""


def write_table(titles: Sequence[tuple[str, str]], skipped: Mapping[str, str]) -> Path:
    """Write the table: all measures in the order of `titles` (name, title), with why some were skipped."""
    kept: dict[str, Any] = read_results()
    rows = "".join(_measure(kept.get(name), title, skipped.get(name)) for name, title in titles)
    notes = "".join(f"* {title}: {skipped[name]}\n" for name, title in titles if name in skipped)
    text = _HEAD + rows + (f"\nSkipped in the last run:\n\n{notes}" if notes else "")
    path = RESULTS / "README.md"
    RESULTS.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _measure(kept: dict[str, Any] | None, title: str, reason: str | None) -> str:
    if kept is None:
        return f"| {title} | not measured{f': {reason}' if reason else ''} | | | | | |\n"
    where = kept["machine"]
    birth = f"{kept['commit']}, {kept['measured_at'][:10]}"
    stood = (
        f"{where['processor']}, {where['cores']} cores, load {where['load_1_min']}; {kept['model'] or '–'}"
    )
    data = f"{kept['data']}; seeds: {kept['seeds']}"
    return "".join(
        f"| {title}: {row['what']} | {_reached(row)} | {_target(row, 'at_least')} | {_target(row, 'aim')} "
        f"| {data} | {birth} | {stood} |\n"
        for row in kept["lines"]
    )


def _reached(row: dict[str, Any]) -> str:
    told = number(row["reached"], row["unit"]) + (f" ({row['spread']})" if row["spread"] else "")
    return f"**{told}**" if row["held"] is False else told


def _target(row: dict[str, Any], which: str) -> str:
    if row[which] is None:
        return "–"
    sign = "≤" if row["less"] else "≥"
    return f"{sign} {number(row[which], row['unit'])}"


def number(value: float | None, unit: str) -> str:
    """A number with its unit, with as many places as it deserves."""
    if value is None:
        return "nothing to measure"
    told = f"{value:.0f}" if value == int(value) and unit else f"{value:.4g}"
    return f"{told} {unit}".strip()


def line_text(line: Line) -> str:
    """One row for a terminal."""
    verdict = {None: "", True: "  reached", False: "  MISSED"}[line.holds(line.at_least)]
    if line.holds(line.aim):
        verdict = "  reached, aim too"
    spread = f" ({line.spread})" if line.spread else ""
    return f"  {line.what}: {number(line.reached, line.unit)}{spread}{verdict}"
