"""Who travels with a vehicle, out of what was read beside it; and how many would by chance. Pure.

A pass is that a camera read the vehicle, be it several times in a row. Who else was read there within a time
of it met it. What chance brings is measured and not supposed: the same cameras are looked at a while before
and after each pass, when the vehicle was not there. Whoever lives by a busy road meets it there as often; who
travels with it does not. So traffic of the same roads, hours and days is what is compared with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from openanpr.core.camera import CameraId
from openanpr.core.shape import shape_key
from openanpr.core.span import Span
from openanpr.search.found import Chance, Companion, Company, Meeting

SHADOWS: Final = 6
"""Times before and after that each pass is compared with, as many on each side."""
LEAST_STEP: Final = timedelta(minutes=20)

Seen: TypeAlias = tuple[int, int, str, datetime]
"""Of one mark: beside which pass (0 is the first), shifted by which step (0: not at all), as what, when."""


@dataclass(frozen=True, slots=True)
class Pass:
    """That a camera read the vehicle, first and last in a row."""

    camera: CameraId
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Looked:
    """Where and when it is looked beside a vehicle: at its passes, and as if they had been at other times.

    `steps`: by how much all are shifted, the first not at all. `left_out`: pairs of a pass and a step of
    which nothing is asked, for the vehicle itself was near then, or the time lies outside the question.
    """

    passes: tuple[Pass, ...]
    within: timedelta
    steps: tuple[timedelta, ...]
    left_out: frozenset[tuple[int, int]]


def passes_of(reads: Iterable[tuple[CameraId, datetime]], within: timedelta) -> tuple[Pass, ...]:
    """Return the passes of a vehicle: reads of one camera no further apart than `within` are one."""
    found: list[Pass] = []
    for camera, at in sorted(set(reads)):
        last = found[-1] if found else None
        if last is not None and last.camera == camera and at - last.last <= within:
            found[-1] = Pass(camera, last.first, at)
        else:
            found.append(Pass(camera, at, at))
    return tuple(found)


def looked(passes: Sequence[Pass], within: timedelta, span: Span) -> Looked:
    """Return where it is to be looked: beside the passes, and at times before and after within the span."""
    step = max(LEAST_STEP, 3 * within)
    half = SHADOWS // 2
    steps = (timedelta(0), *(n * step for n in range(-half, half + 1) if n))
    own: dict[CameraId, list[Pass]] = {}
    for one in passes:
        own.setdefault(one.camera, []).append(one)
    left_out = {
        (number, turn)
        for number, one in enumerate(passes)
        for turn, by in enumerate(steps)
        if turn and not _clear(one, by, within, own[one.camera], span)
    }
    return Looked(tuple(passes), within, steps, frozenset(left_out))


def company(
    mark: str, looked_at: Looked, seen: Mapping[str, Sequence[Seen]], *, at_least: int, rows: int
) -> Company:
    """Return who met the vehicle at least so often, out of what was seen of each mark, by its shape."""
    told = [
        companion
        for found in seen.values()
        if (companion := _companion(mark, looked_at, found)) is not None and len(companion.seen) >= at_least
    ]
    told.sort(key=lambda one: (one.by_chance - len(one.seen), one.mark))
    chance = Chance(len(looked_at.passes), _listed(looked_at, seen.values(), at_least))
    return Company(tuple(told[:rows]), len(told) > rows, chance)


def _clear(one: Pass, by: timedelta, within: timedelta, own: Sequence[Pass], span: Span) -> bool:
    """Tell whether a pass, shifted, lies within the span and near no pass of the vehicle by that camera."""
    since, until = one.first + by - within, one.last + by + within
    if since < span.since or until >= span.until:
        return False
    return not any(since <= other.last + within and other.first - within <= until for other in own)


def _companion(mark: str, looked_at: Looked, found: Sequence[Seen]) -> Companion | None:
    real = [one for one in found if one[1] == 0]
    if not real:
        return None
    spelt = Counter(vrm for _, _, vrm, _ in real)
    told = min(spelt, key=lambda vrm: (-spelt[vrm], vrm))
    left = Counter(number for number, _ in looked_at.left_out)
    compared = len(looked_at.steps) - 1
    by_chance = sum((1 / (compared - left[number]) for number, turn, _, _ in found if turn), 0.0)
    met = sorted(
        (_meeting(looked_at.passes[number], at) for number, _, _, at in real), key=lambda one: one.at
    )
    return Companion(told, tuple(reversed(met)), by_chance, _alike(told, mark))


def _meeting(of: Pass, at: datetime) -> Meeting:
    """The meeting of a pass and another's read, by the end of the pass that was nearer to it."""
    near = min((of.first, of.last), key=lambda own: abs(at - own))
    return Meeting(of.camera, near, (at - near).total_seconds())


def _listed(looked_at: Looked, seen: Iterable[Sequence[Seen]], at_least: int) -> float | None:
    """About how many marks would be told of if the vehicle had been there at another time.

    Only of those other times at which most passes can be compared.
    """
    out = Counter(turn for _, turn in looked_at.left_out)
    whole = [turn for turn in range(1, len(looked_at.steps)) if 2 * out[turn] <= len(looked_at.passes)]
    if not whole or not looked_at.passes:
        return None
    counts = [Counter(turn for _, turn, _, _ in found) for found in seen]
    return sum(count[turn] >= at_least for count in counts for turn in whole) / len(whole)


def _alike(one: str, other: str) -> bool:
    pairs = list(zip(shape_key(one), shape_key(other), strict=False))
    return len(one) == len(other) and sum(a != b for a, b in pairs) <= 1
