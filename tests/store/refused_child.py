"""A process in which one table cannot be written for a while: tells of each write, then the counts.

The table's folder is a plain file meanwhile, so that its parts fail as they do on a full disk.
"""

from __future__ import annotations

import sys
from pathlib import Path

from openanpr.store.chdb_folder import ChdbFolder
from openanpr.store.engine import Statement, StoreError
from openanpr.store.migrate_reads import migrate_reads, read_migrations
from openanpr.store.reads_write import write_reads
from tests.store.journal_child import tell
from tests.store.reads import LONG_AGO
from tests.store.tokens_child import COUNTS, pictured

PLACE = Statement("place", "SELECT data_paths[1] FROM system.tables WHERE name = {table:String}")


def write(engine: ChdbFolder, n: int) -> str:
    try:
        write_reads(engine, pictured(n), group=f"group {n}", kept_from=LONG_AGO)
    except StoreError:
        return "refused"
    return "stored"


def main(folder: Path, table: str) -> None:
    with ChdbFolder.open(folder) as engine:
        migrate_reads(engine, read_migrations())
        ((place,),) = engine.rows(PLACE, {"table": table}, tuple[str])
        here = Path(place)
        away = here.with_name("away")
        tell(write(engine, 0))
        here.rename(away)
        here.touch()
        tell(write(engine, 1))
        here.unlink()
        away.rename(here)
        tell(write(engine, 1))
        tell(" ".join(map(str, engine.rows(COUNTS, {}, tuple[int, int, int, int, int, int])[0])))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
