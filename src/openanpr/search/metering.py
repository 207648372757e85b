"""The meter of a question: how many cameras, days, reads and vehicles, and what narrower ways there are.

The figures are of general traffic: what the cameras read by whole days, and what is typical of one vehicle.
So nobody learns from them whether a vehicle was seen, nor, as they are round, what passed a quiet camera.
They count only cameras that the person may know of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from openanpr.search.figures import ALL_TRAFFIC, figures_of
from openanpr.search.meter import Meter
from openanpr.search.narrower import narrower_ways
from openanpr.search.ports import SeenThen
from openanpr.search.question import Convoy, Question, QuestionError, marks_of, places_of, spans_of
from openanpr.search.resolve import alive, moving, seen_then
from openanpr.search.sight import Sight
from openanpr.search.sphere import area_km2
from openanpr.search.traffic import Traffic
from openanpr.search.typical import CAR_SPREAD_KM2

_DAY = timedelta(days=1)
_CLOCKS_APART = timedelta(minutes=1)
"""How far the clock of who asks "until now" may go before ours; no read is of that time yet."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question looks at, of what the person may know of: places and times, or everything then."""

    scenes: tuple[SeenThen, ...]
    sight: Sight


def scope_of(question: Question, sight: Sight, *, now: datetime) -> Scope:
    """Return what a question looks at.

    Raises QuestionError for a time to come, and for a place as `resolve.seen_then` does.
    """
    spans = spans_of(question)
    if any(span.until > now + _CLOCKS_APART for span in spans):
        raise QuestionError("the question reaches into the time to come: end it at the present or before")
    pairs = zip(places_of(question), spans, strict=False)
    return Scope(tuple(seen_then(where, span, sight) for where, span in pairs), sight)


def oldest_days(question: Question, *, now: datetime) -> int:
    """Return the age of the oldest read asked for, in days begun."""
    return ceil((now - min(span.since for span in spans_of(question))) / _DAY)


def measure(question: Question, scope: Scope, about: Traffic) -> Meter:
    """Return the meter of a question. Raises ReadsUnreachableError."""
    cameras, traffic = cameras_in(question, scope), _traffic(question, scope, about)
    figures = figures_of(question, cameras=cameras, traffic=traffic)
    ways = narrower_ways(question, cameras=cameras, traffic=traffic, sight=scope.sight)
    return Meter(figures, oldest_days(question, now=about.now), ways)


def cameras_in(question: Question, scope: Scope) -> int:
    """Return how many cameras a question looks at; those that drive count where an area is asked about."""
    if not scope.scenes:
        (span,) = spans_of(question)
        return sum(alive(one, span) for one in scope.sight.cameras.values())
    fixed = {camera for scene in scope.scenes for camera in scene.seen.cameras}
    areas = [scene for scene in scope.scenes if scene.seen.area is not None]
    drive = {camera for scene in areas for camera in moving(scope.sight, scene.span)}
    return len(fixed | drive)


def _traffic(question: Question, scope: Scope, about: Traffic) -> float:
    """About how many reads there are in what is looked at."""
    if scope.scenes:
        return sum(_at_scene(scene, scope.sight, about) for scene in scope.scenes)
    if marks_of(question) and not isinstance(question, Convoy):
        return ALL_TRAFFIC
    (span,) = spans_of(question)
    # Named one by one, whether or not there is one that is not to be known of: else the time would tell.
    return about.about(tuple(sorted(scope.sight.cameras)), span)


def _at_scene(scene: SeenThen, sight: Sight, about: Traffic) -> float:
    fixed = about.about(scene.seen.cameras, scene.span)
    if scene.seen.area is None:
        return fixed
    share = min(1.0, area_km2(scene.seen.area.corners) / CAR_SPREAD_KM2)
    return fixed + share * about.about(moving(sight, scene.span), scene.span)
