"""Many readings of one plate become one.

A frame's log-probability of a text is what its n-best list says; for a text of the same length that is
not in the list it is the sum over its characters; for a text of another length what the frame would
typically say, less a price for each character lost or gained. So a blurred frame, which says little for
any text, says little against any. These are weighted and summed over the frames, which is what Bayes'
rule asks for when frames are independent. They are not: the same blur, dirt and angle come back frame
after frame. So the frames are ranked in grades by weight and certainty, and the n best of them count
together as n / (1 + r (n - 1)), the effective number of n equally correlated witnesses: the best frame
counts whole, each further one less. However many blurred far frames there are, they cannot outvote a few
near ones, and a plate watched for an hour is no surer than one watched for seconds.

Sums are kept as whole numbers of 2^-20, so that the order of the frames cannot change the vote. Memory
does not grow with the number of frames.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from openanpr.core.read import Style
from openanpr.read.reading import Reading
from openanpr.read.tally import (
    GRADES,
    UNIT,
    LengthSum,
    TextSum,
    add_to,
    edits,
    shape_logs,
    typical_of,
    units_of,
    weigh,
)

_STEPS = 3  # grades an octave of weight
_LIKENESS = 0.6  # r: how alike two frames err
_LENGTH_PRICE = 6.0  # log-probability of a character lost or gained
_LEAST = -60.0  # log-probability: below it is nothing
_SURE = 1.5  # power of the mean probability of a character in a frame's own weight
_LEAST_SURE = 1 / 8
_MOST_TEXTS = 128
_KEPT = 3
_TOLD = 10


@dataclass(frozen=True, slots=True)
class VotedReading:
    """The vote of all frames.

    `reading.strings` are normalised over the candidates and all that none of them covers. `agreeing` of
    `frames` frames had the winner as their own best text. `best_frame` is the best frame that read the
    winner; when no kept frame did, the one whose own text (`best_text`) came nearest.
    """

    reading: Reading
    agreeing: int
    frames: int
    best_frame: int
    best_text: str


def frame_weight(line_height_px: float, *, sharpness: float = 1.0, plate_score: float = 1.0) -> float:
    """How much one frame should count, over 0 to 1.

    `line_height_px` is the plate's height, for a two-line plate half of it; `sharpness` (0..1) is against
    the sharpest a crop of that height gets; `plate_score` is the reading's own. The curve is later than
    the share of plates that can be read (half at 14 px): it ranks frames, so it must still rise where
    nearly all are read.
    """
    legible = line_height_px**2 / (line_height_px**2 + 16.0**2)
    clear = 0.25 + 0.75 * min(max(sharpness, 0.0), 1.0)
    return max(0.001, legible * clear * min(max(plate_score, 0.0), 1.0))


class Ballot:
    """The running vote on one plate."""

    def __init__(self) -> None:
        """Start without a frame."""
        self._texts: dict[str, TextSum] = {}
        self._lengths: dict[int, LengthSum] = {}
        self._count = [0] * GRADES
        self._heaviest = 0.0
        self._weight = 0
        self._plate = 0
        self._styles: dict[Style, int] = {}
        self._lines: dict[int, int] = {}
        self._only: Reading | None = None  # the first reading, while there is no second
        self._best: dict[str, tuple[float, int]] = {}  # own text: quality, frame

    @property
    def kept(self) -> frozenset[int]:
        """The frames (at most three) whose picture is still wanted: the best for each leading text."""
        return frozenset(frame for _, frame in self._best.values())

    def add(self, reading: Reading, *, weight: float, frame_index: int, quality: float) -> bool:
        """Count one frame; true when its picture should be kept (then drop those not in `kept`).

        `weight` is in 0..1, see `frame_weight`; `quality` ranks pictures that read the same, larger is
        better. Raises ValueError for a reading without a text, whose positions do not fit its best text
        or for a weight out of range.
        """
        fits = reading.strings and len(reading.positions) == len(reading.strings[0][0])
        if not fits or not all(reading.positions) or len(reading.gaps) not in {0, len(reading.positions) - 1}:
            msg = "a vote needs a reading with a text, one position for each of its characters, gaps between"
            raise ValueError(msg)
        if not 0 < weight <= 1:
            msg = f"a weight must be over 0 and at most 1; found {weight}"
            raise ValueError(msg)
        self._only = None if self._texts else reading
        # Height tells what a frame could say, its own certainty what it does say: a near but smeared or
        # half-cut plate must not come before a farther clear one.
        text, p = reading.strings[0]
        weight *= max(_LEAST_SURE, min(1.0, math.exp(_SURE * p / max(1, len(text)))))
        self._count_texts(reading, weight)
        self._heaviest = max(self._heaviest, weight)
        units = round(weight * UNIT)
        self._weight += units
        self._plate += round(units * reading.plate_score)
        self._styles[reading.style] = self._styles.get(reading.style, 0) + units
        self._lines[reading.lines] = self._lines.get(reading.lines, 0) + units
        return self._keep(text, quality, frame_index)

    def absorb(self, other: Ballot) -> None:
        """Take over the votes of a ballot that turned out to be on the same plate."""
        self._only = other._only if not self._texts else self._only if not other._texts else None
        for text, tally in other._texts.items():
            self._texts.setdefault(text, TextSum()).absorb(tally)
        for length, tally in other._lengths.items():
            self._lengths.setdefault(length, LengthSum(length)).absorb(tally)
        add_to(self._count, other._count)
        self._heaviest = max(self._heaviest, other._heaviest)
        self._weight += other._weight
        self._plate += other._plate
        for style, units in other._styles.items():
            self._styles[style] = self._styles.get(style, 0) + units
        for lines, units in other._lines.items():
            self._lines[lines] = self._lines.get(lines, 0) + units
        self._prune()
        for text, (quality, frame) in other._best.items():
            self._keep(text, quality, frame)

    def result(self) -> VotedReading:
        """The vote so far; that of one frame is its own reading. Raises ValueError before the first."""
        if not self._texts:
            msg = "a vote needs at least one frame"
            raise ValueError(msg)
        reading = self._only or self._combined()
        winner = reading.strings[0][0]
        own = self._texts.get(winner)
        best_text = winner if winner in self._best else self._nearest(winner)
        return VotedReading(
            reading=reading,
            agreeing=own.firsts if own else 0,
            frames=sum(self._count),
            best_frame=self._best[best_text][1],
            best_text=best_text,
        )

    def _combined(self) -> Reading:
        """The reading that all frames together amount to."""
        shares = self._shares()
        strings = self._normalised(self._candidates(shares), shares)
        own = self._texts.get(strings[0][0])
        return Reading(
            strings=strings[:_TOLD],
            positions=self._positions(strings[0][0], strings, shares),
            plate_score=self._plate / self._weight,
            style=min(self._styles, key=lambda style: (-self._styles[style], style)),
            lines=min(self._lines, key=lambda lines: (-self._lines[lines], lines)),
            gaps=own.mean_gaps() if own else (),
        )

    def _count_texts(self, reading: Reading, weight: float) -> None:
        """Add a frame's log-probabilities to the sums."""
        best = reading.strings[0][0]
        grade = min(GRADES - 1, int(-_STEPS * math.log2(weight)))
        self._count[grade] += 1
        shapes = [shape_logs(position) for position in reading.positions]
        # Characters are judged one by one as if their number were sure; the best text tells how sure it is.
        first = reading.strings[0][1]
        offset = min(0.0, first - math.fsum(logs[c] for c, (logs, _) in zip(best, shapes, strict=True)))
        typical = offset + math.fsum(typical_of(position) for position in reading.positions)
        length = self._lengths.setdefault(len(best), LengthSum(len(best)))
        length.weight[grade] += units_of(weight)
        length.typical[grade] += units_of(weight * typical)
        length.offset[grade] += units_of(weight * offset)
        for place, (logs, low) in zip(length.places, shapes, strict=True):
            place.add(logs, low, weight, grade)
        for text, p in reading.strings:
            if len(text) == len(best):
                spelt = offset + math.fsum(
                    logs.get(c, low) for c, (logs, low) in zip(text, shapes, strict=True)
                )
            else:
                spelt = typical - _LENGTH_PRICE * abs(len(text) - len(best))
            tally = self._texts.setdefault(text, TextSum())
            tally.sums[grade] += units_of(weight * (max(p, _LEAST) - spelt))
        self._texts[best].firsts += 1
        self._texts[best].space(reading.gaps, weight)
        self._prune()

    def _keep(self, text: str, quality: float, frame: int) -> bool:
        """Remember the best frame for each of the leading texts; true when this is one."""
        known = self._best.get(text)
        if known is not None and (-known[0], known[1]) <= (-quality, frame):
            return False
        self._best[text] = (quality, frame)
        if len(self._best) > _KEPT:
            shares = self._shares()
            last = min(self._best, key=lambda each: (self._score(each, shares), each))
            del self._best[last]
        return text in self._best

    def _nearest(self, winner: str) -> str:
        """The text with a kept frame that is least unlike the winner; of equals the best picture."""
        return min(self._best, key=lambda text: (edits(text, winner), -self._best[text][0], text))

    def _shares(self) -> list[float]:
        """What one unit of each grade counts: fewer than one frame for each of many alike."""
        scale = UNIT * self._heaviest
        shares: list[float] = []
        better, counted = 0, 0.0
        for n in self._count:
            better += n
            so_far = better / (1 + _LIKENESS * (better - 1)) if better else 0.0
            shares.append((so_far - counted) / (n * scale) if n else 0.0)
            counted = so_far
        return shares

    def _score(self, text: str, shares: list[float]) -> float:
        """The tempered sum of log-probabilities of `text`."""
        sums = self._elsewhere(len(text))
        length = self._lengths.get(len(text))
        if length is not None:
            length.spell(text, sums)
        tally = self._texts.get(text)
        if tally is not None:
            add_to(sums, tally.sums)
        return weigh(shares, sums)

    def _elsewhere(self, length: int) -> list[int]:
        """What the frames whose best text is of another length say to any text of this one."""
        sums = [0] * GRADES
        price = units_of(_LENGTH_PRICE)
        for known, tally in self._lengths.items():
            if known != length:
                add_to(sums, tally.typical)
                add_to(sums, [-(price * abs(known - length) * weight) // UNIT for weight in tally.weight])
        return sums

    def _candidates(self, shares: list[float]) -> dict[str, float]:
        """Every text that some frame listed, and those the characters spell together."""
        texts = set(self._texts)
        for length in self._lengths.values():
            spelt = [place.ranked(shares) for place in length.places]
            top = "".join(shapes[0][0] for shapes in spelt)
            texts.add(top)
            for i, shapes in enumerate(spelt):
                texts.update(top[:i] + shape + top[i + 1 :] for shape, _ in shapes[1:3])
        return {text: self._score(text, shares) for text in texts}

    def _normalised(self, scores: dict[str, float], shares: list[float]) -> tuple[tuple[str, float], ...]:
        """The candidates with log-probabilities, best first.

        The whole is all that characters can spell in the winner's length, and beyond that what the n-best
        lists say more (or less) than the spelling, in any length.
        """
        ranked = sorted(scores.items(), key=lambda row: (-row[1], row[0]))
        winner, top = ranked[0]
        terms: list[float] = []
        if len(winner) in self._lengths:
            spelt = self._lengths[len(winner)].log_sum(shares) + weigh(shares, self._elsewhere(len(winner)))
            top = max(top, spelt)
            terms.append(math.exp(spelt - top))
        for text, tally in self._texts.items():
            terms.append(math.exp(scores[text] - top))
            if len(text) == len(winner) and len(winner) in self._lengths:
                bare = scores[text] - weigh(shares, tally.sums)
                terms.append(-math.exp(min(bare - top, 0.0)))
        # Rounding alone could make the whole less than its parts.
        whole = max(math.fsum(terms), math.fsum(math.exp(score - top) for score in scores.values()))
        return tuple((text, score - top - math.log(whole)) for text, score in ranked)

    def _positions(
        self, winner: str, strings: tuple[tuple[str, float], ...], shares: list[float]
    ) -> tuple[tuple[tuple[str, float], ...], ...]:
        """For each character of the winner its rivals and probabilities, the winner's own first."""
        length = self._lengths.get(len(winner))
        told: list[tuple[tuple[str, float], ...]] = []
        for i, own in enumerate(winner):
            if length is not None:
                rivals = length.places[i].shares_of_shapes(shares)
            else:
                rivals = _marginal(i, len(winner), strings)
            first = (own, rivals.get(own, 0.0))
            rest = sorted(((c, p) for c, p in rivals.items() if c != own), key=lambda row: (-row[1], row[0]))
            told.append((first, *rest[:5]))
        return tuple(told)

    def _prune(self) -> None:
        """Forget the least likely half of the texts when there are too many."""
        if len(self._texts) <= _MOST_TEXTS:
            return
        shares = self._shares()
        ranked = sorted(self._texts, key=lambda text: (-self._score(text, shares), text))
        for text in ranked[_MOST_TEXTS // 2 :]:
            del self._texts[text]


def _marginal(i: int, length: int, strings: tuple[tuple[str, float], ...]) -> dict[str, float]:
    """The probability of each shape at place `i` over the texts of that length."""
    rivals: dict[str, float] = {}
    for text, p in strings:
        if len(text) == length:
            rivals[text[i]] = rivals.get(text[i], 0.0) + math.exp(p)
    return rivals
