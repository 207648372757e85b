"""What was really there: one row for each pass of a vehicle."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from training.clips.scene import Scene

COLUMNS = (
    "pass", "plate", "direction", "first_frame", "last_frame", "best_frame", "best_char_height_px", "slant_deg", "style", "lines",
    "light", "clip", "frames",
)  # fmt: skip
LEAST_CHAR_PX = 6.0  # smaller characters do not count as in sight


@dataclass(frozen=True, slots=True)
class Sight:
    """A whole plate, unhidden, in one frame: character height and corners (tl, tr, br, bl) in pixels, slant in degrees."""

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
            self.number, self.plate, self.direction, self.first_frame, self.last_frame, self.best_frame,
            f"{self.best_char_height_px:.1f}", f"{self.slant_deg:.0f}", self.style, self.lines, self.light, self.clip, self.frames,
        )  # fmt: skip


def passes_of(scene: Scene, sights: Iterable[Sight], *, first_frame: int = 0, clip: str = "") -> list[TruePass]:
    """The passes of one take whose plate was in sight, in order of appearance; `first_frame`: where the take starts in its clip."""
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
                0, vehicle.plate, direction, first_frame + seen[0].frame, first_frame + seen[-1].frame, first_frame + best.frame,
                best.char_px, best.slant_deg, style, len(lines), scene.light, clip or scene.name, len(seen),
            )
        )  # fmt: skip
    return sorted(found, key=lambda p: p.first_frame)


def joined(takes: Iterable[list[TruePass]]) -> list[TruePass]:
    """The passes of takes that follow one another in one clip, numbered; a car parked in several is one pass."""
    kept: dict[tuple[str, str], TruePass] = {}
    out: list[TruePass] = []
    for one in (p for take in takes for p in take):
        key = (one.plate, one.clip)
        if one.direction == "parked" and key in kept:
            old = kept[key]
            better = one if one.best_char_height_px > old.best_char_height_px else old
            merged = TruePass(
                0, old.plate, old.direction, old.first_frame, one.last_frame, better.best_frame, better.best_char_height_px,
                better.slant_deg, old.style, old.lines, old.light, old.clip, old.frames + one.frames,
            )  # fmt: skip
            out[out.index(old)] = kept[key] = merged
            continue
        kept[key] = one
        out.append(one)
    return [_numbered(p, n) for n, p in enumerate(sorted(out, key=lambda p: (p.clip, p.first_frame)), 1)]


def _numbered(one: TruePass, number: int) -> TruePass:
    return TruePass(
        number, one.plate, one.direction, one.first_frame, one.last_frame, one.best_frame, one.best_char_height_px, one.slant_deg,
        one.style, one.lines, one.light, one.clip, one.frames,
    )  # fmt: skip


def write_truth(path: Path, passes: Iterable[TruePass]) -> None:
    """Write `truth.csv`."""
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(one.row() for one in passes)


def read_truth(path: Path) -> list[TruePass]:
    """The passes of a `truth.csv`. Raises ValueError naming the file when its columns are others."""
    with path.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.reader(lines))
    if not rows or tuple(rows[0]) != COLUMNS:
        raise ValueError(f"{path} is no truth of ours: its first line must name {', '.join(COLUMNS)}")
    return [
        TruePass(
            int(r[0]), r[1], r[2], int(r[3]), int(r[4]), int(r[5]), float(r[6]), float(r[7]), r[8], int(r[9]), r[10], r[11], int(r[12])
        )
        for r in rows[1:]
    ]  # fmt: skip
