"""Narrower ways to ask: concrete ones, each with its own figures. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from openanpr.core.span import Span
from openanpr.search.figures import days_of, figures_of
from openanpr.search.meter import Figures, Narrower
from openanpr.search.question import (
    Around,
    Cameras,
    CommonPlates,
    Convoy,
    ListOfVehicles,
    PartOfAMark,
    PlaceAndTime,
    Question,
    QuestionError,
    Scene,
    Spelling,
    WasItThere,
)
from openanpr.search.resolve import seen_then
from openanpr.search.sight import Sight

_LEAST_RADIUS_M = 200.0


def narrower_ways(question: Question, *, cameras: int, traffic: float, sight: Sight) -> tuple[Narrower, ...]:
    """Return narrower ways to ask, those that keep most of the answer first; none that would be as wide."""
    now = figures_of(question, cameras=cameras, traffic=traffic)
    ways = (
        *_of_spelling(question, cameras, traffic),
        *_of_time(question, cameras, traffic),
        *_of_place(question, cameras, traffic, sight),
        *_of_words(question, cameras, traffic),
    )
    return tuple(way for way in ways if way.figures != now)


def _of_spelling(question: Question, cameras: int, traffic: float) -> Iterator[Narrower]:
    if isinstance(question, PartOfAMark | PlaceAndTime | CommonPlates):
        return
    for spelling, step in (
        (Spelling.SAME_SHAPE, "without likely misreads"),
        (Spelling.EXACT, "this spelling alone"),
    ):
        if question.spellings is not spelling and question.spellings is not Spelling.EXACT:
            asked = replace(question, spellings=spelling)
            yield Narrower(step, figures_of(asked, cameras=cameras, traffic=traffic), asked)


def _of_time(question: Question, cameras: int, traffic: float) -> Iterator[Narrower]:
    if isinstance(question, CommonPlates):
        scenes = tuple(Scene(scene.where, _middle(scene.span)) for scene in question.scenes)
        asked = replace(question, scenes=scenes)
        yield Narrower(
            "half as long at each scene", figures_of(asked, cameras=cameras, traffic=traffic / 2), asked
        )
        return
    days = days_of(question.span)
    if days > 1:
        half = Span(
            question.span.until - (question.span.until - question.span.since) / 2, question.span.until
        )
        later = replace(question, span=half)
        step = f"the last {days_of(half)} of the {days} days"
        yield Narrower(step, figures_of(later, cameras=cameras, traffic=traffic / 2), later)


def _middle(span: Span) -> Span:
    quarter = (span.until - span.since) / 4
    return Span(span.since + quarter, span.until - quarter)


def _of_place(question: Question, cameras: int, traffic: float, sight: Sight) -> Iterator[Narrower]:
    if not isinstance(question, PlaceAndTime | WasItThere) or cameras < 2:
        return
    where = question.where
    if isinstance(where, Around) and where.radius_m >= 2 * _LEAST_RADIUS_M:
        nearer = replace(where, radius_m=where.radius_m / 2)
        try:
            left = len(seen_then(nearer, question.span, sight).seen.cameras)
        except QuestionError:
            return
        if 0 < left < cameras:
            asked = replace(question, where=nearer)
            step = f"within {nearer.radius_m:.0f} metres"
            yield Narrower(step, figures_of(asked, cameras=left, traffic=traffic * left / cameras), asked)
        return
    half = cameras // 2
    step = f"{half} of these cameras" if isinstance(where, Cameras) else "an area half as large"
    yield Narrower(step, figures_of(question, cameras=half, traffic=traffic / 2))


def _of_words(question: Question, cameras: int, traffic: float) -> Iterator[Narrower]:
    match question:
        case PlaceAndTime(direction=None):
            yield Narrower("one direction alone", _share(question, cameras, traffic, 0.6))
        case PartOfAMark():
            yield Narrower("one more character of the mark", _share(question, cameras, traffic, 0.1))
        case Convoy() if question.within_min > 1:
            nearer = replace(question, within_min=question.within_min // 2)
            step = f"within {nearer.within_min} minutes of it"
            yield Narrower(step, figures_of(nearer, cameras=cameras, traffic=traffic), nearer)
        case ListOfVehicles() if len(question.marks) > 1:
            some = replace(question, marks=question.marks[: len(question.marks) // 2])
            step = f"{len(some.marks)} of the {len(question.marks)} vehicles"
            yield Narrower(step, figures_of(some, cameras=cameras, traffic=traffic))
        case _:
            return


def _share(question: Question, cameras: int, traffic: float, share: float) -> Figures:
    return figures_of(question, cameras=cameras, traffic=traffic * share)
