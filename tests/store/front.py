"""A ClickHouse HTTP front in a process of its own, for tests of what speaks to a server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conventions.tree import ROOT


@contextmanager
def running_front(folder: Path) -> Iterator[str]:
    """The address of a ClickHouse HTTP front over `folder`, in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.store.clickhouse_front", folder],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as front:
        assert front.stdin is not None
        assert front.stdout is not None
        yield f"http://127.0.0.1:{int(front.stdout.readline())}"
        front.stdin.close()
        front.wait(timeout=20)
