"""The node is killed again and again while reads come in, at any moment: nothing is lost, nothing doubled."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from uuid import uuid4

from openanpr.deliver.enrol import enrol
from openanpr.deliver.line import Fresh, Line, LineSettings
from openanpr.deliver.outbox import BatchSize, Outbox
from openanpr.deliver.send import Chance, Pace, Sender
from openanpr.wire.device_key import DeviceKey
from tests.whole.world import Node, read, until

LISTED, CAMERA, KILLS = "PK15HJU", "53/1/4", 8
WANTED_EVERY = 5


class Delivering:
    """The delivering half of a reader: what is put is on disk, and goes to the node until it is taken."""

    def __init__(self, node: Node, folder) -> None:
        key = DeviceKey.generate()
        chance = Chance(lambda: datetime.now(UTC), time.monotonic, random.Random(3), uuid4)
        fresh = Fresh(chance.clock, lambda: os.urandom(16).hex(), time.monotonic)
        self._line = Line.open(LineSettings(node.url), key, fresh)
        device = enrol(self._line, node.code("camera 4", CAMERA), key.public)
        self._outbox = Outbox.open(folder / "outbox.db", batch_size=BatchSize(reads=16))
        pace = Pace(first_s=0.02, most_s=0.1, idle_s=0.02)
        self._sender = Sender(self._outbox, self._line, device, chance=chance, pace=pace)
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=one, daemon=True) for one in (self._put, self._sender.run)]
        self.marks: list[str] = []
        for thread in self._threads:
            thread.start()

    @property
    def taken(self) -> int:
        """How many reads the node has acknowledged."""
        return self._sender.standing.reads

    def _put(self) -> None:
        while not self._stopped.wait(0.02):
            number = len(self.marks)
            mark = LISTED if number % WANTED_EVERY == 0 else f"X{number:05d}Z"
            self._outbox.put([read(mark, CAMERA)])
            self.marks.append(mark)

    def put_no_more(self) -> None:
        """Wait until all that was put was taken."""
        self._stopped.set()
        self._threads[0].join()
        until(lambda: not self._outbox.fill().reads, within_s=60, what="the outbox is empty")

    def close(self) -> None:
        """End, also in the middle of it."""
        self._stopped.set()
        self._sender.stop()
        for thread in self._threads:
            thread.join()
        self._line.close()
        self._outbox.close()


def test_a_node_killed_at_any_moment_loses_no_read_doubles_none_and_raises_one_alert(yard, tmp_path) -> None:
    node, chance = Node(yard, "killed").start(), random.Random(7)
    node.camera(CAMERA)
    node.define("wanted", hours=None)
    node.fill("wanted", [LISTED])
    with closing(Delivering(node, tmp_path)) as delivering:
        for _ in range(KILLS):
            before = delivering.taken
            until(lambda before=before: delivering.taken > before, within_s=60, what="reads are taken again")
            time.sleep(chance.uniform(0, 0.25))
            node.kill()
            node.launch()
        delivering.put_no_more()
    node.settled()
    alert = node.alert_of(LISTED)
    wanted = delivering.marks.count(LISTED)
    assert wanted > KILLS
    assert alert["hits"] == wanted
    node.stop()
    yard.marks.update(delivering.marks)
    stored = Counter((one["record"]["vrm"], one["record"]["captured_at"]) for one in node.stored())
    assert len(stored) == len(delivering.marks)
    assert Counter(mark for mark, _ in stored.elements()) == Counter(delivering.marks)
