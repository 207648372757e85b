"""A node whose clock a test moves: `python -m tests.whole.later_node FOLDER CLOCK`.

The file CLOCK holds so many days, by which the node is ahead; a second number is for its chores alone, so
that they do not forget what a person is about to look at. While a file with CLOCK's name and ".held" after it
is there, the node does not look back for new entries. Nothing else differs from `openanpr node`.
"""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from openanpr.run.node.command import Home, run_node
from openanpr.run.node.list_watch import LookBack


def main(folder: Path, clock: Path) -> int:
    """Run until asked to stop."""

    def now() -> datetime:
        days, of_chores = map(int, clock.read_text("ascii").split())
        chore = threading.current_thread().name == "housekeeping"
        return datetime.now(UTC) + timedelta(days=of_chores if chore else days)

    held, turn = clock.with_name(f"{clock.name}.held"), LookBack.turn

    def once_let_go(look_back: LookBack) -> float:
        while held.exists():
            time.sleep(0.02)
        return turn(look_back)

    LookBack.turn = once_let_go  # type: ignore[method-assign]
    return run_node(Home(folder), out=sys.stdout, err=sys.stderr, clock=now)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
