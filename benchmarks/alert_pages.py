"""Alerts on screens: fifty people on the page of live alerts, a real browser among them, and reads that come.

`python -m benchmarks.alert_pages --people DATA COUNT` puts people into a node that does not run, and prints
the tokens of their sessions; the measure runs it before it starts the node.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np

from benchmarks.node import SURE, filled
from benchmarks.node_process import Device, NodeProcess
from benchmarks.result import ROOT, Finding, Line, Skipped
from openanpr.core.role import Role
from openanpr.people.account import Account, Post
from openanpr.people.roles import Grant
from openanpr.people.session import Way
from openanpr.people.sign_in import begin_session
from openanpr.people.training import Training
from openanpr.run.node.people_desk import people_desk
from openanpr.run.node.profile_rules import profile_of, retention_rule
from openanpr.run.node.read_settings import load_settings
from openanpr.run.node.stores import open_stores
from openanpr.wire.read_batch import encode_read
from tests.pages.chromium import chromium
from tests.ports import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Page

SEED = 20261130
PEOPLE = 50
ALERTS = 120
_ALERTS_S = 2.0
_CAMERAS = 10
_FEW = timedelta(days=30)
_SEEN = """
window.shown = {};
new MutationObserver(() => {
  for (const one of document.querySelectorAll(".card .plate__text")) {
    const mark = one.textContent.replace(/\\s/g, "");
    window.shown[mark] ??= performance.timeOrigin + performance.now();
  }
}).observe(document.getElementById("queue"), { childList: true, subtree: true });
"""


def alert_pages(_: Path) -> Finding:
    """How soon a read that is delivered is a card on a screen, with fifty people who listen."""
    with tempfile.TemporaryDirectory(dir=ROOT / "out") as folder:
        port = free_port()
        node = NodeProcess.made(Path(folder) / "node", people_port=port)
        tokens = _people(node.data, PEOPLE)
        with node:
            cameras = node.cameras(_CAMERAS)
            listed, _took = filled(node, Path(folder), 20_000)
            home = f"http://127.0.0.1:{port}"
            cpu_before_s = _cpu_s(node.pid)
            began = time.monotonic()
            with _screens(home, tokens[1:]) as heard, _browser(home, tokens[0]) as page:
                node.wait_until(lambda: _present(node) >= PEOPLE, within_s=60)
                sent = _delivered(node, cameras, listed[:ALERTS])
                on_screen = _shown(page, sent)
            spent_s = _cpu_s(node.pid) - cpu_before_s
            busy = spent_s / (time.monotonic() - began)
    ms = [1000 * (on_screen[mark] - at) for mark, at in sent.items()]
    last = [1000 * (max(times) - sent[mark]) for mark, times in heard.items() if mark in sent]
    whole = sum(len(times) for mark, times in heard.items() if mark in sent)
    if whole != len(sent) * (PEOPLE - 1):
        raise RuntimeError("somebody who listened did not hear of every alert")
    lines = (
        Line(
            f"read sent to card on a screen, {PEOPLE} people on live alerts, 95 in 100 under",
            float(np.percentile(ms, 95)),
            1_000,
            500,
            "ms",
            less=True,
            spread=f"median {np.median(ms):.0f}, longest {max(ms):.0f}, of {len(ms)}",
        ),
        Line(
            f"the same until the last of {PEOPLE - 1} others has heard it",
            float(np.percentile(last, 95)),
            unit="ms",
            less=True,
            spread=f"median {np.median(last):.0f}, longest {max(last):.0f}",
        ),
        Line("cores that the node took meanwhile", round(busy, 2), 2.0, less=True),
    )
    data = f"{ALERTS} listed vehicles, one a batch, {_ALERTS_S:g} a second; one Chromium, the others by httpx"
    return Finding(lines, data, str(SEED), detail={"load_before": round(os.getloadavg()[0], 2)})


def _people(data: Path, count: int) -> list[str]:
    words = [sys.executable, "-m", "benchmarks.alert_pages", "--people", str(data), str(count)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def put_people(data: Path, count: int) -> list[str]:
    """Put so many operators into a node that does not run; return the tokens of their sessions."""
    now = datetime.now(UTC)
    settings = load_settings(data / "node.toml")
    with ExitStack() as last:
        rule = retention_rule(profile_of(settings, on=now.date()))
        stores = open_stores(settings, rule, clock=lambda: datetime.now(UTC), last=last)
        desk = people_desk(stores)
        tokens: list[str] = []
        for n in range(count):
            post = Post(53, "Control", "Room")
            account = Account(f"a-{n}", f"op{n}", f"Operator {n}", post, "a measure", now)
            stores.people.add(account)
            stores.people.give(_grant(account, now), lambda _: None)
            until = (now + _FEW).date()
            course = Training(f"t-{n}", account.account_id, "anpr-user", now.date(), until, "a measure", now)
            stores.people.record(course)
            tokens.append(begin_session(desk, account, Way.APP, "127.0.0.1", now=now).value.token)
    return tokens


def _grant(account: Account, now: datetime) -> Grant:
    return Grant(
        grant_id=f"g-{account.login}",
        account_id=account.account_id,
        role=Role.CONTROL_ROOM_OPERATOR,
        rank=None,
        starts_at=now,
        ends_at=now + _FEW,
        given_by="a measure",
        given_at=now,
        why="a measure",
    )


def _present(node: NodeProcess) -> int:
    found: int = node.ask("node", "status")["alerts"]["present"]
    return found


@contextmanager
def _screens(home: str, tokens: list[str]) -> Iterator[dict[str, list[float]]]:
    """Have people listen while the block lasts; yield when each heard of each mark."""
    heard: dict[str, list[float]] = {}
    stop = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_listening(home, tokens, heard, stop)))
    thread.start()
    try:
        yield heard
    finally:
        stop.set()
        thread.join()


async def _listening(
    home: str, tokens: list[str], heard: dict[str, list[float]], stop: threading.Event
) -> None:
    async with httpx.AsyncClient(base_url=home, timeout=60, limits=httpx.Limits()) as line:
        ones = [asyncio.create_task(_listen(line, token, heard)) for token in tokens]
        await asyncio.to_thread(stop.wait)
        for one in ones:
            one.cancel()
        await asyncio.gather(*ones, return_exceptions=True)


async def _listen(line: httpx.AsyncClient, token: str, heard: dict[str, list[float]]) -> None:
    headers = {"cookie": f"__Host-session={token}", "accept": "text/event-stream"}
    async with line.stream("GET", "/alerts/stream", headers=headers) as answer:
        kind, mine = "", set[str]()
        async for text in answer.aiter_lines():
            if text.startswith("event: "):
                kind = text.removeprefix("event: ")
            elif text.startswith("data: ") and kind == "alert":
                said = json.loads(text.removeprefix("data: "))["said"]
                mark = said.partition(": ")[2].partition(",")[0].replace(" ", "")
                if mark and mark not in mine:
                    mine.add(mark)
                    heard.setdefault(mark, []).append(time.time())


@contextmanager
def _browser(home: str, token: str) -> Iterator[Page]:
    """Have a real browser on the page of live alerts while the block lasts."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not everybody has it who measures
    except ImportError:
        raise Skipped("playwright is not installed: 'pip install -e .[dev]'") from None
    program = chromium()
    if program is None:
        raise Skipped("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = browser.new_context(base_url=home)
        cookie: Any = {
            "name": "__Host-session",
            "value": token,
            "url": home.replace("http", "https"),
            "secure": True,
            "httpOnly": True,
            "sameSite": "Strict",
        }
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto("/alerts")
        page.evaluate(_SEEN)
        page.get_by_text("Live", exact=True).wait_for()
        yield page
        browser.close()


def _delivered(node: NodeProcess, cameras: list[Any], listed: list[str]) -> dict[str, float]:
    device = Device.enrolled(node, "listed", ["53"])
    sent: dict[str, float] = {}
    for n, vrm in enumerate(listed):
        camera, at = cameras[n % len(cameras)], datetime.now(UTC)
        record = replace(SURE, vrm=vrm, raw=vrm, camera=camera, captured_at=at)
        sent[vrm] = time.time()
        device.send([encode_read(record)])
        time.sleep(max(0.0, 1 / _ALERTS_S - (time.time() - sent[vrm])))
    return sent


def _shown(page: Page, sent: dict[str, float]) -> dict[str, float]:
    """Return when each mark was on the screen, in seconds since 1970."""
    until = time.monotonic() + 30
    found: dict[str, float] = {}
    while time.monotonic() < until:
        found = page.evaluate("window.shown")
        if found.keys() >= sent.keys():
            return {mark: at / 1000 for mark, at in found.items()}
        page.wait_for_timeout(200)
    raise RuntimeError(f"{len(sent.keys() - found.keys())} of {len(sent)} alerts came to no screen")


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    print(json.dumps(put_people(Path(sys.argv[2]), int(sys.argv[3]))))
