"""The county as it runs, with short clips and a short past, and the commands of its people."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demonstration.people import WORDS
from tests.begun import called
from tests.whole.world import ROOT, end, strict, until

_SHORT = ("--clip-seconds", "8", "--past-days", "2", "--past-starts", "20", "--late-seconds", "120")


@dataclass(slots=True)
class County:
    """A county that runs, and what it printed."""

    out: Path
    port: int
    devices: int
    public: int = 0
    process: subprocess.Popen[str] | None = None

    @property
    def said(self) -> str:
        return (self.out.parent / "said.txt").read_text("utf-8")

    def start(self, stack: ExitStack) -> None:
        words = ("--out", self.out, "--port", self.port, "--device-port", self.devices, *_SHORT)
        words = (*words, "--public-port", self.public)
        line = [sys.executable, "-m", "demonstration.county", *map(str, words)]
        told = stack.enter_context((self.out.parent / "said.txt").open("w", encoding="utf-8"))
        self.process = subprocess.Popen(line, cwd=ROOT, env=strict(), stdout=told, stderr=told, text=True)
        stack.callback(end, self.process)
        until(self._is_up, within_s=180, what="the county is up", every_s=0.2)

    def _is_up(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.said
        return "Ctrl-C ends all of it" in self.said

    def asks(self, login: str, *words: object, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Return what a command of this person did."""
        home = self.out.parent / f"desk-{login}"
        home.mkdir(exist_ok=True)
        env = {**strict(), "XDG_STATE_HOME": str(home)}
        return called(*words, "--data", self.out / "node", typed=typed, env=env)

    def signs_in(self, login: str, code: str) -> None:
        done = self.asks(login, "sign-in", "--login", login, typed=f"{WORDS}\n{code}\n")
        assert done.returncode == 0, done.stderr

    def told(self, login: str, *words: object) -> Any:
        done = self.asks(login, *words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def alerts(self, login: str) -> list[dict[str, Any]]:
        queues = self.told(login, "alerts", "queue")
        return [one for queue in ("crime", "mass") for one in queues[queue]["alerts"]]
