"""General traffic, so coarse that no vehicle shows in it: whole days, blurred, rounded, and only then scaled.

Whoever may ask for figures again and again could otherwise find the exact count of a set of cameras, by
asking about longer and longer spans until a rounded figure jumps; then of that set and one quiet camera more;
and so learn whether something passed it. Rounded before it is scaled, a count has one figure for all spans of
its days. Blurred by a factor that nobody knows, another for each set and day, two sets cannot be compared.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil

from openanpr.core.camera import CameraId
from openanpr.core.span import Span
from openanpr.search.ports import StoredReads
from openanpr.search.typical import BLUR, RUSH, rounded

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Traffic:
    """About how many reads cameras make. `key`: secret and random, the same while the process lives."""

    reads: StoredReads
    key: bytes = field(repr=False)
    now: datetime

    def about(self, cameras: Sequence[CameraId], span: Span) -> float:
        """Return about how many reads these cameras made in a span; rather more than fewer."""
        if not cameras:
            return 0.0
        since = span.since.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        days = Span(since, since + ceil((span.until - since) / _DAY) * _DAY)
        of_days = rounded(self.reads.estimate(cameras, days) * self._blur(cameras, days))
        # Of a day that goes on, there are reads of what is past of it.
        past = min(days.until, max(self.now, span.until)) - days.since
        share = (span.until - span.since) / past
        return min(of_days, of_days * share * (RUSH if span.until - span.since < _DAY else 1.0))

    def _blur(self, cameras: Sequence[CameraId], days: Span) -> float:
        """A factor from 1 up, that is the same for the same cameras and days."""
        named = " ".join(map(str, sorted(cameras)))
        asked = f"{days.since.isoformat()} {days.until.isoformat()} {named}".encode()
        chance = int.from_bytes(hmac.digest(self.key, asked, hashlib.sha256)[:6], "big") / 2**48
        return 1.0 + BLUR * chance
