"""What an act is judged by: facts from systems, never from who asks; the rules and profile of this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil

from openanpr.core.purpose import ReferenceState
from openanpr.core.role import Rank
from openanpr.policy.ask import Act, Approval, AskedSearch, Material, Person, Purpose, Request, Search
from openanpr.policy.decide import Decision, Outcome, decide
from openanpr.policy.request_json import decision_json, request_json
from openanpr.search.ask import Ask
from openanpr.search.meter import Meter
from openanpr.search.metering import oldest_days
from openanpr.search.parts import Parts
from openanpr.search.question import kind_of, marks_of
from openanpr.search.record import Given, Judged, Means, SearchRecord

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision, and what it was made upon."""

    request: Request
    decision: Decision

    @property
    def allowed(self) -> bool:
        """Whether the act may be done now."""
        return self.decision.outcome is Outcome.ALLOWED

    def judged(self) -> Judged:
        """Return it as it is kept with a search."""
        needed = self.decision.approval
        return Judged(
            request_json(self.request),
            decision_json(self.decision),
            self.decision.version,
            str(self.decision.outcome),
            self.decision.rules,
            Rank.NONE if needed is None else needed.least_rank,
        )


def judge(parts: Parts, request: Request) -> Ruling:
    """Return the ruling on a request by what is in force now."""
    in_force = parts.book()
    return Ruling(request, decide(request, rules=in_force.rules, profile=in_force.profile))


def search_request(
    parts: Parts, ask: Ask, meter: Meter, person: Person, given: Given | None, *, now: datetime
) -> Request:
    """Return the request to search, upon the facts of now. `given` counts while it holds."""
    figures = meter.figures
    search = Search(
        kind_of(ask.question),
        max(0, oldest_days(ask.question, now=now)),
        cameras=figures.cameras,
        days=figures.days,
        reads=figures.reads,
    )
    return Request(
        Act.SEARCH,
        today_of(now),
        person,
        purpose=purpose_of(parts, ask, person.id, marks_of(ask.question)),
        search=search,
        approval=_approval(parts, given, now),
    )


def purpose_of(parts: Parts, ask: Ask, account_id: str, marks: tuple[str, ...]) -> Purpose:
    """Return what for, with what the case system says of the reference and whose the marks are."""
    return Purpose(
        ask.category,
        ask.stance,
        reference_state(parts, ask.reference),
        ask.reason_given,
        ask.objective_given,
        ask.urgent,
        bool(marks_of_interest(parts, ask, account_id, marks)),
    )


def marks_of_interest(parts: Parts, ask: Ask, account_id: str, marks: tuple[str, ...]) -> frozenset[str]:
    """Return the marks in which who asks, or for whom it is asked, has an interest."""
    if not marks:
        return frozenset()
    own = parts.world.own_marks
    of_other = frozenset[str]()
    if ask.for_whom is not None and ask.for_whom.account_id:
        of_other = own.concerning(ask.for_whom.account_id, marks)
    return own.concerning(account_id, marks) | of_other


def reference_state(parts: Parts, reference: str) -> ReferenceState:
    """Return what the case system says of a reference, NONE where none was given."""
    return parts.world.case_system.state_of(reference) if reference.strip() else ReferenceState.NONE


def approve_request(record: SearchRecord, by: Person, least_rank: Rank, *, now: datetime) -> Request:
    """Return the request to give the authority for a search."""
    asked = AskedSearch(record.asked_by, record.asked_for, record.team, least_rank)
    return Request(Act.APPROVE, today_of(now), by, asked=asked)


def material_of(record: SearchRecord, *, oldest: datetime, now: datetime) -> Material:
    """Return found reads as material: of whose search, and how old the oldest of them is."""
    return Material(max(0, ceil((now - oldest) / timedelta(days=1))), record.asked_by, record.asked_for)


def material_request(act: Act, purpose: Purpose, material: Material, by: Person, *, now: datetime) -> Request:
    """Return the request to do something with found reads."""
    return Request(act, today_of(now), by, purpose=purpose, material=material)


def given_by(person: Person, *, means: Means, at: datetime, reason: str, entry: int) -> Given:
    """Return the authority that a person gives with the roles and the rank of now."""
    written = None if means is Means.ORAL else at
    return Given(person.id, person.rank, person.roles, means, at, written, reason, entry)


def holds_still(parts: Parts, given: Given, now: datetime) -> bool:
    """Tell whether an authority still counts: not denied, and not lapsed."""
    return given.means is not Means.CONTRADICTED and now < given.lapses_at(parts.limits.authority_for)


def today_of(now: datetime) -> date:
    """Return the UTC day of a time."""
    return now.astimezone(UTC).date()


def _approval(parts: Parts, given: Given | None, now: datetime) -> Approval | None:
    if given is None or not holds_still(parts, given, now):
        return None
    oral = given.means is Means.ORAL
    hours = ceil((now - given.at) / _HOUR)
    return Approval(given.by, given.roles, given.rank, oral=oral, hours_ago=max(0, hours))
