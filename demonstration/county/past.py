"""Ninety days of the county's past, written into the read store of a node that is stopped or not yet begun.

`python -m demonstration.county.past --data DIR`. The same roads, cameras and hours as the live traffic, with
everybody of the story. All reads are marked as invented by the device that they name.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from demonstration.county.asked import Past
from demonstration.county.cameras import POSTS
from demonstration.county.cast import cast_past
from demonstration.county.ground import read_ground
from demonstration.county.lists import listed_marks
from demonstration.county.readings import Eyes, reading_of
from demonstration.county.routes import Roads
from demonstration.county.traffic import Habits, passes
from demonstration.past_reads import arrived
from openanpr.ingest.arrival import ArrivedRead
from openanpr.store.chdb_folder import ChdbFolder
from openanpr.store.engine import StoreError
from openanpr.store.migrate_reads import migrate_reads, read_migrations
from openanpr.store.reads_write import write_reads

_EYES = Eyes(0.02, 0.01)
_LOOKED_BACK = timedelta(hours=25)
_SPAN = timedelta(days=4)
"""As much is written at once."""


def past_reads(
    past: Past, roads: Roads, since: datetime, until: datetime, *, recent: bool = False
) -> Iterator[ArrivedRead]:
    """Yield the reads from `since` and before `until`; those of one call bear one batch."""
    batch = UUID(int=random.Random(f"{past.seed} {since}").getrandbits(128), version=4)
    habits = Habits(past.seed, past.starts * (past.denser if recent else 1.0))
    for found in (passes(roads, habits, since, until), cast_past(roads, since, until)):
        for one in found:
            yield arrived(reading_of(one, eyes=_EYES, seed=past.seed), batch)


def without_listed(
    reads: Iterator[ArrivedRead], listed: frozenset[str], *, since: datetime
) -> Iterator[ArrivedRead]:
    """Yield the reads but those of listed marks from `since` on.

    A node looks back a day for each new entry: its queue would begin full of what is late.
    """
    return (one for one in reads if one.record.captured_at < since or one.record.vrm not in listed)


def write_past(folder: Path, past: Past, *, until: datetime) -> int:
    """Write the reads of the days before `until` into a read store and return how many; raises StoreError."""
    roads, written = Roads(read_ground(), POSTS), 0
    listed = listed_marks(past.seed)
    since, turn = until - timedelta(days=past.days), until - timedelta(days=past.recent_days)
    with ChdbFolder.open(folder) as engine:
        migrate_reads(engine, read_migrations())
        while since < until:
            recent = since >= turn
            then = min(since + _SPAN, until if recent else turn)
            reads = past_reads(past, roads, since, then, recent=recent)
            some = list(without_listed(reads, listed, since=until - _LOOKED_BACK))
            group = f"county {past.seed} {since.isoformat()}"
            written += write_reads(engine, some, group=group, kept_from=date.min).stored
            since = then
    return written


def main() -> int:
    """Write and tell how many; 1 where the store cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of a node that is stopped")
    parser.add_argument("--days", type=int, default=Past().days)
    parser.add_argument("--starts-an-hour", type=float, default=Past().starts)
    said = parser.parse_args()
    began = time.monotonic()
    past = Past(said.days, said.starts_an_hour)
    try:
        written = write_past(said.data / "reads", past, until=datetime.now(UTC))
    except (StoreError, OSError) as fault:
        print(f"past: {fault}; is the node stopped?", file=sys.stderr)
        return 1
    print(f"{written} invented reads of {past.days} days in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
