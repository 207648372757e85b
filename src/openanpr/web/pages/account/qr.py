"""A text as a QR code, for a picture that stands in the page itself."""

from __future__ import annotations

from dataclasses import dataclass, field

import segno

QUIET = 4
"""So many modules of white a reader wants around a code (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code: how many modules wide with its white edge, and the path that fills the dark ones."""

    width: int
    path: str = field(repr=False)


def qr_of(text: str) -> QrCode:
    """Return the code of a text; raises ValueError for one that is too long."""
    made = segno.make(text, error="m", micro=False)
    rows = [bytes(row) for row in made.matrix]
    steps = [
        f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for x, length in _runs(row)
    ]
    return QrCode(len(rows) + 2 * QUIET, "".join(steps))


def _runs(row: bytes) -> list[tuple[int, int]]:
    """Return where each run of dark modules begins, and how long it is."""
    found: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if not dark:
            continue
        if found and sum(found[-1]) == x:
            found[-1] = found[-1][0], found[-1][1] + 1
        else:
            found.append((x, 1))
    return found
