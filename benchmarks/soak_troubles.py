"""What goes wrong during a soak, drawn by chance: ways cut and slowed, disks filled and freed again."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.soak_way import CLEAR, Fault, Trouble, Way

MB = 2**20


class SmallDisk:
    """A folder of its own small file system, in memory; filled up and freed again at will.

    `mounted` is false where this machine lets us mount nothing: a plain folder then, that cannot be filled.
    """

    def __init__(self, folder: Path, *, size_mb: int) -> None:
        self.folder, self.fillings = folder, 0
        self._ballast = folder / "ballast"
        folder.mkdir(mode=0o700, parents=True)
        asked = ("mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=700", "tmpfs", str(folder))
        try:
            self.mounted = subprocess.run(asked, capture_output=True, check=False).returncode == 0
        except OSError:
            self.mounted = False

    def fill(self, *, left_mb: int) -> None:
        """Leave so much room."""
        self.fillings += 1
        with self._ballast.open("ab") as file, suppress(OSError):
            room = shutil.disk_usage(self.folder).free - left_mb * MB
            if room > 0:
                os.posix_fallocate(file.fileno(), file.tell(), room)

    def free(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)

    def copy_out(self, to: Path) -> None:
        """Copy what is in it to another folder: what is in memory is gone with the mount."""
        shutil.copytree(self.folder, to, ignore=shutil.ignore_patterns("*.sock"), symlinks=True)

    def take_down(self) -> None:
        """Unmount it."""
        if self.mounted:
            subprocess.run(("umount", "-l", str(self.folder)), capture_output=True, check=False)
            self.mounted = False


@dataclass(frozen=True, slots=True)
class Spell:
    """A trouble of one kind: how to begin it, how to end it, and how long it lasts."""

    name: str
    begin: Callable[[], None]
    end: Callable[[], None]
    lasts_s: float


class Troubled:
    """A thread in which one spell of trouble follows the other, with quiet between, while the block lasts."""

    def __init__(self, draw: Callable[[], Spell], quiet_s: Callable[[], float]) -> None:
        self._draw, self._quiet_s = draw, quiet_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.count: Counter[str] = Counter()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._quiet_s()):
            spell = self._draw()
            spell.begin()
            self.count[spell.name] += 1
            self._ended.wait(spell.lasts_s)
            spell.end()


def drawn_line_trouble(ways: list[Way], chance: random.Random) -> Spell:
    """Return a trouble of one of the ways."""
    way = chance.choice(ways)
    fault = chance.choice([one for one in Fault if one is not Fault.NONE])
    bytes_s = round(10 ** chance.uniform(3, 5))
    trouble = Trouble(fault, bytes_s, chance.uniform(0.0, 0.5)) if fault is Fault.SLOW else Trouble(fault)
    lasts_s = chance.uniform(0.2, 3.0)
    return Spell(fault.value, lambda: way.suffer(trouble), lambda: way.suffer(CLEAR), lasts_s)


def drawn_filling(disks: list[SmallDisk], chance: random.Random) -> Spell:
    """Return the filling of one of the disks: wholly, or so far that a node takes no more."""
    disk, left_mb = chance.choice(disks), chance.choice([0, 0, 1, 40])
    return Spell("disk full", lambda: disk.fill(left_mb=left_mb), disk.free, chance.uniform(0.5, 4.0))
