"""The start page, and how somebody wants pages to look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from openanpr.web.api.route import Anybody
from openanpr.web.pages.choices import Choices, Contrast, Light, Size
from openanpr.web.pages.look import words
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent
from openanpr.web.pages.waiting import Waits

_TOLD: Final = {
    "/alerts": "Vehicles of interest as cameras read them: check the picture, task a unit, close.",
    "/patrol": "One alert at a time, for a car or a phone.",
    "/search": "Ask stored reads, for a purpose, with a reference.",
    "/approvals": "Searches that wait for your authority.",
    "/lists": "Find, add, approve and review vehicles of interest; bring in lists.",
    "/cameras": "The register, and how each camera does.",
    "/sites": "The case for each camera: what is due, what waits for a decision, what lapses.",
    "/assessment": "The twelve principles: answers beside evidence, plan, sign-off.",
    "/publishing": "Months that are published and that wait, notes, the public site.",
    "/review": "Searches of others to be looked at afterwards.",
    "/log": "What was done, with proofs.",
    "/administration": "People, devices, retention, quarantine and jobs.",
    "/try": "See a picture read, character by character. Nothing is stored.",
}


def start_pages(waiting: Callable[[Visit], Sequence[Waits]]) -> list[PageRoute]:
    """Return the start page, with what waits for whoever is signed in, and the choices of look."""
    public = Anybody.PUBLIC
    return [
        page("/", public, partial(_start, waiting)),
        page("/look", public, lambda _: Shown("look.html")),
        sent("/look", public, _look),
    ]


def _start(waiting: Callable[[Visit], Sequence[Waits]], visit: Visit) -> Answer:
    roles = [] if visit.by is None else [words(role) for role in sorted(visit.by.present.standing.roles)]
    waits = () if visit.by is None else tuple(waiting(visit))
    return Shown("start.html", {"told": _TOLD, "roles": roles, "waits": waits})


def _look(visit: Visit) -> Answer:
    form = visit.form
    try:
        chosen = Choices(
            Light(form.text("light") or Light.AUTO),
            Size(form.text("size") or Size.USUAL),
            Contrast(form.text("contrast") or Contrast.USUAL),
            sound=form.text("sound") == "sound",
            keys=form.text("keys") == "keys",
            map=form.text("map") == "map",
        )
    except ValueError:
        chosen = Choices()
    return SeeOther("/", (chosen.cookie,))
