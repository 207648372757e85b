"""A person who proved who they are, as the policy knows them; and its judgement."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from openanpr.core.role import Rank
from openanpr.people.standing import Standing
from openanpr.people.training import Training
from openanpr.policy.access_rules import AccessRules
from openanpr.policy.ask import Account, Act, Guarded, HeldRole, Person, Request
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
    """The rules and the profile in force."""

    rules: AccessRules
    profile: Profile
    clock: Callable[[], datetime]

    def verify(
        self,
        act: Act,
        person: Person,
        *,
        account: Account | None = None,
        guarded: Guarded | None = None,
    ) -> None:
        """Return where the person may do it now; raises NotAllowedError."""
        today = self.clock().date()
        request = Request(act, today, person, account=account, guarded=guarded)
        decision = decide(request, rules=self.rules, profile=self.profile)
        if decision.outcome is Outcome.ALLOWED:
            return
        name = decision.rules[0] if decision.rules else ""
        words = plain_words().get(name, "a rule of this force").rstrip(".")
        raise NotAllowedError(f"refused by the rule {name} ({words}): ask somebody who may")
