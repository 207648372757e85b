"""Reads as they arrive, made by hand or by the thousand, for tests of the store."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.instant import ClockSource
from openanpr.core.place import Place
from openanpr.core.read import Candidate, Character, Direction, Style
from openanpr.ingest.arrival import Arrival, ArrivedRead, Origin
from openanpr.ingest.keep import batch_key
from openanpr.wire.forwarded import OriginProof

AT = datetime(2026, 11, 22, 8, 30, 15, 250_000, tzinfo=UTC)
FIRST_DAY = AT.date()
LONG_AGO = date(2020, 1, 1)
CAMERA = CameraId(53, 1, 7)
FIRST = "ABCDEFGHKLMNOPRSVWY"
LAST = "ABCDEFGHJKLMNOPRSTUVWXYZ"
HOURS = (1, 1, 1, 1, 2, 4, 8, 10, 9, 7, 7, 7, 7, 7, 8, 9, 10, 9, 7, 5, 4, 3, 2, 1)


def arrived(
    vrm: str = "AB12CDE",
    *,
    at: datetime = AT,
    camera: CameraId = CAMERA,
    late: bool = False,
    latency_ms: int = 400,
    batch: int = 1,
    **changes: Any,
) -> ArrivedRead:
    """A plain read that arrived 0.4 s after its capture, with any field of the record changed."""
    received_at = at + timedelta(milliseconds=latency_ms)
    record = replace(CaptureRecord(camera, at, vrm, vrm, "gb_current", 0.98), **changes)
    return ArrivedRead(record, arrival(UUID(int=batch), received_at), late=late, clock_doubtful=False)


def arrival(batch_id: UUID, received_at: datetime, device: str = "device-1") -> Arrival:
    """How a device's batch arrived, without what the store does not keep."""
    return Arrival(
        key=batch_key(device, batch_id),
        batch_id=batch_id,
        device=device,
        signed=True,
        received_at=received_at,
        sent_at=None,
        clock_offset_ms=12,
        clock_lag_ms=None,
        profile="nadc-2018@2026-11",
    )


def full_read() -> ArrivedRead:
    """A read with every field filled, no two alike."""
    characters = tuple(
        Character(c, round(0.9 + i / 100, 2), (("8", 0.04), ("3", 0.000123)) if i == 1 else ())
        for i, c in enumerate("AB12CDE")
    )
    read = arrived(
        late=True,
        latency_ms=86_400_123,
        raw="A812CDE",
        confidence=0.2912,
        candidates=(Candidate("AB12CDE", 0.291234), Candidate("A812CDE", 0.2)),
        characters=characters,
        clock=ClockSource.STREAM,
        clock_error_ms=40,
        style=Style.YELLOW,
        direction=Direction.AWAY,
        frames=14,
        place=Place(51.8642433, -2.2380401, 4.5),
        patch="ab" * 32,
        overview="cd" * 32,
        model="detector-1+recogniser-2",
        extra='{"lane":2,"note":"caf\u00e9 \'\\\\\\t"}',
    )
    came = replace(
        read.arrival,
        key="gate-1/7#0003/released",
        batch_id=UUID("01234567-89ab-4def-8123-456789abcdef"),
        signed=False,
        clock_offset_ms=-1250,
        profile="test-2026",
        released_from="gate-1/7#0003",
    )
    origin = Origin(
        device="gate-1",
        key="gate-1/fedcba98-7654-4def-8123-456789abcdef",
        received_at=AT - timedelta(milliseconds=77),  # by a clock behind the camera's
        clock_offset_ms=-(2**31),
        proof=OriginProof.KEY_UNKNOWN,
    )
    return replace(read, arrival=came, clock_doubtful=True, origin=origin)


def traffic(
    n: int, *, seed: int, days: int = 4, first_day: date = FIRST_DAY, particulars: bool = False
) -> Iterator[ArrivedRead]:
    """About n/4 vehicles before 2,000 cameras of 43 forces over some days, in the order of time.

    Batches hold twenty reads of one device. `particulars` adds candidates, characters and hashes.
    """
    dice = random.Random(seed)
    cameras = [CameraId(dice.randint(1, 59), dice.randint(1, 30), dice.randint(1, 200)) for _ in range(2_000)]
    weights = [dice.lognormvariate(0, 1) for _ in cameras]
    vehicles = [_mark(dice) for _ in range(max(1, n // 4))]
    often = [dice.lognormvariate(0, 1.2) for _ in vehicles]
    start = datetime(first_day.year, first_day.month, first_day.day, tzinfo=UTC)
    hours = dice.choices(range(24), HOURS, k=n)
    times = sorted(
        dice.randrange(days) * 86_400_000 + hour * 3_600_000 + dice.randrange(3_600_000) for hour in hours
    )
    seen: dict[int, int] = {}
    for at_ms, camera, vrm in zip(
        times, dice.choices(cameras, weights, k=n), dice.choices(vehicles, often, k=n), strict=True
    ):
        device = camera.force * 100 + camera.source
        seen[device] = seen.get(device, 0) + 1
        read = arrived(
            vrm,
            at=start + timedelta(milliseconds=at_ms),
            camera=camera,
            latency_ms=int(dice.lognormvariate(6.2, 0.5)),
            confidence=_sureness(dice),
            model="detector-1+recogniser-2",
            frames=dice.randint(1, 20),
            direction=Direction.AWAY if camera.camera % 2 else Direction.TOWARDS,
            style=Style.YELLOW if camera.camera % 2 else Style.WHITE,
        )
        batch_id = UUID(
            int=random.Random(device * 1_000_003 + seen[device] // 20).getrandbits(128), version=4
        )
        came = arrival(batch_id, read.arrival.received_at, f"device-{device}")
        record = _with_particulars(read.record, dice) if particulars else read.record
        yield replace(read, record=record, arrival=replace(came, clock_offset_ms=device % 40))


def _mark(dice: random.Random) -> str:
    age = dice.choice((*range(2, 27), *range(51, 77)))
    return "".join((*dice.choices(FIRST, k=2), f"{age:02}", *dice.choices(LAST, k=3)))


def _sureness(dice: random.Random) -> float:
    return dice.uniform(0.99, 1) if dice.random() < 0.6 else max(0.3, 1 - dice.expovariate(50))


def _with_particulars(record: CaptureRecord, dice: random.Random) -> CaptureRecord:
    sure = record.confidence or 0.5
    other = record.vrm[:3] + dice.choice("0123456789") + record.vrm[4:]
    characters = tuple(
        Character(
            c,
            dice.uniform(sure, 1),
            ((dice.choice(LAST), round(dice.uniform(0, 0.01), 6)),) if dice.random() < 0.3 else (),
        )
        for c in record.vrm
    )
    return replace(
        record,
        candidates=(Candidate(record.vrm, sure), Candidate(other, (1 - sure) / 2)),
        characters=characters,
        raw=record.vrm.replace("O", "0").replace("I", "1"),
        patch=f"{dice.getrandbits(256):064x}",
        overview=f"{dice.getrandbits(256):064x}",
    )
