"""Alerts for a car or a phone: one at a time, of one's own area, with few large answers.

The page itself holds nothing of anybody: what it shows comes by its stream, and lives in its memory alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from openanpr.alert.ports import OutdatedError
from openanpr.alert.work import GrownSinceError, NoPictureError, NotPossibleError
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.policy.ask import Act
from openanpr.web.api.route import File
from openanpr.web.pages.alerts.cards import sees_places
from openanpr.web.pages.alerts.desk import AlertPages, held_file, pictures_of, step_faults, step_form
from openanpr.web.pages.alerts.stream import Screen, stream
from openanpr.web.pages.alerts.told import QueuesTold
from openanpr.web.pages.alerts.words import WORDS
from openanpr.web.pages.inside import Question
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent, watched

GUARD: Final = Act.ANSWER_ALERT
_AREAS: Final = "areas"
_SHELL: Final = "patrol/page.html"
_MINE: Final = "mine"
_PICTURES: Final = "/patrol/{alert_id}/pictures"


@dataclass(frozen=True, slots=True)
class PatrolPages:
    """What the pages for patrols need; `every_camera` tells the areas that there are."""

    alerts: AlertPages
    every_camera: Callable[[], Iterable[RegisteredCamera]]


def patrol_pages(of: PatrolPages) -> list[PageRoute]:
    """Return the pages for patrols."""
    alerts = of.alerts
    screen = Screen(
        alerts.inside,
        alerts.people,
        alerts.desk,
        alerts.cards,
        alerts.look,
        alerts.clock,
        lambda visit: _cards(alerts, visit),
        template="patrol/cards.html",
        card="patrol/card.html",
        asks=(_AREAS,),
    )
    return [
        page("/patrol", GUARD, _open, asks=(_AREAS,)),
        # A browser fetches its worker, and what that keeps, whenever it sees fit.
        watched("/patrol/shell", GUARD, lambda _: Shown(_SHELL)),
        watched("/patrol-worker.js", GUARD, lambda _: _worker(alerts)),
        page("/patrol/area", GUARD, lambda visit: _area(of, visit)),
        sent("/patrol/area", GUARD, _choose),
        watched("/patrol/stream", GUARD, lambda visit: stream(screen, visit), asks=(_AREAS,)),
        page(_PICTURES, GUARD, lambda visit: _pictures(alerts, visit), asks=(_AREAS,)),
        watched(
            f"{_PICTURES}/held",
            GUARD,
            lambda visit: held_file(alerts.inside, visit, _query(visit)),
            asks=(_AREAS,),
        ),
        sent("/patrol/{alert_id}/steps", GUARD, lambda visit: _step(alerts, visit)),
    ]


def _open(visit: Visit) -> Answer:
    """Show the page once an area was chosen; an empty one means all."""
    return Shown(_SHELL) if _AREAS in visit.asked.query else SeeOther("/patrol/area")


def _worker(of: AlertPages) -> File:
    script = of.look.part("patrol/worker.js", {})
    return File(script.encode(), "text/javascript; charset=utf-8", "")


def _area(of: PatrolPages, visit: Visit) -> Answer:
    proved = of.alerts.inside.proved(visit, GUARD)
    cameras = of.every_camera() if sees_places(proved) else ()
    areas = sorted({one.area for one in cameras if one.area and one.retired is None})
    return Shown("patrol/area.html", {"areas": areas, "section": "/patrol"})


def _choose(visit: Visit) -> Answer:
    chosen = ",".join(sorted(visit.form.texts(_AREAS)))
    return SeeOther(f"/patrol?{urlencode({_AREAS: chosen})}")


def _cards(of: AlertPages, visit: Visit) -> Mapping[str, object]:
    told = of.inside.ask(visit, Question("GET", "/alerts/queues", query=_query(visit)), QueuesTold)
    places = sees_places(of.inside.proved(visit, GUARD))
    alerts = (*told.crime.alerts, *told.mass.alerts)
    return {**WORDS, "cards": tuple(of.cards.of(one, places=places) for one in alerts)}


def _query(visit: Visit) -> Mapping[str, str]:
    return {_AREAS: visit.asked.query.get(_AREAS, "") or visit.form.text(_AREAS)}


def _pictures(of: AlertPages, visit: Visit) -> Answer:
    return Shown("patrol/pictures.html", pictures_of(of.inside, visit, _query(visit)))


def _step(of: AlertPages, visit: Visit) -> Answer:
    """Do what a large button says, and tell in a few words what came of it."""
    if faults := step_faults(visit.form):
        return Shown("patrol/answer.html", {"words": next(iter(faults.values()))}, 422)
    form = dict(step_form(visit.form))
    if form.get("to") == _MINE:
        form["to"] = visit.person.present.standing.account.login
    place = {"alert_id": visit.place("alert_id")}
    try:
        of.inside.ask_json(visit, Question("POST", "/alerts/{alert_id}/steps", place, _query(visit), form))
    except GrownSinceError:
        return Shown("patrol/answer.html", {"words": "It was seen again. Look, then press again."}, 409)
    except NoPictureError:
        return Shown("patrol/answer.html", {"words": "No picture is here to compare. Nothing was done."}, 409)
    except (NotPossibleError, OutdatedError):
        return Shown("patrol/answer.html", {"words": "Somebody else was first. Nothing was done."}, 409)
    return Shown("patrol/answer.html", {"words": "Done"})
