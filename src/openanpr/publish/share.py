"""A share as published months show it: judged by what is shown alone, so that it tells of nothing else. Pure.

Judged by the true counts, a share that lies close to a limit would tell on which side of it a withheld count
is (docs/decisions/0035).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openanpr.publish.figure import joined
from openanpr.publish.publication import ReadPublication
from openanpr.publish.suppress import Shown

Where = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class ShownShare:
    """What is shown of a part and of the whole."""

    part: Shown
    of: Shown

    def at_most(self, percent: int) -> bool | None:
        """Whether it is so many of a hundred or fewer; None where what is shown does not say."""
        if self.part.most is not None and self.part.most * 100 <= percent * self.of.least:
            return True
        if self.of.most is not None and self.part.least * 100 > percent * self.of.most:
            return False
        return None

    def at_least(self, percent: int) -> bool | None:
        """Whether it is so many of a hundred or more; None where what is shown does not say."""
        if self.of.most is not None and self.part.least * 100 >= percent * self.of.most:
            return True
        if self.part.most is not None and self.part.most * 100 < percent * self.of.least:
            return False
        return None


def shown_share(
    months: Sequence[ReadPublication], *, part: tuple[str, Where], of: tuple[str, Where]
) -> ShownShare | None:
    """Return what months show of a share; part and whole are a population and which of its cells.

    None where no month has both.
    """
    both = [one for one in months if part[0] in one.cubes and of[0] in one.cubes]
    if not both:
        return None
    return ShownShare(
        *(joined([one.cubes[name] for one in both]).summed(where).count for name, where in (part, of))
    )
