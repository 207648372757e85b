"""Questions of a search as the API takes and shows them: one form for each kind, marks made normal once."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta, Struct

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.plate import Plate
from openanpr.core.read import Direction, Style
from openanpr.core.span import Span
from openanpr.search import question as asked
from openanpr.search.question import Question, Spelling, Where

Instant = Annotated[datetime, Meta(tz=True)]
"""A time that says from which zone it is."""
Mark = Annotated[str, Meta(min_length=1, max_length=64)]
"""A mark as people write it: capitals, spaces and dashes do not matter."""
CameraText = Annotated[str, Meta(pattern=r"^[0-9]{1,10}/[0-9]{1,10}/[0-9]{1,10}$")]
"""A camera by its numbers: force/source/camera, such as 53/1/7."""


class Point(Struct, frozen=True, forbid_unknown_fields=True):
    """A place in degrees (WGS 84)."""

    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]

    def place(self) -> Place:
        """Return it as a place."""
        return Place(self.lat, self.lon)


class _Where(Struct, frozen=True, forbid_unknown_fields=True, tag_field="by"):
    """Where."""


class ByCameras(_Where, frozen=True, forbid_unknown_fields=True, tag="cameras"):
    """These cameras."""

    cameras: Annotated[list[CameraText], Meta(min_length=1, max_length=asked.MOST_CAMERAS)]

    def where(self) -> Where:
        """Return where; raises ValueError."""
        return asked.Cameras(tuple(map(CameraId.parse, self.cameras)))


class ByRadius(_Where, frozen=True, forbid_unknown_fields=True, tag="radius"):
    """Within so many metres of a point."""

    centre: Point
    radius_m: Annotated[float, Meta(gt=0, le=asked.MOST_RADIUS_M)]

    def where(self) -> Where:
        """Return where."""
        return asked.Around(self.centre.place(), self.radius_m)


class ByArea(_Where, frozen=True, forbid_unknown_fields=True, tag="area"):
    """Within an area, by its corners in order, not closed."""

    corners: Annotated[list[Point], Meta(min_length=3, max_length=asked.MOST_CORNERS)]

    def where(self) -> Where:
        """Return where."""
        return asked.Drawn(tuple(corner.place() for corner in self.corners))


WhereForm: TypeAlias = ByCameras | ByRadius | ByArea


class _Question(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """A question; from `since` to before `until`."""


class OneVehicle(_Question, frozen=True, forbid_unknown_fields=True, tag="one-vehicle"):
    """Asks where and when this mark was read."""

    mark: Mark
    since: Instant
    until: Instant
    spellings: Spelling = Spelling.SAME_SHAPE

    def question(self) -> Question:
        """Return the question; raises ValueError."""
        return asked.OneVehicle(_mark(self.mark), Span(self.since, self.until), self.spellings)


class PartOfAMark(_Question, frozen=True, forbid_unknown_fields=True, tag="part-of-a-mark"):
    """Asks which marks of this form were read. A ? is one character, a * any run."""

    pattern: Mark
    since: Instant
    until: Instant

    def question(self) -> Question:
        """Return the question; raises ValueError."""
        pattern = "".join(self.pattern.upper().split()).replace("-", "")
        return asked.PartOfAMark(pattern, Span(self.since, self.until))


class LastSeen(_Question, frozen=True, forbid_unknown_fields=True, tag="last-seen"):
    """Asks when and where this mark was read last."""

    mark: Mark
    since: Instant
    until: Instant
    spellings: Spelling = Spelling.SAME_SHAPE

    def question(self) -> Question:
        """Return the question; raises ValueError."""
        return asked.LastSeen(_mark(self.mark), Span(self.since, self.until), self.spellings)


class WasItThere(_Question, frozen=True, forbid_unknown_fields=True, tag="was-it-there"):
    """Asks whether this mark was read there then, and what could have seen it."""

    mark: Mark
    where: WhereForm
    since: Instant
    until: Instant
    spellings: Spelling = Spelling.SAME_SHAPE

    def question(self) -> Question:
        """Return the question; raises ValueError."""
        span = Span(self.since, self.until)
        return asked.WasItThere(_mark(self.mark), self.where.where(), span, self.spellings)


class PlaceAndTime(_Question, frozen=True, forbid_unknown_fields=True, tag="place-and-time"):
    """Asks what passed there then: of one direction and some styles of plate where those are named."""

    where: WhereForm
    since: Instant
    until: Instant
    direction: Direction | None = None
    styles: list[Style] = msgspec.field(default_factory=list[Style])

    def question(self) -> Question:
        """Return the question; raises ValueError."""
        span, styles = Span(self.since, self.until), frozenset(self.styles)
        return asked.PlaceAndTime(self.where.where(), span, self.direction, styles)


class SceneForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A place and a time."""

    where: WhereForm
    since: Instant
    until: Instant


class CommonPlates(_Question, frozen=True, forbid_unknown_fields=True, tag="common-plates"):
    """Asks which marks were read at several of these scenes, at `at_least` of them."""

    scenes: Annotated[list[SceneForm], Meta(min_length=2, max_length=asked.MOST_SCENES)]
    at_least: Annotated[int, Meta(ge=2, le=asked.MOST_SCENES)]

    def question(self) -> Question:
        """Return the question; raises ValueError."""
        scenes = (asked.Scene(one.where.where(), Span(one.since, one.until)) for one in self.scenes)
        return asked.CommonPlates(tuple(scenes), self.at_least)


class ListOfVehicles(_Question, frozen=True, forbid_unknown_fields=True, tag="list-of-vehicles"):
    """Asks where and when each of these marks was read."""

    marks: Annotated[list[Mark], Meta(min_length=1, max_length=asked.MOST_MARKS)]
    since: Instant
    until: Instant
    spellings: Spelling = Spelling.SAME_SHAPE

    def question(self) -> Question:
        """Return the question; raises ValueError."""
        marks = tuple(map(_mark, self.marks))
        return asked.ListOfVehicles(marks, Span(self.since, self.until), self.spellings)


class Convoy(_Question, frozen=True, forbid_unknown_fields=True, tag="convoy"):
    """Asks which vehicles were read by the same cameras within `within_min` of this one, `at_least` times."""

    mark: Mark
    since: Instant
    until: Instant
    within_min: Annotated[int, Meta(ge=1, le=asked.MOST_WITHIN_MIN)] = 5
    at_least: Annotated[int, Meta(ge=2, le=asked.MOST_MEETINGS)] = 3
    spellings: Spelling = Spelling.SAME_SHAPE

    def question(self) -> Question:
        """Return the question; raises ValueError."""
        span = Span(self.since, self.until)
        return asked.Convoy(_mark(self.mark), span, self.within_min, self.at_least, self.spellings)


QuestionForm: TypeAlias = (
    OneVehicle | PartOfAMark | LastSeen | WasItThere | PlaceAndTime | CommonPlates | ListOfVehicles | Convoy
)


def question_form(question: Question) -> QuestionForm:
    """Return a question in the form in which it was asked."""
    match question:
        case asked.CommonPlates():
            scenes = [SceneForm(_where(one.where), one.span.since, one.span.until) for one in question.scenes]
            return CommonPlates(scenes, question.at_least)
        case asked.PlaceAndTime():
            times = question.span.since, question.span.until
            return PlaceAndTime(_where(question.where), *times, question.direction, sorted(question.styles))
        case asked.Convoy():
            how = question.within_min, question.at_least, question.spellings
            return Convoy(question.mark, question.span.since, question.span.until, *how)
        case _:
            return _of_marks(question)


def _of_marks(
    question: asked.OneVehicle | asked.PartOfAMark | asked.LastSeen | asked.WasItThere | asked.ListOfVehicles,
) -> QuestionForm:
    since, until = question.span.since, question.span.until
    match question:
        case asked.OneVehicle():
            return OneVehicle(question.mark, since, until, question.spellings)
        case asked.LastSeen():
            return LastSeen(question.mark, since, until, question.spellings)
        case asked.PartOfAMark():
            return PartOfAMark(question.pattern, since, until)
        case asked.WasItThere():
            return WasItThere(question.mark, _where(question.where), since, until, question.spellings)
        case asked.ListOfVehicles():
            return ListOfVehicles(list(question.marks), since, until, question.spellings)


def _where(where: Where) -> WhereForm:
    match where:
        case asked.Cameras():
            return ByCameras([str(camera) for camera in where.cameras])
        case asked.Around():
            return ByRadius(Point(where.centre.lat, where.centre.lon), where.radius_m)
        case asked.Drawn():
            return ByArea([Point(corner.lat, corner.lon) for corner in where.corners])


def _mark(text: str) -> str:
    return Plate.parse(text).vrm
