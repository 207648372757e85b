"""Counts of reviews, for the public page. Small numbers are not yet hidden here: who publishes does that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from openanpr.review.item import Outcome, Remedy
from openanpr.review.sampling import SampledFor
from openanpr.review.signal import SignalKind


@dataclass(frozen=True, slots=True)
class ReviewFigures:
    """Counts of a stretch of time; every word is there, with 0 where there was none.

    `sampled` and `signals` count what came up in it: a search drawn for two reasons counts under both, and
    once in `samples`. `findings`, `remedies` and `referred` count what was found and referred in it. `open`
    and `overdue` are of now.
    """

    samples: int
    sampled: Mapping[SampledFor, int]
    signals: Mapping[SignalKind, int]
    findings: Mapping[Outcome, int]
    remedies: Mapping[Remedy, int]
    referred: int
    open: int
    overdue: int


_WordT = TypeVar("_WordT", SampledFor, SignalKind, Outcome, Remedy)


def counted(words: type[_WordT], found: Mapping[str, int]) -> Mapping[_WordT, int]:
    """Return a count for every word of a kind."""
    return {word: found.get(word.value, 0) for word in words}
