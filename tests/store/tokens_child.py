"""A process that stores groups of reads and prints the counts of every table: `FOLDER [GROUP ...]`.

In a process of its own, because chDB opens one folder a process.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from openanpr.ingest.arrival import ArrivedRead
from openanpr.store.chdb_folder import ChdbFolder
from openanpr.store.engine import Statement
from openanpr.store.migrate_reads import migrate_reads, read_migrations
from openanpr.store.reads_write import write_reads
from tests.store.reads import LONG_AGO
from tests.store.reads_child import group

COUNTS = Statement(
    "counts",
    "SELECT (SELECT count() FROM reads), (SELECT count() FROM reads_by_camera), "
    "(SELECT sum(n) FROM vrm_month), (SELECT sum(n) FROM camera_hour), (SELECT sum(n) FROM camera_day), "
    "(SELECT count() FROM announced)",
)


def pictured(n: int) -> list[ArrivedRead]:
    """The reads of a group, each naming a picture."""
    return [
        replace(read, record=replace(read.record, patch=f"{read.record.read_id:064x}")) for read in group(n)
    ]


def main(folder: Path, groups: list[int]) -> None:
    with ChdbFolder.open(folder) as engine:
        migrate_reads(engine, read_migrations())
        for n in groups:
            write_reads(engine, pictured(n), group=f"group {n}", kept_from=LONG_AGO)
        counts = engine.rows(COUNTS, {}, tuple[int, int, int, int, int, int])[0]
        sys.stdout.write(" ".join(map(str, counts)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), list(map(int, sys.argv[2:])))
