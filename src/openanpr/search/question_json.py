"""Questions as JSON: each with its kind, places each by one word. Strict on the way in.

{"kind": "one-vehicle", "mark": "AB12CDE", "span": {"since": "...", "until": "..."}, "spellings": "exact"}
{"kind": "place-and-time", "where": {"around": {"centre": {"lat": 51.8, "lon": -2.2}, "radius_m": 500}}, ...}
{"cameras": ["53/1/7"]}, {"corners": [{"lat": ..., "lon": ...}, ...]}
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import msgspec

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.purpose import SearchKind
from openanpr.core.read import Direction, Style
from openanpr.core.span import Span
from openanpr.search.question import (
    Around,
    Cameras,
    CommonPlates,
    Convoy,
    Drawn,
    LastSeen,
    ListOfVehicles,
    OneVehicle,
    PartOfAMark,
    PlaceAndTime,
    Question,
    QuestionError,
    Scene,
    Spelling,
    WasItThere,
    Where,
    kind_of,
)

_KindT = TypeVar("_KindT")
_Object = Mapping[str, object]
# msgspec prepares a type when it first meets it, which two threads may not do at once (wire/json_decoder.py).
_CONVERTING = threading.Lock()
_PLACES = {"cameras", "around", "corners"}


def question_of(found: object) -> Question:
    """Return the question of a JSON object. Raises QuestionError, with nothing of what was given in it."""
    told = _object(found, "a question")
    make = _MADE.get(str(told.get("kind")))
    if make is None:
        raise QuestionError(f"the kind of a question is one of {', '.join(sorted(_MADE))}")
    return make(told)


def plain_question(question: Question) -> dict[str, Any]:
    """Return a question as a JSON object."""
    told: dict[str, Any] = {"kind": str(kind_of(question))}
    match question:
        case PartOfAMark():
            return told | {"pattern": question.pattern, "span": plain_span(question.span)}
        case CommonPlates():
            scenes = [
                {"where": plain_where(one.where), "span": plain_span(one.span)} for one in question.scenes
            ]
            return told | {"scenes": scenes, "at_least": question.at_least}
        case PlaceAndTime():
            direction = None if question.direction is None else str(question.direction)
            told |= {"direction": direction, "styles": sorted(str(style) for style in question.styles)}
            return told | {"where": plain_where(question.where), "span": plain_span(question.span)}
        case ListOfVehicles():
            told |= {"marks": list(question.marks)}
        case Convoy():
            told |= {"mark": question.mark, "within_min": question.within_min, "at_least": question.at_least}
        case OneVehicle() | LastSeen() | WasItThere():
            told |= {"mark": question.mark}
    if isinstance(question, WasItThere):
        told |= {"where": plain_where(question.where)}
    return told | {"span": plain_span(question.span), "spellings": str(question.spellings)}


def plain_span(span: Span) -> dict[str, str]:
    """Return a span as a JSON object."""
    return {"since": span.since.isoformat(), "until": span.until.isoformat()}


def plain_where(where: Where) -> dict[str, Any]:
    """Return a place as a JSON object."""
    match where:
        case Cameras():
            return {"cameras": [str(camera) for camera in where.cameras]}
        case Around():
            return {"around": {"centre": _plain_place(where.centre), "radius_m": where.radius_m}}
        case Drawn():
            return {"corners": [_plain_place(corner) for corner in where.corners]}


def _plain_place(place: Place) -> dict[str, float]:
    return {"lat": place.lat, "lon": place.lon}


def _one_vehicle(told: _Object) -> Question:
    _only(told, "mark", "span", "spellings")
    return OneVehicle(_text(told, "mark"), _span(told), _spellings(told))


def _last_seen(told: _Object) -> Question:
    _only(told, "mark", "span", "spellings")
    return LastSeen(_text(told, "mark"), _span(told), _spellings(told))


def _part(told: _Object) -> Question:
    _only(told, "pattern", "span")
    return PartOfAMark(_text(told, "pattern"), _span(told))


def _was_it_there(told: _Object) -> Question:
    _only(told, "mark", "where", "span", "spellings")
    return WasItThere(_text(told, "mark"), _where(told), _span(told), _spellings(told))


def _place_and_time(told: _Object) -> Question:
    _only(told, "where", "span", "direction", "styles")
    toward = told.get("direction")
    direction = None if toward is None else _converted(toward, Direction, "direction")
    styles = _converted(told.get("styles", []), frozenset[Style], "styles")
    return PlaceAndTime(_where(told), _span(told), direction, styles)


def _common(told: _Object) -> Question:
    _only(told, "scenes", "at_least")
    scenes = _converted(told.get("scenes"), tuple[dict[str, Any], ...], "scenes")
    return CommonPlates(tuple(map(_scene, scenes)), _converted(told.get("at_least"), int, "at_least"))


def _scene(told: _Object) -> Scene:
    _only(told, "where", "span")
    return Scene(_where(told), _span(told))


def _list(told: _Object) -> Question:
    _only(told, "marks", "span", "spellings")
    return ListOfVehicles(
        _converted(told.get("marks"), tuple[str, ...], "marks"), _span(told), _spellings(told)
    )


def _convoy(told: _Object) -> Question:
    _only(told, "mark", "span", "within_min", "at_least", "spellings")
    within, least = (_converted(told.get(name), int, name) for name in ("within_min", "at_least"))
    return Convoy(_text(told, "mark"), _span(told), within, least, _spellings(told))


_MADE: dict[str, Callable[[_Object], Question]] = {
    SearchKind.ONE_VEHICLE: _one_vehicle,
    SearchKind.LAST_SEEN: _last_seen,
    SearchKind.PART_OF_A_MARK: _part,
    SearchKind.WAS_IT_THERE: _was_it_there,
    SearchKind.PLACE_AND_TIME: _place_and_time,
    SearchKind.COMMON_PLATES: _common,
    SearchKind.LIST_OF_VEHICLES: _list,
    SearchKind.CONVOY: _convoy,
}


def _where(told: _Object) -> Where:
    where = _object(told.get("where"), "where")
    if len(where) != 1 or not where.keys() <= _PLACES:
        raise QuestionError("where has one of cameras, around and corners")
    try:
        if "cameras" in where:
            named = _converted(where["cameras"], tuple[str, ...], "cameras")
            return Cameras(tuple(CameraId.parse(name) for name in named))
        if "around" in where:
            return _converted(where["around"], Around, "around")
        return Drawn(_converted(where["corners"], tuple[Place, ...], "corners"))
    except QuestionError:
        raise
    except ValueError as fault:
        # The value's own sentence says how it is written, and holds nothing of it.
        raise QuestionError(str(fault)) from fault


def _span(told: _Object) -> Span:
    return _converted(told.get("span"), Span, "span")


def _spellings(told: _Object) -> Spelling:
    return _converted(told.get("spellings", str(Spelling.SAME_SHAPE)), Spelling, "spellings")


def _text(told: _Object, name: str) -> str:
    return _converted(told.get(name), str, name)


def _only(told: _Object, *names: str) -> None:
    if told.keys() - {"kind", *names}:
        raise QuestionError(f"this kind of question has {', '.join(names)}, and nothing else")


def _object(found: object, what: str) -> _Object:
    if not isinstance(found, Mapping):
        raise QuestionError(f"{what} is a JSON object")
    return cast("_Object", found)


def _converted(found: object, kind: type[_KindT], name: str) -> _KindT:
    try:
        with _CONVERTING:
            return msgspec.convert(found, kind)
    except msgspec.ValidationError as fault:
        if isinstance(fault.__cause__, QuestionError):
            raise fault.__cause__ from fault
        raise QuestionError(f"{name} is missing, or not as it is to be written") from fault
