"""A reader and its node for tests: the real program in a process of its own, and one in this process."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from openanpr.core.camera import CameraId
from openanpr.core.frame import Frame
from openanpr.core.read import Read
from openanpr.run.reader.command import run_reader
from openanpr.run.reader.settings import DeliverySettings, Waits
from tests.conventions.tree import ROOT
from tests.match.reads import make_read

CAMERA = CameraId(53, 1, 7)
QUICK = Waits(tell_s=60, look_s=0.05, after_signal_s=3, after_end_s=10)
PROGRAM = "from openanpr.run.cli import main; raise SystemExit(main())"


class NameReader:
    """Takes the plate from the picture's file name."""

    def __init__(self, settings: DeliverySettings, watch: object) -> None:
        del settings, watch

    def read(self, source_frames: Iterable[Frame[np.ndarray]], /) -> Iterator[Read]:
        for frame in source_frames:
            jpeg = cv2.imencode(".jpg", frame.image)[1].tobytes()
            read = make_read(Path(frame.source).stem.upper())
            yield replace(read, source=frame.source, captured_at=frame.at, patch=jpeg, overview=None)


class Ran:
    """One run in this process."""

    def __init__(self, url: str, state: Path, *sources: object, **beside: Any) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()
        make = beside.pop("make_reader", NameReader)
        settings = DeliverySettings(
            url, CAMERA, tuple(map(str, sources)), state, **{"waits": QUICK, **beside}
        )
        self.code = run_reader(settings, out=self.out, err=self.err, make_reader=make)

    @property
    def said(self) -> str:
        return self.out.getvalue() + self.err.getvalue()


def started(*arguments: object, **beside: Any) -> subprocess.Popen[str]:
    """Start the program."""
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    env = {**os.environ, "PYTHONPATH": paths, "PYTHONWARNINGS": "error"}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)],
        stderr=subprocess.PIPE, text=True, cwd=ROOT, env=env, **{"stdout": subprocess.PIPE, **beside},
    )  # fmt: skip


def until(met, *, most_s: float = 60.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + most_s
    while not met():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)
