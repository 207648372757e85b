"""Who travels with a vehicle, by a plain reading of all reads: slow, and written apart from the real one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from openanpr.core.camera import CameraId
from openanpr.core.shape import shape_key
from openanpr.core.span import Span

Plain = tuple[CameraId, datetime, str]


def own_passes(own: Sequence[Plain], within: timedelta) -> list[tuple[CameraId, datetime, datetime]]:
    passes: list[tuple[CameraId, datetime, datetime]] = []
    for camera in sorted({camera for camera, _, _ in own}):
        times = sorted({at for where, at, _ in own if where == camera})
        while times:
            row = [times.pop(0)]
            while times and times[0] - row[-1] <= within:
                row.append(times.pop(0))
            passes.append((camera, row[0], row[-1]))
    return passes


def plain_company(
    reads: Sequence[Plain], is_own: Callable[[str], bool], mark: str, span: Span,
    *, within: timedelta, at_least: int,
) -> dict[str, Any]:  # fmt: skip
    """Return the meetings of each shape, what chance would bring it, and how many chance would list."""
    reads = [one for one in reads if span.since <= one[1] < span.until]
    own = [one for one in reads if is_own(one[2])]
    shapes = {shape_key(mark), *(shape_key(vrm) for _, _, vrm in own)}
    others = [one for one in reads if shape_key(one[2]) not in shapes]
    passes = own_passes(own, within)
    step = max(timedelta(minutes=20), within * 3)
    shifts = [n * step for n in (-3, -2, -1, 1, 2, 3)]

    def free(one: tuple[CameraId, datetime, datetime], shift: timedelta) -> bool:
        since, until = one[1] + shift - within, one[2] + shift + within
        if since < span.since or until >= span.until:
            return False
        same = [other for other in passes if other[0] == one[0]]
        return all(until < first - within or since > last + within for _, first, last in same)

    def beside(one: tuple[CameraId, datetime, datetime], shift: timedelta) -> set[str]:
        since, until = one[1] + shift - within, one[2] + shift + within
        return {shape_key(vrm) for camera, at, vrm in others if camera == one[0] and since <= at <= until}

    met = dict.fromkeys(sorted({shape_key(vrm) for _, _, vrm in others}), 0)
    chance = dict.fromkeys(met, 0.0)
    shadow = {shape: dict.fromkeys(shifts, 0) for shape in met}
    could = {shift: [one for one in passes if free(one, shift)] for shift in shifts}
    for one in passes:
        for shape in beside(one, timedelta(0)):
            met[shape] += 1
        open_ = [shift for shift in shifts if one in could[shift]]
        for shift in open_:
            for shape in beside(one, shift):
                chance[shape] += 1 / len(open_)
                shadow[shape][shift] += 1
    fit = [shift for shift in shifts if 2 * len(could[shift]) >= len(passes)]
    listed = [sum(shadow[shape][shift] >= at_least for shape in met) for shift in fit] if passes else []
    return {
        "passes": len(passes),
        "met": {shape: count for shape, count in met.items() if count >= at_least},
        "chance": chance,
        "listed": sum(listed) / len(listed) if listed else None,
    }
