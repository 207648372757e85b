"""Nodes, readers, watchers and devices as they are in the field: processes, asked by the command line."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import cv2
import httpx
import numpy as np

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.deliver.enrol import enrol
from openanpr.deliver.line import Fresh, Line, LineSettings
from openanpr.wire.delivery import BATCHES_PATH
from openanpr.wire.device_key import DeviceKey
from openanpr.wire.read_batch import BatchHead, Encoding, encode_batch, encode_read
from openanpr.wire.signature import Request, sign
from tests.begun import Begun, called
from tests.conventions.tree import ROOT
from tests.ports import free_port

OPENANPR = Path(sys.executable).with_name("openanpr")
HEADER = (
    "VRM", "Make", "Model", "Colour", "Action", "Warning markers", "Reason", "NIM (5x5x5) code",
    "Information/Action", "Force & Area", "Weed date", "PNC ID", "GPMS/GSC marking", "CAD information",
    "Spare 1", "Spare 2",
)  # fmt: skip
GREETED = "node: everything is in"
_STARTS_WITHIN_S = 90.0


class WorldError(AssertionError):
    """A process did not do what was asked of it."""


@dataclass(slots=True)
class Yard:
    """Where all of it stands: one folder, what must end with the tests, and what no log may hold."""

    folder: Path
    stack: ExitStack
    marks: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)
    logs: list[Path] = field(default_factory=list)

    def log(self, name: str) -> Path:
        """Return the path of a process's log, remembered."""
        path = self.folder / f"{name}.log"
        if path not in self.logs:
            self.logs.append(path)
        return path

    def secret_words(self) -> set[str]:
        """Return the codes and tokens that were given, and the lines of every private key that lies here."""
        keys = (pem.read_text("ascii") for pem in self.folder.rglob("*.pem"))
        lines = (line for key in keys for line in key.splitlines() if not line.startswith("-----"))
        return {*self.secrets, *lines}

    def told_to_logs(self) -> list[tuple[str, str]]:
        """Return each log that holds a mark or a secret, with what it holds; there is none if all is well."""
        marks, secrets = {_squeezed(mark) for mark in self.marks}, self.secret_words()
        found: list[tuple[str, str]] = []
        for path in self.logs:
            text = path.read_text("utf-8") if path.exists() else ""
            squeezed = _squeezed(text)
            found += [(path.name, mark) for mark in marks if mark in squeezed]
            found += [(path.name, secret) for secret in secrets if secret in text]
        return found

    def process(self, words: Sequence[object], log: Path) -> subprocess.Popen[bytes]:
        """Return a process that ends with the tests at the latest."""
        with log.open("ab") as stream:
            process = subprocess.Popen(
                list(map(str, words)), stdout=stream, stderr=stream, cwd=ROOT, env=strict()
            )
        self.stack.callback(end, process)
        return process


def _squeezed(text: str) -> str:
    """Return a text without what may stand between the parts of a mark."""
    return text.upper().replace(" ", "").replace("-", "")


def strict() -> dict[str, str]:
    """Return an environment in which a warning is an error, as it is in the tests themselves."""
    return {**os.environ, "PYTHONWARNINGS": "error"}


def end(process: subprocess.Popen[Any] | Begun) -> None:
    """End a process in order, else by force."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(holds: Callable[[], object], *, within_s: float, what: str, every_s: float = 0.05) -> None:
    """Wait until something holds; raises WorldError that says what was waited for."""
    last = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > last:
            raise WorldError(f"not within {within_s:.0f} s: {what}")
        time.sleep(every_s)


def run(*words: object) -> subprocess.CompletedProcess[str]:
    """Return what a command line did."""
    return called(*words, env=strict())


class Node:
    """`openanpr node` on a folder of its own."""

    def __init__(self, yard: Yard, name: str, settings: str = "", *, scheme: str = "http") -> None:
        self.yard, self.name, self.settings = yard, name, settings
        self.data, self.port = yard.folder / name, free_port()
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self.log = yard.log(name)
        self.words: Sequence[object] = ("node", "--data", self.data)
        self.module = ""
        self.process: Begun | None = None
        self.ca: Path | None = None

    def settle_in(self) -> None:
        """Make its folder where it is not there, and its settings."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        file = self.data / "node.toml"
        file.touch(mode=0o600)
        file.write_text(f"[listen]\nport = {self.port}\n[people]\nport = 0\n{self.settings}", "utf-8")

    def launch(self) -> None:
        """Start it and do not wait."""
        self.settle_in()
        self.process = Begun(self.words, self.log, module=self.module)
        self.yard.stack.callback(end, self.process)

    def start(self) -> Node:
        """Start it and wait until it says that it is there."""
        told = self.log.read_bytes().count(GREETED.encode()) if self.log.exists() else 0
        self.launch()
        until(
            lambda: self.ended or self.log.read_bytes().count(GREETED.encode()) > told,
            within_s=_STARTS_WITHIN_S,
            what=f"{self.name} starts",
        )
        if self.ended:
            raise WorldError(f"{self.name} ended at once: {self.log.read_text('utf-8')[-2000:]}")
        return self

    @property
    def ended(self) -> bool:
        """Whether its process is over."""
        return self.process is not None and self.process.poll() is not None

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it in order."""
        assert self.process is not None
        end(self.process)
        assert self.process.returncode == 0, f"{self.name} ended with {self.process.returncode}"

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop it for a while."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def told(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Return what a command to this node did."""
        return run(*words, "--data", self.data)

    def ask(self, *words: object) -> Any:
        """Return what it answers, as JSON; raises WorldError with what it says when it refuses."""
        done = self.told(*words, "--json")
        if done.returncode != 0:
            raise WorldError(f"{' '.join(map(str, words[:2]))}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def status(self) -> Any:
        """Return how it does."""
        return self.ask("node", "status")

    def settled(self) -> None:
        """Wait until every consumer of the journal has passed all that came."""

        def done() -> bool:
            return not any(one["waiting"] for one in self.status()["consumers"].values())

        until(done, within_s=30, what=f"{self.name} has passed all", every_s=0.2)

    def camera(self, camera: str, *, area: str = "north") -> None:
        """Put a fixed camera into its register."""
        where = ("--mount", "fixed", "--area", area, "--lat", "51.45", "--lon", "-2.59")
        self.ask("cameras", "add", camera, *where, "--name", f"camera {camera}", "--by", "Ann")

    def define(self, name: str, *, kind: str = "crime", hours: float | None = 48) -> None:
        """Define a list."""
        told = ("--owner", "DS Lee", "--purpose", "a test", "--legal-basis", "none: invented", "--kind", kind)
        age = () if hours is None else ("--max-age-hours", hours)
        self.ask("lists", "define", "--name", name, *told, "--visible-to", "control-room", *age)

    def fill(self, name: str, marks: Sequence[str], *beside: object, weed_on: str = "2099-12-31") -> None:
        """Bring in a whole list from a file of sixteen columns, approved by another person."""
        self.yard.marks.update(marks)
        path = self.yard.folder / f"{self.name}-{name}.csv"
        with path.open("w", newline="", encoding="utf-8") as stream:
            rows = csv.writer(stream)
            rows.writerow(HEADER)
            for mark in marks:
                rows.writerow([mark, "", "", "", "STOP", "", "Stolen", "E41", "Stop", "", weed_on, *[""] * 5])
        asked = ("lists", "import", path, "--list", name, "--by", "Ann", "--why", "first filling")
        self.approve(self.ask(*asked, *beside)["proposal"]["number"])

    def add(self, name: str, mark: str, *beside: object, weed_in_days: int = 300) -> int:
        """Ask for an entry by hand; return the number of the proposal."""
        self.yard.marks.add(mark)
        weed_on = (datetime.now(UTC) + timedelta(days=weed_in_days)).date()
        about = ("--vrm", mark, "--reason", "Robbery", "--owner", "DS Lee", "--weed-on", weed_on)
        who = ("--by", "Ann", "--why", "asked for by DS Lee")
        action = () if "--action" in beside else ("--action", "stop")
        return int(self.ask("lists", "add", name, *about, *action, *who, *beside)["number"])

    def approve(self, number: int, by: str = "Bob") -> None:
        """Approve a proposal as another person."""
        assert self.ask("lists", "approve", number, "--by", by)["state"] == "live"

    def code(self, name: str, *scope: str) -> str:
        """Return a one-time code."""
        words = [word for one in scope for word in ("--scope", one)]
        code = str(self.ask("devices", "code", "--name", name, *words, "--by", "Ann")["code"])
        self.yard.secrets.add(code)
        return code

    def code_file(self, name: str, *scope: str) -> Path:
        """Return a file with a one-time code, for its owner's eyes only."""
        path = self.yard.folder / f"{name}.code"
        path.touch(mode=0o600)
        path.write_text(self.code(name, *scope), "utf-8")
        return path

    def queue(self, *, kind: str = "crime", **viewer: str) -> list[Any]:
        """Return the alerts that wait for a viewer (control room, if nothing else is said)."""
        said = {"as": "Cleo", "roles": "control-room", **viewer}
        words = [word for name, value in said.items() for word in (f"--{name}", value)]
        return list(self.ask("alerts", "queue", *words)[kind]["alerts"])

    def alert_of(self, mark: str, **viewer: str) -> Any | None:
        """Return the one waiting alert of a mark, None where there is none; raises WorldError for two."""
        found = [one for one in self.queue(**viewer) if one["strongest"]["vrm_listed"] == mark]
        if len(found) > 1:
            raise WorldError(f"{len(found)} alerts of one vehicle wait")
        return found[0] if found else None

    def stored(self) -> list[Any]:
        """Return every stored read, as a process of its own finds them; the node must be stopped."""
        return looked_at(self.data)


class LaterNode(Node):
    """A node whose clock a test moves (`tests.whole.later_node`)."""

    def __init__(self, yard: Yard, name: str, settings: str = "") -> None:
        super().__init__(yard, name, settings)
        self._clock = yard.folder / f"{name}.clock"
        self.held = yard.folder / f"{name}.clock.held"
        self.words, self.module = (self.data, self._clock), "tests.whole.later_node"
        self.ahead(0)

    def ahead(self, days: int, *, of_chores: int | None = None) -> None:
        """Have the clock so many days ahead, that of the chores maybe by others; it is read whole."""
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(f"{days} {days if of_chores is None else of_chores}", "ascii")
        fresh.replace(self._clock)


def looked_at(data: Path) -> list[Any]:
    """Return every read in the read store of a folder on which no node runs."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.whole.look", data / "reads"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120, env=strict(),
    )  # fmt: skip
    if done.returncode != 0:
        raise WorldError(f"the read store cannot be looked at: {done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


class Watch:
    """`openanpr alerts watch --json`, and each alert that it printed with the moment when it came."""

    def __init__(self, node: Node, *, who: str = "Cleo", roles: str = "control-room") -> None:
        self._node = node
        self.heard: list[tuple[float, Any]] = []
        words = ("alerts", "watch", "--json", "--as", who, "--roles", roles, "--data", node.data)
        there = node.status()["alerts"]["present"]
        log = node.yard.log(f"{node.name}-watch")
        with log.open("ab") as stream:
            self._process = subprocess.Popen(
                [OPENANPR, *map(str, words)], stdout=subprocess.PIPE, stderr=stream, text=True, env=strict()
            )
        node.yard.stack.callback(end, self._process)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        until(lambda: node.status()["alerts"]["present"] > there, within_s=30, what="a viewer is there")

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.heard.append((time.monotonic(), json.loads(line)))

    def of(self, mark: str) -> list[tuple[float, Any]]:
        """Return what was heard of a mark."""
        return [(at, said) for at, said in self.heard if said["alert"]["strongest"]["vrm_listed"] == mark]

    def wait_for(self, mark: str, *, within_s: float = 30) -> tuple[float, Any]:
        """Return the first that is heard of a mark, with the moment."""
        until(lambda: self.of(mark), within_s=within_s, what=f"an alert of {mark}", every_s=0.01)
        return self.of(mark)[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(30)
        self._thread.join(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


class Device:
    """An enrolled device that sends what it is told, and again what it sent."""

    def __init__(self, node: Node, name: str, *scope: str, ca: Path | None = None) -> None:
        self.node, self.key = node, DeviceKey.generate()
        fresh = Fresh(lambda: datetime.now(UTC), lambda: os.urandom(16).hex(), time.monotonic)
        with Line.open(LineSettings(node.url, ca), self.key, fresh) as line:
            self.id = enrol(line, node.code(name, *scope), self.key.public)
        trust = True if ca is None else ssl.create_default_context(cafile=ca)
        self._client = httpx.Client(trust_env=False, timeout=30, verify=trust)
        node.yard.stack.callback(self._client.close)

    def batch(self, *reads: CaptureRecord, batch_id: UUID | None = None) -> httpx.Request:
        """Return a signed request that brings these reads; sent twice it is a replay."""
        self.node.yard.marks.update(read.vrm for read in reads)
        head = BatchHead(batch_id or UUID(bytes=os.urandom(16)), self.id, datetime.now(UTC))
        body = encode_batch(head, [encode_read(read) for read in reads], Encoding.MESSAGE_PACK)
        return self.signed("POST", BATCHES_PATH, Encoding.MESSAGE_PACK, body)

    def picture(self, picture: bytes) -> httpx.Request:
        """Return a signed request that brings a picture."""
        return self.signed("PUT", f"/v1/pictures/{sha256_of(picture)}", "image/jpeg", picture)

    def signed(self, method: str, path: str, kind: str, body: bytes) -> httpx.Request:
        """Return a request signed with the device's key."""
        url, headers = self.node.url + path, {"content-type": kind}
        made = Request(method, url, headers, body)
        proof = sign(made, self.key, created=datetime.now(UTC), nonce=os.urandom(16).hex())
        return self._client.build_request(method, url, headers={**headers, **proof}, content=body)

    def post(self, request: httpx.Request) -> tuple[int, Any]:
        """Return the status and what is answered."""
        answer = self._client.send(request)
        return answer.status_code, answer.json()

    def send(self, *reads: CaptureRecord) -> Any:
        """Return the answer to a batch of these reads; raises WorldError when it is refused."""
        status, answer = self.post(self.batch(*reads))
        if status != 200:
            raise WorldError(f"a batch was refused with status {status}: {answer}")
        return answer


def read(mark: str, camera: str, at: datetime | None = None, **beside: Any) -> CaptureRecord:
    """Return a sure read of a mark, of now if nothing else is said."""
    at = at or datetime.now(UTC)
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    return CaptureRecord(CameraId.parse(camera), at, mark, mark, "gb_current", 0.99, **beside)


def jpeg(shade: int) -> bytes:
    """Return a small picture that is like no other shade's."""
    return cv2.imencode(".jpg", np.full((48, 64, 3), 3 * shade, np.uint8))[1].tobytes()


def sha256_of(data: bytes) -> str:
    """Return the name of a picture."""
    return hashlib.sha256(data).hexdigest()


def ago(**span: float) -> datetime:
    """Return the time so long ago."""
    return datetime.now(UTC) - timedelta(**span)


def holding(folder: Path, *texts: str) -> list[str]:
    """Return the files below a folder, by their place in it, that hold one of these texts in any spelling."""
    wanted = [
        form.encode(coding)
        for text in texts
        for form in {text, text.lower(), f"{text[:4]} {text[4:]}"}
        for coding in ("utf-8", "utf-16-le")
    ]
    found: list[str] = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        named = str(path.relative_to(folder))
        held = path.read_bytes()
        if any(text in held for text in wanted) or any(text in named for text in texts):
            found.append(named)
    return found
