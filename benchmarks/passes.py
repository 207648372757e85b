"""Clips: each pass of a vehicle once, with its plate."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from benchmarks import clips as drawn
from benchmarks.result import ROOT, Finding, Line, Skipped
from benchmarks.scored import interval, reader_of
from openanpr.capture.source import open_source
from openanpr.core.read import Read
from openanpr.core.shape import shape_key
from openanpr.read.reader import Reader
from openanpr.run.score_measures import Share

# What a person reads in check/clip/traffic_kosni.mp4, looking at its frames at full size and enlarged, with a
# frame in which it is plain. On the other cars no person can be sure of every character. These are real
# vehicles, so each mark stands here as the start of its SHA-256: enough to compare, not meant to hide.
TRAFFIC = {
    "ace3f3f07529ab0a": 12,  # blue car, front, first second
    "2b89e84b88084388": 255,  # white car, front
    "3af52dd56df41654": 920,  # silver small car, front
    "6207b5f526d54095": 1010,  # silver saloon, front
    "1bb7673736fbb9ba": 1200,  # white van, front
    "3d857f751ab04fdc": 1350,  # dark saloon, front
}
# A van that is wholly in the picture only in the last four frames, its last character touching the edge: its
# read counts neither way.
TRAFFIC_DOUBTFUL = frozenset({"ca3cbf8e6e08a15b"})


def name_of(plate: str) -> str:
    """The start of the SHA-256 of a mark's shapes, in hex."""
    return hashlib.sha256(shape_key(plate).encode()).hexdigest()[:16]


def traffic(data: Path) -> Finding:
    """Each car whose plate a person can read appears once, with the plate a person reads."""
    path = data / "check" / "clip" / "traffic_kosni.mp4"
    if not path.is_file():
        raise Skipped("check/clip/traffic_kosni.mp4 is not on this machine (OPENANPR_DATA)")
    reads = read_clip(path, reader=reader_of("any"))
    seen = Counter(name_of(read.plate) for read in reads)
    once = sum(seen[name] == 1 for name in TRAFFIC)
    others = [read for read in reads if name_of(read.plate) not in TRAFFIC.keys() | TRAFFIC_DOUBTFUL]
    lines = (
        Line("cars once with their plate", once, len(TRAFFIC) - 1, len(TRAFFIC), f"of {len(TRAFFIC)}"),
        Line("other reads", len(others), less=True),
    )
    detail = {
        "read_by_a_person": TRAFFIC,
        "passes": [
            {
                "mark": name_of(read.plate),
                "confidence": round(read.confidence, 3),
                "frame": read.frame,
                "frames_agree": read.frames,
                "box": [read.box.x, read.box.y, read.box.w, read.box.h],
            }
            for read in sorted(reads, key=lambda read: read.frame)
        ],
    }
    return Finding(lines, "check/clip/traffic_kosni.mp4", model=reader_of("any").model, detail=detail)


def clips(_: Path) -> Finding:
    """Passes of the fixed synthetic clips, recorded once and read exactly; drawn first when not kept."""
    reader, folder = reader_of("gb"), ROOT / drawn.FOLDER
    told = drawn.summary([drawn.measure_clip(reader, scene, folder) for scene in drawn.make_clips(folder)])
    exact, folded, turned = (
        _share(told[key]) for key in ("once_and_exact", "once_and_folded", "direction_right")
    )
    lines = (
        Line("passes once and exact, 12 px or more", exact.value, 0.97, 0.99, spread=interval(exact)),
        Line("the same, folded", folded.value, spread=interval(folded)),
        Line("direction right", turned.value, spread=interval(turned)),
        Line("passes of nothing", float(str(told["false_passes"])), less=True),
    )
    ground = (
        "some on photographs" if told["photographs"] else "all drawn: photographs are not on this machine"
    )
    seeds = f"set {str(told['set'])[:12]}"
    return Finding(lines, f"benchmarks.clips, {exact.of} passes, {ground}", seeds, reader.model, told)


def _share(told: object) -> Share:
    """The share that a summary tells as numbers."""
    counted = cast(Mapping[str, int], told)
    return Share(counted["hits"], counted["of"])


def read_clip(path: Path, *, reader: Reader) -> list[Read]:
    """Every pass that the shipped reader records in a clip."""
    return list(reader.read(open_source(str(path))))
