"""What pages weigh and how soon they are there, in a real browser that holds nothing of them yet.

`python -m benchmarks.page_weight` prints one measurement; `benchmarks.bench` runs it in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.result import ROOT, Finding, Line, Skipped
from demonstration.county.chart import write_chart
from demonstration.county.ground import read_ground
from openanpr.core.role import Role
from tests.pages.chromium import chromium
from tests.pages.office import Office
from tests.store.front import running_front

_TIMES = 15
_PAGES = {
    "sign-in": ("/sign-in", ()),
    "start": ("/", (Role.CONTROL_ROOM_OPERATOR,)),
    "search": ("/search/new/one-vehicle", (Role.INVESTIGATOR,)),
}
_MAPS = {"cameras": ("/cameras", (Role.ANPR_MANAGER,))}
_LAYER = ROOT / "out" / "demo" / "county" / "map.geojson"
_SENT = """performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
    .reduce((sum, one) => sum + one.transferSize, 0)"""
_LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"


def page_weight(_: Path) -> Finding:
    """Kilobytes over the line and milliseconds until a page is whole, for first pages and one with a map."""
    if chromium() is None:
        raise Skipped("no Chromium here")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.page_weight"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout)
    lines: list[Line] = []
    for name in _PAGES:
        of = told[name]
        lines += (
            Line(f"{name}: over the line", of["kb"], 100, unit="kB", less=True),
            Line(f"{name}: whole after, p95", of["p95_ms"], 1000, unit="ms", less=True, spread=_spread(of)),
        )
    for name in _MAPS:
        of = told[name]
        lines += (
            Line(f"{name}, with its map: over the line", of["kb"], 700, unit="kB", less=True),
            Line(
                f"{name}, with its map: drawn after, p95",
                of["p95_ms"],
                unit="ms",
                less=True,
                spread=_spread(of),
            ),
        )
    data = f"each page {_TIMES} times in a browser that holds nothing, style and scripts pressed by gzip"
    return Finding(tuple(lines), data, detail=told)


def _spread(of: dict[str, float]) -> str:
    return f"half under {of['median_ms']:.0f}; longest of {_TIMES} {of['longest_ms']:.0f}"


def measure() -> dict[str, Any]:
    """Every page, its weight and times."""
    found: dict[str, Any] = {"load_before": os.getloadavg()[0]}
    if not _LAYER.exists():  # no county was started in this checkout yet
        _LAYER.parent.mkdir(parents=True, exist_ok=True)
        write_chart(read_ground(), _LAYER)
    layer = f'[pages]\nlayer = "{_LAYER}"\n'
    with (
        tempfile.TemporaryDirectory() as text,
        running_front(Path(text)) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        office = Office(Path(text) / "node", url, browser, layer)
        office.served.start()
        for name, (address, roles) in (_PAGES | _MAPS).items():
            who = office.person(name, *roles) if roles else None
            times = [_opened(office, who, address, drawn=name in _MAPS) for _ in range(_TIMES)]
            ms = np.array([one for one, _ in times])
            found[name] = {
                "kb": round(max(sent for _, sent in times) / 1000, 1),
                "median_ms": round(float(np.median(ms)), 1),
                "p95_ms": round(float(np.quantile(ms, 0.95)), 1),
                "longest_ms": round(float(ms.max()), 1),
            }
        office.close()
        browser.close()
    return found


def _opened(office: Office, who: Any, address: str, *, drawn: bool) -> tuple[float, int]:  # noqa: ANN401 - an account or none
    """Return after how many milliseconds a page was whole, and how many bytes came over the line."""
    with office.at(who) as page:
        page.goto(address, wait_until="load")
        if drawn:
            page.wait_for_selector("[data-ready]", state="attached")
            return _now(page), int(page.evaluate(_SENT))
        return float(page.evaluate(_LOADED)), int(page.evaluate(_SENT))


def _now(page: Page) -> float:
    return float(page.evaluate("performance.now()"))


if __name__ == "__main__":
    print(json.dumps(measure()))
