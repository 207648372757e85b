"""A process that logs until it is killed: prints each number once the log has said that it has it.

`python -m tests.audit.log_child FOLDER KEY FIRST`: four threads log searches FIRST, FIRST+1, ... between
them, alone and several at once, and checkpoints are signed on the way.
"""

from __future__ import annotations

import itertools
import sys
import threading
from pathlib import Path

from openanpr.audit.log import AuditLog, LogSettings
from openanpr.audit.note import NoteSigner
from tests.audit.events import consultation

_SPEAKING = threading.Lock()


def tell(*words: object) -> None:
    """Say it before anything else is done."""
    with _SPEAKING:
        sys.stdout.write(" ".join(map(str, words)) + "\n")
        sys.stdout.flush()


def keep(log: AuditLog, numbers: itertools.count[int], together: int) -> None:
    """Log what nobody else logs, until the end."""
    while True:
        mine = list(itertools.islice(numbers, together))
        receipts = log.append_all([consultation(n) for n in mine])
        for n, receipt in zip(mine, receipts, strict=True):
            tell(receipt.index, n)


def main(folder: Path, key: str, first: int) -> None:
    log = AuditLog.open(folder, NoteSigner.parse(key), LogSettings(every_entries=100, reserve_bytes=0))
    tell("open", log.size)
    numbers = itertools.count(first)
    threads = [threading.Thread(target=keep, args=(log, numbers, n), daemon=True) for n in (1, 1, 2, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
