"""Writes invented reads of the past into the read store of a stopped node, for trying out searches.

`python -m demonstration.past_reads --data DIR --vehicle DK19UVB --camera 53/1/1 --camera 53/1/2`. A node
takes no reads so old from any device, so this puts them where it keeps its reads; all are marked as invented
by the device that they name. Each vehicle that is named passes twice a week, and on the first day; the rest
is traffic of marks made up.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.plate import Plate, PlateError
from openanpr.ingest.arrival import Arrival, ArrivedRead
from openanpr.ingest.keep import batch_key
from openanpr.store.chdb_folder import ChdbFolder
from openanpr.store.engine import StoreError
from openanpr.store.migrate_reads import migrate_reads, read_migrations
from openanpr.store.reads_write import write_reads

DEVICE = "invented-past"
_LETTERS = "ABCDEFGHJKLMNOPRSTUVWXYZ"
_A_WEEK = 2
_BUSY = range(6, 22)
_DAYS_AT_ONCE = 60


@dataclass(frozen=True, slots=True)
class Past:
    """What is to be invented: `a_day` reads of strangers, and the named vehicles twice a week."""

    cameras: Sequence[CameraId]
    vehicles: Sequence[str]
    days: int
    a_day: int


def past_reads(past: Past, *, until: date, chance: random.Random) -> Iterator[list[ArrivedRead]]:
    """Yield the reads of each day before `until`, the oldest day first."""
    strangers = [_stranger(chance) for _ in range(max(1, past.days * past.a_day // 20))]
    for back in range(past.days, 0, -1):
        day = until - timedelta(days=back)
        marks = chance.choices(strangers, k=past.a_day)
        marks += [vehicle for vehicle in past.vehicles if chance.random() < _A_WEEK / 7 or back == past.days]
        batch = UUID(int=chance.getrandbits(128), version=4)
        yield [_read(mark, past.cameras, day, batch, chance) for mark in marks]


def _stranger(chance: random.Random) -> str:
    letters = "".join(chance.choices(_LETTERS, k=5))
    return f"{letters[:2]}{chance.randrange(2, 27):02d}{letters[2:]}"


def _read(
    mark: str, cameras: Sequence[CameraId], day: date, batch: UUID, chance: random.Random
) -> ArrivedRead:
    hour, minute = chance.choice(_BUSY), chance.randrange(60)
    at = datetime(day.year, day.month, day.day, hour, minute, chance.randrange(60), tzinfo=UTC)
    record = CaptureRecord(
        chance.choice(cameras), at, mark, mark, "gb_current", round(chance.uniform(0.9, 0.999), 4)
    )
    return arrived(record, batch)


def arrived(record: CaptureRecord, batch: UUID) -> ArrivedRead:
    """Return a read as it would have come within a second, marked as invented by its device."""
    arrival = Arrival(
        key=batch_key(f"feed:{DEVICE}", batch),
        batch_id=batch,
        device=DEVICE,
        signed=False,
        received_at=record.captured_at + timedelta(milliseconds=800),
        sent_at=None,
        clock_offset_ms=None,
        clock_lag_ms=None,
        profile="invented",
        released_from=None,
    )
    return ArrivedRead(record, arrival, late=False, clock_doubtful=False, origin=None)


def write_past(folder: Path, past: Past, *, today: date, seed: int) -> int:
    """Write the reads of the days before `today` into a read store and return how many; raises StoreError."""
    written = 0
    with ChdbFolder.open(folder) as engine:
        migrate_reads(engine, read_migrations())
        days = past_reads(past, until=today, chance=random.Random(seed))
        while some := [read for day in islice(days, _DAYS_AT_ONCE) for read in day]:
            group = f"{DEVICE} {seed} {some[0].record.captured_at}"
            written += write_reads(engine, some, group=group, kept_from=date.min).stored
    return written


def _vehicle(text: str) -> str:
    try:
        return Plate.parse(text).vrm
    except PlateError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from fault


def main() -> int:
    """Write and tell how many; 1 where the store cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of a node that is stopped")
    parser.add_argument("--camera", type=CameraId.parse, action="append", required=True)
    parser.add_argument("--vehicle", type=_vehicle, action="append", default=[])
    parser.add_argument("--days", type=int, default=430)
    parser.add_argument("--a-day", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args()
    past = Past(said.camera, said.vehicle, said.days, said.a_day)
    try:
        written = write_past(said.data / "reads", past, today=datetime.now(UTC).date(), seed=said.seed)
    except (StoreError, OSError) as fault:
        print(f"past reads: {fault}; is the node stopped?", file=sys.stderr)
        return 1
    print(f"{written} invented reads of {said.days} days are in the store")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
