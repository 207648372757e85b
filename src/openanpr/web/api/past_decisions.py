"""Past decisions on searches, to be judged under other rules: who asked, how widely, never for which mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec import Struct

from openanpr.audit.acts import Consultation
from openanpr.audit.port import Log
from openanpr.people.desk import Desk
from openanpr.policy.ask import Act
from openanpr.search.record import PastDecision
from openanpr.web.api.route import ApiRoute, Call, Optional, post
from openanpr.web.judging import Judge, policy_person

MOST = 1_000


class Past(Protocol):
    """Where past decisions are kept."""

    def judged(self, since: datetime, *, after: str, most: int) -> Sequence[PastDecision]:
        """Return those of searches asked since a time, by id, beyond the id `after`."""
        ...


class PastForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Which: of searches asked since a time; `after`: the last id of the page before."""

    since: datetime
    after: Optional = ""


class PastTold(Struct, frozen=True):
    """One: as `openanpr policy replay` takes it."""

    id: str
    request: msgspec.Raw
    decision: msgspec.Raw


class PastPage(Struct, frozen=True):
    """Some of them; `next` is the id to go on after, empty at the end."""

    decisions: list[PastTold]
    next: str


@dataclass(frozen=True, slots=True)
class PastRoutes:
    """What past decisions over the API need."""

    people: Desk
    judge: Judge
    past: Past
    log: Log


def past_routes(of: PastRoutes) -> list[ApiRoute]:
    """Return the route of past decisions."""
    told = "Past decisions on searches, to be judged again"

    def answer(call: Call, form: PastForm) -> PastPage:
        return past_page(of, call, form)

    return [post("/policy/past", told, Act.READ_LOG, PastForm, PastPage, answer)]


def past_page(of: PastRoutes, call: Call, form: PastForm) -> PastPage:
    """Return some past decisions, judged and logged. Raises NotAllowedError, AuditError, ValueError."""
    if form.since.tzinfo is None:
        raise ValueError("since must say its zone, such as 2026-11-22T00:00:00Z")
    account = call.person.present.standing.account
    trainings = of.people.store.trainings_of(account.account_id)
    of.judge.verify(Act.READ_LOG, policy_person(call.person.present.standing, trainings, now=call.now))
    of.log.append(
        Consultation(
            at=call.now,
            person=account.account_id,
            stage="past-decisions",
            kind="policy",
            purpose="audit",
            reference="none",
            reason="past decisions, to be judged under other rules",
        )
    )
    found = of.past.judged(form.since, after=form.after, most=MOST)
    told = [
        PastTold(
            one.search_id, msgspec.Raw(one.request_json.encode()), msgspec.Raw(one.decision_json.encode())
        )
        for one in found
    ]
    return PastPage(told, found[-1].search_id if len(found) == MOST else "")
