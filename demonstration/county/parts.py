"""The parts of the demonstration as processes: started by commands that anyone has, ended together."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from openanpr.run.exit_code import RefusedError
from openanpr.run.local.ask import ask

OPENANPR = Path(sys.executable).with_name("openanpr")
_STARTS_WITHIN_S = 60.0
_ENDS_WITHIN_S = 20.0


class DemonstrationError(Exception):
    """A part of the demonstration did not do what was asked of it; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """A process of the demonstration; what it says is in `log`."""

    name: str
    process: subprocess.Popen[str]
    log: Path

    def refuse_ended(self) -> None:
        """Raise DemonstrationError where it has ended by itself."""
        if self.process.poll() is not None:
            last = self.log.read_text("utf-8", "replace").strip().splitlines()[-1:]
            raise DemonstrationError(f"{self.name} ended by itself: {' '.join(last)} (see {self.log})")


def started(name: str, words: Sequence[str | Path], logs: Path, stack: ExitStack) -> Part:
    """Return a process that ends with the demonstration, and not by its Ctrl-C."""
    log = logs / f"{name}.log"
    said = stack.enter_context(log.open("w", encoding="utf-8"))
    process = subprocess.Popen(
        [*map(str, words)], stdout=said, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )

    def end() -> None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    stack.callback(end)
    return Part(name, process, log)


def told_to_end(parts: Sequence[Part]) -> None:
    """Tell several parts at once to end; who started them waits for each."""
    for part in parts:
        if part.process.poll() is None:
            part.process.send_signal(signal.SIGTERM)


def finished(part: Part, *, timeout_s: float) -> None:
    """Wait for a part that ends by itself; raises DemonstrationError unless it did well."""
    try:
        code = part.process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        raise DemonstrationError(f"{part.name} takes too long: see {part.log}") from None
    if code != 0:
        raise DemonstrationError(f"{part.name} failed: see {part.log}")


def refuse_a_second(data: Path) -> None:
    """Raise DemonstrationError where the node of an earlier demonstration still runs in the folder."""
    with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
        probe.connect(str(data / "node.sock"))
        raise DemonstrationError(f"a node still runs on {data}: end it first, or choose another --out")


def refuse_taken(port: int, option: str) -> None:
    """Raise DemonstrationError where somebody listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise DemonstrationError(
                f"port {port} is taken by another program: end it, or choose another with {option} PORT"
            ) from None


def wait_for_node(data: Path, node: Part) -> None:
    """Wait until the node answers; raises DemonstrationError when it ends or takes too long."""
    until = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until:
        node.refuse_ended()
        with suppress(RefusedError):
            ask(data, "GET", "/node")
            return
        time.sleep(0.2)
    raise DemonstrationError(f"the node did not answer within a minute: see {node.log}")
