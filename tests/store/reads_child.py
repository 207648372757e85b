"""A process that stores groups of reads until it is killed: prints a group's number once it is stored.

`python -m tests.store.reads_child FOLDER FIRST`: groups FIRST, FIRST+1, ...
"""

from __future__ import annotations

import sys
from pathlib import Path

from openanpr.ingest.arrival import ArrivedRead
from openanpr.store.chdb_folder import ChdbFolder
from openanpr.store.migrate_reads import migrate_reads, read_migrations
from openanpr.store.reads_write import write_reads
from tests.store.journal_child import tell
from tests.store.reads import LONG_AGO, traffic

SIZE = 40


def group(n: int) -> tuple[ArrivedRead, ...]:
    """The reads of group n, the same whenever they are asked for; over two days, so over two partitions."""
    return tuple(traffic(SIZE, seed=n, days=2))


def main(folder: Path, first: int) -> None:
    engine = ChdbFolder.open(folder)
    migrate_reads(engine, read_migrations())
    tell("open")
    n = first
    while True:
        write_reads(engine, group(n), group=f"group {n}", kept_from=LONG_AGO)
        tell(str(n))
        n += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
