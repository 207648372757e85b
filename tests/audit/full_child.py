"""A process that may write no file longer than so many bytes: tells what became of each search.

`python -m tests.audit.full_child FOLDER KEY MOST`. A write beyond the limit fails half done, as on a full
disk.
"""

from __future__ import annotations

import resource
import signal
import sys
from pathlib import Path

from openanpr.audit.log import AuditLog, CannotWriteError, LogSettings
from openanpr.audit.note import NoteSigner
from tests.audit.events import consultation


def logged(log: AuditLog, n: int) -> str:
    try:
        return f"logged {log.append(consultation(n)).index}"
    except CannotWriteError as fault:
        return f"refused {fault}"


def main(folder: Path, key: str, most: int) -> None:
    log = AuditLog.open(folder, NoteSigner.parse(key), LogSettings(reserve_bytes=0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    for n in range(12):
        sys.stdout.write(logged(log, n) + "\n")
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    sys.stdout.write(logged(log, 12) + "\n")
    log.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
