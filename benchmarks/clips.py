"""Passes of the fixed clips: recorded once, read exactly, direction right; by light, slant and height.

Clips are drawn once into `out/bench/clips` (minutes) and kept as long as the set is the same. A pass counts
when its plate stood somewhere with characters of 12 px or more, whole and unhidden.

    python -m benchmarks.clips                                   # draw, read, print the table
    python -m benchmarks.clips --json out/bench/clips.json       # the same as numbers
    python -m benchmarks.clips --sheet docs/pictures/clips.jpg   # what the clips look like
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from openanpr.capture.source import open_source
from openanpr.core.read import Direction, Read
from openanpr.core.shape import shape_key
from openanpr.read.reader import Reader, ReaderSettings
from openanpr.run.score_measures import Share
from training.clips.film import film
from training.clips.scene import Scene
from training.clips.stress import digest, stress_scenes
from training.clips.truth import Sight, TruePass, read_sights, read_truth, write_sights, write_truth
from training.photographs import DATA_FOLDER

FOLDER = Path("out/bench/clips")
LEAST_CHAR_PX = 12.0
_NEAR_FRAMES = 12
_SLANTS = (15.0, 30.0, 45.0)
_HEIGHTS = (12.0, 16.0, 24.0)


@dataclass(frozen=True, slots=True)
class PassResult:
    """One true pass with the reads that were made of it."""

    truth: TruePass
    reads: tuple[Read, ...]

    @property
    def counts(self) -> bool:
        """Whether the characters were ever high enough to be asked for."""
        return self.truth.best_char_height_px >= LEAST_CHAR_PX

    @property
    def exact(self) -> bool:
        """Whether any read spells the plate."""
        return any(read.plate == self.truth.plate for read in self.reads)

    @property
    def once_and_exact(self) -> bool:
        """Whether there is one read and it spells the plate."""
        return len(self.reads) == 1 and self.exact

    @property
    def once_and_folded(self) -> bool:
        """The same with O and 0, I and 1 taken as one."""
        return len(self.reads) == 1 and shape_key(self.reads[0].plate) == shape_key(self.truth.plate)

    @property
    def direction_right(self) -> bool:
        """Whether the first read says how the vehicle moved; nothing is asked of a parked one."""
        return self.truth.direction == "parked" or self.reads[0].direction == Direction(self.truth.direction)


@dataclass(frozen=True, slots=True)
class ClipResult:
    """One clip: its passes, the reads of nothing, and how fast it was read (times real time)."""

    clip: str
    light: str
    passes: tuple[PassResult, ...]
    false_reads: tuple[Read, ...]
    speed: float


def _stamp() -> str:
    """What the kept clips hang on: the set, and whether the photographs are there."""
    return f"{digest()} photographs={(DATA_FOLDER / 'train').is_dir()}"


def make_clips(folder: Path = FOLDER, *, only: str = "") -> list[Scene]:
    """Draw what is missing of the clips whose name holds `only`; return their scenes."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = folder / "set.txt"
    if not stamp.exists() or stamp.read_text() != _stamp():
        for old in (*folder.glob("*.mp4"), *folder.glob("*.csv")):
            old.unlink()
        stamp.write_text(_stamp())
    chosen = [scene for scene in stress_scenes() if only in scene.name]
    for scene in chosen:
        if (folder / f"{scene.name}.sights.csv").exists():
            continue
        print(f"drawing {scene.name}", flush=True)
        made = film([scene], folder / f"{scene.name}.mp4")
        write_truth(folder / f"{scene.name}.truth.csv", made.passes)
        write_sights(folder / f"{scene.name}.sights.csv", made.sights)
    return chosen


def _near(read: Read, one: TruePass, slack: int = _NEAR_FRAMES) -> bool:
    return one.first_frame - slack <= read.frame <= one.last_frame + slack


def _holds(sight: Sight, read: Read) -> bool:
    """Whether the middle of the read's box lies on this plate or within half its size of it."""
    corners = np.array(sight.corners)
    low, high = corners.min(axis=0), corners.max(axis=0)
    grow = (high - low) / 2
    middle = np.array([read.box.x + read.box.w / 2, read.box.y + read.box.h / 2])
    return bool(((middle >= low - grow) & (middle <= high + grow)).all())


def _owner(read: Read, passes: Sequence[TruePass], sights: Sequence[Sight]) -> TruePass | None:
    """The pass that a read is of: by its spelling, else by where its plate was; None: nothing was there."""
    for same in (lambda p: p.plate == read.plate, lambda p: shape_key(p.plate) == shape_key(read.plate)):
        found = [p for p in passes if same(p) and _near(read, p)]
        if found:
            return found[0]
    there = [s for s in sights if abs(s.frame - read.frame) <= 2 and _holds(s, read)]
    if not there:
        return None
    nearest = min(there, key=lambda s: abs(s.frame - read.frame))
    return next((p for p in passes if p.plate == nearest.plate), None)


def matched(
    passes: Sequence[TruePass], sights: Sequence[Sight], reads: Iterable[Read]
) -> tuple[tuple[PassResult, ...], tuple[Read, ...]]:
    """Each pass with its reads, and the reads of nothing."""
    mine: dict[int, list[Read]] = {p.number: [] for p in passes}
    false_reads: list[Read] = []
    for read in reads:
        owner = _owner(read, passes, sights)
        if owner is None:
            false_reads.append(read)
        else:
            mine[owner.number].append(read)
    return tuple(PassResult(p, tuple(mine[p.number])) for p in passes), tuple(false_reads)


def measure_clip(reader: Reader, scene: Scene, folder: Path = FOLDER) -> ClipResult:
    """Read one drawn clip and hold it against its truth."""
    began = time.perf_counter()
    reads = list(reader.read(open_source(str(folder / f"{scene.name}.mp4"))))
    speed = scene.frames / 25 / (time.perf_counter() - began)
    sights = read_sights(folder / f"{scene.name}.sights.csv")
    passes, false_reads = matched(read_truth(folder / f"{scene.name}.truth.csv"), sights, reads)
    return ClipResult(scene.name, scene.light, passes, false_reads, speed)


def _band(value: float, edges: Sequence[float], unit: str) -> str:
    below = [e for e in edges if e <= value]
    above = [e for e in edges if e > value]
    if not below:
        return f"under {edges[0]:g} {unit}"
    return f"{below[-1]:g} {unit} and more" if not above else f"{below[-1]:g}-{above[0]:g} {unit}"


_CUTS: dict[str, Callable[[PassResult], str]] = {
    "light": lambda r: r.truth.light,
    "slant": lambda r: _band(r.truth.slant_deg, _SLANTS, "degrees"),
    "height": lambda r: _band(r.truth.best_char_height_px, _HEIGHTS, "px"),
    "style": lambda r: r.truth.style,
    "lines": lambda r: str(r.truth.lines),
    "direction": lambda r: r.truth.direction,
    "clip": lambda r: r.truth.clip,
}


def _told(share: Share) -> dict[str, object]:
    return {"hits": share.hits, "of": share.of, "value": share.value, "interval_95": share.interval}


def summary(results: Sequence[ClipResult]) -> dict[str, object]:
    """All measures as plain numbers; holds no plate."""
    asked = [r for clip in results for r in clip.passes if r.counts]
    recorded = [r for r in asked if r.reads]
    moving = [r for r in recorded if r.truth.direction != "parked"]
    cuts: dict[str, dict[str, object]] = {}
    for name, key in _CUTS.items():
        values = sorted({key(r) for r in asked})
        cuts[name] = {
            v: _told(
                Share(sum(r.once_and_exact for r in asked if key(r) == v), sum(key(r) == v for r in asked))
            )
            for v in values
        }
    return {
        "set": digest(),
        "photographs": (DATA_FOLDER / "train").is_dir(),
        "once_and_exact": _told(Share(sum(r.once_and_exact for r in asked), len(asked))),
        "once_and_folded": _told(Share(sum(r.once_and_folded for r in asked), len(asked))),
        "recorded": _told(Share(len(recorded), len(asked))),
        "direction_right": _told(Share(sum(r.direction_right for r in moving), len(moving))),
        "missed": len(asked) - len(recorded),
        "misread": sum(not r.exact for r in recorded),
        "recorded_twice_or_more": sum(len(r.reads) > 1 for r in asked),
        "false_passes": sum(len(clip.false_reads) for clip in results),
        "small_passes": sum(not r.counts for clip in results for r in clip.passes),
        "small_passes_misread": sum(
            bool(r.reads) and not r.exact for clip in results for r in clip.passes if not r.counts
        ),
        "times_real_time": round(float(np.median([clip.speed for clip in results])), 2) if results else None,
        "by": cuts,
    }


def _line(name: str, told: dict[str, object]) -> str:
    share = Share(int(str(told["hits"])), int(str(told["of"])))
    if share.value is None or share.interval is None:
        return f"{name:<34} -"
    low, high = share.interval
    return f"{name:<34} {share.value:.3f}  ({low:.3f}-{high:.3f})  {share.hits} of {share.of}"


def table(told: dict[str, object]) -> str:
    """The summary as lines of text."""
    lines = [
        _line(name.replace("_", " "), v) for name, v in told.items() if isinstance(v, dict) and "of" in v
    ]
    lines += [
        f"{name.replace('_', ' '):<34} {v}"
        for name, v in told.items()
        if isinstance(v, int | float) and name != "photographs"
    ]
    cuts = told["by"]
    if isinstance(cuts, dict):
        lines += [
            _line(f"  {cut}: {value}", share)
            for cut, values in cuts.items()
            for value, share in values.items()
        ]
    return "\n".join(lines)


def failures(results: Sequence[ClipResult]) -> list[str]:
    """One line for each pass asked for and not recorded once and exactly, and for each false pass."""
    lines = [
        f"{r.truth.clip}: {r.truth.plate} {r.truth.style} {r.truth.best_char_height_px:.0f} px "
        f"{r.truth.slant_deg:.0f} deg "
        f"-> {', '.join(read.plate for read in r.reads) or 'nothing'}"
        for clip in results
        for r in clip.passes
        if r.counts and not r.once_and_exact
    ]
    return lines + [
        f"{clip.clip}: false {read.plate} at frame {read.frame}"
        for clip in results
        for read in clip.false_reads
    ]


def _grab(clip: Path, number: int) -> NDArray[np.uint8]:
    with av.open(str(clip)) as box:
        for k, frame in enumerate(box.decode(video=0)):
            if k == number:
                return np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
    raise ValueError(f"{clip.name} has no frame {number}")


def sheet(path: Path, scenes: Sequence[Scene], folder: Path = FOLDER) -> None:
    """One frame of each drawn clip, under its name; clips on photographs are left out."""
    cells = []
    for scene in scenes:
        if scene.photograph is not None:
            continue
        truth = read_truth(folder / f"{scene.name}.truth.csv")
        best = max(truth, key=lambda p: p.best_char_height_px)
        cell = cv2.resize(
            _grab(folder / f"{scene.name}.mp4", max(0, best.best_frame - 6)),
            (480, 270),
            interpolation=cv2.INTER_AREA,
        )
        cv2.putText(cell, scene.name, (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1, cv2.LINE_AA)
        cells.append(np.asarray(cell, np.uint8))
    cells += [np.zeros_like(cells[0])] * (-len(cells) % 4)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [np.hstack(cells[i : i + 4]) for i in range(0, len(cells), 4)]
    cv2.imwrite(str(path), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 85])


def _main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--folder", type=Path, default=FOLDER)
    options.add_argument("--only", default="", help="clips whose name holds this")
    options.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options.add_argument("--json", type=Path, default=None)
    options.add_argument("--sheet", type=Path, default=None)
    given = options.parse_args()
    scenes = make_clips(given.folder, only=given.only)
    if given.sheet:
        sheet(given.sheet, scenes, given.folder)
        return
    reader = Reader.load(ReaderSettings(country="gb", threads=given.threads, pictures=False))
    results = []
    for scene in scenes:
        results.append(measure_clip(reader, scene, given.folder))
        print(f"read {scene.name}", flush=True)
    told = summary(results)
    print("\n".join(failures(results)), table(told), sep="\n")
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    _main()
