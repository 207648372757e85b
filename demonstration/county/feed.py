"""The fast feed: all cameras that are not filmed, delivered by devices as real ones would.

`python -m demonstration.county.feed --node URL --state DIR`. Of some reads there is an overview, of all a
patch. Among them are the odd ones: a late line, a clock behind, a car that lost its fix, broken messages.
"""

from __future__ import annotations

import argparse
import heapq
import json
import signal
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

from demonstration.county.asked import Wanted
from demonstration.county.cameras import FILMED, PATROLS, POSTS, UNREGISTERED, Oddity
from demonstration.county.cast import CAST, cast_live
from demonstration.county.ground import read_ground
from demonstration.county.patrols import sightings
from demonstration.county.pictures import overview_of, patch_of
from demonstration.county.readings import Eyes, reading_of
from demonstration.county.routes import Roads
from demonstration.county.senders import Device, Outgoing, open_device, stations
from demonstration.county.traffic import Pass, passes
from openanpr.core.place import Place
from openanpr.deliver.line import LineDownError
from openanpr.run.exit_code import RefusedError
from openanpr.wire.delivered_read import picture_digest

_AHEAD = timedelta(seconds=30)
_PAUSE_S = 0.25
_OVERVIEW_EVERY = 4
_STORY = frozenset(member.vehicle.vrm for member in CAST)
_EYES, _STORY_EYES, _SURE = Eyes(), Eyes(0.1, 0.08), Eyes(0.0, 0.0)


@dataclass(frozen=True, slots=True, order=True)
class _Due:
    """Something to be read, ordered by time."""

    at: datetime
    number: int
    seen: Pass = field(compare=False)
    place: Place | None = field(compare=False, default=None)


class Feed:
    """Reads made as their time comes, each put to the device of its camera."""

    def __init__(self, roads: Roads, devices: Sequence[Device], wanted: Wanted, now: datetime) -> None:
        self._roads = roads
        self._devices = devices
        self._wanted = wanted
        self._of = {camera: device for device in devices for camera in device.station.cameras}
        self._late = {
            camera
            for device in devices
            for camera in device.station.cameras
            if device.station.oddity is Oddity.LATE
        }
        self._began = now
        # The late line was down before: what its camera saw since then comes first of all.
        self._until = now - timedelta(seconds=wanted.late_s)
        self._waiting: list[_Due] = []
        self._numbers = count()
        self._met: set[str] = set()
        self._fault_at = now + timedelta(seconds=5)
        self.made = 0

    def step(self, now: datetime) -> None:
        """Put what has come about by now to its devices, and let them deliver."""
        if self._until < now + _AHEAD:
            self._look_ahead(now + 2 * _AHEAD)
        ready: dict[str, list[Outgoing]] = {}
        while self._waiting and self._waiting[0].at <= now:
            due = heapq.heappop(self._waiting)
            device = self._of[due.seen.camera]
            ready.setdefault(device.station.name, []).append(self._read(due, device))
            self.made += 1
        for device in self._devices:
            device.put(ready.get(device.station.name, ()))
            device.step(now, time.monotonic())
        if now >= self._fault_at:
            self._fault_at = now + timedelta(seconds=self._wanted.faults_s)
            _send_faults(self._devices[0], now, next(self._numbers))

    def _look_ahead(self, until: datetime) -> None:
        since, self._until = self._until, until
        habits = self._wanted.habits
        for one in (
            *passes(self._roads, habits, since, until),
            *cast_live(self._roads, self._began, since, until),
        ):
            if one.camera not in FILMED and (one.at >= self._began or one.camera in self._late):
                heapq.heappush(self._waiting, _Due(one.at, next(self._numbers), one))
        for car in PATROLS:
            for met in sightings(self._roads, car, max(since, self._began), until, seed=self._wanted.seed):
                place = None if met.at is None else self._roads.ground.degrees(met.at)
                due = _Due(met.seen.at, next(self._numbers), met.seen, place)
                heapq.heappush(self._waiting, due)

    def _read(self, due: _Due, device: Device) -> Outgoing:
        story = due.seen.vehicle.vrm in _STORY
        told = reading_of(due.seen, eyes=self._eyes(due.seen), seed=self._wanted.seed, place=due.place)
        patch = patch_of(due.seen)
        scene = overview_of(due.seen) if story or _has_overview(due.seen) else b""
        record = replace(
            told,
            captured_at=told.captured_at - device.behind,
            patch=picture_digest(patch),
            overview=picture_digest(scene) if scene else None,
        )
        return Outgoing(record, tuple(filter(None, (patch, scene))))

    def _eyes(self, seen: Pass) -> Eyes:
        """How well this pass is read: the story begins with what was promised, and misreads come later."""
        mark = seen.vehicle.vrm
        if mark not in _STORY:
            return _EYES
        first = mark not in self._met
        self._met.add(mark)
        return _SURE if first else _STORY_EYES


def _has_overview(one: Pass) -> bool:
    return zlib.crc32(f"{one.at} {one.vehicle.vrm}".encode()) % _OVERVIEW_EVERY == 0


def _send_faults(device: Device, now: datetime, number: int) -> None:
    """Send what a node cannot take: an unknown camera, a place for a time, a read that is none."""
    at = now.isoformat(timespec="milliseconds")
    plain = {"captured_at": at, "vrm": f"LY{number % 90 + 10}VVV", "confidence": 0.95}
    reads: list[dict[str, object]] = [
        {**plain, "camera": str(UNREGISTERED)},
        {**plain, "camera": str(POSTS[2].camera), "vrm": "?", "note": "from a camera whose lens is wet"},
        {**plain, "camera": "52/4/1"},
    ]
    body = {"version": 1, "batch_id": str(uuid4()), "device": device.device, "sent_at": at, "reads": reads}
    try:
        device.send_raw(json.dumps(body).encode())
    except LineDownError:
        return  # the node is away; there will be other faults


def _beats(every_s: float, stop: list[bool]) -> Iterator[datetime]:
    while not stop:
        yield datetime.now(UTC)
        time.sleep(every_s)


def main() -> int:
    """Run until asked to end; 2 where a device is not let in."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--node", required=True)
    parser.add_argument("--state", type=Path, required=True, help="where keys, codes and outboxes lie")
    parser.add_argument("--reads-a-second", type=float, default=Wanted().reads_a_second)
    parser.add_argument("--late-seconds", type=float, default=Wanted.late_s, help="how late the late one is")
    said = parser.parse_args()
    wanted = Wanted(said.reads_a_second, said.late_seconds)
    stop: list[bool] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.append(True))
    try:
        with ExitStack() as stack:
            devices = [
                open_device(one, said.node, said.state, late_s=wanted.late_s, stack=stack)
                for one in stations()
            ]
            feed = Feed(Roads(read_ground(), POSTS), devices, wanted, datetime.now(UTC))
            for now in _beats(_PAUSE_S, stop):
                feed.step(now)
    except (RefusedError, OSError) as fault:
        print(f"feed: {fault}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
