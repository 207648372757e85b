"""Ingest itself is quick enough not to be what holds a node up: a floor far below what it reaches."""

from __future__ import annotations

import time

from openanpr.core.read import Candidate, Character
from openanpr.ingest.accept import accept, reads_digest
from openanpr.ingest.clock import ClockReading
from openanpr.ingest.device import Sender
from openanpr.ingest.scope import Scope
from openanpr.wire.read_batch import Encoding, decode_batch
from tests.ingest.world import LIMITS, NOW, World, record

READS, ROUNDS, FLOOR = 500, 5, 5_000


def test_decoding_and_judging_passes_the_floor_on_one_core() -> None:
    world = World()
    # As our own reader sends them: every character with two rivals, three spellings.
    characters = tuple(Character(c, 0.99, (("B", 0.006), ("8", 0.003))) for c in "AB12CDE")
    candidates = tuple(Candidate(plate, 0.3) for plate in ("AB12CDE", "A812CDE", "AB12CDF"))
    beside = {"characters": characters, "candidates": candidates, "patch": "a" * 64, "clock_error_ms": 40}
    body = world.body([record(age_s=n / 100, vrm=f"AB{n % 100:02}CDE", **beside) for n in range(READS)])
    sender = Sender("gate-1", Scope.parse(["53"]), signed=True)
    clock = ClockReading(40, 40, 40, sure=True)
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        batch = decode_batch(body, Encoding.MESSAGE_PACK)
        reads_digest(batch)
        found = accept(
            batch, sender=sender, cameras=world.register, clock=clock, received_at=NOW, limits=LIMITS
        )
        best = min(best, time.process_time() - began)
        assert found.accepted == READS
    assert READS / best > FLOOR, f"{READS / best:,.0f} reads/s decoded and judged"
