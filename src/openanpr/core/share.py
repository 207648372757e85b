"""A share of a count, with its 95 % interval. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` out of `of`; all is None where there is nothing to share."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval after Wilson (1927), which holds for few plates and for shares near 1."""
        if not self.of:
            return None
        n, p, z2 = self.of, self.hits / self.of, Z_95**2
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = Z_95 / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        # Rounding must not shut out what was seen.
        return min(p, max(0.0, middle - half)), max(p, min(1.0, middle + half))
