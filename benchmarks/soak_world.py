"""The small world of a soak: two readers, a node, one that it forwards to, the ways, and a watcher."""

from __future__ import annotations

import csv
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.node_process import NodeProcess
from benchmarks.result import ROOT
from benchmarks.soak_alerts import WINDOW_S
from benchmarks.soak_troubles import SmallDisk
from benchmarks.soak_way import Way
from benchmarks.traffic import marks
from openanpr.core.camera import CameraId
from openanpr.core.shape import shape_key
from openanpr.deliver.enrol import enrol
from openanpr.deliver.line import Fresh, Line, LineSettings
from openanpr.wire.device_key import DeviceKey
from tests.ports import free_port

READERS = 2
_LISTED = 12
_UNLISTED = 3_000
_HEADER = (
    *("VRM", "Make", "Model", "Colour", "Action", "Warning markers", "Reason", "NIM (5x5x5) code"),
    *("Information/Action", "Force & Area", "Weed date", "PNC ID", "GPMS/GSC marking", "CAD information"),
    *("Spare 1", "Spare 2"),
)


@dataclass(slots=True)
class Program:
    """A process that is started again whenever it ends, as a service supervisor would do it.

    `ended` tells of each time that it ended by itself: its exit code and the last line that it said.
    """

    name: str
    spawn: Callable[[], subprocess.Popen[bytes]]
    log: Path
    disk: SmallDisk | None = None
    process: subprocess.Popen[bytes] | None = None
    due_s: float | None = 0.0
    starts: int = 0
    asked: bool = False
    ended: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _fillings: int = 0

    def tend(self, now_s: float) -> None:
        """Start it where it is due; note where it ended by itself, and start it again a little later."""
        if self.process is not None and self.process.poll() is not None:
            full = self.disk is not None and self.disk.fillings > self._fillings
            self.ended.append(
                {"code": self.process.returncode, "disk_full": full, "said": last_line(self.log)}
            )
            self.process, self.due_s = None, now_s + 0.5
        if self.process is None and self.due_s is not None and now_s >= self.due_s:
            filled = self.disk is not None and (self.disk.folder / "ballast").exists()
            self._fillings = 0 if self.disk is None else self.disk.fillings - filled
            self.process, self.starts = self.spawn(), self.starts + 1

    def kill(self, *, again_s: float) -> bool:
        """End it as a power cut would, to be started again after so long; return whether it ran."""
        if self.process is None or self.process.poll() is not None:
            return False
        self.process.kill()
        self.process.wait()
        self.process, self.due_s = None, time.monotonic() + again_s
        return True

    def ask_to_end(self) -> None:
        """Ask it to end, once: asked twice, a program ends at once."""
        if self.process is not None and not self.asked:
            self.process.terminate()
        self.asked, self.due_s = True, None

    def end(self, within_s: float) -> int | None:
        """Ask it to end, and wait; return its exit code, None when it had to be killed."""
        self.ask_to_end()
        process, self.process = self.process, None
        if process is None:
            return None
        try:
            return process.wait(within_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return None


@dataclass(slots=True)
class World:
    """All of it, made by `made`."""

    folder: Path
    near: NodeProcess
    far: NodeProcess
    ways: list[Way]
    disks: list[SmallDisk]
    nodes: list[Program]
    readers: list[Program]
    watcher: Program
    before: dict[str, Any]

    @property
    def programs(self) -> list[Program]:
        """Every process."""
        return [*self.nodes, *self.readers, self.watcher]

    def tend(self, lasting_s: float) -> None:
        """Let the time pass, and start again what ended."""
        until = time.monotonic() + lasting_s
        while True:
            now_s = time.monotonic()
            for program in self.programs:
                program.tend(now_s)
            if now_s >= until:
                return
            time.sleep(min(0.05, until - now_s))

    def tend_until(self, holds: Callable[[], bool], *, within_s: float, every_s: float = 0.1) -> bool:
        """Let the time pass until something holds; return whether it came to it."""
        until = time.monotonic() + within_s
        while not holds():
            if time.monotonic() > until:
                return False
            self.tend(every_s)
        return True

    def ledger(self, n: int) -> Path:
        """The ledger of a reader."""
        return self.folder / f"reader-{n}.ledger"

    @property
    def heard(self) -> Path:
        """What the watcher heard."""
        return self.folder / "heard"

    @property
    def marks(self) -> Path:
        """The marks that pass the cameras."""
        return self.folder / "marks.json"


def made(folder: Path, chance: random.Random, stack: ExitStack, *, rate_s: float) -> World:
    """Return the world: nodes run and are filled, readers enrolled and not started; `stack` takes it down."""
    ports = [free_port() for _ in range(4)]
    ways = [stack.enter_context(Way(ports[2 + n], ports[n], random.Random(chance.random()))) for n in (0, 1)]
    disks = [SmallDisk(folder / "near", size_mb=700)]
    disks += [SmallDisk(folder / f"reader-{n}", size_mb=100) for n in range(1, READERS + 1)]
    for disk in disks:
        stack.callback(disk.take_down)
    cameras = [CameraId(53, 1, n) for n in range(1, READERS + 1)]
    listed = _drawn_marks(folder / "marks.json", cameras, chance.randrange(2**31))
    code = folder / "far.code"
    near = NodeProcess.made(folder / "near", port=ports[0], settings=_settings(ways, code))
    names = f'names = ["127.0.0.1:{ways[1].port}"]\n'
    far = NodeProcess.made(folder / "far", port=ports[1], settings=names)
    stack.callback(near.stop)
    stack.callback(far.stop)
    running = far.spawn(), near.spawn()
    far.wait_up(running[0])
    far.cameras(READERS)
    told = far.ask("devices", "code", "--name", "near", "--scope", "53", "--by", "Ann")["code"]
    code.touch(mode=0o600)
    code.write_text(told, encoding="utf-8")
    near.wait_up(running[1])
    near.cameras(READERS)
    _bring_in(near, folder / "list.csv", listed)
    readers = [
        _reader(near, ways[0], disk, camera, folder, rate_s)
        for disk, camera in zip(disks[1:], cameras, strict=True)
    ]
    before = standing(near)
    world = World(
        folder,
        near,
        far,
        ways,
        disks,
        [
            Program("near node", near.spawn, near.log, disks[0], process=running[1]),
            Program("far node", far.spawn, far.log, process=running[0]),
        ],
        readers,
        _watcher(folder),
        before,
    )
    stack.callback(_ended, world)
    return world


def listens(node: NodeProcess) -> bool:
    """Return whether a node takes deliveries."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", node.port), timeout=1.0):
        return True
    return False


def standing(node: NodeProcess) -> dict[str, Any]:
    """Return of a node what no kill may change: its lists, and what retention certified."""
    status = node.ask("node", "status")
    return {
        "lists": {name: (one["entries"], one["revision"]) for name, one in status["lists"].items()},
        "certificates": node.ask("retention", "certificates"),
        "returned_days": status["returned_days"],
    }


def counted(data: Path, ledgers: Iterable[Path], marks: Path, heard: Path | None) -> dict[str, Any]:
    """Return what `soak_count` finds in the folder of a node that has ended; raises CalledProcessError."""
    words = [sys.executable, "-m", "benchmarks.soak_count", data, "--marks", marks]
    words += [word for path in ledgers for word in ("--ledger", path)]
    words += [] if heard is None else ["--heard", heard]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def last_line(path: Path) -> str:
    """Return the last line of a log."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4096))
        lines = file.read().decode(errors="replace").splitlines()
    return lines[-1] if lines else ""


def _settings(ways: list[Way], code: Path) -> str:
    return (
        f'names = ["127.0.0.1:{ways[0].port}"]\n[alerts]\nwindow_s = {WINDOW_S}\n'
        f'[forward]\nurl = "{ways[1].url}"\ncode_file = "{code}"\n'
    )


def _drawn_marks(path: Path, cameras: list[CameraId], seed: int) -> list[str]:
    """Write down what passes each camera and return the listed ones: no other mark has the shape of one."""
    drawn = list({shape_key(mark): mark for mark in marks(_UNLISTED, seed)}.values())
    groups = [str(camera) for camera in cameras] + ["everywhere"]
    listed = {name: drawn[n * _LISTED : (n + 1) * _LISTED] for n, name in enumerate(groups)}
    unlisted = drawn[len(groups) * _LISTED :]
    path.write_text(json.dumps({"listed": listed, "unlisted": unlisted}), encoding="utf-8")
    return [mark for group in listed.values() for mark in group]


def _bring_in(node: NodeProcess, path: Path, listed: list[str]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        written = csv.writer(file)
        written.writerow(_HEADER)
        written.writerows(
            [vrm, "FORD", "FOCUS", "BLUE", "STOP", "", "stolen", "", "", "53", *[""] * 6] for vrm in listed
        )
    node.ask(
        *("lists", "define", "--name", "stolen", "--owner", "desk", "--purpose", "find them"),
        *("--legal-basis", "invented", "--kind", "crime", "--visible-to", "control-room"),
        *("--max-age-hours", "48"),
    )
    done = node.ask("lists", "import", str(path), "--list", "stolen", "--by", "Ann", "--why", "the soak")
    node.ask("lists", "approve", str(done["proposal"]["number"]), "--by", "Bob")
    node.wait_until(lambda: node.ask("node", "status")["listed"] == len(listed), within_s=60)


def _reader(
    node: NodeProcess, way: Way, disk: SmallDisk, camera: CameraId, folder: Path, rate_s: float
) -> Program:
    """Enrol a reader at the node, by the way that it will deliver by, and return it, not started."""
    name = disk.folder.name
    told = node.ask("devices", "code", "--name", name, "--scope", str(camera), "--by", "Ann")["code"]
    key = DeviceKey.generate()
    key.write(disk.folder / "key.pem")
    fresh = Fresh(lambda: datetime.now(UTC), lambda: os.urandom(16).hex(), time.monotonic)
    with Line.open(LineSettings(way.url), key, fresh) as line:
        (disk.folder / "device").write_text(enrol(line, told, key.public), encoding="utf-8")
    words = ["--state", disk.folder, "--ledger", folder / f"{name}.ledger", "--url", way.url]
    words += ["--camera", str(camera), "--marks", folder / "marks.json", "--rate", str(rate_s)]
    return _program(name, ["benchmarks.soak_reader", *map(str, words)], folder, disk)


def _watcher(folder: Path) -> Program:
    return _program("watcher", ["benchmarks.soak_watch", str(folder / "near"), str(folder / "heard")], folder)


def _program(name: str, words: list[str], folder: Path, disk: SmallDisk | None = None) -> Program:
    log = folder / f"{name}.log"
    log.touch()

    def spawn() -> subprocess.Popen[bytes]:
        with log.open("ab") as file:
            return subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, stdout=file, stderr=file)

    return Program(name, spawn, log, disk)


def _ended(world: World) -> None:
    for program in world.programs:
        program.kill(again_s=0.0)
