"""Grave acts that one administrator proposes and another approves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from openanpr.people.duties import Grave
from openanpr.people.roles import Grant

PROPOSAL_LIFE: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the second administrator said."""

    by: str
    at: datetime
    approved: bool
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A grave act that waits. `grant` is the role to be given, for the acts that give one."""

    proposal_id: str
    act: Grave
    subject: str
    proposed_by: str
    proposed_at: datetime
    ends_at: datetime
    why: str
    grant: Grant | None = None
    decision: Decision | None = None

    def __post_init__(self) -> None:
        """Refuse an act without its reason, and a grant where none is given."""
        if not self.why.strip():
            raise ValueError("a grave act has a reason: say why")
        if (self.act in {Grave.GIVE_ADMINISTRATOR, Grave.GIVE_AUTHORISING_OFFICER}) != (
            self.grant is not None
        ):
            raise ValueError("an act that gives a role, and no other, has its grant")

    def waits(self, now: datetime) -> bool:
        """Whether it can still be decided."""
        return self.decision is None and now < self.ends_at
