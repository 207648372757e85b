"""Sites in a browser: all of them by what is to be done, one with its case and life, and its cameras."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from openanpr.policy.ask import Act
from openanpr.sites.admission import Cause, Standing
from openanpr.sites.life import DECISIONS, State, Step
from openanpr.web.pages.camera_tests import PARTS as KINDS
from openanpr.web.pages.camera_tests import VERDICTS
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.route import Answer, PageRoute, Shown, Visit, page
from openanpr.web.pages.sites import words
from openanpr.web.pages.sites.told import (
    AdmissionTold,
    ContributionTold,
    PlaceTold,
    SiteHead,
    TrialTold,
    WholeSite,
    site_of,
)

SECTION: Final = "/sites"
_OVER: Final = frozenset({State.REFUSED, State.WITHDRAWN})
_WRITTEN: Final = frozenset({State.DRAFT, State.SENT_BACK})
_DECIDES: Final = frozenset({State.SUBMITTED, State.REVIEWED})
_SHOWS: Final[dict[str, tuple[str, Callable[[SiteHead], bool]]]] = {
    "all": ("All that are not over", lambda one: one.state not in _OVER),
    "due": ("To be seen to", lambda one: one.state not in _OVER and _due(one)),
    "decide": ("Wait for a decision", lambda one: one.state in _DECIDES),
    "written": ("Being written", lambda one: one.state in _WRITTEN),
    "over": ("Over", lambda one: one.state in _OVER),
}
"""What is shown, by its name in the address."""
STEP_ACTS: Final = {
    Step.SUBMITTED: ("submit", "Submit the case", Act.SUBMIT_SITE),
    Step.AUTHORISED: ("authorise", "Authorise it", Act.AUTHORISE_SITE),
    Step.SENT_BACK: ("send-back", "Send it back", Act.AUTHORISE_SITE),
    Step.REFUSED: ("refuse", "Refuse it", Act.AUTHORISE_SITE),
    Step.INSTALLED: ("installed", "Say that it was put up", Act.DRAFT_SITE),
    Step.COMMISSIONED: ("commission", "See its tests, and commission it", Act.DRAFT_SITE),
    Step.MOVED: ("move", "Move a camera", Act.DRAFT_SITE),
    Step.TAKEN_DOWN: ("take-down", "Take a camera down", Act.DRAFT_SITE),
    Step.REVIEWED: ("review", "Write the review of the year", Act.REVIEW_SITE),
    Step.RENEWED: ("renew", "Renew it", Act.AUTHORISE_SITE),
    Step.TO_LAPSE: ("lapse", "Let it lapse", Act.AUTHORISE_SITE),
    Step.DPIA_REVIEWED: ("dpia-reviewed", "Go through the impact assessment", Act.DRAFT_SITE),
    Step.WITHDRAWN: ("withdraw", "Withdraw it", Act.DRAFT_SITE),
}
"""The steps that have a page: where, what its link says, and the act."""


@dataclass(frozen=True, slots=True)
class SitePages:
    """What the pages need."""

    inside: Inside


def site_pages(pages: SitePages) -> list[PageRoute]:
    """Return the pages on which sites are looked at."""
    see, one = Act.SEE_SITES, "/sites/{site}"
    return [
        page("/sites", see, partial(_all, pages), asks=("show", "area")),
        page("/sites/cameras", see, partial(_cameras, pages)),
        page(one, see, partial(_one, pages)),
        page(f"{one}/places", Act.SEE_SITE_PLACE, partial(_places, pages)),
        page(f"{one}/contribution", see, partial(_contribution, pages)),
        page(f"{one}/tests", see, partial(_tests, pages)),
    ]


def _due(one: SiteHead) -> bool:
    return bool({Standing.WARNED, Standing.LAPSED}.intersection(one.standing))


def _all(pages: SitePages, visit: Visit) -> Answer:
    every = pages.inside.ask(visit, Question("GET", "/sites"), list[SiteHead])
    cameras = pages.inside.ask(visit, Question("GET", "/sites/cameras"), list[AdmissionTold])
    show, area = visit.asked.query.get("show", "all"), visit.asked.query.get("area", "")
    shows = _SHOWS[show] if show in _SHOWS else _SHOWS["all"]
    found = [one for one in every if shows[1](one) and area in {"", one.area}]
    values = {
        "section": SECTION,
        "sites": sorted(found, key=_soonest_first),
        "shows": [
            (name, told, sum(1 for one in every if test(one))) for name, (told, test) in _SHOWS.items()
        ],
        "show": show,
        "area": area,
        "areas": sorted({one.area for one in every if one.area}),
        "uncased": sum(one.cause is Cause.NO_CASE for one in cameras),
        "lapsed": sum(
            one.standing is Standing.LAPSED and one.cause is not Cause.TAKEN_DOWN for one in cameras
        ),
        "words": words,
    }
    return Shown("sites/all.html", values)


def _soonest_first(one: SiteHead) -> tuple[bool, float, str]:
    """Return where a site stands among others: by when its time is over, then by its title."""
    return one.until is None, 0.0 if one.until is None else one.until.timestamp(), one.title.casefold()


def _cameras(pages: SitePages, visit: Visit) -> Answer:
    found = pages.inside.ask(visit, Question("GET", "/sites/cameras"), list[AdmissionTold])
    graver = {Standing.LAPSED: 0, Standing.WARNED: 1, Standing.ADMITTED: 2}
    values = {
        "section": SECTION,
        "cameras": sorted(found, key=lambda one: (graver[one.standing], one.until)),
        "words": words,
    }
    return Shown("sites/cameras.html", values)


def _one(pages: SitePages, visit: Visit) -> Answer:
    told = site_of(pages.inside, visit)
    values = {
        "section": SECTION,
        "told": told,
        "words": words,
        "can": [one for one in _can(told, visit) if one[0] not in told.kept_from],
        "kept": sorted(set(told.kept_from.values())) if Act.AUTHORISE_SITE in visit.may else [],
        "writes": Act.DRAFT_SITE in visit.may and told.writing,
        "sees_places": Act.SEE_SITE_PLACE in visit.may,
        "steps": list(reversed(_without_revisions(told))),
        "decisions": DECISIONS,
    }
    return Shown("sites/one.html", values)


def _can(told: WholeSite, visit: Visit) -> list[tuple[Step, str, str]]:
    """Return the steps that could be taken now by somebody of such a role: which, where, what is said."""
    return [
        (step, path, text)
        for step, (path, text, act) in STEP_ACTS.items()
        if step in told.possible and act in visit.may
    ]


def _without_revisions(told: WholeSite) -> list[object]:
    """Return the steps, of revisions that follow one another by one person the last alone."""
    found: list[object] = []
    for one, after in zip(told.steps, [*told.steps[1:], None], strict=True):
        follows = after is not None and (after.step, after.by) == (one.step, one.by)
        if not (one.step is Step.REVISED and follows):
            found.append(one)
    return found


def _places(pages: SitePages, visit: Visit) -> Answer:
    told = site_of(pages.inside, visit)
    asked = Question("GET", "/sites/{site}/places", {"site": told.site})
    places = pages.inside.ask(visit, asked, list[PlaceTold])
    return Shown("sites/places.html", {"section": SECTION, "told": told, "places": places, "words": words})


def _contribution(pages: SitePages, visit: Visit) -> Answer:
    told = site_of(pages.inside, visit)
    asked = Question("GET", "/sites/{site}/contribution", {"site": told.site})
    came = pages.inside.ask(visit, asked, ContributionTold)
    return Shown("sites/contribution.html", {"section": SECTION, "told": told, "came": came, "words": words})


def _tests(pages: SitePages, visit: Visit) -> Answer:
    told = site_of(pages.inside, visit)
    values = {
        "section": SECTION,
        "told": told,
        "trials": trials_of(pages.inside, visit),
        "keeps": Act.MANAGE_DEVICES in visit.may,
        "commissions": Act.DRAFT_SITE in visit.may and Step.COMMISSIONED in told.possible,
        "words": words,
        "kinds": KINDS,
        "verdicts": VERDICTS,
    }
    return Shown("sites/tests.html", values)


def trials_of(inside: Inside, visit: Visit) -> list[TrialTold]:
    """Return what the newest test of each camera of the site would say."""
    asked = Question("GET", "/sites/{site}/tests", {"site": visit.place("site")})
    return inside.ask(visit, asked, list[TrialTold])
