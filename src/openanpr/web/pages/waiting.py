"""What waits for somebody, on their start page: of sites, of the self assessment, of what is published."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from openanpr.policy.ask import Act
from openanpr.publish.assessment.version import State as VersionState
from openanpr.sites.admission import Standing
from openanpr.sites.life import State
from openanpr.web.local.asking import status_of
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.publishing.assessment_told import VersionHead
from openanpr.web.pages.publishing.months import PublishingTold
from openanpr.web.pages.route import Visit
from openanpr.web.pages.sites.told import SiteHead

_NOT_NOW: Final = frozenset({403, 503})


@dataclass(frozen=True, slots=True)
class Waits:
    """One thing that waits: what is said, and where it leads."""

    said: str
    path: str


def waiting_for(inside: Inside, visit: Visit) -> list[Waits]:
    """Return what waits for whoever visits; nothing of a part that cannot be asked now."""
    return [one for part in (_sites, _assessment, _months) for one in _asked(part, inside, visit)]


def _asked(part: Callable[[Inside, Visit], Iterator[Waits]], inside: Inside, visit: Visit) -> list[Waits]:
    try:
        return list(part(inside, visit))
    except Exception as fault:  # the way to the parts is shown also while one of them cannot be asked
        if status_of(fault) not in _NOT_NOW:
            raise
        return []


def _sites(inside: Inside, visit: Visit) -> Iterator[Waits]:
    if Act.SEE_SITES not in visit.may:
        return
    every = inside.ask(visit, Question("GET", "/sites"), list[SiteHead])
    if Act.AUTHORISE_SITE in visit.may:
        decide = sum(one.state in {State.SUBMITTED, State.REVIEWED} for one in every)
        if decide:
            yield Waits(
                counted(decide, "camera site waits", "camera sites wait") + " for a decision",
                "/sites?show=decide",
            )
    if Act.DRAFT_SITE in visit.may:
        back = sum(one.state is State.SENT_BACK for one in every)
        due = sum(one.standing != [Standing.ADMITTED] for one in every if one.standing)
        if back:
            yield Waits(counted(back, "case was", "cases were") + " sent back", "/sites?show=written")
        if due:
            yield Waits(
                counted(due, "camera site has", "camera sites have") + " to be seen to", "/sites?show=due"
            )


def _assessment(inside: Inside, visit: Visit) -> Iterator[Waits]:
    if Act.SEE_ASSESSMENT not in visit.may:
        return
    for one in inside.ask(visit, Question("GET", "/assessments"), list[VersionHead]):
        name, path = f"version {one.number} of the self assessment", f"/assessment/{one.number}"
        if one.state is VersionState.DRAFT and Act.WRITE_ASSESSMENT in visit.may:
            answers = counted(one.answers, "question is", "questions are")
            yield Waits(f"{name[:1].upper()}{name[1:]} is a draft: {answers} answered", path)
        elif one.state is VersionState.DRAFT and Act.SIGN_ASSESSMENT in visit.may:
            yield Waits(f"{name[:1].upper()}{name[1:]} is being written, for you to sign", path)
        elif one.state is VersionState.SIGNED and Act.PUBLISH_ASSESSMENT in visit.may:
            yield Waits(f"{name[:1].upper()}{name[1:]} was signed and waits to be published", path)
        elif one.state is VersionState.PUBLISHED and one.actions_open and Act.WRITE_ASSESSMENT in visit.may:
            open_ = counted(one.actions_open, "action", "actions")
            yield Waits(f"{open_} of the published self assessment still to be done", f"{path}#plan")


def _months(inside: Inside, visit: Visit) -> Iterator[Waits]:
    if Act.NOTE_FIGURES not in visit.may:
        return
    told = inside.ask(visit, Question("GET", "/publishing"), PublishingTold)
    late = sum(one.late for one in told.waiting)
    if late:
        yield Waits(counted(late, "month of figures is", "months of figures are") + " late", "/publishing")


def counted(number: int, one: str, many: str) -> str:
    """Return a number with its word."""
    return f"{number} {one if number == 1 else many}"
