"""One real node in a process of its own, asked by the command line."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

import pytest

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.deliver.enrol import enrol
from openanpr.deliver.line import Fresh, Line, LineSettings, Message
from openanpr.run.cli import main
from openanpr.wire.delivery import BATCHES_PATH, PICTURES_PATH
from openanpr.wire.device_key import DeviceKey
from openanpr.wire.read_batch import BatchHead, Encoding, encode_batch, encode_read
from tests.ports import free_port
from tests.run_node.test_starting import running

CAMERA = CameraId(53, 1, 7)


@dataclass(frozen=True, slots=True)
class Node:
    """A node that runs: where its folder is, and where devices deliver."""

    data: Path
    url: str


@pytest.fixture(scope="module")
def node(request) -> Iterator[Node]:
    folder = Path(mkdtemp(prefix="anpr-"))  # short: the path of a socket has a limit
    try:
        data, port = folder / "node", free_port()
        data.mkdir(mode=0o700)
        settings = getattr(request.module, "SETTINGS", "")
        (data / "node.toml").write_text(f"{settings}[listen]\nport = {port}\n[people]\nport = 0\n")
        with running(data):
            yield Node(data, f"http://127.0.0.1:{port}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def call(node, capsys, monkeypatch) -> Callable[..., Said]:
    """Runs a command on the node, which it finds by the environment."""
    monkeypatch.setenv("OPENANPR_DATA_FOLDER", str(node.data))

    def called(*words: str) -> Said:
        capsys.readouterr()
        code = main(list(words))
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return called


@pytest.fixture
def told(call) -> Callable[..., str]:
    """Runs a command that succeeds; returns what it prints."""

    def asked(*words: str) -> str:
        said = call(*words)
        assert (said.code, said.err) == (0, ""), said.err
        return said.out.rstrip("\n")

    return asked


@pytest.fixture
def asked(told) -> Callable[..., Any]:
    """Runs a command that succeeds; returns the node's answer."""
    return lambda *words: json.loads(told(*words, "--json"))


@pytest.fixture
def deliver(node, asked) -> Iterator[Callable[..., None]]:
    """Delivers a read of a mark, a second ago, by a device enrolled for it."""
    asked("cameras", "add", str(CAMERA), "--mount", "fixed", "--area", "north", "--name", "Mill Street",
          "--lat", "51.5", "--lon", "-2.6", "--by", "Ann")  # fmt: skip
    code = asked("devices", "code", "--name", "gate", "--scope", "53/1", "--by", "Ann")["code"]
    key = DeviceKey.generate()
    line = Line.open(
        LineSettings(node.url),
        key,
        Fresh(lambda: datetime.now(UTC), lambda: os.urandom(16).hex(), time.monotonic),
    )
    device = enrol(line, code, key.public)

    def send(mark: str, *, ahead: timedelta = timedelta(seconds=-1), patch: bytes | None = None) -> None:
        now = datetime.now(UTC)
        name = None if patch is None else hashlib.sha256(patch).hexdigest()
        record = CaptureRecord(CAMERA, now + ahead, mark, mark, "gb_current", 0.98, patch=name)
        body = encode_batch(
            BatchHead(uuid4(), device, now),
            [encode_read(record, Encoding.MESSAGE_PACK)],
            Encoding.MESSAGE_PACK,
        )
        answer = line.send(Message("POST", BATCHES_PATH, Encoding.MESSAGE_PACK, body))
        assert answer.status == 200, answer.body
        if patch is not None:
            answer = line.send(Message("PUT", f"{PICTURES_PATH}/{name}", "image/jpeg", patch))
            assert answer.status == 201, answer.body

    yield send
    line.close()


def until(holds: Callable[[], Any], within_s: float = 15) -> Any:
    """Return what `holds` returns once it is true."""
    end = time.monotonic() + within_s
    while True:
        found = holds()
        if found or time.monotonic() > end:
            assert found
            return found
        time.sleep(0.05)
