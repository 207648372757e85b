"""Boxes of many frames become passes: one pass for each time a vehicle goes by.

Association is ByteTrack's (Zhang et al., 2022): sure boxes are joined first, doubtful ones may only
continue a pass. Three things are added because plates are not pedestrians: a fast small plate moves more
than its own width between frames, so distance within the filter's doubt counts beside overlap; every
plate carries a name, so a box that reads clearly otherwise is not joined and one that reads the same is
found again; and what stood still is remembered, so that a parked car is told once however often traffic
hides it.

Pure: no picture, no clock; time is an argument.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

from openanpr.read.kalman import BoxXywh, apart, overlap_of
from openanpr.read.passing import Memory, Pass, Sight, Track, TrackSettings

__all__ = ["Pass", "Step", "TrackSettings", "Tracker"]

_MOST_MEMORIES = 512
_NEVER = 1e6
_BLIND_S = 0.45
_BLIND_REACH = 5.0  # scales


@dataclass(frozen=True, slots=True)
class Step:
    """What one frame changed. Handle in this order: `joined`, `ids`, `report`, `gone`.

    `joined` are (younger, older): the younger was the older all along, its votes move over. `ids` gives
    for every box its pass, or None for a box too doubtful to start one. `report` are the passes to tell
    now; each vehicle comes once. `gone` are passes that nothing will be added to.
    """

    ids: tuple[int | None, ...]
    joined: tuple[tuple[int, int], ...]
    report: tuple[Pass, ...]
    gone: tuple[Pass, ...]


class Tracker:
    """Joins the boxes of one source's frames to passes; memory is bounded however long it runs."""

    def __init__(self, settings: TrackSettings) -> None:
        """Start with an empty road."""
        self._settings = settings
        self._tracks: list[Track] = []
        self._memories: list[Memory] = []
        self._next_id = 1
        self._now = -math.inf

    def update(
        self,
        boxes: NDArray[np.float32],
        *,
        frame_index: int,
        offset_s: float,
        scores: NDArray[np.float32],
        marks: Sequence[str | None],
    ) -> Step:
        """What this frame changed.

        `boxes` is (N, 4) float, x y w h in pixels, `scores` (N,) in 0..1, `marks` the N readings (None:
        not credibly read). Frames may be skipped; call it for empty frames too, that is how a pass ends.
        A time that falls back by more than half a second is a restarted source: all passes end first.

        Raises ValueError when shapes, sizes or lengths do not fit.
        """
        seen = _check(boxes, offset_s, scores, marks)
        report: list[Pass] = []
        gone: list[Pass] = []
        if offset_s < self._now - 0.5:
            self._restart(offset_s, report, gone)
        self._now = max(offset_s, self._now)
        self._close(self._settings.rejoin_s, report, gone)
        self._forget()
        ids: list[int | None] = [None] * len(seen)
        sight = Sight(frame_index, self._now, seen, marks)
        sure = [i for i, s in enumerate(scores) if s >= self._settings.high_score]
        weak = [i for i, s in enumerate(scores) if self._settings.low_score <= s < self._settings.high_score]
        self._associate(sight, sure, ids, sure=True)
        self._associate(sight, weak, ids, sure=False)
        self._begin(sight, sure, ids)
        joined = self._rejoin(ids)
        for track in self._tracks:
            if track.due_s(self._settings.report_after_s) <= self._now:
                self._tell(track, report)
        return Step(tuple(ids), joined, tuple(report), tuple(gone))

    def finish(self) -> Step:
        """End every pass: the source has no more frames."""
        report: list[Pass] = []
        gone: list[Pass] = []
        self._close(-1.0, report, gone)
        return Step((), (), tuple(report), tuple(gone))

    def _associate(self, sight: Sight, which: list[int], ids: list[int | None], *, sure: bool) -> None:
        """Join boxes to passes seen within `lost_s`, all at once at the least cost."""
        blind_s = self._settings.lost_s
        free = [t for t in self._tracks if t.id not in ids and sight.at_s - t.last_s <= blind_s]
        if not which or not free:
            return
        costs = np.full((len(free), len(which)), _NEVER)
        boxes = np.array([sight.boxes[i] for i in which])
        centres = boxes[:, :2] + boxes[:, 2:] / 2
        for row, track in enumerate(free):
            guess = _Guess(track, sight.at_s)
            for column in np.flatnonzero(guess.near(centres)).tolist():
                costs[row, column] = _cost(track, guess, sight, which[column], sure=sure)
        found = cast("tuple[NDArray[np.intp], NDArray[np.intp]]", linear_sum_assignment(costs))
        pairs: list[list[int]] = np.stack(found, axis=1).tolist()
        for row, column in pairs:
            if costs[row, column] < _NEVER:
                i = which[column]
                free[row].take(sight, i)
                ids[i] = free[row].id

    def _begin(self, sight: Sight, sure: list[int], ids: list[int | None]) -> None:
        """Start a pass for each sure box left over, unless it doubles a box already joined."""
        taken = [sight.boxes[i] for i, known in enumerate(ids) if known is not None]
        for i in sure:
            if ids[i] is not None or any(overlap_of(sight.boxes[i], box) > 0.5 for box in taken):
                continue
            track = Track(self._next_id, sight, i)
            self._next_id += 1
            self._tracks.append(track)
            ids[i] = track.id
            taken.append(sight.boxes[i])

    def _rejoin(self, ids: list[int | None]) -> tuple[tuple[int, int], ...]:
        """Give back to an older pass the young one that turns out to be the same plate."""
        joined: list[tuple[int, int]] = []
        for young in [t for t in self._tracks if t.id in ids and t.mark is not None and not t.settled]:
            old = next((t for t in self._tracks if t.last_s < young.first_s and t.same_plate(young)), None)
            if old is None:
                continue
            old.follow(young)
            self._tracks.remove(young)
            ids[:] = [old.id if known == young.id else known for known in ids]
            if young.boxes > 1:  # one born in this frame has no votes to move
                joined.append((young.id, old.id))
        return tuple(joined)

    def _close(self, after_s: float, report: list[Pass], gone: list[Pass]) -> None:
        """End the passes without a box for longer than `after_s`."""
        for track in [t for t in self._tracks if self._now - t.last_s > after_s]:
            self._tell(track, report)
            self._tracks.remove(track)
            gone.append(track.view(self._settings.still_s))
            if track.settled:
                # The newest sighting of a plate stands for the older ones of the same vehicle.
                self._memories = [m for m in self._memories if not m.same_vehicle(track, self._settings)]
                self._memories.append(Memory(track, self._settings.still_s))

    def _tell(self, track: Track, report: list[Pass]) -> None:
        """Report a pass once, if it was readable and is not one that was told before."""
        if track.settled or track.mark is None:
            return
        doubles = [t for t in self._tracks if t is not track and t.doubles(track, self._settings.rejoin_s)]
        known = any(m.same_vehicle(track, self._settings) for m in self._memories)
        if known or any(t.settled for t in doubles):
            track.settled = True
        elif not any(t.fullness > track.fullness for t in doubles):  # else the fuller one will be told
            track.settled = True
            report.append(track.view(self._settings.still_s))

    def _forget(self) -> None:
        """Drop memories that no rule asks for any more; the oldest first when there are too many."""
        s = self._settings
        self._memories = [
            m for m in self._memories if self._now - m.last_s <= (s.parked_s if m.still else s.queue_s)
        ][-_MOST_MEMORIES:]

    def _restart(self, offset_s: float, report: list[Pass], gone: list[Pass]) -> None:
        """Carry on after the source's time began anew: what stood still may still stand there."""
        self._close(-1.0, report, gone)
        for memory in self._memories:
            memory.last_s = offset_s
        self._now = offset_s


class _Guess:
    """Where a pass should be now, and how far from there its plate may be (in scales)."""

    __slots__ = ("box", "gap_s", "reach")

    def __init__(self, track: Track, at_s: float) -> None:
        self.gap_s = at_s - track.last_s
        self.box, sigma, speed_sigma = track.motion.predict(at_s)
        # Three sigma, yet no farther than a vehicle that pulls away (4 s/s is a metre a second) could be.
        self.reach = min(3 * sigma, 1.5 + self.gap_s * (4 + track.motion.speed / 2 + 3 * speed_sigma))
        if self.gap_s > _BLIND_S:
            # Nor farther than this after a longer gap, unless it reads the same (`_rejoin` sees to that): a
            # vehicle that left the picture must not go on as the shop sign it hid.
            self.reach = min(self.reach, _BLIND_REACH)

    def near(self, centres: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of the centres (N, 2) could be joined at all, by reach or by overlap."""
        x, y, w, h = self.box
        away = np.hypot(centres[:, 0] - x - w / 2, centres[:, 1] - y - h / 2)
        return away <= max(self.reach, 4.0) * math.sqrt(w * h)


def _cost(track: Track, guess: _Guess, sight: Sight, i: int, *, sure: bool) -> float:
    """The cost of joining box `i` to `track`, or _NEVER."""
    box, gap_s, reach = sight.boxes[i], guess.gap_s, guess.reach
    away, growth = apart(guess.box, box)
    overlap = overlap_of(guess.box, box)
    if growth > 0.4 + 0.4 * min(gap_s, 1.0):
        return _NEVER
    if overlap < (0.2 if sure else 0.4) and (away > reach or not sure):
        return _NEVER
    if track.refuses(sight.marks[i], overlap, gap_s):
        return _NEVER
    return 1 - overlap + 0.5 * min(1.0, away / max(reach, 1e-6)) + track.text_cost(sight.marks[i])


def _check(
    boxes: NDArray[np.float32], offset_s: float, scores: NDArray[np.float32], marks: Sequence[str | None]
) -> list[BoxXywh]:
    """The boxes as tuples; raises ValueError when something does not fit."""
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        msg = f"boxes must have shape (N, 4), x y w h in pixels; found {boxes.shape}"
        raise ValueError(msg)
    if scores.shape != (len(boxes),) or len(marks) != len(boxes):
        msg = f"{len(boxes)} boxes need as many scores and marks; found {scores.shape} and {len(marks)}"
        raise ValueError(msg)
    if not (np.isfinite(boxes).all() and (boxes[:, 2:] > 0).all() and math.isfinite(offset_s)):
        msg = "boxes and time must be finite, width and height above 0: drop empty boxes before tracking"
        raise ValueError(msg)
    return [(x, y, w, h) for x, y, w, h in boxes.tolist()]
