"""Service accounts: other systems that ask this node, each with a token that ends and a few narrow scopes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from openanpr.people.account import MOST_TEXT, Ended

LONGEST_SERVICE: Final = timedelta(days=366)
TOKEN_USE: Final = "service"  # noqa: S105 - the name of a use


class Scope(StrEnum):
    """What a service may do, each of them one thing. There is none for searching: a search is a person's."""

    ALERTS_READ = "alerts:read"
    LISTS_READ = "lists:read"
    LISTS_PROPOSE = "lists:propose"
    FIGURES_READ = "figures:read"
    AUDIT_READ = "audit:read"
    METRICS_READ = "metrics:read"


@dataclass(frozen=True, slots=True)
class Service:
    """Another system. `owner` is the account that answers for it; it ends, at the latest a year on."""

    service_id: str
    name: str
    owner: str
    scopes: frozenset[Scope]
    digest: bytes = field(repr=False)
    made_by: str
    made_at: datetime
    ends_at: datetime
    revoked: Ended | None = None

    def __post_init__(self) -> None:
        """Refuse a service without a name, a scope or an end."""
        if not self.name.strip() or len(self.name) > MOST_TEXT or not self.scopes:
            raise ValueError("a service has a name and at least one scope")
        if not self.made_at < self.ends_at <= self.made_at + LONGEST_SERVICE:
            raise ValueError(f"a service's token ends, at most {LONGEST_SERVICE.days} days on")

    def holds(self, now: datetime) -> bool:
        """Whether its token counts at that moment; before it was made the clock is wrong."""
        return self.revoked is None and self.made_at <= now < self.ends_at
