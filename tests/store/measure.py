"""Bytes a read on disk, by table and column, and how long the node's questions take.

`python -m tests.store.measure FOLDER [READS] [full]`: run by hand; prints one JSON object. `full` adds
candidates, characters, raw and hashes to every read. Rows are merged first, as after a quiet night.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import msgspec

from openanpr.store.chdb_folder import ChdbFolder
from openanpr.store.engine import Statement
from openanpr.store.migrate_reads import migrate_reads, read_migrations
from openanpr.store.reads_find import Span, last_seen, reads_of_cameras, reads_of_vrm, vrms_like
from openanpr.store.reads_write import write_reads
from tests.store.reads import AT, LONG_AGO, traffic

GROUP = 20_000
DAYS = 4
TABLES = ("reads", "reads_by_camera", "vrm_month", "camera_hour")
SIZES = Statement(
    "sizes",
    "SELECT table, column, sum(column_data_compressed_bytes + column_marks_bytes) FROM system.parts_columns "
    "WHERE active GROUP BY table, column ORDER BY table, column",
)
DISK = Statement("disk", "SELECT table, '', sum(bytes_on_disk) FROM system.parts WHERE active GROUP BY table")


class Size(msgspec.Struct, array_like=True):
    table: str
    column: str
    size: int


def p50_ms(ask: Callable[[int], object], times: int = 20) -> float:
    spent = []
    for i in range(times):
        began = time.perf_counter()
        ask(i)
        spent.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(spent), 1)


def questions(engine: ChdbFolder, sample: list[tuple]) -> dict[str, float]:
    start = datetime(AT.year, AT.month, AT.day, tzinfo=UTC)
    span = Span(start, start + timedelta(days=DAYS))
    hour = Span(start + timedelta(hours=8), start + timedelta(hours=9))
    cameras = [camera for camera, _ in sample]
    return {
        "vrm": p50_ms(lambda i: reads_of_vrm(engine, sample[i][1], span, limit=1000)),
        "last_seen": p50_ms(lambda i: last_seen(engine, sample[i][1])),
        "cameras_hour": p50_ms(lambda i: reads_of_cameras(engine, cameras[i : i + 20], hour, limit=100_000)),
        "wildcard": p50_ms(lambda i: vrms_like(engine, sample[i][1][:2] + "??" + sample[i][1][4] + "*",
                           since=span.since.date(), until=span.until.date(), limit=1000)),
    }  # fmt: skip


def main(folder: Path, n: int, *, full: bool) -> None:
    engine = ChdbFolder.open(folder)
    migrate_reads(engine, read_migrations())
    coming = traffic(n, seed=1, days=DAYS, particulars=full)
    sample, spent, group = [], 0.0, 0
    while reads := tuple(islice(coming, GROUP)):
        began = time.perf_counter()
        write_reads(engine, reads, group=f"group-{group}", kept_from=LONG_AGO)
        spent += time.perf_counter() - began
        group += 1
        sample += [(read.record.camera, read.record.vrm) for read in reads[:: GROUP // 2]]
    for table in TABLES:
        engine.run(Statement("merge", f"OPTIMIZE TABLE {table} FINAL"), {})
    disk = {row.table: round(row.size / n, 3) for row in engine.rows(DISK, {}, Size) if row.table in TABLES}
    columns = {
        f"{r.table}.{r.column}": round(r.size / n, 3)
        for r in engine.rows(SIZES, {}, Size)
        if r.table in TABLES
    }
    asked = questions(engine, sample[-60:])
    told = {
        "reads": n,
        "full": full,
        "write_reads_per_s": round(n / spent),
        "bytes_a_read": round(sum(disk.values()), 2),
    }
    sys.stdout.write(json.dumps({**told, "disk": disk, "p50_ms": asked, "columns": columns}, indent=1) + "\n")
    engine.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100_000, full="full" in sys.argv)
