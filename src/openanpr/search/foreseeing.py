"""What would be decided if something were asked, and which narrower asks would be allowed; not kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from openanpr.core.registered_camera import RegisteredCamera
from openanpr.core.span import Span
from openanpr.policy.decide import Outcome
from openanpr.search.ask import Ask, Asker
from openanpr.search.asking import measure_question
from openanpr.search.judging import Ruling, judge, search_request, today_of
from openanpr.search.meter import Meter
from openanpr.search.metering import oldest_days
from openanpr.search.parts import Parts
from openanpr.search.question import CommonPlates, Question
from openanpr.search.sight import sight_of

_ROOM = timedelta(hours=1)
"""A question that is narrowed to so many days is asked a while later, and must not be too old by then."""
_MOST_TRIED = 6
_BETTER = {Outcome.REFUSED: 0, Outcome.NEEDS_APPROVAL: 1, Outcome.ALLOWED: 2}


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an ask would sweep in, and what would be decided at this moment."""

    meter: Meter
    ruling: Ruling


@dataclass(frozen=True, slots=True)
class Lawful:
    """A narrower ask of which more would be allowed: how it is narrower, in words, and what is foreseen."""

    step: str
    ask: Ask
    foreseen: Foreseen


def foresee(parts: Parts, ask: Ask, by: Asker) -> Foreseen:
    """Return what would come of an ask; raises what `measure_question` raises."""
    meter = measure_question(parts, ask.question, by)
    request = search_request(parts, ask, meter, by.person, None, now=parts.clock())
    return Foreseen(meter, judge(parts, request))


def lawful(parts: Parts, ask: Ask, by: Asker) -> tuple[Lawful, ...]:
    """Return narrower asks of which more would be allowed than of this one; of each kind the widest.

    Only the question is made narrower: nothing is offered that would have another purpose said than there is.
    """
    now = foresee(parts, ask, by)
    had = _BETTER[now.ruling.decision.outcome]
    found: dict[str, Lawful] = {}
    for about, step, question in list(_narrowed(parts, ask.question, now.meter))[:_MOST_TRIED]:
        if about not in found:
            other = replace(ask, question=question)
            foreseen = foresee(parts, other, by)
            if _BETTER[foreseen.ruling.decision.outcome] > had:
                found[about] = Lawful(step, other, foreseen)
    return tuple(found.values())


def chosen_from(parts: Parts, by: Asker) -> tuple[RegisteredCamera, ...]:
    """Return the cameras that a person may choose from by name; none without a right to places."""
    sight = sight_of(parts, by.person, today=today_of(parts.clock()))
    return tuple(sight.cameras[one] for one in sorted(sight.cameras)) if sight.places else ()


def _narrowed(parts: Parts, question: Question, meter: Meter) -> Iterator[tuple[str, str, Question]]:
    """Yield narrower questions: what each is about, how it is narrower, the widest first."""
    now, profile = parts.clock(), parts.book().profile
    if profile is not None and not isinstance(question, CommonPlates):
        numbers = profile.search
        ages = {row.to_days for row in numbers.rows} | {numbers.ordinary_days.value}
        for days in sorted((age for age in ages if age < oldest_days(question, now=now)), reverse=True):
            since = _whole_minute(now - timedelta(days=days) + _ROOM)
            if since < question.span.until:
                later = replace(question, span=Span(since, question.span.until))
                yield "age", f"the last {days} days alone", later
    for way in meter.narrower:
        if way.question is not None:
            yield way.step, way.step, way.question


def _whole_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0) + timedelta(minutes=1)
