"""A reader for the soak: makes reads at a steady rate, keeps them in a real outbox, empties it into a node.

What `put` has returned for is written into a ledger: that is what must not be lost. SIGTERM ends the making;
the process then ends when its outbox is empty.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import cv2
import numpy as np

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.deliver.line import Fresh, Line, LineSettings
from openanpr.deliver.outbox import Outbox
from openanpr.deliver.outbox_file import OutboxFullError
from openanpr.deliver.send import Chance, Pace, Sender
from openanpr.store.read_columns import from_ms
from openanpr.wire.delivered_read import picture_digest
from openanpr.wire.device_key import DeviceKey

TICK_S = 0.1
_PACE = Pace(first_s=0.1, most_s=1.0, idle_s=0.2)
_ANSWER_S = 5.0


@dataclass(frozen=True, slots=True)
class Road:
    """What passes the camera, and the shares of reads that are of listed vehicles and that have pictures."""

    camera: CameraId
    listed: Sequence[str]
    unlisted: Sequence[str]
    listed_share: float
    pictured_share: float


@dataclass(frozen=True, slots=True)
class MadeRead:
    """A read with its number, and its pictures (JPEG)."""

    number: int
    record: CaptureRecord
    pictures: tuple[bytes, ...]


class Ledger:
    """What the reader did, a JSON object a line, on disk when `note` returns."""

    def __init__(self, path: Path) -> None:
        said = path.read_bytes() if path.exists() else b""
        self.number, self.at_ms = 0, 0
        for line in said.splitlines():
            read = parsed(line)
            if read is not None and read["do"] == "made":
                self.number, self.at_ms = read["number"], read["at_ms"]
        self._file = path.open("ab", buffering=0)
        if said and not said.endswith(b"\n"):
            self._file.write(b"\n")  # a kill cut the last line: it stays as it is, alone

    def note(self, lines: Iterable[Mapping[str, object]]) -> None:
        """Append lines, in one piece."""
        self._file.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def parsed(line: bytes) -> dict[str, Any] | None:
    """Return a line of a ledger; None for one that a kill cut short."""
    try:
        return json.loads(line)
    except ValueError:
        return None


def drawn_jpeg(seed: int) -> bytes:
    """Return a small JPEG, drawn."""
    pixels = np.random.default_rng(seed).integers(0, 255, (6, 18, 3), np.uint8)
    large = cv2.resize(pixels, (180, 60), interpolation=cv2.INTER_LINEAR)
    return cv2.imencode(".jpg", large)[1].tobytes()


def marked(jpeg: bytes, mark: bytes) -> bytes:
    """Return the same picture with a comment in it, so that no other has its bytes (ITU T.81, B.2.4.5)."""
    return jpeg[:2] + b"\xff\xfe" + (len(mark) + 2).to_bytes(2, "big") + mark + jpeg[2:]


def made_read(road: Road, jpeg: bytes, number: int, at_ms: int, chance: random.Random) -> MadeRead:
    """Return one read of a vehicle that passes."""
    marks = road.listed if chance.random() < road.listed_share else road.unlisted
    vrm = chance.choice(marks)
    pictures: tuple[bytes, ...] = ()
    if chance.random() < road.pictured_share:
        pictures = tuple(
            marked(jpeg, f"{part} {number} {road.camera}".encode()) for part in ("patch", "overview")
        )
    names = [picture_digest(picture) for picture in pictures] or [None, None]
    record = CaptureRecord(
        road.camera, from_ms(at_ms), vrm, vrm, "gb_current", 0.99, patch=names[0], overview=names[1]
    )
    return MadeRead(number, record, pictures)


def line_of(read: MadeRead) -> dict[str, object]:
    """Return what the ledger says of a read before it is put."""
    record = read.record
    return {
        "do": "made",
        "number": read.number,
        "camera": str(record.camera),
        "at_ms": round(record.captured_at.timestamp() * 1000),
        "vrm": record.vrm,
        "patch": record.patch,
        "overview": record.overview,
    }


def put(reads: Sequence[MadeRead], outbox: Outbox, ledger: Ledger) -> None:
    """Put reads and their pictures into the outbox, and note what it took."""
    ledger.note(map(line_of, reads))
    try:
        outbox.put([read.record for read in reads])
        ledger.note([{"do": "kept", "numbers": [read.number for read in reads]}])
        for picture in (jpeg for read in reads for jpeg in read.pictures):
            ledger.note([{"do": "picture", "sha256": outbox.put_picture(picture)}])
    except OutboxFullError:
        ledger.note([{"do": "refused"}])


@dataclass(slots=True)
class Asked:
    """Whether the process was asked to end: a flag, for an event's lock may be held when a signal comes."""

    to_end: bool = False

    def end(self, *_: object) -> None:
        """Be asked; a handler of signals."""
        self.to_end = True


def make_reads(road: Road, rate_s: float, outbox: Outbox, ledger: Ledger, asked: Asked) -> None:
    """Make reads until told to stop; no two have the same time, also after a start anew."""
    chance, jpeg = random.Random(f"{road.camera} {ledger.number}"), drawn_jpeg(road.camera.camera)
    number, at_ms, due = ledger.number, ledger.at_ms, time.monotonic()
    while not asked.to_end:
        time.sleep(max(0.0, due - time.monotonic()))
        due = max(due + TICK_S, time.monotonic())
        reads: list[MadeRead] = []
        for _ in range(max(1, round(rate_s * TICK_S))):
            number, at_ms = number + 1, max(at_ms + 1, round(time.time() * 1000))
            reads.append(made_read(road, jpeg, number, at_ms, chance))
        put(reads, outbox, ledger)


def run(state: Path, ledger: Ledger, url: str, road: Road, rate_s: float) -> int:
    """Make and deliver until asked to end and all is delivered; 1 when delivery broke."""
    asked, broken = Asked(), threading.Event()
    signal.signal(signal.SIGTERM, asked.end)
    chance = Chance(lambda: datetime.now(UTC), time.monotonic, random.Random(), uuid4)
    fresh = Fresh(chance.clock, lambda: os.urandom(16).hex(), time.monotonic)
    device = (state / "device").read_text(encoding="utf-8")
    key = DeviceKey.read(state / "key.pem")
    line = Line.open(LineSettings(url, answer_timeout_s=_ANSWER_S), key, fresh)
    with Outbox.open(state / "outbox.db") as outbox:
        sender = Sender(outbox, line, device, chance=chance, pace=_PACE)

        def deliver() -> None:
            try:
                sender.run()
            finally:
                broken.set()
                asked.end()

        thread = threading.Thread(target=deliver, daemon=True)
        thread.start()
        make_reads(road, rate_s, outbox, ledger, asked)
        while not broken.is_set() and (fill := outbox.fill()).reads + fill.pictures:
            if fill.reads + fill.pictures == fill.reads_aside + fill.pictures_aside:
                break
            time.sleep(0.1)
        if broken.is_set():
            return 1
        sender.stop()
        thread.join()
    return 0


def main() -> int:
    """Run from the command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--state", type=Path, required=True, help="with key.pem and the id in the file device"
    )
    options.add_argument("--ledger", type=Path, required=True)
    options.add_argument("--url", required=True)
    options.add_argument("--camera", required=True)
    options.add_argument("--marks", type=Path, required=True, help="JSON: listed and unlisted marks")
    options.add_argument("--rate", type=float, default=40.0, help="reads in a second")
    options.add_argument("--listed", type=float, default=0.03)
    options.add_argument("--pictured", type=float, default=0.05)
    asked = options.parse_args()
    marks = json.loads(asked.marks.read_text(encoding="utf-8"))
    camera = CameraId(*map(int, asked.camera.split("/")))
    listed = [*marks["listed"][str(camera)], *marks["listed"]["everywhere"]]
    road = Road(camera, listed, marks["unlisted"], asked.listed, asked.pictured)
    return run(asked.state, Ledger(asked.ledger), asked.url, road, asked.rate)


if __name__ == "__main__":
    sys.exit(main())
