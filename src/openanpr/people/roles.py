"""Grants: a role given to a person by somebody, from one moment to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from openanpr.core.role import Rank, Role
from openanpr.people.account import Ended

LONGEST_GRANT: Final = timedelta(days=3 * 366)
"""Longest life of a grant: the project's own judgement, so that every role is looked at again."""


SEARCHING: Final = frozenset(
    {Role.CONTROL_ROOM_OPERATOR, Role.PATROL_OFFICER, Role.INVESTIGATOR, Role.ANALYST}
)
"""The roles that may ask for stored reads, as far as policy lets them."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role of a person from `starts_at` until before `ends_at`. It has an end from its first day.

    `rank` is there for authorising officers and for nobody else. `given_by` is an account, a sign-in provider
    (`oidc:NAME`) or `machine-owner`.
    """

    grant_id: str
    account_id: str
    role: Role
    rank: Rank | None
    starts_at: datetime
    ends_at: datetime
    given_by: str
    given_at: datetime
    why: str
    withdrawn: Ended | None = None

    def __post_init__(self) -> None:
        """Refuse a grant without an end, without a reason, or whose rank is missing or for nothing."""
        if not self.starts_at < self.ends_at <= self.starts_at + LONGEST_GRANT:
            raise ValueError(f"a role ends after it starts, at most {LONGEST_GRANT.days} days later")
        if (self.role is Role.AUTHORISING_OFFICER) != (self.rank not in {None, Rank.NONE}):
            raise ValueError("an authorising officer, and no other role, is given with a rank")
        if not self.why.strip():
            raise ValueError("a role is given for a reason: say why")

    @property
    def over_at(self) -> datetime:
        """When it ends, by its day or because it was withdrawn."""
        return self.ends_at if self.withdrawn is None else min(self.ends_at, self.withdrawn.at)

    def holds(self, now: datetime) -> bool:
        """Whether the role is held at that moment."""
        return self.starts_at <= now < self.over_at

    def meets(self, other: Grant) -> bool:
        """Whether there is a moment at which both are held."""
        return max(self.starts_at, other.starts_at) < min(self.over_at, other.over_at)
