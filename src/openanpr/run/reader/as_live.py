"""Files played at their own pace, as if a camera saw them now: for demonstrations and endurance runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from openanpr.capture.item import Items, SourceFault
from openanpr.capture.source import Source
from openanpr.capture.stop import Stop
from openanpr.core.instant import ClockSource, Instant

_STILL_S = 1.0  # before each picture
_BEHIND_S = 1.0  # a machine that decodes slower than this plays slower


@dataclass(frozen=True, slots=True)
class Clocks:
    """This machine's clock in UTC, and a steady one in seconds."""

    now: Callable[[], datetime]
    steady_s: Callable[[], float]


@dataclass(frozen=True, slots=True)
class _Start:
    """When a clip began to play, by both clocks."""

    at: datetime
    steady_s: float


def as_live(source: Source, clocks: Clocks) -> Source:
    """Return the source played in real time; a slow reader loses frames, as it does with a camera.

    Each frame gets the time at which its clip began to play plus its place in it, and says that this is where
    its time comes from (`stream`): it is the time of the playing, not that of the recording. A clip played
    twice so gives new reads.
    """

    def read(stop: Stop) -> Items:
        with closing(source.items()) as items:
            yield from _played(items, stop, clocks)

    return Source(source.name, read, stop=source.stopping, live=True)


def _played(items: Items, stop: Stop, clocks: Clocks) -> Items:
    start, playing = _Start(clocks.now(), clocks.steady_s()), ""
    for item in items:
        if isinstance(item, SourceFault):
            yield item
            continue
        if item.still and stop.wait(_STILL_S):
            return
        if item.source != playing:
            start, playing = _Start(clocks.now(), clocks.steady_s()), item.source
        ahead_s = start.steady_s + item.offset_s - clocks.steady_s()
        if ahead_s > 0 and stop.wait(ahead_s):
            return
        if ahead_s < -_BEHIND_S:
            start = _Start(start.at - timedelta(seconds=ahead_s), start.steady_s - ahead_s)
        at = start.at + timedelta(seconds=item.offset_s)
        yield replace(item, at=Instant(at, ClockSource.STREAM, None))
