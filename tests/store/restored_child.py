"""A restored node, alone in its process: takes up from the journal, keeps one more batch, tells what it has.

`python -m tests.store.restored_child DATA_FOLDER`
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from openanpr.ingest.journal import Entry
from openanpr.store.chdb_folder import ChdbFolder
from openanpr.store.control.engine import open_database
from openanpr.store.control.list_store import ListStore
from openanpr.store.control.migrate import migrate
from openanpr.store.engine import ReadEngine, Statement
from openanpr.store.journal import Journal
from openanpr.store.migrate_reads import migrate_reads, read_migrations
from openanpr.store.pictures import Pictures
from openanpr.store.read_columns import ArrivedRead
from openanpr.store.reads_write import write_reads
from openanpr.store.retention import certificates
from tests.store.reads import AT, LONG_AGO, traffic

CONSUMER = "reads"
NEW = "after the restore"


def reads_of(body: bytes) -> tuple[ArrivedRead, ...]:
    """The reads of a batch whose body is a number."""
    return tuple(traffic(10, seed=int(body), days=2))


def entry(key: str, number: int) -> Entry:
    """A batch whose body is a number."""
    body = str(number).encode()
    return Entry(key, AT, hashlib.sha256(body).digest(), body, b"taken")


def store_next(journal: Journal, engine: ReadEngine) -> bool:
    """Store the next group of the journal; whether there was one."""
    group = journal.claim(CONSUMER, most_batches=4, most_bytes=10**6)
    if group is None:
        return False
    reads = [read for batch in group.batches for read in reads_of(batch.body)]
    write_reads(engine, reads, group=group.name, kept_from=LONG_AGO)
    journal.done(CONSUMER, group)
    return True


def counted(engine: ReadEngine, sql: str) -> int:
    """The one number that a question answers."""
    return engine.rows(Statement("count", sql), {}, tuple[int])[0][0]


def main(data: Path) -> None:
    """Start on the folder and print what is there."""
    with ChdbFolder.open(data / "chdb") as engine, Journal.open(data / "journal.db", (CONSUMER,)) as journal:
        applied = migrate_reads(engine, read_migrations())
        control = open_database(f"sqlite:///{data / 'control.db'}")
        migrate(control)
        journal.append(entry(NEW, 999999))
        waited = journal.waiting()[CONSUMER]
        while store_next(journal, engine):
            pass
        with closing(sqlite3.connect(data / "journal.db")) as db:
            known = [key for (key,) in db.execute("SELECT key FROM known")]
        told = {
            "applied": applied,
            "waited": waited,
            "known": sorted(known),
            "reads": counted(engine, "SELECT uniqExact(read_id) FROM reads"),
            "by_camera": counted(
                engine, "SELECT uniqExact(force, source, camera, captured_at, vrm) FROM reads_by_camera"
            ),
            "in_hours": counted(engine, "SELECT toInt64(sum(n)) FROM camera_hour"),
            "in_months": counted(engine, "SELECT toInt64(sum(n)) FROM vrm_month"),
            "certificates": [one.to_json() for one in certificates(engine)],
            "lists": [one.of.name for one in ListStore(control).standings()],
            "days": [str(day) for day in Pictures.in_folder(data / "pictures").days()],
        }
        control.dispose()
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
