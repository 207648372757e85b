"""From rival shape strings to plates: the grammar as a prior, never as a rule.

The recogniser cannot tell O from 0 or I from 1 on a British plate, and no reader can: only position
does. So each rival shape string is spelt in every way that some layout allows, and once in the way
that no layout asks for; the spellings are ranked by what was seen plus how common the layout is.
What was seen stays beside it as `raw`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from openanpr.core.grammar import Country, plain_spelling, spellings
from openanpr.core.read import Candidate, Character, Style
from openanpr.core.shape import shape_key
from openanpr.read.calibrate import Calibration
from openanpr.read.reading import Reading

PRIOR_WEIGHT: Final = 0.5  # how far one nat of layout share counts against one nat of what was seen
_KEPT: Final = 6
_LEAST_RIVAL: Final = 0.001


@dataclass(frozen=True, slots=True)
class Decoded:
    """A plate and its rivals.

    `raw` is the best shape string (1 for I, 0 for O) with no rule applied. `confidence` is the
    calibrated probability that `plate` is right.
    """

    plate: str
    raw: str
    syntax: str
    confidence: float
    candidates: tuple[Candidate, ...]
    characters: tuple[Character, ...]


@dataclass(frozen=True, slots=True)
class View:
    """How good the view was: height of the characters, the detector's score (0..1), frames that agree.

    It enters the confidence and nothing else.
    """

    char_height_px: float
    found: float = 1.0
    frames: int = 1


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
    confidence = place_p * calibration.confidence(
        seen_p=ranking.seen_p, spelling_p=ranking.spelling_p, plate_score=reading.plate_score,
        char_height_px=view.char_height_px, frames=view.frames,
    )  # fmt: skip
    rest = (1 - confidence) / max(1e-9, 1 - best.share)
    rivals = (Candidate(s.text, s.share * rest) for s in ranking.spellings[1:_KEPT])
    return Decoded(
        best.text, reading.strings[0][0], best.syntax, confidence,
        (Candidate(best.text, confidence), *rivals),
        _characters(ranking.spellings, reading),
    )  # fmt: skip


def _scored(reading: Reading, country: Country, on: date | None, style: Style | None) -> list[Scored]:
    found: dict[str, Scored] = {}
    for shape, log_score in reading.strings:
        if not shape:
            continue
        allowed = spellings(shape, country=country, on=on, style=style)
        plain = plain_spelling(shape)
        for spelling in (*allowed, *(() if any(s.text == plain.text for s in allowed) else (plain,))):
            score = log_score + PRIOR_WEIGHT * spelling.log_prior
            if spelling.text not in found or found[spelling.text].score < score:
                found[spelling.text] = Scored(spelling.text, spelling.syntax.value, shape, score)
    return list(found.values())


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
