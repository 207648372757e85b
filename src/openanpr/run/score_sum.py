"""All shots of a run summed up: what the table, the JSON and the page tell. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from openanpr.core.plate import Plate
from openanpr.core.read import Read
from openanpr.core.shape import shape_key
from openanpr.read.record import char_height_px
from openanpr.run.score_measures import (
    Calibrated,
    Group,
    Outcome,
    Share,
    Times,
    calibrated,
    group,
    groups,
    height_band,
    times,
)
from openanpr.run.score_pair import Pair
from openanpr.run.score_run import Shot
from openanpr.run.score_truth import TruthRow

_ONE_LINE, _TWO_LINES = 0.65, 0.39  # height of the characters over height of a box drawn by hand
_ONE_LINE_FROM_ASPECT = 2.2


@dataclass(frozen=True, slots=True)
class Slip:
    """One thing that went wrong.

    `kind` is `missed` (not read), `misread`, `same shape` (only O and 0 or I and 1 differ) or `false`
    (no such plate). `line` is the truth's, `vrm` and `spelt` are truth and read, empty or None where
    there is none. `patch` is JPEG, None when it was not kept.
    """

    kind: str
    image: str
    line: int | None
    vrm: str
    spelt: str
    confidence: float | None
    patch: bytes | None


@dataclass(frozen=True, slots=True)
class Point:
    """What one read said of itself, and what was true: letter by letter, and with O/0 and I/1 as one."""

    confidence: float
    exact: bool
    shapes_p: float
    folded: bool


@dataclass(frozen=True, slots=True)
class ClipTimes:
    """All clips: their frames, their own length, the time to get and to read the frames, in seconds."""

    clips: int
    frames: int
    length_s: float
    decode_s: float
    read_s: float


@dataclass(frozen=True, slots=True)
class Score:
    """What a folder of pictures and clips says of a camera or a model.

    `total.exact` and `total.folded` are shares of the captured plates; `end_exact` and `end_folded` of
    all readable ones. `best_exact` and `best_folded` count the pictures whose most plausible read is a
    plate of the truth. `false_pictures` counts pictures with a false read in them. `points` has
    every read that counts.
    """

    pictures: int
    total: Group
    end_exact: Share
    end_folded: Share
    best_exact: Share
    best_folded: Share
    false_reads: int
    false_pictures: Share
    clip_false_reads: int
    repeats: int
    unreadable: int
    groups: tuple[Group, ...]
    strict_calibration: Calibrated
    folded_calibration: Calibrated
    picture_time: Times
    decode_time: Times
    read_time: Times
    clip_times: ClipTimes
    slips: tuple[Slip, ...]
    points: tuple[Point, ...]
    model: str | None
    settings: str | None

    @property
    def false_per_100(self) -> float | None:
        """False reads in a hundred pictures; None without pictures."""
        return 100 * self.false_reads / self.pictures if self.pictures else None


def sum_up(shots: Iterable[Shot], *, on: date | None) -> Score:
    """Return the score of `shots`; `on` is the day by which layouts are judged, None for any."""
    seen = list(shots)
    stills = [shot for shot in seen if shot.still]
    clips = [shot for shot in seen if not shot.still]
    outcomes = [_outcome(shot, pair, on) for shot in seen for pair in shot.pairing.pairs]
    total = group(outcomes)
    points = tuple(_points(seen))
    best = [shot for shot in stills if shot.pairing.pairs]
    reads = [read for shot in seen for read in _all_reads(shot)]
    return Score(
        pictures=len(stills),
        total=total,
        end_exact=Share(total.exact.hits, len(outcomes)),
        end_folded=Share(total.folded.hits, len(outcomes)),
        best_exact=Share(sum(_best_is_right(shot, folded=False) for shot in best), len(best)),
        best_folded=Share(sum(_best_is_right(shot, folded=True) for shot in best), len(best)),
        false_reads=sum(len(shot.pairing.false) for shot in stills),
        false_pictures=Share(sum(bool(shot.pairing.false) for shot in stills), len(stills)),
        clip_false_reads=sum(len(shot.pairing.false) for shot in clips),
        repeats=sum(len(shot.pairing.repeats) for shot in seen),
        unreadable=sum(len(shot.pairing.unreadable) for shot in seen),
        groups=groups(outcomes),
        strict_calibration=calibrated((p.confidence, p.exact) for p in points),
        folded_calibration=calibrated((p.shapes_p, p.folded) for p in points),
        picture_time=times([shot.decode_s + shot.read_s for shot in stills]),
        decode_time=times([shot.decode_s for shot in stills]),
        read_time=times([shot.read_s for shot in stills]),
        clip_times=_clip_times(clips),
        slips=tuple(_slips(seen)),
        points=points,
        model=reads[0].model if reads else None,
        settings=reads[0].settings if reads else None,
    )


def _outcome(shot: Shot, pair: Pair, on: date | None) -> Outcome:
    row, read = pair.truth, pair.read
    return Outcome(
        confidence=None if read is None else read.confidence,
        exact=read is not None and read.plate == row.vrm,
        folded=read is not None and _same_shape(row, read),
        layout=Plate.parse(row.vrm, on=on).syntax.value,
        style=row.style or (read.style.value if read is not None else "unknown"),
        height=height_band(_height_px(row, read)),
        light=row.light or shot.light,
    )


def _height_px(row: TruthRow, read: Read | None) -> float | None:
    """The person's own figure, or from the person's box, or from where the reader found the plate."""
    if row.char_height_px is not None:
        return row.char_height_px
    if row.box is not None:
        one_line = row.box.w >= _ONE_LINE_FROM_ASPECT * row.box.h
        return row.box.h * (_ONE_LINE if one_line else _TWO_LINES)
    return None if read is None else char_height_px(np.array(read.corners, np.float32), read.lines)


def _same_shape(row: TruthRow, read: Read) -> bool:
    return shape_key(row.vrm) == shape_key(read.plate)


def _best_is_right(shot: Shot, *, folded: bool) -> bool:
    if shot.best is None:
        return False
    marks = {pair.truth.vrm for pair in shot.pairing.pairs}
    if folded:
        return shape_key(shot.best.plate) in {shape_key(vrm) for vrm in marks}
    return shot.best.plate in marks


def _points(shots: Sequence[Shot]) -> Iterator[Point]:
    for shot in shots:
        for pair in shot.pairing.pairs:
            if (read := pair.read) is not None:
                exact = read.plate == pair.truth.vrm
                yield Point(read.confidence, exact, read.shapes_p, _same_shape(pair.truth, read))
        for read in shot.pairing.false:
            yield Point(read.confidence, exact=False, shapes_p=read.shapes_p, folded=False)


def _all_reads(shot: Shot) -> Iterator[Read]:
    yield from (pair.read for pair in shot.pairing.pairs if pair.read is not None)
    yield from (*shot.pairing.false, *shot.pairing.repeats, *shot.pairing.unreadable)


def _clip_times(clips: Sequence[Shot]) -> ClipTimes:
    return ClipTimes(
        clips=len(clips),
        frames=sum(shot.frames for shot in clips),
        length_s=sum(shot.length_s for shot in clips),
        decode_s=sum(shot.decode_s for shot in clips),
        read_s=sum(shot.read_s for shot in clips),
    )


def _slips(shots: Sequence[Shot]) -> Iterator[Slip]:
    for shot in shots:
        for pair in shot.pairing.pairs:
            row, read = pair.truth, pair.read
            if read is None:
                yield Slip("missed", shot.name, row.line, row.vrm, "", None, shot.missed.get(row.line))
            elif read.plate != row.vrm:
                kind = "same shape" if _same_shape(row, read) else "misread"
                yield Slip(kind, shot.name, row.line, row.vrm, read.plate, read.confidence, read.patch)
        for read in shot.pairing.false:
            yield Slip("false", shot.name, None, "", read.plate, read.confidence, read.patch)
