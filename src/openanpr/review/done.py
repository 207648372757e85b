"""What a round of review did. Frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openanpr.review.signal import NotComputed


@dataclass(frozen=True, slots=True)
class RoundDone:
    """What a round did: searches, references asked of again, new items, what could not be worked out."""

    at: datetime
    searches: int
    retested: int
    raised: int
    not_computed: tuple[NotComputed, ...]
