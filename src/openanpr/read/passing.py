"""One vehicle going by: what is known of it while it is followed, and what is remembered afterwards."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from openanpr.core.read import Direction
from openanpr.read.kalman import BoxFilter, BoxXywh, Trend, apart
from openanpr.read.tally import edits

_FIRM = 5  # characters: a text this long is the same vehicle wherever it turns up a moment later


@dataclass(frozen=True, slots=True)
class TrackSettings:
    """When boxes belong together. Lengths are in plate scales, s = sqrt(w * h): four are about a metre.

    `high_score` starts a pass, `low_score` continues one. `lost_s` is how long a pass is followed blind
    by its motion, `rejoin_s` how long it is kept open for a plate that reads the same. Within `queue_s`
    a plate that was crawling when lost and comes back within `queue_reach` is the same pass; within
    `parked_s` one that stood still (`still_s` or longer) and comes back in its place is. A pass is told
    at the latest `report_after_s` after it was first readable: set it for live streams; infinite (for
    files) lets every pass be voted over all its frames.
    """

    high_score: float = 0.5
    low_score: float = 0.2
    lost_s: float = 1.2
    rejoin_s: float = 3.0
    queue_s: float = 30.0
    queue_reach: float = 20.0
    still_s: float = 2.0
    parked_s: float = 1800.0
    report_after_s: float = math.inf

    def __post_init__(self) -> None:
        """Refuse thresholds and times that contradict one another."""
        if not 0 < self.low_score <= self.high_score <= 1:
            msg = "track settings need 0 < low_score <= high_score <= 1"
            raise ValueError(msg)
        if not 0 < self.lost_s <= self.rejoin_s <= self.queue_s <= self.parked_s:
            msg = "track settings need 0 < lost_s <= rejoin_s <= queue_s <= parked_s"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Pass:
    """One vehicle going by, as far as it was followed.

    `mark` is the commonest reading (None: never readable), `boxes` the number of frames with a box.
    """

    id: int
    first_frame: int
    last_frame: int
    first_s: float
    last_s: float
    boxes: int
    mark: str | None
    direction: Direction
    still: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """One frame's boxes (x, y, w, h) and readings."""

    frame: int
    at_s: float
    boxes: list[BoxXywh]
    marks: Sequence[str | None]


class Track:
    """A pass in the making."""

    def __init__(self, number: int, sight: Sight, i: int) -> None:
        self.id = number
        self.settled = False  # its vehicle has been told, by this pass or by one before
        self.first_frame = self.last_frame = sight.frame
        self.first_s = self.last_s = sight.at_s
        self.first_box = self.last_box = sight.boxes[i]
        self.boxes = 0
        self.motion = BoxFilter(self.first_box, sight.at_s)
        self.trend = Trend()
        self.tally: dict[str, int] = {}
        self.mark: str | None = None
        self._readable_s = math.inf
        self._stranger: tuple[str, int] = ("", 0)  # a reading clearly not this plate's, times in a row
        self._anchor = (self.first_box, sight.at_s)  # since when it has stood here
        self.take(sight, i)

    def take(self, sight: Sight, i: int) -> None:
        """Take in box `i` of the frame."""
        self.last_box, self.last_s, self.last_frame = sight.boxes[i], sight.at_s, sight.frame
        if self.boxes:
            self.motion.correct(self.last_box, sight.at_s)
        self.boxes += 1
        self.trend.add(self.last_box)
        smooth = self.motion.predict(sight.at_s)[0]
        away, growth = apart(self._anchor[0], smooth)
        if away > 0.75 or growth > 0.15:
            self._anchor = (smooth, sight.at_s)
        mark = sight.marks[i]
        if mark is not None:
            self._name(mark, sight.at_s)

    def _name(self, mark: str, at_s: float) -> None:
        self._readable_s = min(self._readable_s, at_s)
        known, times = self._stranger
        if self._akin(mark):
            self._stranger = ("", 0)
        else:
            self._stranger = (mark, times + 1 if edits(known, mark) <= 1 else 1)
        _count(self.tally, mark, 1)
        self.mark = _leader(self.tally)

    def follow(self, young: Track) -> None:
        """Go on as `young`, which was this plate all along."""
        self.last_box, self.last_s, self.last_frame = young.last_box, young.last_s, young.last_frame
        self.boxes += young.boxes
        self.motion = young.motion
        self.trend.follow(young.trend)
        if apart(self._anchor[0], young.last_box)[0] > 0.75:
            self._anchor = young._anchor
        for text, times in young.tally.items():
            _count(self.tally, text, times)
        self.mark = _leader(self.tally)

    def due_s(self, after_s: float) -> float:
        """When this pass must be told at the latest."""
        return math.inf if self.settled else self._readable_s + after_s

    def still(self, still_s: float) -> bool:
        """Whether it stands, and has stood for `still_s`."""
        return self.last_s - self._anchor[1] >= still_s

    def text_cost(self, mark: str | None) -> float:
        """What the reading says against a join: 0 the same plate, 0.2 nothing said, up to 0.8."""
        if mark is None or self.mark is None:
            return 0.2
        return 0.0 if mark == self.mark else 0.2 + 0.6 * min(1.0, edits(mark, self.mark) / 6)

    def refuses(self, mark: str | None, overlap: float, gap_s: float) -> bool:
        """Whether the reading shows another plate.

        A box in the very place a moment later is this plate however badly it was read, unless the same
        foreign reading comes a third time: then another vehicle has taken the place.
        """
        if mark is None or self.mark is None or self._akin(mark):
            return False
        stranger, times = self._stranger
        again = times >= 2 and self.tally[self.mark] >= 3 and edits(stranger, mark) <= 1
        return again or overlap < 0.45 or gap_s > 0.3

    def _akin(self, mark: str) -> bool:
        """Whether the reading could be of this plate: near to one of those it mostly had."""
        if self.mark is None or not _clearly_other(self.mark, mark):
            return True
        most = self.tally[self.mark]
        return any(3 * n >= most and not _clearly_other(text, mark) for text, n in self.tally.items())

    def same_plate(self, young: Track) -> bool:
        """Whether `young`, begun after this one was last seen, is this plate found again.

        The same text may be anywhere a vehicle could have got to; one character off must be where the
        plate was, or where its motion would have brought it: two vans of one fleet differ by as little.
        """
        if self.mark is None or young.mark is None:
            return False
        gap_s = young.first_s - self.last_s
        guess = self.motion.predict(young.first_s)[0]
        away, growth = min(apart(self.last_box, young.first_box), apart(guess, young.first_box))
        if self.mark == young.mark and len(self.mark) >= _FIRM:
            return away <= 20 + 60 * gap_s
        return away <= 5 and growth <= 0.4 and edits(self.mark, young.mark) <= 1

    @property
    def fullness(self) -> tuple[int, int]:
        """By which of two passes of one plate the better one is told: its agreeing readings, then age."""
        return (self.tally.get(self.mark or "", 0), -self.id)

    def doubles(self, other: Track, rejoin_s: float) -> bool:
        """Whether both show one plate: a detector's double, or a trailer with its car's mark."""
        gap_s = max(self.first_s - other.last_s, other.first_s - self.last_s)
        return self.mark == other.mark and gap_s <= rejoin_s

    def view(self, still_s: float) -> Pass:
        """The pass as it stands."""
        return Pass(
            id=self.id,
            first_frame=self.first_frame,
            last_frame=self.last_frame,
            first_s=self.first_s,
            last_s=self.last_s,
            boxes=self.boxes,
            mark=self.mark,
            direction=self.trend.direction(),
            still=self.still(still_s),
        )


class Memory:
    """A readable pass that ended: its text, where and when it was last, and how it moved."""

    __slots__ = ("box", "last_s", "mark", "slow", "still")

    def __init__(self, track: Track, still_s: float) -> None:
        self.mark = track.mark or ""
        self.box = track.last_box
        self.last_s = track.last_s
        self.still = track.still(still_s)
        self.slow = self.still or track.motion.speed < 6.0

    def same_vehicle(self, track: Track, settings: TrackSettings) -> bool:
        """Whether `track` is the vehicle of this memory, not having gone in between."""
        if track.mark is None:
            return False
        gap_s = track.first_s - self.last_s
        if gap_s <= settings.rejoin_s and track.mark == self.mark:
            return True
        away, growth = apart(self.box, track.first_box)
        if self.slow and gap_s <= settings.queue_s and away <= settings.queue_reach:
            return track.mark == self.mark
        if self.still and gap_s <= settings.parked_s and away <= 1.0 and growth <= 0.3:
            return edits(self.mark, track.mark) <= 2
        return False


def _clearly_other(known: str, mark: str) -> bool:
    """Whether no misreading explains it: more than about 45 in 100 characters differ."""
    return known != mark and edits(known, mark) > max(1.0, 0.45 * max(len(known), len(mark)))


def _leader(tally: dict[str, int]) -> str:
    """The text that most readings gave; when none has half of them, the one nearest to all."""
    top = max(tally, key=lambda text: (tally[text], text))
    if 2 * tally[top] >= sum(tally.values()):
        return top
    return min(tally, key=lambda text: (sum(n * edits(text, other) for other, n in tally.items()), text))


def _count(tally: dict[str, int], text: str, times: int) -> None:
    """Count the commonest texts in at most eight places (Misra and Gries, 1982)."""
    if text in tally or len(tally) < 8:
        tally[text] = tally.get(text, 0) + times
        return
    for known in list(tally):
        tally[known] -= times
        if tally[known] <= 0:
            del tally[known]
    if not tally:
        tally[text] = times
