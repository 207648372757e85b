"""A reader for the kill test: puts reads, tells each one that is on disk, and delivers beside it."""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from openanpr.deliver.line import Fresh, Line, LineSettings
from openanpr.deliver.outbox import BatchSize, Outbox
from openanpr.deliver.send import Chance, Pace, Sender
from openanpr.wire.device_key import DeviceKey
from tests.wire.records import record


def main(url: str, folder: Path, start: int, count: int) -> None:
    """Put `count` reads numbered from `start`, then wait until all is delivered."""
    chance = Chance(lambda: datetime.now(UTC), time.monotonic, random.Random(), uuid4)
    fresh = Fresh(chance.clock, lambda: os.urandom(16).hex(), time.monotonic)
    outbox = Outbox.open(folder / "outbox.db", batch_size=BatchSize(reads=7))
    line = Line.open(LineSettings(url), DeviceKey.read(folder / "key.pem"), fresh)
    sender = Sender(outbox, line, "gate-1", chance=chance, pace=Pace(first_s=0.02, most_s=0.1, idle_s=0.02))
    thread = threading.Thread(target=sender.run, daemon=True)
    thread.start()
    for number in range(start, start + count):
        outbox.put([record(f"K{number}")])
        tell(str(number))
    while outbox.fill().reads:
        time.sleep(0.01)
    tell("done")
    sender.stop()
    thread.join()


def tell(word: str) -> None:
    """Say it at once: what was told is on disk."""
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
