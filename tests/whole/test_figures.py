"""A month passes on a real node: published, shown, given out, verified elsewhere, and kept for good."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openanpr.publish.period import Month
from tests.whole.world import Device, LaterNode, Node, ago, read, run, until

CAMERA = "53/1/3"
MARKS = [f"LC{n}TTN" for n in range(61, 68)]


@dataclass(frozen=True, slots=True)
class Passed:
    """The node, the month in which it was at work, the file of that month, and the log's key."""

    node: Node
    month: Month
    file: Path
    key: str


@pytest.fixture(scope="module")
def passed(yard) -> Passed:
    node = LaterNode(yard, "figures")
    node.start()
    node.camera(CAMERA)
    node.define("wanted", hours=None)
    node.fill("wanted", MARKS[:5])
    until(lambda: node.status()["listed"] == 5, within_s=20, what="the entries are matched with")
    device = Device(node, "camera 3", "53")
    yard.marks.update(MARKS)
    seen = ago(seconds=5)
    device.send(*(read(mark, CAMERA, seen) for mark in MARKS))
    until(lambda: len(node.queue()) == 5, within_s=30, what="the alerts")
    node.settled()
    month = Month.of(seen)
    assert node.ask("figures", "publish")["published"] == [], "the month is not over"
    days = (month.settled(31) - datetime.now(UTC)) // timedelta(days=1) + 1
    node.ahead(days)
    assert node.ask("figures", "publish")["published"] == [str(month)]
    assert node.told("figures", "export", month, yard.folder / "out").returncode == 0
    key = node.ask("figures", "list")["key"]
    return Passed(node, month, yard.folder / "out" / f"figures-{month}.json", key)


def figures(told: Any) -> dict[str, Any]:
    return {one["id"]: one["value"] for one in json.loads(told)["document"]["figures"]}


def test_what_happened_is_told_and_nothing_that_is_small(passed) -> None:
    told = figures(passed.file.read_text("utf-8"))
    assert told["reads"] == {"least": 7, "most": 7}
    assert told["alerts"] == {"least": 5, "most": 9}
    assert told["searches"] == {"least": 0, "most": 0}
    assert told["cameras"] == {"least": 1, "most": 4}
    assert told["misread-per-thousand-checked"] is None
    shown = passed.node.told("figures", "show", passed.month).stdout
    assert "withheld" in shown
    assert "not counted" not in shown
    summed = passed.node.told("figures", "sum", passed.month, passed.month)
    assert (summed.returncode, "1 of 1" in summed.stdout) == (0, True)
    assert not any(mark in passed.file.read_text("utf-8") for mark in MARKS)


def test_it_is_verified_elsewhere_with_the_log_put_out(passed, tmp_path) -> None:
    assert passed.node.told("audit", "export", tmp_path / "log").returncode == 0
    done = run("figures", "verify", passed.file, "--key", passed.key, "--log", tmp_path / "log")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"PROVED: the figures of {passed.month}")
    assert "counted anew from the log: searches agrees" in done.stdout
    told = passed.node.ask("figures", "recompute", passed.month, "--why", "a check", "--by", "Ann")
    assert {one["agreement"] for one in told["populations"]} == {"agrees"}


def test_a_kill_and_a_start_later_the_same_file_is_shown(passed) -> None:
    passed.node.kill()
    passed.node.start()
    (file,) = passed.node.ask("figures", "show", passed.month)["files"]
    assert file["file"] == passed.file.read_text("utf-8")


def test_who_changes_it_in_the_database_is_found_out(passed, tmp_path) -> None:
    passed.node.stop()
    with sqlite3.connect(passed.node.data / "control.db") as database:
        ((body,),) = database.execute("SELECT body FROM publication").fetchall()
        told = json.loads(body)
        told["profile"] = "a better one of 2018-01-11"
        changed = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        database.execute("UPDATE publication SET body = ?", (changed,))
    database.close()
    passed.node.start()
    assert passed.node.told("figures", "export", passed.month, tmp_path).returncode == 0
    done = run("figures", "verify", tmp_path / passed.file.name, "--key", passed.key)
    assert (done.returncode, "does not commit to this document" in done.stdout) == (1, True)
    assert run("figures", "verify", passed.file, "--key", passed.key).returncode == 0
    passed.node.stop()
