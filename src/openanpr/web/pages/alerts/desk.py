"""Live alerts: the queues, the chosen alert with its pictures, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from openanpr.alert.closure import Closure, ClosureError, NoResponse, Outcome
from openanpr.alert.desk import AlertDesk
from openanpr.alert.ports import OutdatedError
from openanpr.alert.work import GrownSinceError, NoPictureError, NotPossibleError
from openanpr.people.desk import Desk
from openanpr.policy.ask import Act
from openanpr.web.api.route import File
from openanpr.web.pages.alerts.cards import Card, Cards, sees_places
from openanpr.web.pages.alerts.stream import Screen, stream
from openanpr.web.pages.alerts.told import HeldTold, PictureTold, QueuesTold, QueueTold, WholeTold
from openanpr.web.pages.alerts.words import WORDS
from openanpr.web.pages.form import Form
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.look import Look
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent, watched

GUARD: Final = Act.ANSWER_ALERT
_ONE: Final = "/alerts/{alert_id}"
_QUEUE: Final = "alerts/queue.html"
_OF_STEP: Final[Mapping[str, tuple[str, ...]]] = {
    "check": ("check",),
    "task": ("to",),
    "close": ("outcome", "reason", "offence"),
}


@dataclass(frozen=True, slots=True)
class AlertPages:
    """What pages of alerts need."""

    inside: Inside
    people: Desk
    desk: AlertDesk
    cards: Cards
    look: Look
    clock: Callable[[], datetime]


def alert_pages(of: AlertPages) -> list[PageRoute]:
    """Return the pages of live alerts."""
    screen = Screen(of.inside, of.people, of.desk, of.cards, of.look, of.clock, lambda v: _queues(of, v))
    return [
        page("/alerts", GUARD, lambda visit: _desk(of, visit)),
        watched("/alerts/stream", GUARD, lambda visit: stream(screen, visit)),
        page(_ONE, GUARD, lambda visit: _chosen(of, visit)),
        page(f"{_ONE}/pictures", GUARD, lambda visit: _pictures(of, visit)),
        watched(f"{_ONE}/pictures/held", GUARD, lambda visit: held_file(of.inside, visit, {})),
        sent(f"{_ONE}/steps", GUARD, lambda visit: _step(of, visit)),
    ]


@dataclass(frozen=True, slots=True)
class Shelf:
    """One queue as a page shows it."""

    waiting: int
    cards: tuple[Card, ...]


def shelf(of: Cards, queue: QueueTold, *, places: bool) -> Shelf:
    """Return a queue as cards."""
    return Shelf(queue.waiting, tuple(of.of(one, places=places) for one in queue.alerts))


def whole(inside: Inside, visit: Visit, query: Mapping[str, str] | None = None) -> WholeTold:
    """Return the alert of the address, with all that belongs to it; the look at it is logged."""
    question = Question("GET", _ONE, {"alert_id": visit.place("alert_id")}, query or {})
    return inside.ask(visit, question, WholeTold)


def take(inside: Inside, visit: Visit, form: Mapping[str, object]) -> None:
    """Take a step with the alert of the address; raises what the desk raises."""
    place = {"alert_id": visit.place("alert_id")}
    inside.ask_json(visit, Question("POST", f"{_ONE}/steps", place, form=form))


def pictures_of(inside: Inside, visit: Visit, query: Mapping[str, str]) -> Mapping[str, object]:
    """Return the pictures of the alert of the address, as a template takes them; the look is logged.

    What is held is asked first: a picture that comes between the two questions is asked for once more.
    """
    place = {"alert_id": visit.place("alert_id")}
    held = inside.ask(visit, Question("GET", f"{_ONE}/pictures/held", place, query), HeldTold)
    found = inside.ask(visit, Question("GET", f"{_ONE}/pictures", place, query), list[PictureTold])
    return {"pictures": found, "awaited": held.awaited, **place}


def held_file(inside: Inside, visit: Visit, query: Mapping[str, str]) -> File:
    """Return how many pictures of the alert of the address are here: as JSON, for a page that waits."""
    place = {"alert_id": visit.place("alert_id")}
    asked = Question("GET", f"{_ONE}/pictures/held", place, query)
    return File(inside.ask_json(visit, asked), "application/json", "")


def _queues(of: AlertPages, visit: Visit) -> Mapping[str, object]:
    told = of.inside.ask(visit, Question("GET", "/alerts/queues"), QueuesTold)
    places = sees_places(of.inside.proved(visit, GUARD))
    return {
        **WORDS,
        "crime": shelf(of.cards, told.crime, places=places),
        "mass": shelf(of.cards, told.mass, places=places),
        "places": places,
        "section": "/alerts",
    }


def _desk(of: AlertPages, visit: Visit) -> Answer:
    return Shown(_QUEUE if visit.part else "alerts/page.html", {**_queues(of, visit), "whole": None})


def _chosen(
    of: AlertPages,
    visit: Visit,
    *,
    status: int = 200,
    problem: str = "",
    faults: Mapping[str, str] | None = None,
) -> Answer:
    told = whole(of.inside, visit)
    places = sees_places(of.inside.proved(visit, GUARD))
    values = {
        **WORDS,
        "whole": told,
        "card": of.cards.of(told.alert, places=places),
        "problem": problem,
        "faults": faults or {},
        "outcomes": tuple(Outcome),
        "no_responses": tuple(NoResponse),
    }
    if visit.part:
        return Shown("alerts/chosen.html", values, status)
    return Shown("alerts/page.html", {**_queues(of, visit), **values}, status)


def _pictures(of: AlertPages, visit: Visit) -> Answer:
    template = "alerts/pictures.html" if visit.part else "alerts/pictures_page.html"
    return Shown(template, {**pictures_of(of.inside, visit, {}), "section": "/alerts"})


def _step(of: AlertPages, visit: Visit) -> Answer:
    """Do what a button says; where the alert is another one by now, show it as it is and do nothing."""
    if faults := step_faults(visit.form):
        return _chosen(of, visit, status=422, faults=faults)
    try:
        take(of.inside, visit, step_form(visit.form))
    except (GrownSinceError, NoPictureError, NotPossibleError, OutdatedError) as fault:
        return _chosen(of, visit, status=409, problem=str(fault))
    return SeeOther(f"/alerts/{visit.place('alert_id')}")


def step_form(form: Form) -> Mapping[str, object]:
    """Return a form as the desk takes it; raises ValueError for a count that is none."""
    fields = ("do", "note", *_OF_STEP.get(form.text("do"), ()))
    said = {name: form.text(name) for name in fields if form.text(name)}
    if said.get("outcome") != Outcome.NOT_RESPONDED:
        said.pop("reason", None)  # a field that is not shown then
    if said.get("outcome") != Outcome.ARREST:
        said.pop("offence", None)
    return {**said, "shown": int(form.text("shown"))}


def step_faults(form: Form) -> dict[str, str]:
    """Return what is missing in a form, by its field."""
    do = form.text("do")
    if do == "task" and not form.text("to"):
        return {"to": "Enter the unit that it is given to"}
    if do != "close":
        return {}
    if not form.text("outcome"):
        return {"outcome": "Select what came of it"}
    said = step_form(form)
    try:
        outcome, reason = Outcome(str(said["outcome"])), said.get("reason")
        no_response = None if reason is None else NoResponse(str(reason))
        Closure(outcome, no_response, str(said.get("offence", "")), form.text("note"))
    except ClosureError as fault:
        return {_where(form): _sentence(str(fault))}
    return {}


def _where(form: Form) -> str:
    if form.text("outcome") == Outcome.ARREST:
        return "offence"
    return "note" if form.text("reason") else "reason"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
