"""Nodes and commands in processes of their own that begin where everything is loaded already.

To load what a node is made of takes longer than to start one, and tests start hundreds, and thousands of
commands. So one process of a test run loads it once, and each of them is a fork of that one, with an
environment, inputs and outputs of its own: from there on it is `openanpr ...`, killed and waited for as any
process is. The process that loads has no thread and no engine, which a fork would not survive. That the
installed program starts by itself is seen where tests run it by its name.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openanpr.run import cli
from tests.conventions.tree import ROOT

_LOOK_S = 0.02


class Begun:
    """A program of ours that was begun; what is asked of it is as with `subprocess.Popen`."""

    def __init__(
        self,
        words: Sequence[object],
        out: Path,
        *,
        module: str = "",
        more: Mapping[str, object] | None = None,
    ) -> None:
        """`words` are those after `openanpr`, or after a module that starts a node in its own way.

        What it says is added to the file `out`. `more` names other files, `err` and what it reads, `typed`,
        and another environment, `env`.
        """
        order = {
            "words": list(map(str, words)), "module": module, "out": out, "err": out,
            "typed": os.devnull, "env": dict(os.environ), **(more or {}),
        }  # fmt: skip
        for name in ("out", "err"):
            Path(str(order[name])).touch(0o600)
        self.pid: int = _loaded().ask(order)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return how it ended; None while it runs."""
        if self.returncode is None:
            status = _loaded().ask({"ended": self.pid})
            self.returncode = None if status is None else os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return how it ended, once it has; raises subprocess.TimeoutExpired."""
        last = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if last is not None and time.monotonic() > last:
                raise subprocess.TimeoutExpired("openanpr", timeout or 0)
            time.sleep(_LOOK_S)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Have it end in order."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.send_signal(signal.SIGKILL)


def called(
    *words: object, typed: str = "", env: Mapping[str, str] | None = None, within_s: float = 120
) -> subprocess.CompletedProcess[str]:
    """Return what a command line did; raises subprocess.TimeoutExpired."""
    with TemporaryDirectory() as folder:
        out, err, read = (Path(folder, name) for name in ("out", "err", "typed"))
        read.write_text(typed, "utf-8")
        more = {"err": err, "typed": read, "env": dict(os.environ if env is None else env)}
        begun = Begun(words, out, more=more)
        try:
            code = begun.wait(within_s)
        finally:
            begun.kill()
        return subprocess.CompletedProcess(words, code, out.read_text("utf-8"), err.read_text("utf-8"))


class _Loaded:
    """The process that has everything loaded; it ends, and all that it began, when its orders do."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.begun"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            # A warning in a node is an error, as it is in the tests themselves.
            env={**os.environ, "PYTHONWARNINGS": "error"},
        )  # fmt: skip
        self._one_at_a_time = threading.Lock()
        atexit.register(self._end)

    def ask(self, order: Mapping[str, Any]) -> Any:
        """Return what is answered to an order."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._one_at_a_time:  # a test may ask from several threads, and each has its own answer
            self._process.stdin.write(json.dumps(order, default=str) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())

    def _end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


@cache
def _loaded() -> _Loaded:
    return _Loaded()


def main() -> int:
    """Begin what is ordered on standard input, a line each; what was begun goes on in the fork."""
    importlib.import_module("openanpr.run.node.command")
    cli._parser()  # made once, it parses the words of each
    gc.collect()
    gc.freeze()  # so that no fork copies what all of them have
    running: set[int] = set()
    # Read without a buffer: a fork would have the next orders in it too.
    orders = os.fdopen(os.dup(0), "rb", buffering=0)
    while line := orders.readline():
        order = json.loads(line)
        if "ended" in order:
            pid, status = os.waitpid(order["ended"], os.WNOHANG)
            running.discard(pid)
            _answer(status if pid else None)
        elif pid := os.fork():
            running.add(pid)
            _answer(pid)
        else:
            orders.close()
            _become(order)
            if order["module"]:
                runpy.run_module(order["module"], run_name="__main__", alter_sys=True)
                return 0
            return cli.main(order["words"])
    orders.close()
    for pid in running:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return 0


def _answer(told: int | None) -> None:
    os.write(1, f"{json.dumps(told)}\n".encode())


def _become(order: Mapping[str, Any]) -> None:
    """Take the outputs and the environment that a process started anew would have been given."""
    typed = os.open(order["typed"], os.O_RDONLY)
    os.dup2(typed, 0)
    os.close(typed)
    for number, name in ((1, "out"), (2, "err")):
        file = os.open(order[name], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = ["openanpr", *order["words"]]


if __name__ == "__main__":
    sys.exit(main())
