"""Which characters are mistaken for which, and how readily."""

from __future__ import annotations

from functools import cache

from openanpr.core.shape import shape_key

# Pairs of shapes, both ways alike. 1.0 would be the same glyph. Strong: one stroke or one curve
# apart in the plate font (8 and B). Middle: a part hidden by dirt, a screw or blur (G and C).
# Weak: alike only when small or smeared (M and H). The pairs are those that operators and makers
# report; the weights are our own judgement and only rank doubts, never decide a match.
_PAIRS: tuple[tuple[str, float], ...] = (
    ("8B", 0.8),
    ("5S", 0.8),
    ("2Z", 0.8),
    ("0D", 0.7),
    ("0Q", 0.7),
    ("DQ", 0.4),
    ("G6", 0.6),
    ("GC", 0.6),
    ("6C", 0.3),
    ("VY", 0.6),
    ("UV", 0.4),
    ("MN", 0.5),
    ("NH", 0.4),
    ("MH", 0.4),
    ("EF", 0.5),
    ("KX", 0.4),
    ("T7", 0.5),
    ("17", 0.5),
    ("T1", 0.4),
    ("PR", 0.4),
)
_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@cache
def _by_shape() -> dict[tuple[str, str], float]:
    return {pair: weight for (a, b), weight in _PAIRS for pair in ((a, b), (b, a))}


@cache
def confusion_weight(a: str, b: str) -> float:
    """Return how readily `a` is read as `b`, from 0.0 (not known to happen) to 1.0 (same glyph).

    Both are single characters of A-Z0-9. O and 0, I and 1 are the same glyph and weigh alike
    against every other character. Symmetric.
    """
    shape_a, shape_b = shape_key(a), shape_key(b)
    if len(shape_a) != 1 or len(shape_b) != 1:
        msg = "confusion_weight compares single characters of A-Z0-9; compare longer texts one by one"
        raise ValueError(msg)
    return 1.0 if shape_a == shape_b else _by_shape().get((shape_a, shape_b), 0.0)


@cache
def rivals(c: str) -> tuple[tuple[str, float], ...]:
    """Return the other characters that `c` may be mistaken for, with weights in (0, 1], best first."""
    weighed = ((other, confusion_weight(c, other)) for other in _CHARACTERS if other != c.upper())
    return tuple(sorted((pair for pair in weighed if pair[1] > 0.0), key=lambda pair: (-pair[1], pair[0])))
