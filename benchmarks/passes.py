"""Clips: each pass of a vehicle once, with its plate."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.result import Finding, Line, Skipped
from benchmarks.scored import interval, reader_of
from openanpr.capture.source import open_source
from openanpr.core.read import Read
from openanpr.core.shape import shape_key
from openanpr.run.score_measures import Share
from training.clips.truth import TruePass

LEAST_CHAR_PX = 12.0

# What a person reads in check/clip/traffic_kosni.mp4, looking at its frames at full size and enlarged, with a
# frame in which it is plain. On the other cars no person can be sure of every character.
TRAFFIC = {
    "KHN991": 12,  # blue car, front, first second
    "KAA560": 255,  # white car, front
    "HNL689": 920,  # silver small car, front
    "MYK472": 1010,  # silver saloon, front
    "KDD4": 1200,  # white van, front
    "LYZ663": 1350,  # dark saloon, front
}
# A van that is wholly in the picture only in the last four frames, its last character touching the edge: its
# read counts neither way.
TRAFFIC_DOUBTFUL = frozenset({"LHU454"})


def traffic(data: Path) -> Finding:
    """Each car whose plate a person can read appears once, with the plate a person reads."""
    path = data / "check" / "clip" / "traffic_kosni.mp4"
    if not path.is_file():
        raise Skipped("check/clip/traffic_kosni.mp4 is not on this machine (OPENANPR_DATA)")
    reads = read_clip(path, reader=reader_of("any"))
    seen = Counter(shape_key(read.plate) for read in reads)
    wanted = {shape_key(vrm) for vrm in TRAFFIC}
    once = sum(seen[shape] == 1 for shape in wanted)
    doubtful = {shape_key(vrm) for vrm in TRAFFIC_DOUBTFUL}
    others = [read for read in reads if shape_key(read.plate) not in wanted | doubtful]
    lines = (
        Line("cars once with their plate", once, len(TRAFFIC) - 1, len(TRAFFIC), f"of {len(TRAFFIC)}"),
        Line("other reads", len(others), less=True),
    )
    detail = {
        "read_by_a_person": TRAFFIC,
        "passes": [
            {
                "plate": read.plate,
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
    """Passes of the synthetic clips, best character height of 12 px or more: recorded once, read exactly."""
    if importlib.util.find_spec("benchmarks.clips") is None:
        raise Skipped("benchmarks/clips.py, which makes the clips, is not there")
    from benchmarks.clips import SEED, stress_clips  # noqa: PLC0415 - only where it is there

    reader = reader_of("gb")
    right: dict[str, list[bool]] = {}
    folded: list[bool] = []
    extra = 0
    for path, truth in stress_clips():
        reads = read_clip(path, reader=reader)
        seen = Counter(read.plate for read in reads)
        shapes = Counter(shape_key(read.plate) for read in reads)
        expected = Counter(one.plate for one in truth)
        for one in truth:
            if one.best_char_height_px < LEAST_CHAR_PX:
                continue
            hit = seen[one.plate] == expected[one.plate]
            folded.append(shapes[shape_key(one.plate)] == expected[one.plate])
            for name in ("all", one.light, one.direction, f"style {one.style}", _slant(one)):
                right.setdefault(name, []).append(hit)
        extra += _extra(reads, truth)
    share = Share(sum(right["all"]), len(right["all"]))
    lines = (
        Line("passes once and exact, 12 px or more", share.value, 0.97, 0.99, spread=interval(share)),
        Line("the same, folded", sum(folded) / len(folded)),
        Line("reads that are no pass", extra, less=True),
    )
    detail = {name: {"passes": len(hits), "right": sum(hits)} for name, hits in sorted(right.items())}
    return Finding(lines, f"benchmarks.clips, {share.of} passes", str(SEED), reader.model, detail)


def read_clip(path: Path, *, reader: object) -> list[Read]:
    """Every pass that the shipped reader records in a clip."""
    return list(reader.read(open_source(str(path))))


def _extra(reads: Sequence[Read], truth: Sequence[TruePass]) -> int:
    """Reads beyond the passes of the truth, those of small plates not held against the reader."""
    shapes = Counter(shape_key(one.plate) for one in truth)
    return sum((Counter(shape_key(read.plate) for read in reads) - shapes).values())


def _slant(one: TruePass) -> str:
    low = int(one.slant_deg // 10 * 10)
    return f"slant {low}-{low + 10}"
