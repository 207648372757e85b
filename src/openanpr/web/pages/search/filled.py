"""A form of a search, filled in: with what somebody asked before, or with nothing but usual times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from openanpr.core.purpose import SearchKind
from openanpr.search.ask import Ask
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
    WasItThere,
    Where,
)
from openanpr.web.pages.form import Form
from openanpr.web.pages.look import spaced
from openanpr.web.pages.search.form import LEAST_SCENES

Fields = dict[str, tuple[str, ...]]
_OF_A_PLACE: Final = frozenset({SearchKind.WAS_IT_THERE, SearchKind.PLACE_AND_TIME, SearchKind.COMMON_PLATES})
_TOGETHER: Final[Fields] = {"within_min": ("5",), "at_least": ("3",)}
_USUAL: Final = timedelta(days=30)
_USUAL_OF_A_PLACE: Final = timedelta(hours=1)


def empty(kind: SearchKind, *, now: datetime, zone: ZoneInfo) -> Form:
    """Return a form with the times that are usual for a kind of question, and nothing else."""
    since = now - (_USUAL_OF_A_PLACE if kind in _OF_A_PLACE else _USUAL)
    if kind is not SearchKind.COMMON_PLATES:
        usual = _TOGETHER if kind is SearchKind.CONVOY else {}
        return Form(usual | _times("", since, now, zone))
    scenes = {"scenes": (str(LEAST_SCENES),), "at_least": (str(LEAST_SCENES),)}
    return Form(scenes)


def filled(ask: Ask, *, zone: ZoneInfo) -> Form:
    """Return the form that asks for the same, but for whom and upon whose oral authority."""
    fields: Fields = {
        "category": (ask.category.value,),
        "stance": (ask.stance.value,),
        "reference": (ask.reference,),
        "reason": (ask.reason,),
        "objective": (ask.objective,),
        "urgent": ("yes",) if ask.urgent else (),
    }
    return Form(fields | asked_fields(ask.question, zone))


def with_question(form: Form, question: Question, *, zone: ZoneInfo) -> Form:
    """Return the form as it came, with another question in it."""
    return Form({**form.fields, **asked_fields(question, zone)})


def asked_fields(question: Question, zone: ZoneInfo) -> Fields:
    """Return the fields that ask a question."""
    if isinstance(question, CommonPlates):
        fields: Fields = {"scenes": (str(len(question.scenes)),), "at_least": (str(question.at_least),)}
        for number, scene in enumerate(question.scenes, 1):
            before = f"s{number}_"
            fields |= _times(before, scene.span.since, scene.span.until, zone) | _place(before, scene.where)
        return fields
    return _marks(question) | _times("", question.span.since, question.span.until, zone)


def _marks(
    question: OneVehicle | LastSeen | WasItThere | PartOfAMark | PlaceAndTime | ListOfVehicles | Convoy,
) -> Fields:
    match question:
        case PartOfAMark():
            return {"pattern": (question.pattern,)}
        case ListOfVehicles():
            lines = "\n".join(map(spaced, question.marks))
            return {"marks": (lines,), "spellings": (question.spellings.value,)}
        case PlaceAndTime():
            direction = "" if question.direction is None else question.direction.value
            styles = tuple(sorted(one.value for one in question.styles))
            return {"direction": (direction,), "style": styles} | _place("", question.where)
        case WasItThere():
            named = {"mark": (spaced(question.mark),), "spellings": (question.spellings.value,)}
            return named | _place("", question.where)
        case Convoy():
            named = {"mark": (spaced(question.mark),), "spellings": (question.spellings.value,)}
            how = {"within_min": (str(question.within_min),), "at_least": (str(question.at_least),)}
            return named | how
        case OneVehicle() | LastSeen():
            return {"mark": (spaced(question.mark),), "spellings": (question.spellings.value,)}


def _times(before: str, since: datetime, until: datetime, zone: ZoneInfo) -> Fields:
    fields: Fields = {}
    for name, at in (("since", since.astimezone(zone)), ("until", until.astimezone(zone))):
        fields[f"{before}{name}_date"] = (f"{at:%d/%m/%Y}",)
        fields[f"{before}{name}_time"] = (f"{at:%H:%M}",)
    return fields


def _place(before: str, where: Where) -> Fields:
    told: Mapping[str, tuple[str, ...]]
    match where:
        case Cameras():
            told = {"where": ("cameras",), "camera": tuple(map(str, where.cameras))}
        case Drawn():
            lines = "\n".join(f"{one.lat:.6f}, {one.lon:.6f}" for one in where.corners)
            told = {"where": ("area",), "corners": (lines,)}
        case Around():
            told = {
                "where": ("radius",),
                "lat": (f"{where.centre.lat:.6f}",),
                "lon": (f"{where.centre.lon:.6f}",),
                "radius_m": (f"{where.radius_m:g}",),
            }
    return {f"{before}{name}": value for name, value in told.items()}
