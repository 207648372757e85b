"""A real node in a process of its own, and devices that deliver to it: the measures of the node share it."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.deliver.enrol import enrol
from openanpr.deliver.line import Fresh, Line, LineSettings, Message
from openanpr.wire.delivery import BATCHES_PATH, PICTURES_PATH, BatchAnswer, read_batch_answer
from openanpr.wire.device_key import DeviceKey
from openanpr.wire.read_batch import BatchHead, Encoding, encode_batch, encode_read
from tests.ports import free_port

OPENANPR = Path(sys.executable).with_name("openanpr")
FORCE, SOURCE = 53, 1


class NodeProcess:
    """`openanpr node` on a folder, asked by its own command line."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        self.url = f"http://127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def made(cls, data: Path, *, settings: str = "", port: int | None = None, people_port: int = 0) -> Self:
        """Return a node on a new folder, not started; `settings` are lines of its node.toml."""
        node = cls(data, port or free_port())
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = f"[people]\nport = {people_port}\n[listen]\nport = {node.port}\n{settings}"
        (data / "node.toml").write_text(text, encoding="utf-8")
        return node

    @property
    def pid(self) -> int:
        """The number of its process."""
        if self._process is None:
            raise RuntimeError("the node was not started")
        return self._process.pid

    @property
    def log(self) -> Path:
        """The file with what it says."""
        return self.data.parent / f"{self.data.name}.log"

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start it, and wait for nothing."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen([OPENANPR, "node", "--data", self.data], stdout=log, stderr=log)
        return self._process

    def start(self, *, within_s: float = 120.0) -> Self:
        """Start it and wait until it answers."""
        self.wait_up(self.spawn(), within_s=within_s)
        return self

    def wait_up(self, process: subprocess.Popen[bytes], *, within_s: float = 120.0) -> None:
        """Wait until the node that was spawned answers."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            if process.poll() is not None:
                raise RuntimeError(f"the node ended with {process.returncode}: see its log")
            try:
                self.ask("node", "status")
            except subprocess.CalledProcessError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError("the node did not answer in time: see its log")

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def ask(self, *words: str) -> Any:  # noqa: ANN401 - JSON
        """Return what the command line answers, as JSON."""
        done = subprocess.run([*self.words(*words), "--json"], capture_output=True, check=True)
        return json.loads(done.stdout)

    def words(self, *words: str) -> list[str | Path]:
        """Return the command line of a question to this node."""
        return [OPENANPR, *words, "--data", self.data]

    def cameras(self, count: int) -> list[CameraId]:
        """Register so many cameras of one source and return them."""
        made = [CameraId(FORCE, SOURCE, n) for n in range(1, count + 1)]
        for camera in made:
            where = ("--lat", "51.5", "--lon", "-2.6")
            named = ("--name", f"camera {camera.camera}", "--area", "north", "--by", "Ann")
            self.ask("cameras", "add", str(camera), "--mount", "fixed", *named, *where)
        return made

    def waiting(self) -> int:
        """Return how many batches the slowest consumer has yet to take."""
        standing = self.ask("node", "status")
        return max(one["waiting"] for one in standing["consumers"].values())

    def wait_until(self, holds: Callable[[], bool], *, within_s: float, every_s: float = 0.1) -> None:
        """Wait until something holds; raises TimeoutError."""
        until = time.monotonic() + within_s
        while not holds():
            if time.monotonic() > until:
                raise TimeoutError("the node did not come to it in time")
            time.sleep(every_s)


@dataclass(frozen=True, slots=True)
class Sent:
    """A batch that was answered: the answer and when it was sent and answered (steady clock, s)."""

    answer: BatchAnswer
    sent_s: float
    answered_s: float


class Device:
    """An enrolled device that sends batches as they are told, one at a time."""

    def __init__(self, line: Line, device: str) -> None:
        self._line, self._device = line, device

    @classmethod
    def enrolled(cls, node: NodeProcess, name: str, scope: Sequence[str]) -> Self:
        """Return a new device that the node knows."""
        words = [word for one in scope for word in ("--scope", one)]
        code = node.ask("devices", "code", "--name", name, *words, "--by", "Ann")["code"]
        key = DeviceKey.generate()
        fresh = Fresh(lambda: datetime.now(UTC), lambda: os.urandom(16).hex(), time.monotonic)
        line = Line.open(LineSettings(node.url), key, fresh)
        return cls(line, enrol(line, code, key.public))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.close()

    def send(self, reads: Sequence[bytes], batch_id: UUID | None = None) -> Sent:
        """Send encoded reads as one batch; raises LineDownError, and RuntimeError for a refusal."""
        head = BatchHead(batch_id or UUID(bytes=os.urandom(16)), self._device, datetime.now(UTC))
        body = encode_batch(head, reads, Encoding.MESSAGE_PACK)
        began = time.monotonic()
        answer = self._line.send(Message("POST", BATCHES_PATH, Encoding.MESSAGE_PACK, body))
        ended = time.monotonic()
        if not 200 <= answer.status < 300:
            raise RuntimeError(f"the node refused a batch with status {answer.status}: {answer.body[:200]!r}")
        return Sent(read_batch_answer(answer.body), began, ended)

    def send_picture(self, jpeg: bytes) -> int:
        """Send a picture; return the status of the answer; raises LineDownError."""
        path = f"{PICTURES_PATH}/{hashlib.sha256(jpeg).hexdigest()}"
        return self._line.send(Message("PUT", path, "image/jpeg", jpeg)).status


def encoded(
    records: Sequence[CaptureRecord], cameras: Sequence[CameraId], *, until: datetime, seed: int
) -> list[bytes]:
    """Return records as reads of these cameras in the seconds before `until`, encoded for sending.

    No two have the same camera and time.
    """
    chance = random.Random(seed)
    order = [(n // len(cameras), cameras[n % len(cameras)]) for n in range(len(records))]
    chance.shuffle(order)
    return [
        encode_read(replace(record, camera=camera, captured_at=until - timedelta(milliseconds=ms)))
        for record, (ms, camera) in zip(records, order, strict=True)
    ]
