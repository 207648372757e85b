"""A capture record: a read with its camera, as it is delivered, matched and stored.

The field's own name for it (NAS technical specifications). A `Read` is what one reader made of a picture;
a `CaptureRecord` is what it says of it to others, pictures apart.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from openanpr.core.camera import CameraId
from openanpr.core.instant import ClockSource
from openanpr.core.place import Place
from openanpr.core.read import Candidate, Character, Direction, Style


@dataclass(frozen=True, slots=True)
class CaptureRecord:
    """One read of one camera.

    `captured_at` is UTC to the millisecond, by the camera's own clock; `clock` and `clock_error_ms` say how
    far to trust it. `vrm` and `raw` are A-Z0-9 (`core.read.Read.plate` and `.raw`). `confidence` is None
    where the sender gives none. `place` is where a moving camera was; a fixed one's is in the register.
    `patch` and `overview` are SHA-256 (64 hex digits) of the JPEGs that may follow, or None. `extra` is a
    JSON object with what the sender said and this version has no field for.
    """

    camera: CameraId
    captured_at: datetime
    vrm: str
    raw: str
    syntax: str
    confidence: float | None
    candidates: tuple[Candidate, ...] = ()
    characters: tuple[Character, ...] = ()
    clock: ClockSource = ClockSource.CLOCK
    clock_error_ms: int | None = None
    style: Style = Style.UNKNOWN
    direction: Direction = Direction.UNKNOWN
    frames: int = 1
    place: Place | None = None
    patch: str | None = None
    overview: str | None = None
    model: str = ""
    extra: str = "{}"

    @property
    def read_id(self) -> int:
        """The same 64-bit number for the same force, source, camera, time and VRM, wherever it is made."""
        at_ms = round(self.captured_at.astimezone(UTC).timestamp() * 1000)
        named = f"{self.camera}|{at_ms}|{self.vrm}".encode()
        return int.from_bytes(hashlib.sha256(named).digest()[:8], "big")
