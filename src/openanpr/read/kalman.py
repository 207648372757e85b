"""How a plate moves in the picture: a filter for its box, and whether it comes or goes.

Lengths are told in plate scales, s = sqrt(width * height) in pixels. A one-line plate (520x111 mm) and
a two-line one (285x203 mm) have the same s of about 240 mm, so one set of noise figures serves both,
near and far: 4 scales are about a metre on the road.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from openanpr.core.read import Direction

BoxXywh = tuple[float, float, float, float]

_NOISE = 0.12  # a detector's centre wanders by this many scales
_FIRST_SPEED = 25.0  # scales a second, about 6 m/s: what a vehicle seen once may be doing (one sigma)
_JERK = 150.0  # spectral density of the acceleration, scales^2/s^3: 7 scales (1.7 m) after a blind second
_SIZE_NOISE = 0.08  # log of width or height
_FIRST_GROWTH = 0.8  # log size a second
_GROWTH_JERK = 0.6
_MOST_GROWTH = 0.7  # a prediction never halves or doubles the box: the filter is not that wise

_SAMPLES = 48
_FIRST_STEP = 0.25  # scales
_DEAD_ZONE = 0.12  # log height: less growth than an eighth says nothing
_WEAK_ZONE = 0.04  # enough when the plate also climbs or sinks in the picture
_CLIMB = 1.5  # scales
_EDGE_PX = 0.7  # a box edge is not better known than this


def apart(a: BoxXywh, b: BoxXywh) -> tuple[float, float]:
    """How far the centre of `b` is from that of `a` in scales of `a`, and the log ratio of the scales."""
    s = math.sqrt(a[2] * a[3])
    dx, dy = b[0] + b[2] / 2 - a[0] - a[2] / 2, b[1] + b[3] / 2 - a[1] - a[3] / 2
    return math.hypot(dx, dy) / s, abs(math.log(math.sqrt(b[2] * b[3]) / s))


def overlap_of(a: BoxXywh, b: BoxXywh) -> float:
    """Intersection over union."""
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    return w * h / (a[2] * a[3] + b[2] * b[3] - w * h)


class _Axis2:
    """Two like coordinates (x and y, or log width and log height) with their speeds and one covariance."""

    __slots__ = ("p", "pv", "v", "vv", "x")

    def __init__(self, x: tuple[float, float], sigma: float, speed_sigma: float) -> None:
        self.x = x
        self.v = (0.0, 0.0)
        self.p = sigma * sigma
        self.pv = 0.0
        self.vv = speed_sigma * speed_sigma

    def spread(self, dt: float, density: float) -> tuple[float, float, float]:
        """The covariance (place, cross, speed) `dt` seconds on.

        White acceleration in continuous time: two short steps give the same as one long one, so
        frames may be skipped at will.
        """
        return (
            self.p + dt * (2 * self.pv + dt * self.vv) + density * dt**3 / 3,
            self.pv + dt * self.vv + density * dt * dt / 2,
            self.vv + density * dt,
        )

    def at(self, dt: float) -> tuple[float, float]:
        return (self.x[0] + self.v[0] * dt, self.x[1] + self.v[1] * dt)

    def correct(self, seen: tuple[float, float], dt: float, density: float, sigma: float) -> None:
        p, pv, vv = self.spread(dt, density)
        x = self.at(dt)
        room = p + sigma * sigma
        gain, speed_gain = p / room, pv / room
        off = (seen[0] - x[0], seen[1] - x[1])
        self.x = (x[0] + gain * off[0], x[1] + gain * off[1])
        self.v = (self.v[0] + speed_gain * off[0], self.v[1] + speed_gain * off[1])
        self.p, self.pv, self.vv = (1 - gain) * p, (1 - gain) * pv, vv - speed_gain * pv


class BoxFilter:
    """A constant-velocity Kalman filter on (cx, cy, log w, log h), time in seconds."""

    __slots__ = ("_place", "_size", "seen_s")

    def __init__(self, box: BoxXywh, at_s: float) -> None:
        """Start on a box (x, y, w, h in pixels) at rest, with a wide doubt about its speed."""
        s = math.sqrt(box[2] * box[3])
        self._place = _Axis2(_centre(box), _NOISE * s, _FIRST_SPEED * s)
        self._size = _Axis2((math.log(box[2]), math.log(box[3])), _SIZE_NOISE, _FIRST_GROWTH)
        self.seen_s = at_s

    @property
    def scale(self) -> float:
        """The plate scale s in pixels, as last seen."""
        return math.exp((self._size.x[0] + self._size.x[1]) / 2)

    @property
    def speed(self) -> float:
        """Scales a second, as last seen."""
        return math.hypot(*self._place.v) / self.scale

    def predict(self, at_s: float) -> tuple[BoxXywh, float, float]:
        """The box (x, y, w, h) expected at `at_s`, and one sigma of its centre and of its speed (scales).

        It changes nothing: a skipped or empty frame costs no state.
        """
        dt = max(0.0, at_s - self.seen_s)
        (cx, cy), s = self._place.at(dt), self.scale
        p, _, vv = self._place.spread(dt, _JERK * s * s)
        grown = [min(max(g * dt, -_MOST_GROWTH), _MOST_GROWTH) for g in self._size.v]
        w, h = math.exp(self._size.x[0] + grown[0]), math.exp(self._size.x[1] + grown[1])
        return (cx - w / 2, cy - h / 2, w, h), math.sqrt(p) / s, math.sqrt(vv) / s

    def correct(self, box: BoxXywh, at_s: float) -> None:
        """Take in the box (x, y, w, h in pixels) seen at `at_s`."""
        dt = max(0.0, at_s - self.seen_s)
        s = self.scale
        self._place.correct(_centre(box), dt, _JERK * s * s, _NOISE * s)
        self._size.correct((math.log(box[2]), math.log(box[3])), dt, _GROWTH_JERK, _SIZE_NOISE)
        self.seen_s = at_s


class Trend:
    """Whether a plate comes or goes, from at most 48 samples however long it stays.

    A sample is kept only when the plate has moved on: a queue that stands for minutes and rolls for
    seconds is judged by its rolling. When the samples are full every second one goes and the step
    doubles.
    """

    __slots__ = ("_samples", "_step")

    def __init__(self) -> None:
        """Start with no sample."""
        self._samples: list[tuple[float, float, float, float]] = []  # cx, cy, log height, scale
        self._step = _FIRST_STEP

    def add(self, box: BoxXywh) -> None:
        """Take in a box (x, y, w, h in pixels), in order of time."""
        cx, cy = _centre(box)
        if self._samples:
            x, y, high, s = self._samples[-1]
            if math.hypot(cx - x, cy - y) < self._step * s and abs(math.log(box[3]) - high) < self._step:
                return
        self._samples.append((cx, cy, math.log(box[3]), math.sqrt(box[2] * box[3])))
        self._thin()

    def follow(self, later: Trend) -> None:
        """Take in the samples of the same plate, found again after a gap."""
        self._samples += later._samples
        self._step = max(self._step, later._step)
        self._thin()

    def _thin(self) -> None:
        while len(self._samples) > _SAMPLES:
            del self._samples[1::2]
            self._step *= 2

    def direction(self) -> Direction:
        """Towards when the height grows (Theil-Sen over the samples), away when it shrinks.

        Small growth counts only when the plate also sinks (towards) or climbs (away) in the picture,
        and none counts that the wander of the box edges could have made.
        """
        if len(self._samples) < 2:
            return Direction.UNKNOWN
        table = np.array(self._samples, dtype=np.float64)
        growth, doubt = _theil_sen(table[:, 2])
        doubt = max(doubt, _EDGE_PX / float(np.exp(np.median(table[:, 2]))))
        doubt *= 2 * math.sqrt(12 / len(table))  # two sigma of a slope times its span
        sunk = _theil_sen(table[:, 1])[0] / float(np.median(table[:, 3]))
        strong = abs(growth) >= max(_DEAD_ZONE, doubt)
        weak = abs(growth) >= _WEAK_ZONE and abs(sunk) >= _CLIMB and (growth > 0) == (sunk > 0)
        if not strong and not weak:
            return Direction.UNKNOWN
        return Direction.TOWARDS if growth > 0 else Direction.AWAY


def _theil_sen(y: NDArray[np.float64]) -> tuple[float, float]:
    """The change over the whole of `y` by the median of all slopes, and the spread about it."""
    i, j = np.triu_indices(len(y), 1)
    slope = float(np.median((y[j] - y[i]) / (j - i)))
    rest = y - slope * np.arange(len(y))
    return slope * (len(y) - 1), 1.48 * float(np.median(np.abs(rest - np.median(rest))))


def _centre(box: BoxXywh) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2
