"""Requests as the rules see them: Cedar's requests, and entities for their parts. No text becomes a rule.

Requests that are judged together share most of their parts. Each part is an entity that is told once, because
telling takes Cedar longer than judging.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, TypeVar

from openanpr.core.role import Rank, Role
from openanpr.policy.ask import (
    Act,
    Approval,
    AskedCase,
    AskedSearch,
    AskedSite,
    AskedSubject,
    Guarded,
    Material,
    Person,
    Purpose,
    Request,
    Search,
    roles_on,
)
from openanpr.policy.profile import Profile

NEVER = -1
"""The day before every day: of a training that never was, and of an age to which no row goes."""

_RESOURCES = {
    **dict.fromkeys((Act.APPROVE, Act.REVIEW, Act.OPEN_IN_REVIEW), "Searches"),
    **dict.fromkeys((Act.ANSWER_ALERT, Act.SEE_COVERT), "Entries"),
    **dict.fromkeys((Act.SEE_PLACE, Act.SEE_SITE_PLACE), "Places"),
    Act.MANAGE_PEOPLE: "People",
    **dict.fromkeys((Act.SEE_LISTS, Act.CHANGE_LIST, Act.APPROVE_LIST_CHANGE), "Lists"),
    Act.MANAGE_DEVICES: "Devices",
    Act.READ_LOG: "Log",
    **dict.fromkeys(
        (Act.SEE_SITES, Act.DRAFT_SITE, Act.SUBMIT_SITE, Act.REVIEW_SITE, Act.AUTHORISE_SITE), "Sites"
    ),
    **dict.fromkeys(
        (Act.SEE_ASSESSMENT, Act.WRITE_ASSESSMENT, Act.SIGN_ASSESSMENT, Act.PUBLISH_ASSESSMENT), "Assessments"
    ),
    **dict.fromkeys((Act.OPEN_RIGHTS, Act.SEE_RIGHTS, Act.WORK_RIGHTS), "RightsCases"),
    **dict.fromkeys(
        (
            Act.SEE_ACCESS,
            Act.HANDLE_ACCESS,
            Act.CONFIRM_ACCESS,
            Act.SEE_CHALLENGES,
            Act.HANDLE_CHALLENGE,
            Act.ANSWER_CHALLENGE,
            Act.SEE_DISCLOSURES,
            Act.WRITE_DISCLOSURE,
        ),
        "Answers",
    ),
    **dict.fromkeys((Act.SEE_PUBLISHING, Act.NOTE_FIGURES), "Publications"),
}
_Part = TypeVar("_Part", bound=Hashable)
_Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """Requests in the form that cedarpy takes, in order, and the JSON of the entities that they speak of."""

    requests: tuple[_Facts, ...]
    entities: str


def cedar_facts(requests: Sequence[Request], profile: Profile) -> Facts:
    """Return the requests with the profile's numbers as Cedar takes them."""
    parts = _Parts({})
    asked = tuple(_request(one, parts, profile) for one in requests)
    return Facts(asked, json.dumps([entity for _, entity in parts.told.values()]))


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts told so far: what they are, to how they are named and what they say."""

    told: dict[tuple[str, Hashable], tuple[_Facts, _Facts]]

    def name(self, kind: str, part: _Part, say: Callable[[_Part], _Facts]) -> _Facts:
        """The name of a part, as a context holds it. Names are numbers: no text of a request is in them."""
        if (kind, part) not in self.told:
            uid = {"type": kind, "id": str(len(self.told))}
            self.told[kind, part] = {"__entity": uid}, {"uid": uid, "attrs": say(part), "parents": []}
        return self.told[kind, part][0]


def _request(request: Request, parts: _Parts, profile: Profile) -> _Facts:
    return {
        "principal": {"type": "Person", "id": "asks"},
        "action": {"type": "Action", "id": str(request.act)},
        "resource": {"type": _RESOURCES.get(request.act, "Reads"), "id": "asked"},
        "context": _context(request, parts, profile),
    }


def _context(request: Request, parts: _Parts, profile: Profile) -> _Facts:
    told: _Facts = {
        "today": request.today.toordinal(),
        "person": parts.name("Someone", request.person, partial(_person, today=request.today)),
    }
    if request.purpose is not None:
        told["purpose"] = parts.name("Purpose", request.purpose, _purpose)
    if request.purpose is not None and request.search is not None:
        told["search"] = parts.name("Search", request.search, _search)
        told["limits"] = parts.name("Limits", profile.label, lambda _: _limits(profile))
        told |= _row(request.purpose, request.search, profile)
        told["authority"] = (Rank.NONE if request.approval is None else request.approval.rank).level
    if request.approval is not None:
        told["approval"] = parts.name("Approval", request.approval, partial(_approval, today=request.today))
    if request.material is not None:
        told["material"] = parts.name("Material", request.material, _material)
        told["kept_days"] = profile.retention_days.value
    return told | _about(request, parts)


def _about(request: Request, parts: _Parts) -> _Facts:
    """What the act is about, where it is about no read."""
    told: _Facts = {}
    if request.asked is not None:
        told["asked"] = parts.name("AskedSearch", request.asked, _asked)
    if request.guarded is not None:
        told["guarded"] = parts.name("Guarded", request.guarded, _guarded)
    if request.site is not None:
        told["site"] = parts.name("AskedSite", request.site, _site)
    if request.rights is not None:
        told["rights"] = parts.name("AskedCase", request.rights, _rights)
    if request.subject is not None:
        told["subject"] = parts.name("AskedSubject", request.subject, _subject)
    if request.account is not None:
        told["account"] = request.account.person
    return told


def _person(person: Person, *, today: date) -> _Facts:
    trained = person.training_until
    return {
        "id": person.id,
        "roles": _roles(person.roles_on(today)),
        "rank": person.rank.level,
        "team": person.team,
        "trained_until": NEVER if trained is None else trained.toordinal(),
    }


def _purpose(purpose: Purpose) -> _Facts:
    return {
        "category": _of("Category", purpose.category),
        "stance": _of("Stance", purpose.stance),
        "reference": _of("Reference", purpose.reference),
        "reason_given": purpose.reason_given,
        "objective_given": purpose.objective_given,
        "urgent": purpose.urgent,
        "own_interest": purpose.own_interest,
    }


def _search(search: Search) -> _Facts:
    return {
        "kind": _of("Kind", search.kind),
        "oldest_days": search.oldest_days,
        "cameras": search.cameras,
        "days": search.days,
        "reads": search.reads,
    }


def _approval(approval: Approval, *, today: date) -> _Facts:
    return {
        "by": approval.by,
        "roles": _roles(roles_on(approval.roles, today)),
        "rank": approval.rank.level,
        "oral": approval.oral,
        "hours_ago": approval.hours_ago,
    }


def _material(material: Material) -> _Facts:
    return {
        "oldest_days": material.oldest_days,
        "asked_by": material.asked_by,
        "asked_for": material.asked_for,
        "case_owner": material.case_owner,
        "covert": material.covert,
        "confidential_place": material.confidential_place,
        "named": sorted(material.named),
        "of_another_agency": material.of_another_agency,
        "agency_consulted": material.agency_consulted,
        "recipient_named": material.recipient_named,
        "end_named": material.end_named,
    }


def _asked(asked: AskedSearch) -> _Facts:
    return {
        "asked_by": asked.asked_by,
        "asked_for": asked.asked_for,
        "team": asked.team,
        "least_rank": asked.least_rank.level,
        "opening_logged": asked.opening_logged,
    }


def _site(site: AskedSite) -> _Facts:
    return {"worked_by": sorted(site.worked_by), "least_rank": site.least_rank.level}


def _rights(case: AskedCase) -> _Facts:
    return {
        "owner": _of("Role", case.owner),
        "people": sorted(case.people),
        "teams": sorted(case.teams),
    }


def _subject(subject: AskedSubject) -> _Facts:
    return {
        "case_open": subject.case_open,
        "proved": subject.proved,
        "own_interest": subject.own_interest,
    }


def _guarded(guarded: Guarded) -> _Facts:
    return {"hidden": guarded.hidden, "named": sorted(guarded.named)}


def _row(purpose: Purpose, search: Search, profile: Profile) -> _Facts:
    row = profile.search.row_at(purpose.category, search.oldest_days)
    rows = profile.search.rows_of(purpose.category)
    return {
        "longest_days": max((one.to_days for one in rows), default=NEVER),
        "age_rank": (Rank.NONE if row is None else row.authority).level,
    }


def _limits(profile: Profile) -> _Facts:
    numbers = profile.search
    return {
        "ordinary_days": numbers.ordinary_days.value,
        "proactive_rank": numbers.proactive_rank.value.level,
        "bulk_cameras": numbers.bulk_cameras.value,
        "bulk_days": numbers.bulk_days.value,
        "bulk_reads": numbers.bulk_reads.value,
        "bulk_rank": numbers.bulk_rank.value.level,
        "broad_reads": numbers.broad_reads.value,
        "broad_rank": numbers.broad_rank.value.level,
        "oral_hours": numbers.oral_hours.value,
    }


def _roles(roles: tuple[Role, ...]) -> list[_Facts]:
    return [_of("Role", role) for role in roles]


def _of(kind: str, word: str) -> _Facts:
    return {"__entity": {"type": kind, "id": str(word)}}
