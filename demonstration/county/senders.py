"""The devices of the simulated feed: each enrolled with a code, with an outbox and a clock of its own.

They speak to the node by the real protocol (`openanpr.deliver`): signed, kept until acknowledged.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from demonstration.county.cameras import FORCE, PATROLS, POSTS, Oddity
from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.deliver.line import Fresh, Line, Message
from openanpr.deliver.outbox import Outbox
from openanpr.deliver.send import Chance, Pace, Sender
from openanpr.run.reader.joining import joined, open_line, own_key
from openanpr.run.reader.settings import DeliverySettings
from openanpr.run.reader.state import held
from openanpr.wire.delivery import BATCHES_PATH

BEHIND = timedelta(milliseconds=1600)
"""How far the clock of the odd camera is behind: enough to be doubted, too little to be held."""
_FIRST_UP = timedelta(seconds=10)
_PATIENT = Pace(most_s=20.0)


@dataclass(frozen=True, slots=True)
class Station:
    """A device of the feed: for which cameras it speaks (`scope` as its code says), and what is odd."""

    name: str
    title: str
    scope: str
    cameras: tuple[CameraId, ...]
    oddity: Oddity = Oddity.NONE


def stations() -> tuple[Station, ...]:
    """Return all devices of the feed: the roadside system, one each for odd cameras, one for each car."""
    standing = [post for post in POSTS if post.camera.camera > 2]
    odd = [post for post in standing if post.oddity is not Oddity.NONE]
    plain = tuple(post.camera for post in standing if post.oddity is Oddity.NONE)
    return (
        Station("roadside", "Roadside system (invented)", f"{FORCE}/1", plain),
        *(
            Station(f"post-{p.camera.camera}", p.name, str(p.camera), (p.camera,), oddity=p.oddity)
            for p in odd
        ),
        *(Station(f"car-{c.camera.camera}", c.name, str(c.camera), (c.camera,)) for c in PATROLS),
    )


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A read with its pictures, which may be empty."""

    record: CaptureRecord
    pictures: tuple[bytes, ...] = ()


@dataclass(slots=True)
class Device:
    """A device at work. `behind`: how far its clock is; `every`: how often its line is up."""

    station: Station
    device: str
    outbox: Outbox
    line: Line
    sender: Sender
    behind: timedelta
    every: timedelta
    up_at: datetime
    wait_until_s: float = 0.0

    def put(self, some: Sequence[Outgoing]) -> None:
        """Keep reads with their pictures until they are delivered."""
        if some:
            self.outbox.put([one.record for one in some])
            for picture in {picture for one in some for picture in one.pictures}:
                self.outbox.put_picture(picture)
            self.wait_until_s = 0.0

    def step(self, now: datetime, steady_s: float, *, most: int = 12) -> None:
        """Deliver some of what waits, where the line is up and its time has come."""
        if now < self.up_at:
            return
        for _ in range(most):
            if time.monotonic() < self.wait_until_s:
                break
            self.wait_until_s = steady_s + self.sender.step()
        fill = self.outbox.fill()
        if fill.reads == fill.reads_aside:
            self.up_at = now + self.every

    def send_raw(self, body: bytes) -> int:
        """Sign and send a batch as it is, past the outbox; return the status. Raises LineDownError."""
        return self.line.send(Message("POST", BATCHES_PATH, "application/json", body)).status


def open_device(station: Station, node: str, folder: Path, *, late_s: float, stack: ExitStack) -> Device:
    """Return a device, enrolled with FOLDER/NAME.code the first time; raises RefusedError, OSError."""
    code = folder / f"{station.name}.code"
    settings = DeliverySettings(
        node=node,
        camera=station.cameras[0],
        sources=(),
        state=folder / station.name,
        code=code.read_text("utf-8").strip() if code.exists() else None,
    )
    state = stack.enter_context(held(settings.state))
    behind = BEHIND if station.oddity is Oddity.CLOCK else timedelta(0)
    chance = Chance(lambda: datetime.now(UTC) - behind, time.monotonic, random.Random(), uuid4)
    key = own_key(settings, state)
    fresh = Fresh(chance.clock, lambda: secrets.token_hex(16), chance.steady_s)
    line = stack.enter_context(open_line(settings, key, fresh))
    enrolled = joined(settings, state, key, line)
    code.unlink(missing_ok=True)
    outbox = stack.enter_context(Outbox.open(state.outbox))
    sender = Sender(outbox, line, enrolled.device, chance=chance, pace=_PATIENT)
    late = station.oddity is Oddity.LATE
    every = timedelta(seconds=late_s if late else 0)
    up_at = datetime.now(UTC) + (_FIRST_UP if late else every)
    return Device(station, enrolled.device, outbox, line, sender, behind, every, up_at)
