"""A process that keeps batches until it is killed: prints each id only once the journal has acknowledged it.

`python -m tests.store.journal_child FILE FIRST`: batches FIRST, FIRST+1, ... three at a time; one consumer
passes what it claims, and the journal is trimmed now and then.
"""

from __future__ import annotations

import sys
from pathlib import Path

from openanpr.store.journal import Batch, Journal


def body(n: int) -> bytes:
    """The bytes of batch n: no two alike, some large."""
    return (f"batch {n} ".encode() * (1 + n % 7 * 300))[: 10_000 + n]


def tell(*words: str) -> None:
    """Say it before anything else is done."""
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def main(path: Path, first: int) -> None:
    journal = Journal.open(path, ("store",))
    n = first
    while True:
        batches = [Batch(f"id-{i}", body(i), i) for i in range(n, n + 3)]
        journal.append(batches)
        tell(*(batch.batch_id for batch in batches))
        n += 3
        if n % 4 == 0 and (group := journal.claim("store", most_batches=5, most_bytes=10**6)):
            tell("took", group.name, *(kept.batch_id for kept in group.batches))
            journal.done("store", group)
            tell("done", group.name)
        if n % 10 == 0:
            journal.trim(forget_before_ms=0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
