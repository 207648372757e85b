"""What a flood of sign-ins does to whoever is signed in: the API of a whole node, asked over its port.

`python -m benchmarks.door` prints one measurement as JSON; `benchmarks.bench` runs it in its own process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyotp

from benchmarks.node_process import NodeProcess
from benchmarks.result import ROOT, Finding, Line
from openanpr.run.local.ask import ask
from tests.ports import free_port

_FLOODING = 32
_ASKED = 200
_WORDS = "four random words do"
_POST = {"force": 53, "unit": "Standards", "team": "Office"}


def door(_: Path) -> Finding:
    """Milliseconds until somebody signed in is answered, in quiet and in a flood of sign-ins."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.door"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout)
    quiet, flood = told["quiet"], told["flood"]
    lines = (
        Line("who am I, in quiet, p95", quiet["p95"], unit="ms", less=True, spread=_spread(quiet)),
        Line(
            "the same in a flood of sign-ins, p95",
            flood["p95"],
            1000,
            unit="ms",
            less=True,
            spread=_spread(flood),
        ),
        Line("sign-ins judged a second in the flood", told["judged_a_second"]),
    )
    data = f"{_FLOODING} that sign in without pause, each under another name, beside one who is signed in"
    return Finding(lines, data, detail=told)


def _spread(of: dict[str, float]) -> str:
    return f"half under {of['median']:.1f}; longest of {_ASKED} {of['longest']:.1f}"


def measure() -> dict[str, Any]:
    """Every time that was taken, summed up."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="door-") as folder:
        port = free_port()
        node = NodeProcess.made(Path(folder) / "node", people_port=port)
        with node, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as line:
            who = _signed_in(node.data, line)
            quiet = _asked(line, who)
            stop, seen = threading.Event(), Counter[int]()
            flooding = [
                threading.Thread(target=_flood, args=(f"http://127.0.0.1:{port}", n, stop, seen))
                for n in range(_FLOODING)
            ]
            for one in flooding:
                one.start()
            time.sleep(2)
            began = time.perf_counter()
            before = seen[401]
            flood = _asked(line, who)
            judged = (seen[401] - before) / (time.perf_counter() - began)
            stop.set()
            for one in flooding:
                one.join()
    return {
        "quiet": quiet,
        "flood": flood,
        "judged_a_second": round(judged, 1),
        "answers_to_the_flood": {str(status): count for status, count in sorted(seen.items())},
        "load_before": round(load, 2),
    }


def _signed_in(data: Path, line: httpx.Client) -> dict[str, str]:
    form = {"login": "ann", "name": "Ann", **_POST}
    link = ask(data, "POST", "/people/first-link", form=form)["link"]
    shown = ask(data, "POST", "/people/links/look", form={"link": link})
    code = pyotp.TOTP(shown["app_secret"]).now()
    used = {"link": link, "password": _WORDS, "code": code}
    recovery = ask(data, "POST", "/people/links/accept", form=used)["recovery_codes"]
    told = line.post("/api/sign-in", json={"login": "ann", "password": _WORDS, "code": recovery[0]})
    return {"authorization": f"Bearer {told.json()['token']}"}


def _asked(line: httpx.Client, who: dict[str, str]) -> dict[str, float]:
    took: list[float] = []
    for _ in range(_ASKED):
        began = time.perf_counter()
        answer = line.get("/api/me", headers=who)
        took.append(1000 * (time.perf_counter() - began))
        if answer.status_code != httpx.codes.OK:
            raise RuntimeError(f"whoever is signed in was answered {answer.status_code}")
    return {
        "median": round(float(np.median(took)), 2),
        "p95": round(float(np.percentile(took, 95)), 2),
        "longest": round(max(took), 2),
    }


def _flood(url: str, number: int, stop: threading.Event, seen: Counter[int]) -> None:
    """Sign in under names that nobody has, each from an address of its own of this machine."""
    turn = 0
    transport = httpx.HTTPTransport(local_address=f"127.0.{number + 1}.1")
    with httpx.Client(base_url=url, timeout=60, transport=transport) as line:
        while not stop.is_set():
            turn += 1
            form = {"login": f"n{number}-{turn}", "password": "a guess", "code": "000000"}
            answer = line.post("/api/sign-in", json=form)
            seen[answer.status_code] += 1
            if answer.status_code != httpx.codes.UNAUTHORIZED:
                time.sleep(0.02)


if __name__ == "__main__":
    json.dump(measure(), sys.stdout, indent=1)
