"""How soon, and how often, the public site is answered: asked over loopback by a process of its own.

Once with nothing else going on, and once while another process floods the forms from as many connections.

`python -m benchmarks.public_page [SECONDS]` prints one measurement as JSON.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import numpy as np

from benchmarks.result import ROOT, Finding, Line
from tests.publish.site_scene import state_in
from tests.web.public_door import opened

_SECONDS = 10.0
_ASKING = 8
_FORM = {"kind": "access", "text": "x" * 4000, "name": "Jo Mills", "contact": "jo@example.org"}
_PATHS = ("/", "/figures/2026-09.html", "/rules.html", "/style.css", "/verify.html")


def public_page(_: Path) -> Finding:
    """Milliseconds until a page is answered, and requests a second, with eight that ask without pause."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.public_page"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout)
    lines = (
        Line("a page, p95", told["p95"], 100, unit="ms", less=True),
        Line("requests a second", told["a_second"], 500),
        Line("a page while forms are flooded, p95", told["flooded"]["p95"], 100, unit="ms", less=True),
    )
    data = f"{_ASKING} that ask without pause, each on one connection; then beside {_ASKING} that send forms"
    return Finding(lines, data, detail=told)


def measure(seconds: float) -> dict[str, Any]:
    """Serve a site with two months and its forms, ask it from other processes; return what that found."""
    with TemporaryDirectory() as folder:
        state = replace(state_in(Path(folder)), intake="http://127.0.0.1:1")
    told: dict[str, Any] = {"at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    for door in opened(state):
        port = door.client.base_url.port
        with _asking_process("ask", port, seconds) as quiet:
            told |= _said(quiet)
        # The flood begins before and ends after: no answer is measured without it.
        with _asking_process("flood", port, seconds + 4) as flood:
            time.sleep(2)
            with _asking_process("ask", port, seconds) as asked:
                told["flooded"] = _said(asked)
            told["flood"] = _said(flood)
    return told


def _asking_process(what: str, port: int | None, seconds: float) -> subprocess.Popen[str]:
    said = [sys.executable, "-m", "benchmarks.public_page", what, str(port), str(seconds)]
    return subprocess.Popen(said, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _said(asked: subprocess.Popen[str]) -> dict[str, Any]:
    out, _ = asked.communicate()
    if asked.returncode:
        raise RuntimeError("what asked the pages broke off: see above")
    return json.loads(out)


def flood(port: int, seconds: float) -> dict[str, Any]:
    """Send forms without pause for so many seconds; return how many were answered, and how."""
    until, answers = time.monotonic() + seconds, Counter[int]()

    def send() -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            while time.monotonic() < until:
                answers[client.post("/ask", data=_FORM).status_code] += 1

    _together(send for _ in range(_ASKING))
    return {"forms": sum(answers.values()), "by_status": {str(one): n for one, n in sorted(answers.items())}}


def ask(port: int, seconds: float) -> dict[str, Any]:
    """Ask without pause for so many seconds; return what was found of all answers."""
    took: list[list[float]] = [[] for _ in range(_ASKING)]
    until = time.monotonic() + seconds
    _together(partial(_asking, port, until, one) for one in took)
    every = np.array([ms for one in took for ms in one])
    if not all(took):
        raise RuntimeError("one that asked had no answer: the measurement is worth nothing")
    return {
        "answers": len(every),
        "a_second": round(len(every) / seconds),
        "median": round(float(np.median(every)), 2),
        "p95": round(float(np.percentile(every, 95)), 2),
        "longest": round(float(every.max()), 2),
    }


def _together(every: Iterable[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=one) for one in every]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _asking(port: int, until: float, took: list[float]) -> None:
    """Ask over one connection, by hand: a client that thinks would be what is measured."""
    with socket.create_connection(("127.0.0.1", port)) as line, line.makefile("rb") as answers:
        number = 0
        while time.monotonic() < until:
            path = _PATHS[number % len(_PATHS)]
            number += 1
            began = time.perf_counter()
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n".encode())
            status, length = answers.readline(), 0
            while (head := answers.readline()) not in {b"\r\n", b""}:
                name, _, value = head.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            body = answers.read(length)
            if b" 200 " not in status or len(body) != length:
                raise RuntimeError("a page was not answered")
            took.append(1000 * (time.perf_counter() - began))


if __name__ == "__main__":
    if sys.argv[1:2] in (["ask"], ["flood"]):
        found = (ask if sys.argv[1] == "ask" else flood)(int(sys.argv[2]), float(sys.argv[3]))
    else:
        found = measure(float(sys.argv[1]) if sys.argv[1:] else _SECONDS)
    print(json.dumps(found))
