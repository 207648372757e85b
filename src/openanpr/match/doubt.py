"""What else a plate may say: the few other shapes that the read itself leaves open, each with its odds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from openanpr.core.capture_record import CaptureRecord
from openanpr.core.confusion import rivals
from openanpr.core.hit import Reason
from openanpr.core.read import Candidate, Character
from openanpr.core.shape import SHAPES, shape_key
from openanpr.match.differ import differing
from openanpr.match.odds import swapped_p
from openanpr.match.said import Said

_MOST_CANDIDATES = 32
_MOST_RIVALS = 8
_SAME_SHAPE = frozenset("O0I1")
_NO_GRAMMAR = frozenset({"", "unknown"})
_SHAPES = frozenset(SHAPES)
_MARGIN = 0.99  # rounding must never make a bound miss what the exact sum finds


@dataclass(frozen=True, slots=True)
class MatchRules:
    """How sure is sure.

    `exact_confidence`: a read below it is never more than possible. `least_doubt`: another reading
    less likely than this is not looked up. `spelling_doubt`: the share that another spelling of the
    same shape needs for the spelling to count as open. `unstated_confidence` stands in where a sender
    gives no confidence; such a read is never exact. All are probabilities from 0 to 1.
    """

    exact_confidence: float = 0.9
    least_doubt: float = 0.01
    spelling_doubt: float = 0.02
    unstated_confidence: float = 0.85

    def __post_init__(self) -> None:
        """Refuse what is not a probability."""
        for name in ("exact_confidence", "least_doubt", "spelling_doubt", "unstated_confidence"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                msg = f"MatchRules.{name} must be between 0 and 1"
                raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Another shape that the plate may have, why, and how likely (0 to 1)."""

    shape: str
    reason: Reason
    p: float


def shape_probability(read: Said, shape: str) -> float:
    """Return the probability that the plate has the read's own `shape`, all its spellings together."""
    spelt = sum(c.p for c in read.candidates if shape_key(c.plate) == shape)
    return min(1.0, max(read.confidence, spelt))


def spelling_is_open(read: Said, shape: str, rules: MatchRules) -> bool:
    """Return whether the read leaves open which spelling of `shape` is meant.

    It does when it names another spelling that is likely enough, or when the mark is outside every
    grammar and so nothing but the shape was seen.
    """
    if read.syntax in _NO_GRAMMAR and not _SAME_SHAPE.isdisjoint(read.plate):
        return True
    others = sum(c.p for c in read.candidates if c.plate != read.plate and shape_key(c.plate) == shape)
    return others > 0.0 and others >= rules.spelling_doubt * (others + read.confidence)


def otherwise(read: Said, shape: str, rules: MatchRules) -> Iterator[Otherwise]:
    """Yield the other shapes that the read leaves open, whole readings before single characters.

    At most a few dozen, however long the list that they are looked up in. The read's own `shape`
    is not among them; a shape may come twice, for two reasons.
    """
    yield from _whole_readings(read, shape, rules)
    if len(read.characters) == len(shape) and 1.0 - read.confidence >= rules.least_doubt:
        for position, character in enumerate(read.characters):
            if _is_sure(character, rules.least_doubt):
                continue
            for other, p in _instead(character, read.confidence):
                if p >= rules.least_doubt and other != shape[position]:
                    changed = shape[:position] + other + shape[position + 1 :]
                    yield Otherwise(changed, Reason.DOUBTFUL_CHARACTER, p)


def is_open(record: CaptureRecord, rules: MatchRules) -> bool:
    """Return false only where `otherwise` has nothing but the raw reading to tell of this record.

    A quick look that spares most reads of a batch the slow one; true promises nothing.
    """
    least = rules.least_doubt
    if _names_another(record.candidates, record.vrm, least):
        return True
    confidence = record.confidence
    if confidence is not None and confidence > 1.0 - least * _MARGIN:
        return False
    enough = 1.0 / (1.0 + least * _MARGIN)
    for character in record.characters:
        # Looked at here before anything is called: a batch has seven times as many characters as reads.
        if (character.rivals or not enough < character.p <= 1.0) and not _is_sure(character, least):
            return True
    return False


def _names_another(candidates: tuple[Candidate, ...], plate: str, least: float) -> bool:
    """Return false only where no candidates of another shape than `plate` reach `least` together."""
    # A shape that reaches the least has, of so many candidates, one that reaches its part of it.
    part = least * _MARGIN / (len(candidates) or 1)
    for candidate in candidates:
        likely = not candidate.p < part
        if likely and candidate.plate != plate and shape_key(candidate.plate) != shape_key(plate):
            return True
    return False


def _is_sure(character: Character, least: float) -> bool:
    """Return true only where no other character can reach `least`, whatever the read's confidence."""
    # Each rival has at most (1 - p) / p, a named one its own probability / p, of a confidence up to 1.
    p = character.p
    small = least * _MARGIN * p
    if not p <= 1.0 or not 1.0 - p < small:
        return False
    return not character.rivals or all(0.0 <= q < small for _, q in character.rivals)


def _whole_readings(read: Said, shape: str, rules: MatchRules) -> Iterator[Otherwise]:
    """Yield the read's candidates that are likely enough, then what was seen before any correction."""
    raw = shape_key(read.raw)
    if raw in {"", shape} and not _names_another(read.candidates, read.plate, rules.least_doubt):
        return
    likely: dict[str, float] = {}
    for candidate in read.candidates[:_MOST_CANDIDATES]:
        key = shape_key(candidate.plate)
        likely[key] = likely.get(key, 0.0) + candidate.p
    for key, p in likely.items():
        if p >= rules.least_doubt and key not in {shape, raw}:
            yield Otherwise(key, _how(shape, key), min(1.0, p))
    if raw and raw != shape:
        # Always looked up: the recogniser did see this, and a correction must not hide a hit.
        p = likely.get(raw, max(0.0, 1.0 - read.confidence))
        yield Otherwise(raw, Reason.RAW_READING, min(1.0, p))


def _how(shape: str, other: str) -> Reason:
    one_apart = len(shape) == len(other) and len(differing(shape, other)) == 1
    return Reason.DOUBTFUL_CHARACTER if one_apart else Reason.RIVAL_READING


def _instead(character: Character, confidence: float) -> Iterator[tuple[str, float]]:
    """Yield (shape, probability of the plate with that shape here and all else as read).

    The read's own rivals come first. What probability they leave over is shared among the shapes
    that are commonly mistaken for this one, by the weight of the confusion.
    """
    if character.p <= 0.0:
        return
    left = 1.0 - confidence
    scale = confidence / character.p
    named = {shape_key(character.c)}
    rest = 1.0 - character.p
    for other, p in character.rivals[:_MOST_RIVALS]:
        named.add(shape_key(other))
        rest -= p
        yield shape_key(other), min(left, p * scale)
    own = shape_key(character.c)
    unnamed = [pair for pair in (_mistaken_for(own) if own in _SHAPES else ()) if pair[0] not in named]
    total = sum(weight for _, weight in unnamed)
    left_over = max(0.0, rest)
    for other, weight in unnamed:
        yield (
            other,
            swapped_p(
                confidence=confidence, character_p=character.p, left_over=left_over, weight=weight / total
            ),
        )


@cache
def _mistaken_for(shape: str) -> tuple[tuple[str, float], ...]:
    """Return the shapes that a `shape` is commonly mistaken for, each once, with its confusion weight."""
    return tuple({shape_key(other): weight for other, weight in rivals(shape)}.items())
