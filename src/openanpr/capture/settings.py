"""How sources are read: limits, threads, patience and the trust put in clocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from random import Random
from typing import Literal


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before a lost stream is tried again.

    The wait doubles from `first_s` to `most_s` with each failure in a row; up to the share `jitter`
    of it (0 to 1) is taken off at random, so that a street of cameras does not come back at once.
    After `tries` failures in a row the source is given up; None: never.
    """

    first_s: float = 0.5
    most_s: float = 30.0
    jitter: float = 0.5
    tries: int | None = 10

    def __post_init__(self) -> None:
        """Refuse a wait that is not positive: it would hammer the camera."""
        if not (0 < self.first_s <= self.most_s and 0 <= self.jitter <= 1):
            msg = "Backoff needs 0 < first_s <= most_s and jitter between 0 and 1"
            raise ValueError(msg)
        if self.tries is not None and self.tries < 1:
            msg = "Backoff needs tries of 1 or more, or None for never giving up"
            raise ValueError(msg)

    def delay_s(self, failures: int, rng: Random) -> float:
        """Return the wait in seconds after `failures` (1 or more) failures in a row."""
        # The exponent is capped: 2.0 to the power of a month of failures overflows.
        whole = min(self.most_s, self.first_s * 2.0 ** min(failures - 1, 30))
        return whole * (1.0 - self.jitter * rng.random())

    def gives_up(self, failures: int) -> bool:
        """Return whether `failures` in a row are too many."""
        return self.tries is not None and failures >= self.tries


@dataclass(frozen=True, slots=True)
class CaptureSettings:
    """How sources are read.

    `max_megapixels` bounds any picture or frame; a larger one is refused before it is decoded.
    `threads` is FFmpeg's decoding threads (0: as many as cores). `recursive` takes the folders
    inside a folder too.

    `clock_error_ms` is what the operator vouches for: the largest error of the clock that gives the
    time (the camera's for pictures and clips, this machine's plus the delay from lens to here for
    streams). None: nobody has vouched, so every Instant says that its error is not known. `zone` is
    the zone of a camera's clock that names none; without it such a time is taken as UTC and its
    error grows by the fourteen hours a zone may be off.

    `open_timeout_s`, `read_timeout_s`, `transport` and `backoff` rule streams and cameras.
    `poll_s`, `settle_s` and `state` rule a watched folder: how often to look, how long a file must
    keep its size to be called complete, and the file that remembers across restarts (None: forget).
    """

    max_megapixels: float = 100.0
    threads: int = 0
    recursive: bool = False
    clock_error_ms: int | None = None
    zone: tzinfo | None = None
    open_timeout_s: float = 10.0
    read_timeout_s: float = 10.0
    transport: Literal["tcp", "udp"] = "tcp"
    backoff: Backoff = field(default_factory=Backoff)
    poll_s: float = 0.5
    settle_s: float = 1.0
    state: Path | None = None

    def __post_init__(self) -> None:
        """Refuse limits that could never let a frame through."""
        for name in ("max_megapixels", "open_timeout_s", "read_timeout_s", "poll_s", "settle_s"):
            if not getattr(self, name) > 0:
                msg = f"CaptureSettings.{name} must be more than 0"
                raise ValueError(msg)
        if self.threads < 0:
            msg = "CaptureSettings.threads must be 0 (as many as cores) or more"
            raise ValueError(msg)

    @property
    def max_pixels(self) -> int:
        """The largest picture allowed, in pixels."""
        return int(self.max_megapixels * 1_000_000)
