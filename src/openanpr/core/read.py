"""A read: one plate seen once, with everything that a person or a court may ask about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from openanpr.core.instant import Instant
from openanpr.core.shape import shape_key

Corners = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]


class Style(StrEnum):
    """What the plate looks like: the colour of its ground, which tells front, rear and age."""

    WHITE = "white"
    YELLOW = "yellow"
    BLACK = "black"  # black ground, white or silver characters
    TRADE = "trade"  # red characters on white
    OTHER = "other"  # green, blue, red and other grounds
    UNKNOWN = "unknown"  # infra-red or too dark to tell


class Direction(StrEnum):
    """How the vehicle moved in front of the camera."""

    TOWARDS = "towards"
    AWAY = "away"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class BoxPx:
    """An upright rectangle in pixels of the frame."""

    x: int
    y: int
    w: int
    h: int


class Candidate(NamedTuple):
    """A rival spelling (A-Z0-9, no spaces) and its calibrated probability.

    A bare tuple with names, as `Character` is: a node makes a dozen of them for each of thousands of reads a
    second.
    """

    plate: str
    p: float


class Character(NamedTuple):
    """One position of the plate: the character chosen, its probability and its rivals."""

    c: str
    p: float
    rivals: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """One plate seen once.

    `raw` is what the recogniser saw with no rule applied; `plate` is the spelling the grammar makes
    of it; both are A-Z0-9 without spaces and are never merged. `confidence` is the calibrated
    probability that `plate` is right. `corners` are top-left, top-right, bottom-right, bottom-left
    in the plate's own reading order, pixels of the frame. `frames` is the number of frames that
    agree with `plate`. `patch` and `overview` are JPEG bytes or None.
    """

    source: str
    captured_at: Instant
    frame: int
    plate: str
    raw: str
    syntax: str
    confidence: float
    candidates: tuple[Candidate, ...]
    characters: tuple[Character, ...]
    box: BoxPx
    corners: Corners
    style: Style
    lines: int
    direction: Direction
    frames: int
    primary: bool
    patch: bytes | None
    overview: bytes | None
    model: str
    settings: str

    @property
    def shapes_p(self) -> float:
        """The calibrated probability that the plate is right but for O and 0, I and 1."""
        shape = shape_key(self.plate)
        alike = sum(c.p for c in self.candidates if shape_key(c.plate) == shape)
        return min(1.0, max(self.confidence, alike))
