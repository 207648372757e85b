"""What a whole node takes in, and how soon a listed vehicle is on the live stream; all in real processes.

The client that signs and sends runs on the same cores, as the measure asks.
"""

from __future__ import annotations

import csv
import itertools
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.node_process import OPENANPR, Device, NodeProcess, encoded
from benchmarks.result import ROOT, Finding, Line
from benchmarks.traffic import Mix, marks, reads
from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.wire.read_batch import encode_read

SEED = 20261123
ENTRIES = 2_000_000
BATCH = 500
FLOOD_READS = 300_000
BACKGROUND_READS_S = 1_000
ALERTS = 600
_ALERTS_S = 5.0
_CAMERAS = 50
_SENDERS = 2
_LISTED = "listed.txt"


def node_intake(_: Path) -> Finding:
    """Reads accepted, journalled, matched with two million entries and stored in a second."""
    with tempfile.TemporaryDirectory(dir=ROOT / "out") as folder:
        node = NodeProcess.made(Path(folder) / "node")
        with node:
            node.cameras(_CAMERAS)
            listed, import_s = filled(node, Path(folder), ENTRIES)
            (node.data.parent / _LISTED).write_text("\n".join(listed[:20_000]), encoding="utf-8")
            told = [_flooded(node, FLOOD_READS, SEED + n) for n in range(3)]
            memory_mb = _memory_mb(node.pid)
    rates = [one["reads_per_s"] for one in told]
    acked = [one["accepted_per_s"] for one in told]
    lines = (
        Line(
            "reads/s signed, accepted, journalled, matched with 2 million entries, stored",
            float(np.median(rates)),
            5_000,
            12_000,
            spread=f"median of {len(rates)}; {min(rates):.0f} to {max(rates):.0f}",
        ),
        Line("the same, up to the acknowledgement", float(np.median(acked))),
        Line("2 million entries imported, approved and live, by the clock", import_s, 60, 20, "s", less=True),
        Line("memory of the node's process", memory_mb, unit="MB", less=True),
    )
    data = f"benchmarks.traffic: {FLOOD_READS} drawn reads, {BATCH} a batch, {_SENDERS} senders; {Mix()}"
    return Finding(lines, data, str(SEED), detail={"runs": told})


def alert_latency(_: Path) -> Finding:
    """How soon a listed vehicle is on the live stream after its read was sent, with other reads coming in."""
    with tempfile.TemporaryDirectory(dir=ROOT / "out") as folder:
        node = NodeProcess.made(Path(folder) / "node")
        with node:
            cameras = node.cameras(_CAMERAS)
            listed, _took = filled(node, Path(folder), 20_000)
            with _background(node, cameras):
                delays = _alert_delays(node, cameras, listed)
    ms = sorted(1000 * delay for delay in delays)
    lines = (
        Line(
            "read sent to alert on the live stream, 1,000 reads/s behind it, 99 in 100 under",
            float(np.percentile(ms, 99)),
            1_000,
            250,
            "ms",
            less=True,
            spread=f"median {np.median(ms):.0f}, longest {ms[-1]:.0f}, of {len(ms)}",
        ),
    )
    return Finding(
        lines, f"benchmarks.traffic; {ALERTS} listed vehicles, one a batch, {_ALERTS_S:g} a second", str(SEED)
    )


def filled(node: NodeProcess, folder: Path, entries: int) -> tuple[list[str], float]:
    """Bring a list into a node; return its marks and the seconds from the file to matching."""
    listed = marks(entries, SEED)
    path = folder / "list.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        written = csv.writer(stream)
        written.writerow(_HEADER)
        written.writerows(
            [vrm, "FORD", "FOCUS", "BLUE", "STOP", "", "stolen", "", "", "53", *[""] * 6] for vrm in listed
        )
    node.ask(
        *("lists", "define", "--name", "stolen", "--owner", "desk", "--purpose", "find them"),
        *("--legal-basis", "invented", "--kind", "crime", "--visible-to", "control-room"),
        *("--max-age-hours", "48"),
    )
    began = time.monotonic()
    done = node.ask("lists", "import", str(path), "--list", "stolen", "--by", "Ann", "--why", "measured")
    node.ask("lists", "approve", str(done["proposal"]["number"]), "--by", "Bob")
    # Some marks are both spellings of one shape, which a file may not have: they are refused.
    taken = next(one["entries"] for one in node.ask("lists", "show") if one["name"] == "stolen")
    if taken < 0.999 * entries:
        raise RuntimeError(f"only {taken} of {entries} entries were taken")
    node.wait_until(lambda: node.ask("node", "status")["listed"] >= taken, within_s=300)
    return listed, time.monotonic() - began


def _flooded(node: NodeProcess, count: int, seed: int) -> dict[str, Any]:
    """Send reads as fast as they are taken, from processes of their own; return the rates."""
    words = [
        sys.executable,
        "-m",
        "benchmarks.node",
        "--flood",
        str(node.data),
        str(node.port),
        str(count // _SENDERS),
    ]
    before = node.ask("node", "status")["counts"]["reads"].get("accepted", 0)
    senders = [
        subprocess.Popen(
            [*words, str(seed * 10 + n)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for n in range(_SENDERS)
    ]
    for sender in senders:
        _line(sender)  # ready: enrolled, its reads encoded
    began = time.monotonic()
    for sender in senders:
        _tell(sender, "go")
    ended = [json.loads(_line(sender)) for sender in senders]
    acknowledged = time.monotonic()
    node.wait_until(lambda: node.waiting() == 0, within_s=600, every_s=0.02)
    stored = time.monotonic()
    standing = node.ask("node", "status")
    accepted = standing["counts"]["reads"]["accepted"] - before
    if accepted != sum(one["reads"] for one in ended):
        raise RuntimeError("the node did not accept every read that was sent")
    return {
        "reads": accepted,
        "accepted_per_s": round(accepted / (acknowledged - began)),
        "reads_per_s": round(accepted / (stored - began)),
        "slowest_answer_ms": round(max(one["slowest_ms"] for one in ended)),
    }


def flood(data: Path, port: int, count: int, seed: int) -> None:
    """One sender: enrol, encode, say that it is ready, wait for the word, send all, tell how it went."""
    node = NodeProcess(data, port)
    cameras = [CameraId(53, 1, n) for n in range(1, _CAMERAS + 1)]
    device = Device.enrolled(node, f"flood {seed}", ["53"])
    listed = (data.parent / _LISTED).read_text(encoding="utf-8").split()
    records = reads(count, listed, Mix(), seed)
    whole = encoded(records, cameras, until=datetime.now(UTC), seed=seed)
    print("ready", flush=True)
    sys.stdin.readline()
    slowest = 0.0
    with device:
        for start in range(0, len(whole), BATCH):
            sent = device.send(whole[start : start + BATCH])
            slowest = max(slowest, sent.answered_s - sent.sent_s)
    print(json.dumps({"reads": len(whole), "slowest_ms": 1000 * slowest}), flush=True)


@contextmanager
def _background(node: NodeProcess, cameras: list[CameraId]) -> Iterator[None]:
    """Have reads come in at a steady rate, ten batches a second, while the block lasts."""
    device = Device.enrolled(node, "behind", ["53"])
    stopped = threading.Event()
    size = BACKGROUND_READS_S // 10
    records = reads(20_000, marks(100, SEED + 5), Mix(listed=0.0), SEED + 6)

    def send() -> None:
        due = time.monotonic()
        for n in itertools.count():
            part = [records[(n * size + i) % len(records)] for i in range(size)]
            device.send(encoded(part, cameras, until=datetime.now(UTC), seed=n))
            due += 0.1
            if stopped.wait(max(0.0, due - time.monotonic())):
                return

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _alert_delays(node: NodeProcess, cameras: list[CameraId], listed: list[str]) -> list[float]:
    """Return the seconds from sending each listed vehicle's read to its alert on the stream."""
    device = Device.enrolled(node, "listed", ["53"])
    began: dict[str, float] = {}
    seen: dict[str, float] = {}
    with _stream(node, seen):
        for n, vrm in enumerate(listed[:ALERTS]):
            record = replace(
                SURE, vrm=vrm, raw=vrm, camera=cameras[n % len(cameras)], captured_at=datetime.now(UTC)
            )
            began[vrm] = time.monotonic()
            device.send([encode_read(record)])
            time.sleep(max(0.0, 1 / _ALERTS_S - (time.monotonic() - began[vrm])))
        until = time.monotonic() + 30
        while began.keys() - seen.keys() and time.monotonic() < until:
            time.sleep(0.1)
    if missing := began.keys() - seen.keys():
        raise RuntimeError(f"{len(missing)} of {len(began)} listed vehicles raised no alert")
    return [seen[vrm] - at for vrm, at in began.items()]


@contextmanager
def _stream(node: NodeProcess, seen: dict[str, float]) -> Iterator[None]:
    """Note when each mark was first on the live stream, as `openanpr alerts watch` prints it."""
    watch = subprocess.Popen(
        [OPENANPR, "alerts", "watch", "--json", "--data", node.data], stdout=subprocess.PIPE, text=True
    )

    def read() -> None:
        for line in watch.stdout or ():
            at = time.monotonic()
            seen.setdefault(json.loads(line)["alert"]["strongest"]["vrm_listed"], at)

    thread = threading.Thread(target=read)
    thread.start()
    node.wait_until(lambda: node.ask("node", "status")["alerts"]["present"] > 0, within_s=30)
    try:
        yield
    finally:
        watch.terminate()
        watch.wait()
        thread.join()


def _line(process: subprocess.Popen[str]) -> str:
    line = "" if process.stdout is None else process.stdout.readline()
    if not line:
        raise RuntimeError("a sender ended before it was done")
    return line


def _tell(process: subprocess.Popen[str], word: str) -> None:
    if process.stdin is not None:
        process.stdin.write(f"{word}\n")
        process.stdin.flush()


def _memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


SURE = CaptureRecord(CameraId(53, 1, 1), datetime.now(UTC), "AB12CDE", "AB12CDE", "gb_current", 0.99)
_HEADER = (
    *("VRM", "Make", "Model", "Colour", "Action", "Warning markers", "Reason", "NIM (5x5x5) code"),
    *("Information/Action", "Force & Area", "Weed date", "PNC ID", "GPMS/GSC marking", "CAD information"),
    *("Spare 1", "Spare 2"),
)


if __name__ == "__main__":
    flood(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
