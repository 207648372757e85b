"""Putting a stream's own times on this machine's clock."""

from __future__ import annotations

_DRIFT = 0.001  # seconds a second: ten times what a poor crystal does
_LEAP_S = 10.0  # a stream this far off its own times was held up at its source
_BACK_S = 1.0  # further back than frames are ever sent out of order: it counts anew


class Pace:
    """The clock tells when, the stream tells how far apart.

    Each packet arrives some delay after its picture was taken, never before; so the least delayed
    packet tells best how the stream's times lie on the clock. That least delay is kept and let grow by
    0.1 % of the time passed, to follow a drifting camera; when the stream starts to count anew it is
    forgotten. All times are in seconds; `note` comes before `at` for the same packet's frames.
    """

    def __init__(self) -> None:
        self._lead_s: float | None = None
        self._arrived_s = 0.0
        self._media_s = 0.0
        self._last_s = float("-inf")

    def note(self, *, arrived_s: float, media_s: float) -> None:
        """Take in that the packet with stream time `media_s` arrived at clock time `arrived_s`."""
        lead_s = arrived_s - media_s
        anew = self._lead_s is None or media_s < self._media_s - _BACK_S or lead_s > self._lead_s + _LEAP_S
        if anew or self._lead_s is None:
            self._lead_s = lead_s
        else:
            passed_s = max(0.0, arrived_s - self._arrived_s)
            self._lead_s = min(lead_s, self._lead_s + passed_s * _DRIFT)
        self._arrived_s, self._media_s = arrived_s, media_s

    def at(self, media_s: float) -> float:
        """Return the clock time of the frame with stream time `media_s`, never before the last one's.

        Raises:
            ValueError: nothing was noted yet.
        """
        if self._lead_s is None:
            msg = "Pace.at needs a packet noted first"
            raise ValueError(msg)
        self._last_s = max(self._last_s, self._lead_s + media_s)
        return self._last_s


class Offset:
    """Seconds since the first frame: by the stream's own times, bridged by the clock where they leap."""

    def __init__(self) -> None:
        self._before: tuple[float, float] | None = None
        self._offset_s = 0.0
        self._broken = False

    def break_off(self) -> None:
        """The connection is lost: the stream's own times will not tell how long it was away."""
        self._broken = True

    def at(self, *, clock_s: float, media_s: float) -> float:
        """Return the offset in seconds of the frame with these two times; it never goes back."""
        if self._before is not None:
            clock_step_s, media_step_s = clock_s - self._before[0], media_s - self._before[1]
            follows = not self._broken and 0 <= media_step_s <= _LEAP_S
            self._offset_s += media_step_s if follows else max(0.0, clock_step_s)
        self._before, self._broken = (clock_s, media_s), False
        return self._offset_s
