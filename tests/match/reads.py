"""Reads and entries made by hand, for tests of what comes after the reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from openanpr.core.entry import Entry
from openanpr.core.instant import ClockSource, Instant
from openanpr.core.read import BoxPx, Candidate, Character, Direction, Read, Style

AT = datetime(2026, 11, 22, 8, 30, 15, 250_000, tzinfo=UTC)


def make_read(plate: str = "AB12CDE", *, confidence: float = 0.98, **changes: Any) -> Read:
    """A sure read of a current-series plate, with any field changed."""
    read = Read(
        source="street.mp4",
        captured_at=Instant(AT, ClockSource.STREAM, 40),
        frame=120,
        plate=plate,
        raw=plate,
        syntax="gb_current",
        confidence=confidence,
        candidates=(Candidate(plate, confidence),),
        characters=tuple(Character(c, confidence ** (1 / len(plate))) for c in plate),
        box=BoxPx(100, 80, 120, 30),
        corners=((100.0, 82.0), (219.5, 80.0), (220.0, 108.25), (101.0, 110.0)),
        style=Style.YELLOW,
        lines=1,
        direction=Direction.AWAY,
        frames=14,
        primary=True,
        patch=None,
        overview=None,
        model="detector-1+recogniser-2",
        settings="0123456789abcdef",
    )
    return replace(read, **changes)


def make_entry(vrm: str, row: int = 2, **particulars: Any) -> Entry:
    """An entry of a list named wanted.csv."""
    return Entry(vrm, "wanted.csv", row, **particulars)
