"""Times, memory and size, each of a process started for the purpose."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import av
import cv2
import numpy as np

from benchmarks.frame_time import SEED, scene
from benchmarks.result import ROOT, Finding, Line, Skipped
from benchmarks.soak import lengthen
from openanpr.read.model_file import MODELS, load_card

_PROGRAM = (sys.executable, "-c", "import sys; from openanpr.run.cli import main; sys.exit(main())")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_DEMO = ROOT / "out" / "demo" / "demo.mp4"
_STARTS = 7


def frame(_: Path) -> Finding:
    """One 1280x720 frame on one thread: detector and reading of one plate."""
    one_thread = os.environ | dict.fromkeys(_THREADS, "1")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.frame_time"],
        cwd=ROOT,
        env=one_thread,
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    times, base = told["frame"], told["baseline_matmul_512"]
    spread = f"median of 50; least {times['min_ms']:.1f} ms"
    lines = (
        Line("median", times["median_ms"], 25, 12, "ms", less=True, spread=spread),
        Line(
            "least, in 512x512 matrix products",
            told["frame_over_baseline"],
            less=True,
            spread=f"{base['min_ms']:.2f} ms each",
        ),
    )
    return Finding(lines, "a drawn street with one plate", str(SEED), _models(), told)


def clip_speed(_: Path) -> Finding:
    """How many seconds of a 25 frames/s 1280x720 clip are read in one, whole process, two threads."""
    clip = _demo()
    length_s, size, rate = _about(clip)
    ran = [_run(["read", str(clip), "--json", "--threads", "2"]) for _ in range(3)]
    factors = sorted(length_s / one.took_s for one in ran)
    spread = f"median of {', '.join(f'{f:.2f}' for f in factors)}"
    line = Line("times real time", factors[1], 2, 4, spread=spread)
    detail = {"clip": f"{size[0]}x{size[1]}, {rate:g} frames/s, {length_s:.1f} s", "reads": ran[0].lines}
    return Finding((line,), "the demonstration clip of `make run`", "the demonstration's", _models(), detail)


def memory(_: Path) -> Finding:
    """Peak memory of reading the demonstration clip, once and four times as long."""
    clip = _demo()
    with tempfile.TemporaryDirectory() as folder:
        long = Path(folder) / f"long{clip.suffix}"
        long_s = lengthen(clip, 4, long)
        once, four = (_run(["read", str(one), "--json", "--threads", "2"]) for one in (clip, long))
    lines = (
        Line("once as long", once.peak_mb, 500, 300, "MB", less=True),
        Line("four times as long", four.peak_mb, 500, 300, "MB", less=True, spread=f"{long_s:.0f} s"),
        Line("growth", four.peak_mb - once.peak_mb, 25, None, "MB", less=True, spread="flat: 25 MB or less"),
    )
    return Finding(lines, "the demonstration clip of `make run`", "the demonstration's", _models())


def start(_: Path) -> Finding:
    """Wall time of `openanpr read PICTURE --json` from start to its first read, and to its end."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "street.png"
        cv2.imwrite(str(path), scene()[0])
        ran = [
            _run(["read", str(path), "--json", "--threads", "1", "--country", "any"]) for _ in range(_STARTS)
        ]
    if not all(one.lines for one in ran):
        raise Skipped("the drawn picture's plate was not read, so there is no first read to time")
    firsts = sorted(one.first_s for one in ran)
    spread = f"median of {_STARTS}; {firsts[0]:.2f} to {firsts[-1]:.2f}"
    line = Line("first read", float(np.median(firsts)), 1.5, 0.5, "s", less=True, spread=spread)
    return Finding((line,), "a drawn street with one plate, 1280x720", str(SEED), _models())


def size(_: Path) -> Finding:
    """What the reader extra takes on disk with all that it needs, and the two models."""
    parts = {name: round(_installed_mb(name), 1) for name in _needs()}
    models = sum(path.stat().st_size for path in MODELS.glob("*.onnx")) / 1e6
    code = (
        sum(
            p.stat().st_size
            for p in (ROOT / "src").rglob("*")
            if p.is_file() and "__pycache__" not in p.parts
        )
        / 1e6
    )
    lines = (
        Line("the two models", models, 12, None, "MB", less=True),
        Line("openanpr itself", code, unit="MB", less=True),
        Line("with everything `openanpr[reader]` needs", code + sum(parts.values()), unit="MB", less=True),
    )
    return Finding(lines, "lock/reader.txt as installed here", model=_models(), detail=parts)


@dataclass(frozen=True, slots=True)
class _Ran:
    """One run of the program: seconds to its first line and to its end, lines written, peak memory in MB."""

    first_s: float
    took_s: float
    lines: int
    peak_mb: float


def _run(words: Sequence[str]) -> _Ran:
    began = time.perf_counter()
    with subprocess.Popen([*_PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None  # noqa: S101 - it was asked for
        first_s, lines = 0.0, 0
        for _ in child.stdout:
            first_s = first_s or time.perf_counter() - began
            lines += 1
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"openanpr {words[0]} ended with {child.returncode}: there is nothing to measure")
    return _Ran(first_s, time.perf_counter() - began, lines, used.ru_maxrss / 1024)


def _demo() -> Path:
    if not _DEMO.is_file():
        made = subprocess.run(
            [sys.executable, "-m", "training.clips.demo", "--out", str(_DEMO.parent)],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        if made.returncode or not _DEMO.is_file():
            raise Skipped("the demonstration clip could not be made: python -m training.clips.demo tells why")
    return _DEMO


def _about(clip: Path) -> tuple[float, tuple[int, int], float]:
    """Length in seconds, size in pixels and frames a second."""
    with av.open(str(clip)) as opened:
        stream = opened.streams.video[0]
        return (
            float(opened.duration or 0) / av.time_base,
            (stream.width, stream.height),
            float(stream.average_rate or 0),
        )


def _models() -> str:
    return "+".join(f"{card.name}-{card.sha256[:12]}" for card in map(load_card, ("detector", "recogniser")))


def _needs() -> list[str]:
    lock = (ROOT / "lock" / "reader.txt").read_text(encoding="utf-8")
    return re.findall(r"^([a-z0-9][a-z0-9._-]*)==", lock, re.MULTILINE)


def _installed_mb(name: str) -> float:
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        raise Skipped(f"{name} of lock/reader.txt is not installed here") from None
    paths = (Path(str(file.locate())) for file in files)
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6
