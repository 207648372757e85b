"""A person who proved who they are, as the policy knows them; and its judgement."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from openanpr.audit.acts import Refusal
from openanpr.audit.port import Log
from openanpr.core.role import Rank, Role
from openanpr.people.standing import Standing
from openanpr.people.training import Training
from openanpr.policy.access_rules import AccessRules
from openanpr.policy.ask import Account, Act, AskedCase, AskedSite, Guarded, HeldRole, Person, Request
from openanpr.policy.decide import Outcome, decide
from openanpr.policy.profile import Profile
from openanpr.policy.tell import plain_words


class NotAllowedError(Exception):
    """The policy refuses an act; the sentence says by which rule, in plain words."""


def policy_person(standing: Standing, trainings: Iterable[Training], *, now: datetime) -> Person:
    """Return the person as the rules see them at this moment.

    Roles that do not count now are left out already. Training counts as long as the course that ends last.
    """
    today = now.date()
    ends = [one.expires_on for one in trainings if one.counts(today)]
    return Person(
        id=standing.account.account_id,
        roles=tuple(HeldRole(role) for role in sorted(standing.roles)),
        rank=standing.rank or Rank.NONE,
        training_until=max(ends, default=None),
        team=standing.account.post.team,
    )


@dataclass(frozen=True, slots=True)
class Judge:
    """The rules and the profile in force, and the log that has each refusal before anybody hears of it."""

    rules: AccessRules
    profile: Profile
    clock: Callable[[], datetime]
    log: Log

    def allows(
        self,
        act: Act,
        person: Person,
        *,
        account: Account | None = None,
        guarded: Guarded | None = None,
        rights: AskedCase | None = None,
    ) -> bool:
        """Return whether the person may do it now: to choose what to show, never to refuse by."""
        today = self.clock().date()
        request = Request(act, today, person, account=account, guarded=guarded, rights=rights)
        return decide(request, rules=self.rules, profile=self.profile).outcome is Outcome.ALLOWED

    def verify(
        self,
        act: Act,
        person: Person,
        *,
        account: Account | None = None,
        guarded: Guarded | None = None,
        rights: AskedCase | None = None,
    ) -> None:
        """Return where the person may do it now; raises NotAllowedError, logged, and AuditError."""
        today = self.clock().date()
        self._verify(Request(act, today, person, account=account, guarded=guarded, rights=rights))

    def _verify(self, request: Request) -> None:
        decision = decide(request, rules=self.rules, profile=self.profile)
        if decision.outcome is Outcome.ALLOWED:
            return
        act, person = request.act, request.person
        refusal = Refusal(at=self.clock(), person=person.id, refused=act.value, rules=decision.rules)
        self.log.append(refusal)
        name = decision.rules[0] if decision.rules else ""
        words = plain_words().get(name, "a rule of this force").rstrip(".")
        raise NotAllowedError(f"refused by the rule {name} ({words}): ask somebody who may")

    def allows_deciding(self, person: Person, site: AskedSite) -> bool:
        """Return whether the person may decide upon the case for a site, as `allows` does."""
        request = Request(Act.AUTHORISE_SITE, self.clock().date(), person, site=site)
        return decide(request, rules=self.rules, profile=self.profile).outcome is Outcome.ALLOWED

    def verify_decides(self, person: Person, site: AskedSite) -> None:
        """Return where the person may decide upon the case for a site now; raises as `verify` does."""
        self._verify(Request(Act.AUTHORISE_SITE, self.clock().date(), person, site=site))

    def verify_open(self, act: Act, person: str, roles: Iterable[Role]) -> None:
        """Return where the rules permit an act to one of these roles, or to people by their names.

        Raises NotAllowedError, logged, and AuditError. For a way in: the act is judged when it is done.
        """
        known = self.rules.of_act[act]
        if known.by_name or not set(known.roles).isdisjoint(roles):
            return
        self.log.append(Refusal(at=self.clock(), person=person, refused=act.value, rules=()))
        names = " or ".join(role.value.replace("-", " ") for role in known.roles)
        raise NotAllowedError(f"this is for whoever is {names}: ask an administrator if you should be")
