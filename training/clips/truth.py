"""What was really there: one row for each pass of a vehicle."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from training.clips.scene import Scene

COLUMNS = (
    "pass",
    "plate",
    "direction",
    "first_frame",
    "last_frame",
    "best_frame",
    "best_char_height_px",
    "slant_deg",
    "style",
    "lines",
    "light",
    "clip",
    "frames",
)
SIGHT_COLUMNS = (
    "plate",
    "frame",
    "char_height_px",
    "slant_deg",
    "rear",
    "x0",
    "y0",
    "x1",
    "y1",
    "x2",
    "y2",
    "x3",
    "y3",
)
LEAST_CHAR_PX = 6.0  # smaller characters do not count as in sight


@dataclass(frozen=True, slots=True)
class Sight:
    """A whole plate, unhidden, in one frame: character height, corners (tl, tr, br, bl) in px, slant."""

    plate: str
    frame: int
    char_px: float
    slant_deg: float
    rear: bool
    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class TruePass:
    """One pass: frames are numbers in the clip, first and last with the plate in sight, best with it largest.

    `direction` is towards, away or parked; `style` white, yellow or black; `frames` how many show the plate.
    """

    number: int
    plate: str
    direction: str
    first_frame: int
    last_frame: int
    best_frame: int
    best_char_height_px: float
    slant_deg: float
    style: str
    lines: int
    light: str
    clip: str
    frames: int

    def row(self) -> tuple[object, ...]:
        """The values of COLUMNS."""
        return (
            self.number,
            self.plate,
            self.direction,
            self.first_frame,
            self.last_frame,
            self.best_frame,
            f"{self.best_char_height_px:.1f}",
            f"{self.slant_deg:.0f}",
            self.style,
            self.lines,
            self.light,
            self.clip,
            self.frames,
        )


def passes_of(
    scene: Scene, sights: Iterable[Sight], *, first_frame: int = 0, clip: str = ""
) -> list[TruePass]:
    """The passes of one take whose plate was in sight, in order of appearance.

    `first_frame` is where the take starts in its clip.
    """
    by_plate: dict[str, list[Sight]] = defaultdict(list)
    for sight in sights:
        if sight.char_px >= LEAST_CHAR_PX:
            by_plate[sight.plate].append(sight)
    found: list[TruePass] = []
    for vehicle in scene.vehicles:
        seen = by_plate.get(vehicle.plate)
        if not seen:
            continue
        best = max(seen, key=lambda s: s.char_px)
        lines = (vehicle.rear_lines or vehicle.lines) if best.rear else vehicle.lines
        style = "black" if vehicle.style == "black" else "yellow" if best.rear else "white"
        direction = "parked" if vehicle.drive.parked else "away" if best.rear else "towards"
        found.append(
            TruePass(
                0,
                vehicle.plate,
                direction,
                first_frame + seen[0].frame,
                first_frame + seen[-1].frame,
                first_frame + best.frame,
                best.char_px,
                best.slant_deg,
                style,
                len(lines),
                scene.light,
                clip or scene.name,
                len(seen),
            )
        )
    return sorted(found, key=lambda p: p.first_frame)


def joined(takes: Iterable[list[TruePass]]) -> list[TruePass]:
    """The passes of takes that follow one another, numbered; a car parked in several is one pass."""
    kept: dict[tuple[str, str], int] = {}
    out: list[TruePass] = []
    for one in (p for take in takes for p in take):
        key = (one.plate, one.clip)
        if one.direction == "parked" and key in kept:
            old = out[kept[key]]
            best = max(old, one, key=lambda p: p.best_char_height_px)
            out[kept[key]] = replace(
                best,
                first_frame=old.first_frame,
                last_frame=one.last_frame,
                light=old.light,
                frames=old.frames + one.frames,
            )
            continue
        kept[key] = len(out)
        out.append(one)
    return [replace(p, number=n) for n, p in enumerate(sorted(out, key=lambda p: (p.clip, p.first_frame)), 1)]


def write_truth(path: Path, passes: Iterable[TruePass]) -> None:
    """Write `truth.csv`."""
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(one.row() for one in passes)


def write_sights(path: Path, sights: Iterable[Sight]) -> None:
    """Write where every plate is, frame by frame."""
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(SIGHT_COLUMNS)
        for s in sights:
            flat = [f"{v:.1f}" for corner in s.corners for v in corner]
            writer.writerow((s.plate, s.frame, f"{s.char_px:.2f}", f"{s.slant_deg:.1f}", int(s.rear), *flat))


def read_sights(path: Path) -> list[Sight]:
    """What `write_sights` wrote."""
    with path.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.reader(lines))[1:]
    return [
        Sight(
            r[0],
            int(r[1]),
            float(r[2]),
            float(r[3]),
            r[4] == "1",
            tuple((float(r[i]), float(r[i + 1])) for i in (5, 7, 9, 11)),
        )
        for r in rows
    ]


def read_truth(path: Path) -> list[TruePass]:
    """The passes of a `truth.csv`. Raises ValueError naming the file when its columns are others."""
    with path.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.reader(lines))
    if not rows or tuple(rows[0]) != COLUMNS:
        raise ValueError(f"{path} is no truth of ours: its first line must name {', '.join(COLUMNS)}")
    return [
        TruePass(
            int(r[0]),
            r[1],
            r[2],
            int(r[3]),
            int(r[4]),
            int(r[5]),
            float(r[6]),
            float(r[7]),
            r[8],
            int(r[9]),
            r[10],
            r[11],
            int(r[12]),
        )
        for r in rows[1:]
    ]
