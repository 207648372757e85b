"""May this person do this now: allowed, allowed with an approval, or refused; with rules and remedies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from openanpr.core.role import Rank, Role
from openanpr.policy.access_rules import AccessRules
from openanpr.policy.ask import Request
from openanpr.policy.judge import RULES_FAILED, Verdict, foresee, judge
from openanpr.policy.profile import Profile
from openanpr.policy.remedy import Remedy, find_remedies

NO_PROFILE = "no-profile"
"""The name where there is no profile to judge by."""
PROFILE_NOT_IN_FORCE = "profile-not-in-force"
"""The name where the profile holds from a later day on."""


class Outcome(StrEnum):
    """What was decided."""

    ALLOWED = "allowed"
    NEEDS_APPROVAL = "allowed-with-approval"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ApprovalNeeded:
    """Who must approve: of that role, of at least that rank, and not the person whose id is `not_by`."""

    role: Role
    least_rank: Rank
    not_by: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision and why.

    `rules`: the permissions that allowed, or the rules that refuse it as it is. `remedies`: other ways in
    which it would be allowed. `row`: the profile's row for the category and age of a search, "" without one.
    `version`: what it was judged by, as `AccessRules.version` gives it; `profile` names the profile.
    """

    outcome: Outcome
    rules: tuple[str, ...]
    approval: ApprovalNeeded | None
    remedies: tuple[Remedy, ...]
    row: str
    version: str
    profile: str


def decide(request: Request, *, rules: AccessRules, profile: Profile | None) -> Decision:
    """Return the decision on a request under the rules and the profile; it never raises, it refuses.

    Pure: the day is the request's. What is wrong with rules, profile or request refuses, without a remedy.
    """
    if profile is None:
        return _refused((NO_PROFILE,), "", "")
    version = rules.version(profile)
    if request.today < profile.valid_from:
        return _refused((PROFILE_NOT_IN_FORCE,), version, profile.label)
    (verdict,) = judge([request], rules=rules, profile=profile)
    if verdict.allowed:
        row = _row(request, profile)
        return Decision(Outcome.ALLOWED, verdict.rules, None, (), row, version, profile.label)
    if RULES_FAILED in verdict.rules:
        return _refused(verdict.rules, version, profile.label)
    return _explained(request, verdict, rules=rules, profile=profile)


def _explained(request: Request, verdict: Verdict, *, rules: AccessRules, profile: Profile) -> Decision:
    def ask(changed: Sequence[Request]) -> Sequence[Verdict]:
        return foresee(changed, rules=rules, profile=profile)

    roles = rules.of_act[request.act].roles
    found = find_remedies(request, verdict, ask=ask, profile=profile, roles=roles)
    needed = None
    if found.rank is not Rank.NONE:
        needed = ApprovalNeeded(Role.AUTHORISING_OFFICER, found.rank, request.person.id)
    return Decision(
        Outcome.REFUSED if needed is None else Outcome.NEEDS_APPROVAL,
        verdict.rules,
        needed,
        found.remedies,
        _row(request, profile),
        rules.version(profile),
        profile.label,
    )


def _row(request: Request, profile: Profile) -> str:
    if request.purpose is None or request.search is None:
        return ""
    row = profile.search.row_at(request.purpose.category, request.search.oldest_days)
    return "" if row is None else row.name


def _refused(names: tuple[str, ...], version: str, profile: str) -> Decision:
    return Decision(Outcome.REFUSED, names, None, (), "", version, profile)
