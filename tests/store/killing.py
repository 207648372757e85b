"""Starts a program, kills it with SIGKILL after a while, and returns what it had said by then."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def said_before_killed(module: str, *words: object, after_s: float) -> list[str]:
    """The whole lines that `python -m MODULE WORDS` said until its kill, `after_s` from its first line."""
    with subprocess.Popen(
        [sys.executable, "-m", module, *map(str, words)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(after_s)
        child.kill()
        said = first + child.stdout.read()
    assert first.endswith("\n"), "the child died before it said anything"
    # The last line may have been cut by the kill.
    return said[: said.rfind("\n")].split("\n")
