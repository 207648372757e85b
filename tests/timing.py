"""How long something takes, on a machine that does other things too."""

from __future__ import annotations

import time
from collections.abc import Callable

_TRIES = 5


def seconds(act: Callable[[], object]) -> float:
    """Return how long `act` takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def soonest(once: Callable[[], float], *, within_s: float) -> float:
    """Return the least of some times in seconds, each told by `once`; the first within the bound is enough.

    A busy machine adds to a time and takes nothing from it; what is too slow by itself is so each time.
    """
    least = once()
    for _ in range(_TRIES - 1):
        if least < within_s:
            break
        least = min(least, once())
    return least
