"""From the network's scores along a line to rival strings: prefix beam search for CTC.

Source: Graves et al. 2006 (connectionist temporal classification); Hannun et al. 2014 (prefix beam).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openanpr.core.shape import SHAPES

BLANK: Final = len(SHAPES)
CLASSES: Final = BLANK + 1
GAP: Final = CLASSES  # the space between two groups: told by the network, no part of any string
_LEAST: Final = -9.0  # natural log: a class below this at a step is not followed
_RIVALS: Final = 5
_NONE: Final = -math.inf

Scores = NDArray[np.float32]
Strings = tuple[tuple[str, float], ...]
Positions = tuple[tuple[tuple[str, float], ...], ...]
Gaps = tuple[float, ...]


def _log_add(a: float, b: float) -> float:
    if a < b:
        a, b = b, a
    return a if b == _NONE else a + math.log1p(math.exp(b - a))


def _steps(log_p: Scores) -> list[list[tuple[int, float]]]:
    """For each step the classes worth following with their log-probability.

    A run of steps that are surely blank says no more than one of them, so the rest is left out.
    """
    best = log_p.argmax(1)
    sure_blank = (best == BLANK) & (log_p[:, BLANK] > -0.002)
    keep = ~(sure_blank & np.r_[False, sure_blank[:-1]])
    chosen: list[list[tuple[int, float]]] = []
    for row in log_p[keep]:
        classes = np.flatnonzero(row > _LEAST)
        if len(classes) > _RIVALS:
            classes = classes[np.argsort(row[classes])[-_RIVALS:]]
        chosen.append([(int(c), float(row[c])) for c in classes])
    return chosen


def without_gaps(log_p: Scores) -> tuple[Scores, Scores]:
    """Scores (steps, 36) as (steps, 35) in which a gap is one more blank, and the gaps (steps,) 0..1."""
    if log_p.ndim != 2 or log_p.shape[1] != GAP + 1:
        msg = f"wanted log-probabilities of shape (steps, {GAP + 1}); found {log_p.shape}"
        raise ValueError(msg)
    merged = log_p[:, :CLASSES].copy()
    merged[:, BLANK] = np.logaddexp(log_p[:, BLANK], log_p[:, GAP])
    return merged, np.exp(log_p[:, GAP])


def gaps_of(log_p: Scores, gap: Scores, strings: Strings) -> Gaps:
    """For each two neighbours of the best string the probability that a space parts them.

    Empty where the likeliest path spells another string than the beam chose.
    """
    starts = _starts(log_p)
    if _spelt(log_p, starts) != strings[0][0]:
        return ()
    return tuple(float(gap[a : b + 1].max()) for a, b in pairwise(starts))


def _starts(log_p: Scores) -> NDArray[np.intp]:
    """The steps at which the likeliest path begins a character."""
    path = log_p.argmax(1)
    return np.flatnonzero((path != BLANK) & (path != np.r_[BLANK, path[:-1]]))


def _spelt(log_p: Scores, starts: NDArray[np.intp]) -> str:
    return "".join(SHAPES[i] for i in log_p[starts].argmax(1))


def beam_search(log_p: Scores, *, width: int = 12) -> Strings:
    """Rival strings (text, log-probability), best first, from (steps, 35) log-probabilities.

    Texts are over the 34 shapes; at most `width` are returned. Raises ValueError for another shape.
    """
    if log_p.ndim != 2 or log_p.shape[1] != CLASSES:
        msg = f"wanted log-probabilities of shape (steps, {CLASSES}); found {log_p.shape}"
        raise ValueError(msg)
    beam: dict[tuple[int, ...], tuple[float, float]] = {
        (): (0.0, _NONE)
    }  # prefix: (ends blank, ends in a character)
    for classes in _steps(log_p):
        grown: dict[tuple[int, ...], tuple[float, float]] = {}
        for prefix, (blank, mark) in beam.items():
            total = _log_add(blank, mark)
            last = prefix[-1] if prefix else -1
            for c, p in classes:
                if c == BLANK:
                    b, m = grown.get(prefix, (_NONE, _NONE))
                    grown[prefix] = (_log_add(b, total + p), m)
                    continue
                if c == last:
                    b, m = grown.get(prefix, (_NONE, _NONE))
                    grown[prefix] = (b, _log_add(m, mark + p))
                longer = (*prefix, c)
                b, m = grown.get(longer, (_NONE, _NONE))
                grown[longer] = (b, _log_add(m, (blank if c == last else total) + p))
        ranked = sorted(grown.items(), key=lambda item: -max(item[1]))[:width]
        beam = dict(ranked)
    strings = (("".join(SHAPES[c] for c in prefix), _log_add(*ends)) for prefix, ends in beam.items())
    return tuple(sorted(strings, key=lambda pair: -pair[1]))


def positions_of(log_p: Scores, strings: Strings) -> Positions:
    """For each character of the best string its rivals (shape, probability), best first.

    Taken from the steps that the character was read from; where the likeliest path spells another
    string than the beam chose, from the rival strings of the same length.
    """
    best = strings[0][0]
    path, starts = log_p.argmax(1), _starts(log_p)
    if _spelt(log_p, starts) != best:
        return _positions_of_strings(strings)
    found: list[tuple[tuple[str, float], ...]] = []
    for start in starts:
        end = start + 1
        while end < len(path) and path[end] == path[start]:
            end += 1
        weight = np.exp(log_p[start:end, :BLANK]).sum(0)
        weight /= weight.sum()
        order = np.argsort(-weight)[:_RIVALS]
        found.append(tuple((SHAPES[c], float(weight[c])) for c in order if weight[c] > 1e-4))
    return tuple(found)


def _positions_of_strings(strings: Strings) -> Positions:
    best, top = strings[0]
    tallies: list[dict[str, float]] = [{} for _ in best]
    for text, log_score in strings:
        if len(text) == len(best):
            for tally, c in zip(tallies, text, strict=True):
                tally[c] = tally.get(c, 0.0) + math.exp(log_score - top)
    ranked = [
        sorted(((c, w / sum(t.values())) for c, w in t.items()), key=lambda pair: -pair[1]) for t in tallies
    ]
    return tuple(tuple(r[:_RIVALS]) for r in ranked)
