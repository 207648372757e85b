"""What a person may act as at a moment: grants that run, training that counts, an able account. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from openanpr.core.role import Rank, Role
from openanpr.people.account import Account
from openanpr.people.duties import conflicts
from openanpr.people.roles import Grant
from openanpr.people.training import Training, TrainingRules, trained


@dataclass(frozen=True, slots=True)
class Standing:
    """The roles that a person holds now, and the highest rank by which they may authorise.

    `untrained` are roles that were given and do not count for want of training. `clashing` are roles that
    were given and must not be held together (from two sources, such as a register and a sign-in): none of
    them counts.
    """

    account: Account
    roles: frozenset[Role]
    rank: Rank | None
    untrained: frozenset[Role] = frozenset()
    clashing: frozenset[Role] = frozenset()


def standing(
    account: Account,
    grants: Iterable[Grant],
    trainings: Iterable[Training],
    rules: TrainingRules,
    *,
    now: datetime,
) -> Standing:
    """Return what the person may act as at `now`; a disabled account holds nothing.

    Nobody needs to take anything away: a grant past its end, or training past its day, is not counted.
    """
    if not account.able:
        return Standing(account, frozenset(), None)
    held = [grant for grant in grants if grant.account_id == account.account_id and grant.holds(now)]
    records = [one for one in trainings if one.account_id == account.account_id]
    given = frozenset(grant.role for grant in held)
    clashing = frozenset(role for pair in conflicts(given) for role in pair)
    untrained = frozenset(role for role in given if not trained(role, records, rules, on=now.date()))
    roles = given - clashing - untrained
    ranks = [grant.rank for grant in held if grant.rank is not None and grant.role in roles]
    return Standing(
        account, roles, max(ranks, key=lambda rank: rank.level, default=None), untrained, clashing
    )
