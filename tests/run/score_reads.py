"""Reads made by hand, for the tests of scoring."""

from __future__ import annotations

from datetime import UTC, datetime

from openanpr.core.instant import ClockSource, Instant
from openanpr.core.read import BoxPx, Direction, Read, Style

AT = Instant(datetime(2026, 11, 22, 12, tzinfo=UTC), ClockSource.FILE, None)


def made_read(
    plate: str,
    *,
    confidence: float = 0.9,
    box: BoxPx | None = None,
    source: str = "a.jpg",
    primary: bool = True,
    patch: bytes | None = None,
) -> Read:
    """A read of `plate` in `box` with everything else plain."""
    at = box or BoxPx(0, 0, 100, 20)
    right, foot = at.x + at.w, at.y + at.h
    return Read(
        source=source, captured_at=AT, frame=0, plate=plate, raw=plate, syntax="unknown",
        confidence=confidence, candidates=(), characters=(), box=at,
        corners=((at.x, at.y), (right, at.y), (right, foot), (at.x, foot)), style=Style.WHITE, lines=1,
        direction=Direction.UNKNOWN, frames=1, primary=primary, patch=patch, overview=None, model="test",
        settings="test",
    )  # fmt: skip
