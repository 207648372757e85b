"""One process at a time: a lock file that says which process holds what lies beside it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TextIO


class HeldElsewhereError(Exception):
    """A process holds the lock, another one or this; `holder` is its number, "unknown" at times."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"process {holder} holds the lock")
        self.holder = holder


def hold_lock(path: Path) -> TextIO:
    """Return the lock file, held until it is closed or the process ends, with this process's number in it.

    Raises HeldElsewhereError, OSError.
    """
    lock = path.open("a+", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise HeldElsewhereError(holder) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
