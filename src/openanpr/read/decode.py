"""From rival shape strings to plates: the grammar as a prior, never as a rule.

The recogniser cannot tell O from 0 or I from 1 on a British plate, and no reader can: only position
does. So each rival shape string is spelt in every way that some layout allows, and once in the way
that no layout asks for; the spellings are ranked by what was seen plus how common the layout is.
What was seen stays beside it as `raw`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
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
    calibrated probability that `plate` is right; `legible` whether the crop is a plate at all,
    0 to 1, before calibration.
    """

    plate: str
    raw: str
    syntax: str
    confidence: float
    candidates: tuple[Candidate, ...]
    characters: tuple[Character, ...]


@dataclass(frozen=True, slots=True)
class _Scored:
    text: str
    syntax: str
    shape: str
    score: float


def decode(
    reading: Reading,
    *,
    country: Country,
    on: date | None,
    calibration: Calibration,
    char_height_px: float,
    frames: int = 1,
) -> Decoded | None:
    """The plate that a reading amounts to; None where nothing was read.

    `char_height_px` and `frames` say how good the view was; they enter the confidence only.
    """
    style = reading.style if reading.style is not Style.UNKNOWN else None
    scored = sorted(_scored(reading, country, on, style), key=lambda s: -s.score)
    if not scored or not scored[0].text:
        return None
    shares = _shares(scored, reading)
    best, seen = scored[0], reading.strings[0][0]
    seen_p = sum(p for s, p in zip(scored, shares, strict=True) if s.shape == best.shape)
    confidence = calibration.confidence(
        seen_p=seen_p, spelling_p=shares[0] / seen_p, plate_score=reading.plate_score, char_height_px=char_height_px, frames=frames
    )
    scale = confidence / shares[0] if shares[0] > 0 else 0.0
    rest = (1 - confidence) / max(1e-9, 1 - shares[0])
    candidates = [Candidate(s.text, p * (scale if i == 0 else rest)) for i, (s, p) in enumerate(zip(scored, shares, strict=True))]
    return Decoded(best.text, seen, best.syntax, confidence, tuple(candidates[:_KEPT]), _characters(best.text, scored, shares, reading))


def _scored(reading: Reading, country: Country, on: date | None, style: Style | None) -> list[_Scored]:
    found: dict[str, _Scored] = {}
    for shape, log_score in reading.strings:
        if not shape:
            continue
        allowed = spellings(shape, country=country, on=on, style=style)
        plain = plain_spelling(shape)
        for spelling in (*allowed, *(() if any(s.text == plain.text for s in allowed) else (plain,))):
            score = log_score + PRIOR_WEIGHT * spelling.log_prior
            if spelling.text not in found or found[spelling.text].score < score:
                found[spelling.text] = _Scored(spelling.text, spelling.syntax.value, shape, score)
    return list(found.values())


def _shares(scored: list[_Scored], reading: Reading) -> list[float]:
    """Each spelling's share of all that the recogniser thought possible, the strings not followed included."""
    top = scored[0].score
    weights = [math.exp(s.score - top) for s in scored]
    followed = sum(math.exp(min(0.0, log_score)) for _, log_score in reading.strings)
    unfollowed = max(0.0, 1 - followed) / max(followed, 1e-6)  # strings that fell off the beam, per unit followed
    total = sum(weights) * (1 + min(unfollowed, 50.0))
    return [w / total for w in weights]


def _characters(text: str, scored: list[_Scored], shares: list[float], reading: Reading) -> tuple[Character, ...]:
    """Each position of the chosen plate with its rivals: from the picture, and from rival spellings."""
    by_shape = len(reading.positions) == len(text)
    characters: list[Character] = []
    for i, c in enumerate(text):
        tally: dict[str, float] = {}
        if by_shape:
            tally = dict(reading.positions[i])
        own = shape_key(c)
        here = tally.pop(own, 0.5 if not by_shape else _LEAST_RIVAL)
        same = [(s.text[i], p) for s, p in zip(scored, shares, strict=True) if len(s.text) == len(text) and shape_key(s.text[i]) == own]
        mass = sum(p for _, p in same) or 1.0
        spelt: dict[str, float] = {}
        for letter, p in same:
            spelt[letter] = spelt.get(letter, 0.0) + here * p / mass
        p_own = spelt.pop(c, here)
        rivals = sorted({**tally, **spelt}.items(), key=lambda pair: -pair[1])
        characters.append(Character(c, min(1.0, p_own), tuple((r, p) for r, p in rivals if p >= _LEAST_RIVAL)))
    return tuple(characters)
