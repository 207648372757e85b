"""The self assessment in a browser: versions, evidence, principles, sign-off, comparison, files."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import partial
from typing import Final

from msgspec import Struct

from openanpr.policy.ask import Act
from openanpr.publish.assessment.compare import Comparison
from openanpr.publish.assessment.document import EvidenceTold
from openanpr.publish.assessment.verdict import Colour
from openanpr.publish.assessment.version import State
from openanpr.web.api.route import File
from openanpr.web.local.asking import status_of
from openanpr.web.pages.administration.act_form import act_routes, sentence
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.publishing.assessing import assessment_acts
from openanpr.web.pages.publishing.assessment_told import (
    ONE,
    SECTION,
    VersionHead,
    WholeVersion,
    place_of,
    whole,
)
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent

_AGAIN: Final = frozenset({409, 422})
STATES: Final = {
    State.DRAFT: ("Draft", "blue"),
    State.SIGNED: ("Signed, not published", "yellow"),
    State.PUBLISHED: ("Published", "green"),
    State.SUPERSEDED: ("Superseded", "grey"),
}
COLOURS: Final = {
    Colour.RED: "red",
    Colour.AMBER: "yellow",
    Colour.MEASURED: "blue",
    Colour.GREEN: "green",
    Colour.NOT_APPLICABLE: "grey",
}
"""How a question stands, in the design system's colours."""
STANDINGS: Final = {"supports": "green", "contradicts": "red", "stale": "red", "missing": "red"}


@dataclass(frozen=True, slots=True)
class AssessmentPages:
    """What the pages need."""

    inside: Inside


class FileTold(Struct, frozen=True):
    """A file of a version."""

    name: str
    media_type: str
    body: str


def assessment_pages(pages: AssessmentPages) -> list[PageRoute]:
    """Return the pages of the self assessment."""
    see, sign = Act.SEE_ASSESSMENT, Act.SIGN_ASSESSMENT
    return [
        page(SECTION, see, partial(_all, pages)),
        page(f"{SECTION}/evidence", see, partial(_evidence, pages)),
        *act_routes(pages.inside, *assessment_acts(pages.inside)),
        page(ONE, see, partial(_version, pages)),
        page(f"{ONE}/principles/{{principle}}", see, partial(_principle, pages)),
        page(f"{ONE}/compare", see, partial(_compare, pages), asks=("with",)),
        page(f"{ONE}/file", see, partial(_file, pages), asks=("form", "audience")),
        page(f"{ONE}/sign", sign, partial(_to_sign, pages)),
        sent(f"{ONE}/sign", sign, partial(_sign, pages)),
    ]


def _all(pages: AssessmentPages, visit: Visit) -> Answer:
    every = pages.inside.ask(visit, Question("GET", "/assessments"), list[VersionHead])
    values = {
        "section": SECTION,
        "versions": sorted(every, key=lambda one: one.number, reverse=True),
        "drafting": any(one.state is State.DRAFT for one in every),
        "writes": Act.WRITE_ASSESSMENT in visit.may,
        "states": STATES,
    }
    return Shown("assessment/all.html", values)


def _evidence(pages: AssessmentPages, visit: Visit) -> Answer:
    found = pages.inside.ask(visit, Question("GET", "/assessments/evidence"), list[EvidenceTold])
    order = {"missing": 0, "contradicts": 1, "stale": 2}
    values = {
        "section": SECTION,
        "evidence": sorted(found, key=lambda one: order.get(one.standing, 3)),
        "standings": STANDINGS,
    }
    return Shown("assessment/evidence.html", values)


def _values(told: WholeVersion, visit: Visit) -> dict[str, object]:
    draft = told.state is State.DRAFT
    return {
        "section": SECTION,
        "told": told,
        "draft": draft,
        "writes": draft and Act.WRITE_ASSESSMENT in visit.may,
        "finishes": told.state is not State.SUPERSEDED and Act.WRITE_ASSESSMENT in visit.may,
        "states": STATES,
        "colours": COLOURS,
        "standings": STANDINGS,
    }


def _version(pages: AssessmentPages, visit: Visit) -> Answer:
    told = whole(pages.inside, visit)
    every = pages.inside.ask(visit, Question("GET", "/assessments"), list[VersionHead])
    values = {
        **_values(told, visit),
        "signs": told.state is State.DRAFT and Act.SIGN_ASSESSMENT in visit.may,
        "publishes": told.state is State.SIGNED and Act.PUBLISH_ASSESSMENT in visit.may,
        "before": max((one.number for one in every if one.number < told.number), default=None),
        "actions": [(one, told.actions_of(one)) for one in told.questions.values() if one.actions],
    }
    return Shown("assessment/version.html", values)


def _principle(pages: AssessmentPages, visit: Visit) -> Answer:
    told = whole(pages.inside, visit)
    one = next((one for one in told.document.principles if str(one.number) == visit.place("principle")), None)
    if one is None:
        raise LookupError("there are twelve principles, and this is none of them")
    return Shown("assessment/principle.html", {**_values(told, visit), "principle": one})


def _compare(pages: AssessmentPages, visit: Visit) -> Answer:
    told = whole(pages.inside, visit)
    query = {"with": visit.asked.query.get("with", "") or str(told.number - 1)}
    asked = Question("GET", "/assessments/{number:int}/compare", place_of(visit), query)
    found = pages.inside.ask(visit, asked, Comparison)
    return Shown("assessment/compare.html", {"section": SECTION, "told": told, "found": found})


def _file(pages: AssessmentPages, visit: Visit) -> Answer:
    query = {name: visit.asked.query[name] for name in ("form", "audience") if name in visit.asked.query}
    asked = Question("GET", "/assessments/{number:int}/export", place_of(visit), query)
    found = pages.inside.ask(visit, asked, FileTold)
    return File(base64.b64decode(found.body), found.media_type, found.name)


def _to_sign(pages: AssessmentPages, visit: Visit, faults: dict[str, str] | None = None) -> Answer:
    """Show all that is signed, with the code of it: what is signed is what stood on this page."""
    told = whole(pages.inside, visit)
    if told.state is not State.DRAFT:
        raise LookupError("this version was signed before")
    values = {**_values(told, visit), "faults": faults or {}}
    return Shown("assessment/sign.html", values, 422 if faults else 200)


def _sign(pages: AssessmentPages, visit: Visit) -> Answer:
    asked = Question(
        "POST", "/assessments/{number:int}/sign", place_of(visit), form={"seen": visit.form.text("seen")}
    )
    try:
        pages.inside.ask_json(visit, asked)
    except Exception as fault:  # what another look would mend is told beside it; all else goes on
        if status_of(fault) not in _AGAIN:
            raise
        return _to_sign(pages, visit, {"": sentence(fault)})
    return SeeOther(f"{SECTION}/{visit.place('number')}")
