"""A real node is killed between an act's entry and the act: the entry is there, and the act was not done."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import httpx
import pyotp
import pytest

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.deliver.enrol import enrol
from openanpr.deliver.line import Fresh, Line, LineDownError, LineSettings, Message
from openanpr.run.exit_code import RefusedError
from openanpr.run.local.ask import ask
from openanpr.wire.delivery import BATCHES_PATH
from openanpr.wire.device_key import DeviceKey
from openanpr.wire.read_batch import BatchHead, Encoding, encode_batch, encode_read
from tests.begun import Begun
from tests.ports import free_port

CAMERA = CameraId(53, 1, 7)


class Killed:
    """A node in a process of its own, which can be armed to die of the next act of a kind."""

    def __init__(self, folder: Path) -> None:
        self.data, self.port = folder / "node", free_port()
        self.data.mkdir(mode=0o700)
        (self.data / "node.toml").write_text(f"[people]\nport = 0\n[listen]\nport = {self.port}\n")
        self.folder, self.process = folder, None
        self.start()

    def start(self) -> None:
        (self.data / "node.sock").unlink(missing_ok=True)
        self.process = Begun([self.data], self.folder / "out", module="tests.whole.killed_node")
        until = time.monotonic() + 90
        while time.monotonic() < until:
            try:
                self.ask("GET", "/node")
            except RefusedError:
                assert self.process.poll() is None, (self.folder / "out").read_text()[-3000:]
                time.sleep(0.1)
            else:
                return
        raise AssertionError("the node does not answer")

    def ask(self, method: str, path: str, form: dict | None = None, **query: str):
        return ask(self.data, method, path, form=form if method == "POST" else None, query=query)

    def kill_at(self, act: str) -> None:
        (self.folder / "armed").write_text(act)

    def died_and_came_back(self) -> None:
        assert self.process.wait(30) == -9
        self.start()

    def acts(self, act: str) -> list[dict]:
        return self.ask("GET", "/audit/entries", act=act, most="1000")["entries"]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)


@pytest.fixture(scope="module")
def node() -> Iterator[Killed]:
    folder = Path(mkdtemp(prefix="anpr-"))
    made = Killed(folder)
    yield made
    made.stop()
    shutil.rmtree(folder, ignore_errors=True)


class Gate:
    """A device that delivers one read at a time."""

    def __init__(self, node: Killed) -> None:
        camera = {"camera": str(CAMERA), "mount": "fixed", "name": "Mill", "by": "Ann", "area": "north"}
        node.ask("POST", "/cameras", camera | {"lat": 51.5, "lon": -2.6})
        code = node.ask("POST", "/devices/codes", {"name": "gate", "scope": ["53/1"], "by": "Ann"})["code"]
        key = DeviceKey.generate()
        fresh = Fresh(lambda: datetime.now(UTC), lambda: os.urandom(16).hex(), time.monotonic)
        self.line = Line.open(LineSettings(f"http://127.0.0.1:{node.port}"), key, fresh)
        self.device = enrol(self.line, code, key.public)

    def send(self, mark: str) -> int:
        now = datetime.now(UTC)
        record = CaptureRecord(CAMERA, now - timedelta(seconds=1), mark, mark, "gb_current", 0.98)
        reads = [encode_read(record, Encoding.MESSAGE_PACK)]
        body = encode_batch(BatchHead(uuid4(), self.device, now), reads, Encoding.MESSAGE_PACK)
        return self.line.send(Message("POST", BATCHES_PATH, Encoding.MESSAGE_PACK, body)).status


@pytest.fixture(scope="module")
def gate(node) -> Iterator[Gate]:
    made = Gate(node)
    yield made
    made.line.close()


def batches(node: Killed) -> int:
    """How many batches the journal was ever given."""
    import sqlite3  # noqa: PLC0415 - for this alone
    from contextlib import closing  # noqa: PLC0415 - as above

    with closing(sqlite3.connect(node.data / "journal.db")) as db:
        return int(db.execute("SELECT count(*) FROM known").fetchone()[0])


def test_a_batch(node, gate) -> None:
    assert gate.send("AB12CDE") == 200
    kept, entries = batches(node), len(node.acts("collection"))
    node.kill_at("collection")
    with pytest.raises(LineDownError):
        gate.send("XY34FGH")
    node.died_and_came_back()
    assert len(node.acts("collection")) == entries + 1
    assert batches(node) == kept


def a_list(node: Killed) -> None:
    about = {"owner": "o", "purpose": "p", "legal_basis": "l", "kind": "crime"}
    node.ask("POST", "/lists", {**about, "name": "wanted", "visible_to": ["control-room"]})


def proposed(node: Killed, mark: str) -> int:
    form = {"by": "Ann", "why": "theft", "vrm": mark, "action": "stop", "reason": "theft", "owner": "o"}
    weed_on = str(date.today() + timedelta(days=90))  # noqa: DTZ011 - a day is enough
    return node.ask("POST", "/lists/wanted/entries", {**form, "weed_on": weed_on})["number"]


def test_the_approval_of_a_list_change(node) -> None:
    a_list(node)
    number = proposed(node, "AB12CDE")
    node.kill_at("list-change applied")
    with pytest.raises(RefusedError):
        node.ask("POST", f"/proposals/{number}/approve", {"by": "Zoe"})
    node.died_and_came_back()
    assert node.acts("list-change")[-1]["public"] == {
        "step": "applied",
        "added": 1,
        "removed": 0,
        "changed": 0,
    }
    assert node.ask("GET", "/lists/wanted")["entries"] == 0
    assert [one["number"] for one in node.ask("GET", "/proposals")] == [number]
    node.ask("POST", f"/proposals/{number}/approve", {"by": "Zoe"})
    assert node.ask("GET", "/lists/wanted")["entries"] == 1


VIEWER = {"as": "Ann", "roles": "control-room"}


def alert_of(node: Killed) -> dict:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        found = node.ask("GET", "/alerts/queues", **VIEWER)["crime"]["alerts"]
        if found:
            return found[0]
        time.sleep(0.2)
    raise AssertionError("no alert")


def test_a_step_on_an_alert(node, gate) -> None:
    assert gate.send("AB12CDE") == 200
    alert = alert_of(node)
    node.kill_at("alert-handling seen")
    with pytest.raises(RefusedError):
        node.ask("POST", f"/alerts/{alert['id']}/steps", {"do": "see", "shown": 99}, **VIEWER)
    node.died_and_came_back()
    assert "seen" in [one["public"]["step"] for one in node.acts("alert-handling")]
    steps = node.ask("GET", f"/alerts/{alert['id']}", **VIEWER)["steps"]
    assert "seen" not in json.dumps([one["kind"] for one in steps])


def test_a_proof_of_a_person_and_what_they_do_with_it(node) -> None:
    person = {"login": "ann", "name": "Ann", "force": 53, "unit": "a", "team": "b"}
    link = node.ask("POST", "/people/first-link", person)["link"]
    secret = node.ask("POST", "/people/links/look", {"link": link})["app_secret"]
    code = pyotp.TOTP(secret).now()
    accepted = {"link": link, "password": "four random words do", "code": code}
    recovery = node.ask("POST", "/people/links/accept", accepted)["recovery_codes"]
    entries = len(node.acts("sign-in"))
    node.kill_at("sign-in factor-proved")
    bob = {**person, "login": "bob", "name": "Bob", "by": "ann"}
    with pytest.raises(RefusedError):
        node.ask("POST", "/people", {**bob, "code": recovery[0]})
    node.died_and_came_back()
    assert len(node.acts("sign-in")) == entries + 1
    node.kill_at("people-change account-made")
    with pytest.raises(RefusedError):
        node.ask("POST", "/people", {**bob, "code": recovery[1]})
    node.died_and_came_back()
    assert node.acts("people-change")[-1]["public"] == {"step": "account-made", "outcome": "done"}
    assert [one["login"] for one in node.ask("GET", "/people")] == ["ann"]


def test_a_day_of_reads_that_is_past_its_time(node, gate) -> None:
    """Last of all: the clock leaps by two years."""
    assert gate.send("AB12CDE") == 200
    until = time.monotonic() + 30
    while node.ask("GET", "/node")["consumers"]["store"]["waiting"] and time.monotonic() < until:
        time.sleep(0.2)
    node.kill_at("erasure what='reads'")
    (node.folder / "days").write_text("800")
    node.process.wait(60)
    (node.folder / "days").unlink()
    node.start()
    days = [one["public"].get("day") for one in node.acts("erasure") if one["public"]["what"] == "reads"]
    assert str(datetime.now(UTC).date()) in days
    assert node.ask("GET", "/retention/certificates") == []


def test_the_whole_story_verifies(node) -> None:
    out = node.folder / "out-log"
    told = node.ask("POST", "/audit/export", {"destination": str(out), "by": "Ann"})
    done = subprocess.run(
        [sys.executable, "-m", "openanpr.audit.verify", out, "--key", told["key"]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert httpx.get(f"http://127.0.0.1:{node.port}/v1/health").status_code == 200
