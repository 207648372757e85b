"""A node that is killed the moment its log has an act on the disk: `killed_node.py DATA`.

While `DATA/../armed` holds the name of an act, and perhaps what its entry says in public, the process ends by
SIGKILL as soon as such an entry was logged, before whoever logged it can do anything. `DATA/../days` puts the
node's clock ahead.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from openanpr.audit.acts import Event
from openanpr.audit.log import AuditLog
from openanpr.audit.port import Receipt
from openanpr.run.node.command import run_node
from openanpr.run.node.home import Home

DATA = Path(sys.argv[1])
ARMED, DAYS = DATA.parent / "armed", DATA.parent / "days"


def now() -> datetime:
    days = int(DAYS.read_text()) if DAYS.exists() else 0
    return datetime.now(UTC) + timedelta(days=days)


real = AuditLog.append_all


def append_all(self: AuditLog, events: Sequence[Event]) -> tuple[Receipt, ...]:
    receipts = real(self, events)
    if ARMED.exists():
        act, _, word = ARMED.read_text().strip().partition(" ")
        if any(one.act == act and (not word or word in repr(one)) for one in events):
            ARMED.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
    return receipts


AuditLog.append_all = append_all  # type: ignore[method-assign]

if __name__ == "__main__":
    sys.exit(run_node(Home(DATA), out=sys.stdout, err=sys.stderr, clock=now))
