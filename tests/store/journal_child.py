"""A process that keeps batches until it is killed: prints each key once the journal has acknowledged it.

`python -m tests.store.journal_child FILE FIRST`: three threads append batches FIRST, FIRST+1, ... between
them; one consumer passes what it claims, and the journal is trimmed now and then.
"""

from __future__ import annotations

import hashlib
import itertools
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from openanpr.ingest.journal import Entry
from openanpr.store.journal import Journal

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
_SPEAKING = threading.Lock()


def body(n: int) -> bytes:
    """The bytes of batch n: no two alike, some large."""
    return (f"batch {n} ".encode() * (1 + n % 7 * 300))[: 10_000 + n]


def entry(n: int) -> Entry:
    """Batch n for the journal."""
    return Entry(f"id-{n}", AT, hashlib.sha256(body(n)).digest(), body(n), b"answer %d" % n)


def tell(*words: str) -> None:
    """Say it before anything else is done."""
    with _SPEAKING:
        sys.stdout.write(" ".join(words) + "\n")
        sys.stdout.flush()


def keep(journal: Journal, numbers: itertools.count[int]) -> None:
    """Append what nobody else appends, until the end."""
    for n in numbers:
        journal.append(entry(n))
        tell(f"id-{n}")


def main(path: Path, first: int) -> None:
    journal = Journal.open(path, ("store",))
    numbers = itertools.count(first)
    for _ in range(3):
        threading.Thread(target=keep, args=(journal, numbers), daemon=True).start()
    passed = 0
    while True:
        journal.wait_beyond(passed, 1)
        if group := journal.claim("store", most_batches=5, most_bytes=10**6):
            tell("took", group.name, *(batch.key for batch in group.batches))
            journal.done("store", group)
            tell("done", group.name)
            passed = group.last
            if passed % 3 == 0:
                journal.trim(forget_before_ms=0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
