"""What is asked of the stored reads: eight kinds of question, each checked when it is made. Frozen, pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations, pairwise
from typing import TypeAlias

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.purpose import SearchKind
from openanpr.core.read import Direction, Style
from openanpr.core.shape import shape_key
from openanpr.core.span import Span

MOST_MARKS = 1_000
MOST_CAMERAS = 2_000
MOST_CORNERS = 200
MOST_SCENES = 20
MOST_RADIUS_M = 50_000.0
MOST_WITHIN_MIN = 30
MOST_MEETINGS = 100
LEAST_FIXED = 3
"""Characters that a part of a mark must name: with fewer it would sweep in the whole store."""

_MARK = re.compile(r"[A-Z0-9]{1,16}")
_PART = re.compile(r"[A-Z0-9?*]{1,24}")


class QuestionError(ValueError):
    """A question that may not be asked so. The sentence says what to change, and holds no mark."""


class Spelling(StrEnum):
    """Which spellings of a mark answer: exact, also the same shape (O as 0, I as 1), also likely misreads."""

    EXACT = "exact"
    SAME_SHAPE = "same-shape"
    MISREAD = "misread"


@dataclass(frozen=True, slots=True)
class Cameras:
    """These cameras, as their numbers name them."""

    cameras: tuple[CameraId, ...]

    def __post_init__(self) -> None:
        """Raise QuestionError for none, for too many, and for one twice."""
        if not 1 <= len(self.cameras) <= MOST_CAMERAS or len(set(self.cameras)) != len(self.cameras):
            raise QuestionError(f"name from 1 to {MOST_CAMERAS} cameras, each once")


@dataclass(frozen=True, slots=True)
class Around:
    """Within so many metres of a point."""

    centre: Place
    radius_m: float

    def __post_init__(self) -> None:
        """Raise QuestionError for a radius that is none or too wide."""
        if not 0 < self.radius_m <= MOST_RADIUS_M:
            raise QuestionError(f"a radius is more than 0 and at most {MOST_RADIUS_M:.0f} metres")


@dataclass(frozen=True, slots=True)
class Drawn:
    """Within an area drawn on a map: its corners in order, not closed. Sides are straight in degrees."""

    corners: tuple[Place, ...]

    def __post_init__(self) -> None:
        """Raise QuestionError for what is no area, and for one whose inside nobody could tell."""
        if not 3 <= len(self.corners) <= MOST_CORNERS:
            raise QuestionError(f"an area has from 3 to {MOST_CORNERS} corners")
        if len({(corner.lat, corner.lon) for corner in self.corners}) < 3:
            raise QuestionError("an area has at least 3 corners that are not one place")
        if _crosses_itself(self.corners):
            raise QuestionError("no side of an area crosses another: draw it around in one direction")


Where: TypeAlias = Cameras | Around | Drawn


@dataclass(frozen=True, slots=True)
class OneVehicle:
    """Asks where and when this mark was read."""

    mark: str = field(repr=False)
    span: Span
    spellings: Spelling = Spelling.SAME_SHAPE

    def __post_init__(self) -> None:
        """Raise QuestionError for what is no mark."""
        _check_mark(self.mark)


@dataclass(frozen=True, slots=True)
class PartOfAMark:
    """Asks which marks of this form were read. In `pattern` a `?` is one character and a `*` any run."""

    pattern: str = field(repr=False)
    span: Span

    def __post_init__(self) -> None:
        """Raise QuestionError for another form, and for one that names too little."""
        if not _PART.fullmatch(self.pattern):
            raise QuestionError("a part of a mark has letters A-Z, digits, ? for one and * for any run")
        if sum(c not in "?*" for c in self.pattern) < LEAST_FIXED:
            raise QuestionError(f"a part of a mark names at least {LEAST_FIXED} characters")


@dataclass(frozen=True, slots=True)
class LastSeen:
    """Asks when and where this mark was read last, within the span."""

    mark: str = field(repr=False)
    span: Span
    spellings: Spelling = Spelling.SAME_SHAPE

    def __post_init__(self) -> None:
        """Raise QuestionError for what is no mark."""
        _check_mark(self.mark)


@dataclass(frozen=True, slots=True)
class WasItThere:
    """Asks whether this mark was read there then, and what could have seen it: absence is no proof."""

    mark: str = field(repr=False)
    where: Where
    span: Span
    spellings: Spelling = Spelling.SAME_SHAPE

    def __post_init__(self) -> None:
        """Raise QuestionError for what is no mark."""
        _check_mark(self.mark)


@dataclass(frozen=True, slots=True)
class PlaceAndTime:
    """Asks what passed there then: of one direction, and of some styles of plate, where those are named."""

    where: Where
    span: Span
    direction: Direction | None = None
    styles: frozenset[Style] = frozenset()


@dataclass(frozen=True, slots=True)
class Scene:
    """A place and a time."""

    where: Where
    span: Span


@dataclass(frozen=True, slots=True)
class CommonPlates:
    """Asks which marks were read at several of these scenes, at `at_least` of them."""

    scenes: tuple[Scene, ...]
    at_least: int

    def __post_init__(self) -> None:
        """Raise QuestionError unless there is something to have in common."""
        if not 2 <= len(self.scenes) <= MOST_SCENES:
            raise QuestionError(f"name from 2 to {MOST_SCENES} scenes")
        if not 2 <= self.at_least <= len(self.scenes):
            raise QuestionError("a plate is common to at least 2 scenes, and at most to all")


@dataclass(frozen=True, slots=True)
class ListOfVehicles:
    """Asks where and when each of these marks was read."""

    marks: tuple[str, ...] = field(repr=False)
    span: Span
    spellings: Spelling = Spelling.SAME_SHAPE

    def __post_init__(self) -> None:
        """Raise QuestionError for none, for too many, and for what is no mark."""
        if not 1 <= len(self.marks) <= MOST_MARKS:
            raise QuestionError(f"name from 1 to {MOST_MARKS} vehicles")
        for mark in self.marks:
            _check_mark(mark)
        if len({shape_key(mark) for mark in self.marks}) != len(self.marks):
            raise QuestionError("a vehicle is named twice")


@dataclass(frozen=True, slots=True)
class Convoy:
    """Asks who was read by the same cameras within so many minutes of this one, at least so often."""

    mark: str = field(repr=False)
    span: Span
    within_min: int = 5
    at_least: int = 3
    spellings: Spelling = Spelling.SAME_SHAPE

    def __post_init__(self) -> None:
        """Raise QuestionError for what is no mark, and for what would be no company."""
        _check_mark(self.mark)
        if not 1 <= self.within_min <= MOST_WITHIN_MIN:
            raise QuestionError(f"vehicles travel together within 1 to {MOST_WITHIN_MIN} minutes")
        if not 2 <= self.at_least <= MOST_MEETINGS:
            raise QuestionError(f"vehicles that travel together meet at least 2 to {MOST_MEETINGS} times")


Question: TypeAlias = (
    OneVehicle | PartOfAMark | LastSeen | WasItThere | PlaceAndTime | CommonPlates | ListOfVehicles | Convoy
)


def kind_of(question: Question) -> SearchKind:
    """Return the kind of a question, as the rules of access name it."""
    match question:
        case OneVehicle():
            return SearchKind.ONE_VEHICLE
        case PartOfAMark():
            return SearchKind.PART_OF_A_MARK
        case LastSeen():
            return SearchKind.LAST_SEEN
        case WasItThere():
            return SearchKind.WAS_IT_THERE
        case PlaceAndTime():
            return SearchKind.PLACE_AND_TIME
        case CommonPlates():
            return SearchKind.COMMON_PLATES
        case ListOfVehicles():
            return SearchKind.LIST_OF_VEHICLES
        case Convoy():
            return SearchKind.CONVOY


def spans_of(question: Question) -> tuple[Span, ...]:
    """Return every span that a question asks for."""
    if isinstance(question, CommonPlates):
        return tuple(scene.span for scene in question.scenes)
    return (question.span,)


def places_of(question: Question) -> tuple[Where, ...]:
    """Return every place that a question names; none where it asks everywhere."""
    if isinstance(question, CommonPlates):
        return tuple(scene.where for scene in question.scenes)
    return (question.where,) if isinstance(question, WasItThere | PlaceAndTime) else ()


def marks_of(question: Question) -> tuple[str, ...]:
    """Return every whole mark that a question names."""
    match question:
        case ListOfVehicles():
            return question.marks
        case OneVehicle() | LastSeen() | WasItThere() | Convoy():
            return (question.mark,)
        case _:
            return ()


def _crosses_itself(corners: tuple[Place, ...]) -> bool:
    sides = list(pairwise((*corners, corners[0])))
    return any(
        _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0
        for (a, b), (c, d) in combinations(sides, 2)
    )


def _turn(a: Place, b: Place, c: Place) -> float:
    """Return whether c lies to the left (more than 0) or to the right of the way from a to b."""
    return (b.lon - a.lon) * (c.lat - a.lat) - (b.lat - a.lat) * (c.lon - a.lon)


def _check_mark(mark: str) -> None:
    if not _MARK.fullmatch(mark):
        raise QuestionError("a mark has up to 16 letters A-Z and digits, without spaces")
