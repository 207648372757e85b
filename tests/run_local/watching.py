"""A watch of alerts in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

OPENANPR = Path(sys.executable).with_name("openanpr")


AS = ("--as", "Ann")


def watching(node, last: ExitStack, *words: str) -> subprocess.Popen[str]:
    """Return a watch in a process of its own, which ends with the test."""
    command = [OPENANPR, "alerts", "watch", "--data", node.data, *AS, *words]
    watch = last.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    last.callback(watch.kill)
    return watch
