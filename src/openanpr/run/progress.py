"""A bar on the terminal that shows how far a run has come; on anything else, nothing."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import TextIO

from openanpr.run.sighting import printable

_EVERY_S = 0.1
_WIDTH = 24
_CLEAR = "\r\x1b[K"


class Progress:
    """One line on `err`, drawn anew at most ten times a second and only on a terminal.

    The bar fills by sources, and within a folder by its files; a clip's or camera's length is not
    known beforehand, so a mark wanders while its frames are counted.
    """

    def __init__(
        self, err: TextIO, *, sources: int, on: bool = True, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._err = err
        self._shown = on and err.isatty()
        self._sources = sources
        self._clock_s = clock_s
        self._began_s = clock_s()
        self._drawn_s = float("-inf")
        self._source, self._nth = "", 0
        self._expected: int | None = None
        self._frames = self._frames_here = self._reads = 0

    def begin(self, source: str, *, expected: int | None) -> None:
        """Tell that `source` is being opened and how many frames it should give, None: not known."""
        self._source, self._nth = source, self._nth + 1
        self._expected, self._frames_here = expected, 0
        self._draw(now=True)

    def frame(self) -> None:
        """Tell that one frame has been taken."""
        self._frames += 1
        self._frames_here += 1
        self._draw()

    def read(self) -> None:
        """Tell that one plate has been read."""
        self._reads += 1

    def clear(self) -> None:
        """Take the line away, so that something else can be printed."""
        if self._shown:
            self._err.write(_CLEAR)
            self._err.flush()
            self._drawn_s = float("-inf")

    def _draw(self, *, now: bool = False) -> None:
        at_s = self._clock_s()
        if not self._shown or (not now and at_s - self._drawn_s < _EVERY_S):
            return
        self._drawn_s = at_s
        width = shutil.get_terminal_size().columns - 1
        line, name = self._line(at_s), printable(self._source)
        room = max(0, width - len(line))
        # The end of a path tells more than its beginning.
        self._err.write(_CLEAR + (line + (name if len(name) <= room else name[len(name) - room :]))[:width])
        self._err.flush()

    def _line(self, at_s: float) -> str:
        passed_s = max(at_s - self._began_s, 1e-6)
        return (
            f"[{self._bar()}] source {self._nth} of {self._sources}, {self._frames} frames "
            f"({self._frames / passed_s:.0f} a second), {self._reads} reads: "
        )

    def _bar(self) -> str:
        if self._expected is None and self._sources == 1:
            place = self._frames % _WIDTH
            return "-" * place + "#" + "-" * (_WIDTH - place - 1)
        here = min(1.0, self._frames_here / self._expected) if self._expected else 0.0
        filled = round(_WIDTH * (self._nth - 1 + here) / self._sources)
        return "#" * filled + "-" * (_WIDTH - filled)
