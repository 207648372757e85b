"""What traffic is like, roughly: enough to say how wide a search is. Judgement, not law. Pure.

Nothing here looks at the reads of any one vehicle.
"""

from __future__ import annotations

from math import sqrt

from openanpr.core.confusion import rivals
from openanpr.core.shape import shape_key
from openanpr.search.question import Spelling

READS_A_DAY = 3
"""Of one vehicle on the cameras of a node: some 90 million reads a day nationally, of 30 million vehicles."""
IN_USE = 0.1
"""The share of the spellings near a mark that belong to a vehicle."""
ONE_DIRECTION = 0.6
"""The share of the reads that one direction has: more than half, since many cameras see one side only."""
RUSH = 2.0
"""How much more than the mean of its day an hour may have."""
BLUR = 0.25
"""By how much a count is blurred at most, upwards."""
CAR_SPREAD_KM2 = 500.0
"""The ground over which a driving camera's reads are spread."""

_LEAST = 10
_MOST = 1_000_000_000
_LETTERS = 20  # letters that a place of a mark may well have
_DIGITS = 10
_LONGEST = 7


def vehicles_among(reads: float, *, cameras: int, days: int) -> float:
    """Return about how many vehicles so many reads are of: fewer, the more cameras and days they are from.

    It rather tells too many than too few: of many days most vehicles come again, but not all.
    """
    return reads / (1 + 0.5 * min(max(cameras, 1) - 1, 4)) / sqrt(max(days, 1))


def spellings_beside(mark: str, spellings: Spelling) -> int:
    """Return how many other spellings answer for a mark."""
    if spellings is Spelling.EXACT:
        return 0
    alike = 2 ** sum(c in "O0I1" for c in mark) - 1
    if spellings is Spelling.SAME_SHAPE:
        return alike
    return alike + sum(len({shape_key(other) for other, _ in rivals(c)}) for c in mark)


def share_of_marks(pattern: str) -> float:
    """Return the share of all marks that have this form, from 0 to 1, as if marks were spread evenly."""
    share = 1.0
    for c in pattern:
        if c not in "?*":
            share /= _DIGITS if c.isdigit() else _LETTERS
    fixed = len(pattern.replace("*", ""))
    # A run may push what is named to any place that is left.
    places = max(1, _LONGEST - fixed + 1) if "*" in pattern else 1
    return min(1.0, share * places)


def rounded(estimate: float) -> int:
    """Return the next of 10, 20, 50, 100 and so on: so coarse that a single read shows in none."""
    step = _LEAST
    while step < _MOST:
        for times in (1, 2, 5):
            if estimate <= step * times:
                return step * times
        step *= 10
    return _MOST
