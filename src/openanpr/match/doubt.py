"""What else a plate may say: the few other shapes that the read itself leaves open, each with its odds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from openanpr.core.confusion import rivals
from openanpr.core.hit import Reason
from openanpr.core.read import Character, Read
from openanpr.core.shape import shape_key
from openanpr.match.differ import differing

_MOST_CANDIDATES = 32
_MOST_RIVALS = 8
_SAME_SHAPE = frozenset("O0I1")
_NO_GRAMMAR = frozenset({"", "unknown"})


@dataclass(frozen=True, slots=True)
class MatchRules:
    """How sure is sure.

    `exact_confidence`: a read below it is never more than possible. `least_doubt`: another reading
    less likely than this is not looked up. `spelling_doubt`: the share that another spelling of the
    same shape needs for the spelling to count as open. All are probabilities from 0 to 1.
    """

    exact_confidence: float = 0.9
    least_doubt: float = 0.01
    spelling_doubt: float = 0.02

    def __post_init__(self) -> None:
        """Refuse what is not a probability."""
        for name in ("exact_confidence", "least_doubt", "spelling_doubt"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                msg = f"MatchRules.{name} must be between 0 and 1"
                raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Another shape that the plate may have, why, and how likely (0 to 1)."""

    shape: str
    reason: Reason
    p: float


def spelling_is_open(read: Read, shape: str, rules: MatchRules) -> bool:
    """Return whether the read leaves open which spelling of `shape` is meant.

    It does when it names another spelling that is likely enough, or when the mark is outside every
    grammar and so nothing but the shape was seen.
    """
    if read.syntax in _NO_GRAMMAR and not _SAME_SHAPE.isdisjoint(read.plate):
        return True
    others = sum(c.p for c in read.candidates if c.plate != read.plate and shape_key(c.plate) == shape)
    return others > 0.0 and others >= rules.spelling_doubt * (others + read.confidence)


def otherwise(read: Read, shape: str, rules: MatchRules) -> Iterator[Otherwise]:
    """Yield the other shapes that the read leaves open, whole readings before single characters.

    At most a few dozen, however long the list that they are looked up in. The read's own `shape`
    is not among them; a shape may come twice, for two reasons.
    """
    yield from _whole_readings(read, shape, rules)
    if len(read.characters) == len(shape):
        for position, character in enumerate(read.characters):
            for other, p in _instead(character, read.confidence):
                if p >= rules.least_doubt and other != shape[position]:
                    changed = shape[:position] + other + shape[position + 1 :]
                    yield Otherwise(changed, Reason.DOUBTFUL_CHARACTER, p)


def _whole_readings(read: Read, shape: str, rules: MatchRules) -> Iterator[Otherwise]:
    """Yield the read's candidates that are likely enough, then what was seen before any correction."""
    likely: dict[str, float] = {}
    for candidate in read.candidates[:_MOST_CANDIDATES]:
        key = shape_key(candidate.plate)
        likely[key] = likely.get(key, 0.0) + candidate.p
    raw = shape_key(read.raw)
    for key, p in likely.items():
        if key not in {shape, raw} and p >= rules.least_doubt:
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
    unnamed = {shape_key(other): weight for other, weight in rivals(character.c)}
    unnamed = {other: weight for other, weight in unnamed.items() if other not in named}
    total = sum(unnamed.values())
    for other, weight in unnamed.items():
        yield other, min(left, max(0.0, rest) * weight / total * scale)
