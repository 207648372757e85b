"""From rival shape strings to plates: the grammar as a prior, never as a rule.

The recogniser cannot tell O from 0 or I from 1 on a British plate, and no reader can: only position
does. So each rival shape string is spelt in every way that some layout allows, and once in the way
that no layout asks for; the spellings are ranked by what was seen plus how common the layout is.
What was seen stays beside it as `raw`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from openanpr.core.grammar import Country, Spelling, plain_spelling, spellings
from openanpr.core.layout import Syntax
from openanpr.core.read import Candidate, Character, Style
from openanpr.core.shape import shape_key
from openanpr.read.calibrate import Calibration
from openanpr.read.reading import Reading

PRIOR_WEIGHT: Final = 0.5  # how far one nat of layout share counts against one nat of what was seen
_FREELY_SPACED: Final = 0.05  # share of plates spaced as their owner likes
_FREELY_SPACED_ABROAD: Final = 0.3  # or where our layouts know too little
_SPACINGS: Final = 6  # ways to space a mark freely, about
_LEAST_GAP: Final = 0.03
_KEPT: Final = 8
_LEAST_RIVAL: Final = 0.001


@dataclass(frozen=True, slots=True)
class Decoded:
    """A plate and its rivals.

    `raw` is the best shape string (1 for I, 0 for O) with no rule applied. `confidence` is the
    calibrated probability that `plate` is right, `shapes_p` that it is right but for O and 0, I and 1.
    """

    plate: str
    raw: str
    syntax: str
    confidence: float
    shapes_p: float
    candidates: tuple[Candidate, ...]
    characters: tuple[Character, ...]


@dataclass(frozen=True, slots=True)
class View:
    """How good the view was: height of the characters in pixels, the detector's score (0..1).

    It enters the confidence and nothing else.
    """

    char_height_px: float
    found: float = 1.0


@dataclass(frozen=True, slots=True)
class Scored:
    """One spelling of one rival shape string, with its log score and its share of all that was possible."""

    text: str
    syntax: str
    shape: str
    score: float
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Ranking:
    """All spellings, best first; `seen_p` is the share of the best one's shapes, however spelt."""

    spellings: tuple[Scored, ...]
    seen_p: float

    @property
    def spelling_p(self) -> float:
        """The share of the best spelling among those of its own shape string."""
        return self.spellings[0].share / self.seen_p if self.seen_p > 0 else 0.0


def rank(reading: Reading, *, country: Country, on: date | None) -> Ranking | None:
    """Spell every rival string in every way and rank the spellings; None where nothing was read."""
    style = reading.style if reading.style is not Style.UNKNOWN else None
    scored = sorted(_scored(reading, country, on, style), key=lambda s: -s.score)
    if not scored:
        return None
    shared = tuple(replace(s, share=p) for s, p in zip(scored, _shares(scored, reading), strict=True))
    return Ranking(shared, sum(s.share for s in shared if s.shape == shared[0].shape))


def decode(
    reading: Reading,
    *,
    country: Country,
    on: date | None,
    calibration: Calibration,
    view: View,
) -> Decoded | None:
    """The plate that a reading amounts to; None where nothing was read."""
    ranking = rank(reading, country=country, on=on)
    if ranking is None:
        return None
    best = ranking.spellings[0]
    place_p = calibration.place_p(
        found=view.found, plate_score=reading.plate_score, seen_p=ranking.seen_p, length=len(best.text)
    )
    shapes_p = place_p * calibration.shapes_p(
        seen_p=ranking.seen_p, plate_score=reading.plate_score, char_height_px=view.char_height_px
    )
    candidates = _candidates(ranking, shapes_p, place_p - shapes_p)
    return Decoded(
        best.text, reading.strings[0][0], best.syntax, candidates[0].p, shapes_p, candidates,
        _characters(ranking.spellings, reading),
    )  # fmt: skip


def _candidates(ranking: Ranking, alike_p: float, other_p: float) -> tuple[Candidate, ...]:
    """The likeliest spellings: `alike_p` goes to those of the best one's shapes, `other_p` to the rest."""
    best = ranking.spellings[0]
    alike, other = alike_p / max(1e-9, ranking.seen_p), other_p / max(1e-9, 1 - ranking.seen_p)
    shares = ((s.text, s.share * (alike if s.shape == best.shape else other)) for s in ranking.spellings)
    first, *rest = (Candidate(text, p) for text, p in shares)
    return (first, *sorted(rest, key=lambda c: -c.p)[: _KEPT - 1])


def _scored(reading: Reading, country: Country, on: date | None, style: Style | None) -> list[Scored]:
    found: dict[str, Scored] = {}
    for shape, log_score in reading.strings:
        if not shape:
            continue
        allowed = spellings(shape, country=country, on=on, style=style)
        plain = plain_spelling(shape)
        ways = (*allowed, *(() if any(s.text == plain.text for s in allowed) else (plain,)))
        for spelling, spacing in zip(ways, _spacings(ways, reading.gaps), strict=True):
            score = log_score + PRIOR_WEIGHT * spelling.log_prior + spacing
            if spelling.text not in found or found[spelling.text].score < score:
                found[spelling.text] = Scored(spelling.text, spelling.syntax.value, shape, score)
    return list(found.values())


def _spacings(ways: tuple[Spelling, ...], gaps: tuple[float, ...]) -> list[float]:
    """How well each spelling's groups fit the gaps seen on the plate: a log likelihood, 0 for the best.

    It tells spellings of one string apart (HR 1150 from HRI 150) and says nothing of rival strings.
    """
    if len(gaps) + 1 != len(ways[0].text):
        return [0.0] * len(ways)
    fits = [_spacing(way, gaps) for way in ways]
    return [fit - max(fits) for fit in fits]


def _spacing(way: Spelling, gaps: tuple[float, ...]) -> float:
    free = 1 / _SPACINGS
    if not way.pattern:
        return math.log(free)
    breaks = {len(head) - head.count(" ") - head.count("-") for head in _heads(way.pattern)}
    fit = 1.0
    for i, gap in enumerate(gaps, 1):
        p = min(1 - _LEAST_GAP, max(_LEAST_GAP, gap))
        fit *= p if i in breaks else 1 - p
    loose = _FREELY_SPACED_ABROAD if way.syntax is Syntax.FOREIGN else _FREELY_SPACED
    return math.log((1 - loose) * fit + loose * free)


def _heads(pattern: str) -> Iterator[str]:
    """What stands before each space or hyphen of a pattern."""
    return (pattern[:i] for i, c in enumerate(pattern) if c in " -")


def _shares(scored: list[Scored], reading: Reading) -> list[float]:
    """Each spelling's share of all that was thought possible, strings not followed included."""
    top = scored[0].score
    weights = [math.exp(s.score - top) for s in scored]
    followed = sum(math.exp(min(0.0, log_score)) for _, log_score in reading.strings)
    unfollowed = max(0.0, 1 - followed) / max(
        followed, 1e-6
    )  # strings that fell off the beam, per unit followed
    total = sum(weights) * (1 + min(unfollowed, 50.0))
    return [w / total for w in weights]


def _characters(spelt: tuple[Scored, ...], reading: Reading) -> tuple[Character, ...]:
    """Each position of the chosen plate with its rivals: from the picture, and from rival spellings."""
    text = spelt[0].text
    same_length = [s for s in spelt if len(s.text) == len(text)]
    characters: list[Character] = []
    for i, c in enumerate(text):
        own = shape_key(c)
        seen = dict(reading.positions[i]) if len(reading.positions) == len(text) else {own: 0.5}
        p_own = seen.pop(own, _LEAST_RIVAL)
        alike = [(s.text[i], s.share) for s in same_length if shape_key(s.text[i]) == own]
        total = sum(share for _, share in alike) or 1.0
        for other, share in alike:  # O and 0 share what was seen, by the spellings that use them
            if other != c:
                seen[other] = seen.get(other, 0.0) + p_own * share / total
        p = p_own * sum(share for other, share in alike if other == c) / total
        rivals = sorted(seen.items(), key=lambda pair: -pair[1])
        characters.append(Character(c, min(1.0, p), tuple((r, q) for r, q in rivals if q >= _LEAST_RIVAL)))
    return tuple(characters)
